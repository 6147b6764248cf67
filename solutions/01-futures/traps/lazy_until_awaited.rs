//! # Lazy until awaited: what people write
//!
//! Each module holds only what differs from the solution, `../lazy_until_awaited.rs`.

/// Trap: archive is called and not awaited, because nobody needs what it returns.
/// Caught by: every_call_is_made
/// Says: no call to archive
/// Says: A call of an `async fn` makes a future and runs no line of its body
mod archive_not_awaited {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        guard(llm, question).await;
        let reply = ask(llm, question).await;
        archive(llm, question);
        reply
    }
}

/// Trap: `ask` is awaited once to have it done before archive, and once more for the reply: two calls.
/// Caught by: every_call_is_made
/// Says: 2 calls to atlas
mod asked_again_for_the_caller {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        guard(llm, question).await;
        ask(llm, question).await;
        archive(llm, question).await;
        ask(llm, question).await
    }
}

/// Trap: the work is spawned by the call itself, so that it runs whether or not anybody awaits it.
/// Caught by: nothing_runs_before_the_first_poll
/// Says: nobody has polled the future of `answer(…)`
mod begins_when_called {
    pub fn answer(llm: &MockLlm, question: &str) -> impl Future<Output = Reply> {
        let (llm, question) = (llm.clone(), question.to_owned());
        let task = tokio::spawn(async move {
            guard(&llm, &question).await;
            let reply = ask(&llm, &question).await;
            archive(&llm, &question).await;
            reply
        });
        async move { task.await.expect("the task does not panic") }
    }
}

/// Trap: guard's future is made first and awaited after the answer, as if making it had begun the call.
/// Caught by: each_call_waits_for_the_one_before
/// Says: atlas is asked at 0 s, before guard is done
/// Says: not the line that makes the future
mod guard_made_first_awaited_last {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let guarded = guard(llm, question);
        let reply = ask(llm, question).await;
        guarded.await;
        archive(llm, question).await;
        reply
    }
}

/// Trap: guard and atlas are asked together: it is faster, and the question reaches atlas before guard has read it.
/// Caught by: each_call_waits_for_the_one_before
/// Says: atlas is asked at 0 s, before guard is done
/// Says: begin together
mod joined {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let ((), reply) = tokio::join!(guard(llm, question), ask(llm, question));
        archive(llm, question).await;
        reply
    }
}

/// Trap: `let _ =` silences the compiler's warning, and the future is dropped all the same.
/// Caught by: every_call_is_made
/// Says: no call to guard
/// Says: unless `let _ =` keeps it quiet
mod let_underscore {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let _ = guard(llm, question);
        let reply = ask(llm, question).await;
        archive(llm, question).await;
        reply
    }
}

/// Trap: archive is a task that nobody waits for; the program ends before its first poll.
/// Caught by: every_call_is_made
/// Says: no call to archive
/// Says: a task that is spawned and not awaited ends with the program
mod spawned_and_forgotten {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        guard(llm, question).await;
        let reply = ask(llm, question).await;
        let (llm, question) = (llm.clone(), question.to_owned());
        tokio::spawn(async move { archive(&llm, &question).await });
        reply
    }
}
