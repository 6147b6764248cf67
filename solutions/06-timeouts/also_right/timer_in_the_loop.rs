//! Other right answers for `timer_in_the_loop`.

/// One loop before the notice, and one after.
mod two_loops {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let deadline = tokio::time::Instant::now() + patience;
        while let Ok(next) = tokio::time::timeout_at(deadline, tokens.next()).await {
            let Some(Ok(token)) = next else { return };
            show(Event::Token(token.text)).await;
        }
        show(Event::Slow).await;
        while let Some(Ok(token)) = tokens.next().await {
            show(Event::Token(token.text)).await;
        }
    }
}

/// The timer itself knows whether it is over.
mod asks_the_timer {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                () = &mut slow, if !slow.is_elapsed() || !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// A fused timer is never ready a second time.
mod fused {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        use futures::FutureExt;
        let mut slow = pin!(sleep(patience).fuse());
        let mut tokens = llm.stream(prompt).fuse();
        loop {
            futures::select_biased! {
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                () = slow => show(Event::Slow).await,
            }
        }
    }
}

/// After the notice the timer is set to a day that never comes.
mod set_to_never {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                () = &mut slow => {
                    slow.as_mut().reset(tokio::time::Instant::now() + Duration::from_secs(86_400 * 365));
                    show(Event::Slow).await;
                }
            }
        }
    }
}
