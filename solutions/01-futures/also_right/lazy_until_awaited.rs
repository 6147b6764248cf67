//! # Lazy until awaited: what else is right
//!
//! Each module holds only what differs from the solution, `../lazy_until_awaited.rs`.

/// Also right: a function that returns an `async` block. It is as lazy as an `async fn`.
mod an_async_block {
    pub fn answer(llm: &MockLlm, question: &str) -> impl Future<Output = Reply> {
        async move {
            guard(llm, question).await;
            let reply = ask(llm, question).await;
            archive(llm, question).await;
            reply
        }
    }
}

/// Also right: one future put together with `then`, without an `.await` between the calls.
mod combinators {
    use futures::FutureExt;

    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        guard(llm, question)
            .then(|()| ask(llm, question))
            .then(async |reply| {
                archive(llm, question).await;
                reply
            })
            .await
    }
}

/// Also right: guard and ask are made first and awaited in the right order: making them has begun nothing.
mod futures_made_first {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let guarded = guard(llm, question);
        let asked = ask(llm, question);
        guarded.await;
        let reply = asked.await;
        archive(llm, question).await;
        reply
    }
}

/// Also right: a task for each call, each awaited through its handle.
mod tasks_that_are_awaited {
    pub async fn answer(llm: &MockLlm, question: &str) -> Reply {
        let (client, words) = (llm.clone(), question.to_owned());
        tokio::spawn(async move { guard(&client, &words).await }).await.expect("guard does not panic");
        let (client, words) = (llm.clone(), question.to_owned());
        let reply = tokio::spawn(async move { ask(&client, &words).await }).await.expect("atlas does not panic");
        let (client, words) = (llm.clone(), question.to_owned());
        tokio::spawn(async move { archive(&client, &words).await }).await.expect("archive does not panic");
        reply
    }
}
