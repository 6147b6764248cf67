//! Other right answers for `idle_or_total`.

/// One pinned timer, set again before each wait.
mod one_timer_set_again {
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
                        silence.as_mut().reset(tokio::time::Instant::now() + idle);
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

/// `select!` with a new timer in each turn, and the model first.
mod select_each_turn {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            let next = tokio::select! {
                biased;
                token = tokens.next() => Ok(token),
                () = tokio::time::sleep(idle) => Err(()),
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

/// A stream whose items are limited by an adapter, made with `unfold`.
mod a_stream_of_results {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let limited = futures::stream::unfold(llm.stream(prompt), |mut tokens| async move {
            match timeout(idle, tokens.next()).await {
                Ok(Some(Ok(token))) => Some((Ok(token), tokens)),
                Ok(Some(Err(error))) => Some((Err(Ended::Failed(error)), tokens)),
                Ok(None) => None,
                Err(_elapsed) => Some((Err(Ended::Stalled), tokens)),
            }
        });
        let mut limited = std::pin::pin!(limited);
        while let Some(next) = limited.next().await {
            match next {
                Ok(token) => {
                    text.push_str(&token.text);
                    show(&token.text).await;
                }
                Err(ended) => return (text, ended),
            }
        }
        (text, Ended::Done)
    }
}

/// The end of the wait as an instant.
mod deadline_of_the_turn {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        let ended = loop {
            match tokio::time::timeout_at(tokio::time::Instant::now() + idle, tokens.next()).await {
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

/// The stream and the timer are polled by hand, in this order.
mod polled_by_hand {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        use std::task::Poll;
        let mut text = String::new();
        let mut tokens = llm.stream(prompt);
        loop {
            let mut timer = Box::pin(tokio::time::sleep(idle));
            let next = std::future::poll_fn(|cx| {
                if let Poll::Ready(next) = tokens.poll_next_unpin(cx) {
                    return Poll::Ready(Ok(next));
                }
                timer.as_mut().poll(cx).map(Err)
            })
            .await;
            match next {
                Ok(Some(Ok(token))) => {
                    text += &token.text;
                    show(&token.text).await
                }
                Ok(Some(Err(e))) => return (text, Ended::Failed(e)),
                Ok(None) => return (text, Ended::Done),
                Err(()) => return (text, Ended::Stalled),
            }
        }
    }
}

/// A stream that ends when the model is silent, and says why in a variable outside.
mod a_stream_of_pieces {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        use futures::stream;
        let mut text = String::new();
        let mut ended = Ended::Done;
        {
            let ended = &mut ended;
            let pieces = stream::unfold((llm.stream(prompt), ended), |(mut tokens, ended)| async move {
                match timeout(idle, tokens.next()).await {
                    Ok(Some(Ok(token))) => Some((token.text, (tokens, ended))),
                    Ok(Some(Err(e))) => {
                        *ended = Ended::Failed(e);
                        None
                    }
                    Ok(None) => None,
                    Err(_) => {
                        *ended = Ended::Stalled;
                        None
                    }
                }
            });
            let mut pieces = std::pin::pin!(pieces);
            while let Some(piece) = pieces.next().await {
                text += &piece;
                show(&piece).await;
            }
        }
        (text, ended)
    }
}

/// A block that leaves with `?` for each of the two reasons.
mod two_question_marks {
    pub async fn read(llm: &MockLlm, prompt: &str, idle: Duration, mut show: impl AsyncFnMut(&str)) -> (String, Ended) {
        let mut text = String::new();
        let outcome: Result<(), Ended> = async {
            let mut tokens = llm.stream(prompt);
            while let Some(token) = timeout(idle, tokens.next()).await.map_err(|_| Ended::Stalled)? {
                let token = token.map_err(Ended::Failed)?;
                text.push_str(&token.text);
                show(&token.text).await;
            }
            Ok(())
        }
        .await;
        (text, outcome.err().unwrap_or(Ended::Done))
    }
}
