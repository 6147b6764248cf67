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

/// Trap: the token first, in each turn: behind a page that is slower than the model the timer never has its turn.
/// Caught by: slow_does_not_wait_behind_the_tokens
/// Says: A token is ready in each turn here
mod the_token_always_first {
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
                () = &mut slow, if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: the same with `timeout_at`, which polls the stream before its timer.
/// Caught by: slow_does_not_wait_behind_the_tokens
/// Says: A token is ready in each turn here
mod a_deadline_round_next {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let deadline = Instant::now() + patience;
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

/// Trap: the chapter's loop as it is: whoever is ready at the same instant wins by chance.
/// Caught by: an_answer_that_is_over_is_not_slow
/// Says: Both are ready at this instant
mod by_chance {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
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

/// Trap: the clock is looked at after each show, before the model is asked whether that was all.
/// Caught by: an_answer_that_is_over_is_not_slow
/// Says: Both are ready at this instant
mod over_at_the_very_instant {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => {
                        show(Event::Token(token.text)).await;
                        if !told && Instant::now() >= slow.deadline() {
                            told = true;
                            show(Event::Slow).await;
                        }
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

/// Trap: the timer is made when the first token has come.
/// Caught by: slow_is_shown_once_at_its_instant
/// Says: The time of the answer begins when
mod since_the_first_token {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let Some(Ok(first)) = tokens.next().await else { return };
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        show(Event::Token(first.text)).await;
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => show(Event::Token(token.text)).await,
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

/// Trap: only the waits are counted, and the time of the page is not.
/// Caught by: no_token_is_lost_or_late
/// Says: The notice comes at its instant
mod a_sum_of_waits {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut tokens = llm.stream(prompt);
        let (mut left, mut told) = (patience, false);
        loop {
            let began = Instant::now();
            let next = match told {
                true => Ok(tokens.next().await),
                false => tokio::time::timeout(left, tokens.next()).await,
            };
            left = left.saturating_sub(began.elapsed());
            match next {
                Ok(Some(Ok(token))) => show(Event::Token(token.text)).await,
                Ok(_) => return,
                Err(_elapsed) => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: a task puts tokens and the notice into one queue: the notice stands behind the tokens that wait there.
/// Caught by: slow_does_not_wait_behind_the_tokens
/// Says: A token is ready in each turn here
mod in_one_queue {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let slow_at = Instant::now() + patience;
        let (events, mut queue) = tokio::sync::mpsc::unbounded_channel();
        let mut tokens = llm.stream(prompt);
        let mut reader = tokio::task::JoinSet::new();
        reader.spawn(async move {
            let mut told = false;
            loop {
                let event = tokio::select! {
                    biased;
                    token = tokens.next() => match token {
                        Some(Ok(token)) => Event::Token(token.text),
                        _ => return,
                    },
                    () = tokio::time::sleep_until(slow_at), if !told => {
                        told = true;
                        Event::Slow
                    }
                };
                let _ = events.send(event);
            }
        });
        while let Some(event) = queue.recv().await {
            show(event).await;
        }
    }
}

/// Trap: after an error the notice is waited for.
/// Caught by: an_answer_that_is_over_is_not_slow
/// Says: An error is the end of the answer
mod waits_after_an_error {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let mut slow = pin!(sleep(patience));
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => {
                        show(Event::Token(token.text)).await;
                        if !told && slow.deadline() < Instant::now() {
                            told = true;
                            show(Event::Slow).await;
                        }
                    }
                    Some(Err(_)) => {
                        if !told {
                            slow.await;
                            show(Event::Slow).await;
                        }
                        return;
                    }
                    None => return,
                },
                () = &mut slow, if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}

/// Trap: the timer is a task, which waits on when the answer is over.
/// Caught by: an_answer_that_is_over_is_not_slow
/// Says: A task that was spawned belongs to
mod a_timer_in_a_task {
    pub async fn read(llm: &MockLlm, prompt: &str, patience: Duration, mut show: impl AsyncFnMut(Event)) {
        let (bell, mut slow) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            sleep(patience).await;
            let _ = bell.send(()).await;
        });
        let mut told = false;
        let mut tokens = llm.stream(prompt);
        loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => {
                        show(Event::Token(token.text)).await;
                        if !told && slow.try_recv().is_ok() {
                            told = true;
                            show(Event::Slow).await;
                        }
                    }
                    _ => return,
                },
                Some(()) = slow.recv(), if !told => {
                    told = true;
                    show(Event::Slow).await;
                }
            }
        }
    }
}
