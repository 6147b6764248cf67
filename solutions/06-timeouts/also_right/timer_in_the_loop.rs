//! Other right answers for `timer_in_the_loop`.

/// One loop before the notice, and one after.
mod two_loops {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let deadline = Instant::now() + patience;
        while Instant::now() <= deadline {
            match tokio::time::timeout_at(deadline, tokens.next()).await {
                Ok(Some(Ok(token))) => show(Event::Token(token.text)).await,
                Ok(_) => return,
                Err(_elapsed) => break,
            }
        }
        show(Event::Slow).await;
        while let Some(Ok(token)) = tokens.next().await {
            show(Event::Token(token.text)).await;
        }
    }
}

/// A timer that is made in each turn, for the same instant: first in the list when that is past, else last.
mod an_instant_in_each_turn {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        use tokio::time::sleep_until;
        let slow_at = Instant::now() + patience;
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            let past = Instant::now() > slow_at;
            tokio::select! {
                biased;
                () = sleep_until(slow_at), if past && !told => {
                    told = true;
                    show(Event::Slow).await;
                }
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                () = sleep_until(slow_at), if !past && !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// A fused timer is never ready a second time, and says so.
mod fused {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        use futures::{
            FutureExt,
            future::{Fuse, FusedFuture},
        };
        let start = Instant::now();
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
            if !slow.is_terminated() && start.elapsed() > patience {
                slow.set(Fuse::terminated());
                show(Event::Slow).await;
            }
        }
    }
}

/// Two futures share the page. tokio's lock is fair: the notice is next when the token has been shown.
mod a_lock_round_the_page {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, show: impl AsyncFnMut(Event)) {
        let page = tokio::sync::Mutex::new(show);
        let tokens = async {
            let mut tokens = llm.stream(prompt);
            while let Some(Ok(token)) = tokens.next().await {
                (page.lock().await)(Event::Token(token.text)).await;
            }
        };
        let slow = async {
            sleep(patience).await;
            (page.lock().await)(Event::Slow).await;
            std::future::pending().await
        };
        tokio::select! {
            biased;
            () = tokens => {}
            () = slow => {}
        }
    }
}
