//! # Find the blocker: what else is right
//!
//! Each module holds only what differs from the solution, `../find_the_blocker.rs`.

/// Also right: `sleep_until` an instant.
mod pause_by_instant {
    async fn pause() {
        tokio::time::sleep_until(tokio::time::Instant::now() + PAUSE).await;
    }
}

/// Also right: `try_next`, which has the error already apart.
mod try_next {
    use futures::TryStreamExt;

    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut tokens = llm.model(speaker).stream(title);
        while let Some(token) = tokens.try_next().await? {
            show(&token.text);
        }
        Ok(())
    }
}

/// Also right: `try_for_each` in place of the loop.
mod try_for_each {
    use futures::TryStreamExt;

    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let tokens = llm.model(speaker).stream(title);
        tokens
            .try_for_each(|token| {
                show(&token.text);
                std::future::ready(Ok(()))
            })
            .await
    }
}

/// Also right: all of it in one function.
mod in_one_function {
    pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let title = llm.model("atlas").complete(&format!("A title for: {topic}")).await?.text;
        show(&title);
        for speaker in ["atlas", "birch"] {
            tokio::time::sleep(PAUSE).await;
            let mut tokens = std::pin::pin!(llm.model(speaker).stream(&title));
            while let Some(token) = tokens.next().await {
                show(&token?.text);
            }
        }
        Ok(())
    }
}

/// Also right: a task that takes the tokens, in a set that ends it with the debate.
mod a_task_in_a_set {
    async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
        let mut tokens = llm.model(speaker).stream(title);
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move {
            while let Some(token) = tokens.next().await {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        while let Some(token) = receiver.recv().await {
            show(&token?.text);
        }
        Ok(())
    }
}
