//! What people write for `timer_in_the_loop`, and what it is told.

/// Trap: the draft: a timer made anew in each turn measures the silence, and never ends for a model that talks.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: `select!` makes its branches anew in
mod made_in_each_turn {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                () = sleep(patience) => show(Event::Slow).await,
            }
        }
    }
}

/// Trap: the same, with a flag against the second notice.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: `select!` makes its branches anew in
mod made_in_each_turn_and_told_once {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                () = sleep(patience), if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: a timer made before the loop, polled again when it is over.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: A `Sleep` that is over is
mod polled_when_it_is_over {
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
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: the same, with the timer first: no token is read any more.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: A `Sleep` that is over is
mod polled_first_when_it_is_over {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                () = &mut slow => show(Event::Slow).await,
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
            }
        }
    }
}

/// Trap: the timer is set again with each token: it measures the silence.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: `select!` makes its branches anew in
mod set_again_with_each_token {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => {
                        slow.as_mut().reset(tokio::time::Instant::now() + patience);
                        show(Event::Token(token.text)).await;
                    }
                    _ => return,
                },
                () = &mut slow, if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: after the notice the timer is set again.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: Once is enough. A timer that
mod set_again_after_it {
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
                    slow.as_mut().reset(tokio::time::Instant::now() + patience);
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: a timeout round the wait for a token: silence again.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: `select!` makes its branches anew in
mod a_timeout_round_next {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let mut told = false;
        loop {
            match tokio::time::timeout(patience, tokens.next()).await {
                Ok(Some(Ok(token))) => show(Event::Token(token.text)).await,
                Ok(_) => return,
                Err(_) if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
                Err(_) => {}
            }
        }
    }
}

/// Trap: the time is looked at when a token comes: a silent model is slow, and nobody says so.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: The notice comes when its time
mod looks_when_a_token_comes {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let start = tokio::time::Instant::now();
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        while let Some(Ok(token)) = tokens.next().await {
            if start.elapsed() >= patience && !told {
                told = true;
                show(Event::Slow).await;
            }
            show(Event::Token(token.text)).await;
        }
    }
}

/// Trap: after the notice nothing is read any more.
/// Caught by: no_token_is_lost_or_late
/// Says: The notice changes nothing for the
mod slow_is_the_end {
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
                    show(Event::Slow).await;
                    return;
                }
            }
        }
    }
}

/// Trap: after the notice the model is asked again, and what was seen is skipped.
/// Caught by: no_token_is_lost_or_late
/// Says: A token is shown when it
mod asks_again {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let deadline = tokio::time::Instant::now() + patience;
        let mut seen = 0;
        let mut tokens = llm.stream(prompt);
        while let Ok(next) = tokio::time::timeout_at(deadline, tokens.next()).await {
            let Some(Ok(token)) = next else { return };
            seen += 1;
            show(Event::Token(token.text)).await;
        }
        show(Event::Slow).await;
        let mut tokens = llm.stream(prompt).skip(seen);
        while let Some(Ok(token)) = tokens.next().await {
            show(Event::Token(token.text)).await;
        }
    }
}

/// Trap: a timeout round the reading drops the token that is being shown.
/// Caught by: no_token_is_lost_or_late
/// Says: A `timeout`, and a branch of
mod a_timeout_round_the_loop {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let first = async {
            while let Some(Ok(token)) = tokens.next().await {
                show(Event::Token(token.text)).await;
            }
        };
        if tokio::time::timeout(patience, first).await.is_ok() {
            return;
        }
        show(Event::Slow).await;
        while let Some(Ok(token)) = tokens.next().await {
            show(Event::Token(token.text)).await;
        }
    }
}

/// Trap: the timer is looked at first: an answer that is just over is called slow.
/// Caught by: an_answer_that_is_over_is_not_slow
/// Says: Both are ready at this instant
mod the_timer_first {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                () = &mut slow, if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
            }
        }
    }
}

/// Trap: an interval: its first tick is at once, and there are more.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: Once is enough. A timer that
mod an_interval {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = tokio::time::interval(patience);
        slow.tick().await;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
                    _ => return,
                },
                _ = slow.tick() => show(Event::Slow).await,
            }
        }
    }
}

/// Trap: all is collected, and shown when the answer is over.
/// Caught by: an_answer_that_is_over_is_not_slow
/// Says: The token was there. `biased;` in
mod collects_first {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = pin!(llm.stream(prompt).collect::<Vec<_>>());
        let all = tokio::select! {
            biased;
            all = &mut tokens => all,
            () = sleep(patience) => {
                show(Event::Slow).await;
                tokens.await
            }
        };
        for token in all.into_iter().flatten() {
            show(Event::Token(token.text)).await;
        }
    }
}
