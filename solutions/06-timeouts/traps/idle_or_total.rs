//! What people write for `idle_or_total`, and what it is told.

/// Trap: the draft: one limit round the whole.
/// Caught by: a_long_answer_is_read_to_its_end
/// Says: The answer was never silent for
mod a_limit_on_the_whole {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let all = async {
            let mut tokens = llm.stream(prompt);
            while let Some(token) = tokens.next().await {
                match token {
                    Ok(token) => {
                        text.push_str(&token.text);
                        show(&token.text).await;
                    }
                    Err(error) => return Ended::Failed(error),
                }
            }
            Ended::Done
        };
        let ended = timeout(idle, all).await.unwrap_or(Ended::Stalled);
        (text, ended)
    }
}

/// Trap: a limit on the whole that is large enough for a demo.
/// Caught by: a_long_answer_is_read_to_its_end
/// Says: The answer was never silent for
mod ten_times_the_limit {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let all = async {
            let mut tokens = llm.stream(prompt);
            while let Some(token) = tokens.next().await {
                match token {
                    Ok(token) => {
                        text.push_str(&token.text);
                        show(&token.text).await;
                    }
                    Err(error) => return Ended::Failed(error),
                }
            }
            Ended::Done
        };
        let ended = timeout(idle * 100, all).await.unwrap_or(Ended::Stalled);
        (text, ended)
    }
}

/// Trap: a timer that is made before the loop, and never set again.
/// Caught by: a_long_answer_is_read_to_its_end
/// Says: The answer was never silent for
mod one_timer_for_all {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let mut silence = std::pin::pin!(tokio::time::sleep(idle));
        let ended = loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => {
                        text.push_str(&token.text);
                        show(&token.text).await;
                    }
                    Some(Err(error)) => break Ended::Failed(error),
                    None => break Ended::Done,
                },
                () = &mut silence => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: the timer is set again when a token comes, and runs while it is shown.
/// Caught by: showing_is_not_silence
/// Says: The limit is on the model
mod set_before_it_is_shown {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let mut silence = std::pin::pin!(tokio::time::sleep(idle));
        let ended = loop {
            tokio::select! {
                biased;
                token = tokens.next() => match token {
                    Some(Ok(token)) => {
                        text.push_str(&token.text);
                        silence.as_mut().reset(tokio::time::Instant::now() + idle);
                        show(&token.text).await;
                    }
                    Some(Err(error)) => break Ended::Failed(error),
                    None => break Ended::Done,
                },
                () = &mut silence => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: the limit is round the whole turn: showing counts.
/// Caught by: showing_is_not_silence
/// Says: The limit is on the model
mod limit_round_the_turn {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            let turn = async {
                match tokens.next().await {
                    Some(Ok(token)) => {
                        text.push_str(&token.text);
                        show(&token.text).await;
                        None
                    }
                    Some(Err(error)) => Some(Ended::Failed(error)),
                    None => Some(Ended::Done),
                }
            };
            match timeout(idle, turn).await {
                Ok(None) => {}
                Ok(Some(ended)) => break ended,
                Err(_elapsed) => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: the first token has no limit.
/// Caught by: silence_ends_it
/// Says: Everything waits for something else, and
mod the_first_may_take_its_time {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        match tokens.next().await {
            Some(Ok(token)) => {
                text.push_str(&token.text);
                show(&token.text).await;
            }
            Some(Err(error)) => return (text, Ended::Failed(error)),
            None => return (text, Ended::Done),
        }
        let ended = loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: `while let` takes silence and errors for the end of the answer.
/// Caught by: silence_ends_it
/// Says: Silence is neither the end of
mod all_ends_are_one {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        while let Ok(Some(Ok(token))) = timeout(idle, tokens.next()).await {
            text.push_str(&token.text);
            show(&token.text).await;
        }
        (text, Ended::Done)
    }
}

/// Trap: an error is told as silence.
/// Caught by: an_error_is_told_as_it_came
/// Says: Silence, an error and the end
mod an_error_is_silence {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(None) => break Ended::Done,
                Ok(Some(Err(_))) | Err(_) => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: after a silence it waits once more.
/// Caught by: silence_ends_it
/// Says: The limit was over before
mod waits_once_more {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            let mut next = timeout(idle, tokens.next()).await;
            if next.is_err() {
                next = timeout(idle, tokens.next()).await;
            }
            match next {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: silence is no reason to stop.
/// Caught by: silence_ends_it
/// Says: Something happens again and again, and
mod goes_on_waiting {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) => continue,
            }
        };
        (text, ended)
    }
}

/// Trap: when the model stalls, the text so far is thrown away.
/// Caught by: silence_ends_it
/// Says: They are there, and paid for
mod the_text_is_lost {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) => return (String::new(), Ended::Stalled),
            }
        };
        (text, ended)
    }
}

/// Trap: `select!` looks at the timer first.
/// Caught by: a_token_at_the_last_instant_is_in_time
/// Says: Token and timer are ready at
mod the_timer_first {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            let next = tokio::select! {
                biased;
                () = tokio::time::sleep(idle) => Err(()),
                token = tokens.next() => Ok(token),
            };
            match next {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: a task reads the stream and sends it on; when it is silent, the task is left alone.
/// Caught by: silence_ends_it
/// Says: A connection that has stalled holds
mod a_reader_in_a_task {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut stream = llm.stream(prompt);
        let (sender, mut tokens) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(token) = stream.next().await {
                if sender.send(token).await.is_err() {
                    return;
                }
            }
        });
        let ended = loop {
            match timeout(idle, tokens.recv()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) => break Ended::Stalled,
            }
        };
        (text, ended)
    }
}

