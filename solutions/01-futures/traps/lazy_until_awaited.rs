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
/// Says: The two calls overlap
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
/// Says: and not after `let _ =`
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
/// Says: not awaited is dropped with the runtime
mod spawned_and_forgotten {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        guard(llm, question).await;
        let reply = ask(llm, question).await;
        let (llm, question) = (llm.clone(), question.to_owned());
        tokio::spawn(async move { archive(&llm, &question).await });
        reply
    }
}

/// Trap: the reply of atlas is thrown away, and one is made up that looks like it.
/// Caught by: the_caller_gets_the_reply_of_atlas
/// Says: keep what its `.await` gives
mod a_reply_made_up {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        guard(llm, question).await;
        ask(llm, question).await;
        archive(llm, question).await;
        Reply { model: "atlas".to_owned(), text: format!("atlas answers: {question}"), tokens: 1 }
    }
}

/// Trap: each call begins after a pause that is as long as the call before it, this time.
/// Caught by: each_call_waits_for_the_one_before
/// Says: a pause of a known length does not
mod known_latencies {
    use std::time::Duration;
    use tokio::time::sleep;

    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let asked = async {
            sleep(Duration::from_millis(203)).await;
            ask(llm, question).await
        };
        let archived = async {
            sleep(Duration::from_millis(1220)).await;
            archive(llm, question).await;
        };
        let ((), reply, ()) = tokio::join!(guard(llm, question), asked, archived);
        reply
    }
}

/// Trap: a loop looks every millisecond whether the call is ready.
/// Caught by: each_call_waits_for_the_one_before
/// Says: looks again and again
mod looks_every_millisecond {
    use std::{pin::pin, task::Poll, time::Duration};

    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        look(guard(llm, question)).await;
        let reply = look(ask(llm, question)).await;
        look(archive(llm, question)).await;
        reply
    }

    async fn look<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = futures::poll!(future.as_mut()) {
                return output;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Trap: guard is polled by hand, with a waker that wakes nobody.
/// Caught by: every_call_is_made
/// Says: the waker of its last poll
mod polled_with_a_waker_for_nobody {
    use std::{
        future::poll_fn,
        task::{Context, Waker},
    };

    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let mut guarded = Box::pin(guard(llm, question));
        poll_fn(|_| guarded.as_mut().poll(&mut Context::from_waker(Waker::noop()))).await;
        let reply = ask(llm, question).await;
        archive(llm, question).await;
        reply
    }
}

/// Trap: guard gets half a minute, and the question goes on without it.
/// Caught by: each_call_waits_for_the_one_before
/// Says: A `timeout` drops the call when its time is over
mod guard_has_half_a_minute {
    use std::time::Duration;
    use tokio::time::timeout;

    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let _ = timeout(Duration::from_secs(30), guard(llm, question)).await;
        let reply = ask(llm, question).await;
        archive(llm, question).await;
        reply
    }
}

/// Trap: one task does all three, and the caller awaits it. When the caller is gone, the task asks on.
/// Caught by: nothing_runs_before_the_first_poll
/// Says: and after that atlas and archive were asked
/// Says: it goes on without its caller
mod all_in_one_task {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let (llm, question) = (llm.clone(), question.to_owned());
        let task = tokio::spawn(async move {
            guard(&llm, &question).await;
            let reply = ask(&llm, &question).await;
            archive(&llm, &question).await;
            reply
        });
        task.await.expect("the task does not panic")
    }
}