/// Trap: silence is looked for once a second.
/// Caught by: silence_ends_it
/// Says: The limit was over before
mod looks_each_second {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let mut last = tokio::time::Instant::now();
        let ended = loop {
            match timeout(Duration::from_secs(1), tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                    last = tokio::time::Instant::now();
                }
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Done,
                Err(_elapsed) if last.elapsed() >= idle => break Ended::Stalled,
                Err(_elapsed) => {}
            }
        };
        (text, ended)
    }
}

/// Trap: an answer without a token is told as silence.
/// Caught by: a_long_answer_is_read_to_its_end
/// Says: The stream has ended, and in
mod empty_is_silence {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(e))) => return (text, Ended::Failed(e)),
                Ok(None) if text.is_empty() => return (text, Ended::Stalled),
                Ok(None) => return (text, Ended::Done),
                Err(_) => return (text, Ended::Stalled),
            }
        }
    }
}

/// Trap: the tokens are collected, and shown when the answer is over.
/// Caught by: silence_ends_it
/// Says: Showing takes no time here. Who
mod collects_first {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut all = Vec::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    all.push(token.text);
                }
                Ok(Some(Err(e))) => break Ended::Failed(e),
                Ok(None) => break Ended::Done,
                Err(_) => break Ended::Stalled,
            }
        };
        for token in &all {
            show(token).await;
        }
        (text, ended)
    }
}

/// Trap: the whole text is shown with each token.
/// Caught by: a_long_answer_is_read_to_its_end
/// Says: `show` gets each token, and each
mod shows_all_each_time {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    show(&text).await;
                }
                Ok(Some(Err(e))) => return (text, Ended::Failed(e)),
                Ok(None) => return (text, Ended::Done),
                Err(_) => return (text, Ended::Stalled),
            }
        }
    }
}

/// Trap: each token moves the deadline on by `idle`: what a quick token did not need is left for a slow one.
/// Caught by: silence_ends_it
/// Says: Nothing of an earlier wait is
mod what_was_left_is_kept {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let mut deadline = tokio::time::Instant::now() + idle;
        loop {
            match tokio::time::timeout_at(deadline, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    deadline += idle;
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Ok(Some(Err(e))) => return (text, Ended::Failed(e)),
                Ok(None) => return (text, Ended::Done),
                Err(_) => return (text, Ended::Stalled),
            }
        }
    }
}

/// Trap: the page has the limit as well, and what is too slow is dropped.
/// Caught by: showing_is_not_silence
/// Says: The limit is on the model
mod the_page_has_a_limit_too {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    // a slow page must not hold us up
                    let _ = timeout(idle, show(&token.text)).await;
                }
                Ok(Some(Err(e))) => return (text, Ended::Failed(e)),
                Ok(None) => return (text, Ended::Done),
                Err(_) => return (text, Ended::Stalled),
            }
        }
    }
}

/// Trap: the next token is waited for beside the page, and the limit runs there, too.
/// Caught by: showing_is_not_silence
/// Says: The limit is on the model
mod reads_ahead_while_it_shows {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let mut next = timeout(idle, tokens.next()).await;
        loop {
            match next {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    let shown = show(&token.text);
                    next = futures::join!(shown, timeout(idle, tokens.next())).1;
                }
                Ok(Some(Err(e))) => return (text, Ended::Failed(e)),
                Ok(None) => return (text, Ended::Done),
                Err(_) => return (text, Ended::Stalled),
            }
        }
    }
}

/// Trap: the page has five seconds for a token, and what it has not shown by then is dropped.
/// Caught by: showing_is_not_silence
/// Says: await it to its end
mod the_page_has_five_seconds {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        loop {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => {
                    text.push_str(&token.text);
                    let _ = timeout(Duration::from_secs(5), show(&token.text)).await;
                }
                Ok(Some(Err(error))) => return (text, Ended::Failed(error)),
                Ok(None) => return (text, Ended::Done),
                Err(_elapsed) => return (text, Ended::Stalled),
            }
        }
    }
}

/// Trap: a limit on the whole as well, of an hour.
/// Caught by: a_long_answer_is_read_to_its_end
/// Says: A limit round the loop, or a timer
mod an_hour_in_all {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let all = async {
            let mut tokens = llm.stream(prompt);
            loop {
                match timeout(idle, tokens.next()).await {
                    Ok(Some(Ok(token))) => {
                        text.push_str(&token.text);
                        show(&token.text).await;
                    }
                    Ok(Some(Err(error))) => return Ended::Failed(error),
                    Ok(None) => return Ended::Done,
                    Err(_elapsed) => return Ended::Stalled,
                }
            }
        };
        let ended = timeout(Duration::from_secs(3600), all).await.unwrap_or(Ended::Stalled);
        (text, ended)
    }
}

/// Trap: the tokens that wait are shown together.
/// Caught by: showing_is_not_silence
/// Says: times for 30 tokens
/// Says: Each token has a show of its own
mod several_in_one_show {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut chunks = llm.stream(prompt).ready_chunks(64);
        loop {
            let chunk = match timeout(idle, chunks.next()).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return (text, Ended::Done),
                Err(_elapsed) => return (text, Ended::Stalled),
            };
            let (mut piece, mut failed) = (String::new(), None);
            for token in chunk {
                match token {
                    Ok(token) => piece += &token.text,
                    Err(error) => failed = Some(error),
                }
            }
            text += &piece;
            if !piece.is_empty() {
                show(&piece).await;
            }
            if let Some(error) = failed {
                return (text, Ended::Failed(error));
            }
        }
    }
}
