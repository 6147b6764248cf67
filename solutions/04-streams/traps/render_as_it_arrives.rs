//! What people write for `render_as_it_arrives`, and what it is told.

/// Trap: the whole reply, and then one piece.
/// Caught by: the_first_token_is_shown_when_it_comes
/// Says: has made a plain reply of it
mod the_whole_reply {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let reply = llm.complete(prompt).await?;
        screen.show(&reply.text).await;
        Ok(())
    }
}

/// Trap: ten tokens at a time, whether or not they have come.
/// Caught by: the_first_token_is_shown_when_it_comes
/// Says: collects tokens before he shows the first
mod chunks_of_ten {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).chunks(10);
        while let Some(piece) = pieces.next().await {
            let text: Result<Vec<String>, Error> =
                piece.into_iter().map(|token| token.map(|token| token.text)).collect();
            screen.show(&text?.concat()).await;
        }
        Ok(())
    }
}

/// Trap: ready items, but few at a time: the screen is behind again, only later.
/// Caught by: what_has_come_is_shown_in_one_piece
/// Says: waits in the stream
mod a_small_limit {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(12);
        while let Some(piece) = pieces.next().await {
            let (mut text, mut result) = (String::new(), Ok(()));
            for token in piece {
                match token {
                    Ok(token) => text.push_str(&token.text),
                    Err(error) => result = Err(error),
                }
            }
            if !text.is_empty() {
                screen.show(&text).await;
            }
            result?;
        }
        Ok(())
    }
}

/// Trap: a screen ten times in a second: text that is there waits for the next tick.
/// Caught by: the_first_token_is_shown_when_it_comes
/// Says: with the first token
mod at_every_tick {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut tokens = llm.stream(prompt);
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        let mut text = String::new();
        loop {
            tokio::select! {
                token = tokens.next() => match token {
                    Some(token) => text.push_str(&token?.text),
                    None => break,
                },
                _ = ticks.tick() => {
                    if !text.is_empty() {
                        screen.show(&std::mem::take(&mut text)).await;
                    }
                }
            }
        }
        if !text.is_empty() {
            screen.show(&text).await;
        }
        Ok(())
    }
}

/// Trap: what comes while the screen is busy is left out: the screen shows the newest token.
/// Caught by: every_token_is_shown_once
/// Says: it must not leave words out
mod only_the_newest {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(1000);
        while let Some(mut piece) = pieces.next().await {
            if let Some(token) = piece.pop() {
                screen.show(&token?.text).await;
            }
        }
        Ok(())
    }
}

/// Trap: the whole answer so far, again and again, because screens are painted anew.
/// Caught by: every_token_is_shown_once
/// Says: The pieces together are the answer
mod all_of_it_again {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(1000);
        let mut text = String::new();
        while let Some(piece) = pieces.next().await {
            for token in piece {
                text.push_str(&token?.text);
            }
            screen.show(&text).await;
        }
        Ok(())
    }
}

/// Trap: `?` in the middle of a piece: the tokens before the error are lost with it.
/// Caught by: an_error_comes_after_the_text_before_it
/// Says: show them first
mod the_error_takes_the_text_along {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(1000);
        while let Some(piece) = pieces.next().await {
            let mut text = String::new();
            for token in piece {
                text.push_str(&token?.text);
            }
            screen.show(&text).await;
        }
        Ok(())
    }
}

/// Trap: an error ends the text like an end.
/// Caught by: an_error_comes_after_the_text_before_it
/// Says: Half an answer looks like a whole one
mod an_error_is_an_end {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(1000);
        while let Some(piece) = pieces.next().await {
            let text: String = piece.into_iter().filter_map(|token| token.ok()).map(|token| token.text).collect();
            if !text.is_empty() {
                screen.show(&text).await;
            }
        }
        Ok(())
    }
}

/// Trap: one wait of the screen's length after the first token, so that the others can gather.
/// Caught by: what_has_come_is_shown_in_one_piece
/// Says: the next token may be long in coming
mod it_waits_for_more {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(1000);
        while let Some(piece) = pieces.next().await {
            let (mut text, mut result) = (String::new(), Ok(()));
            for token in piece {
                match token {
                    Ok(token) => text.push_str(&token.text),
                    Err(error) => result = Err(error),
                }
            }
            if !text.is_empty() {
                screen.show(&text).await;
                sleep(screen.takes).await;
            }
            result?;
        }
        Ok(())
    }
}

/// Trap: `show` is called, and its future is thrown away.
/// Caught by: every_token_is_shown_once
/// Says: a future that nobody awaits does nothing
mod show_is_not_awaited {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        use futures::FutureExt;

        let mut tokens = llm.stream(prompt);
        while let Some(token) = tokens.next().await {
            let (mut text, mut end) = (token?.text, Ok(()));
            while let Some(Some(token)) = tokens.next().now_or_never() {
                match token {
                    Ok(token) => text.push_str(&token.text),
                    Err(error) => end = Err(error),
                }
            }
            let _ = screen.show(&text);
            end?;
        }
        Ok(())
    }
}

/// Trap: `show` is polled once, so that the tokens need not wait for it: the screen gets a new piece while it is busy.
/// Caught by: what_has_come_is_shown_in_one_piece
/// Says: The screen was still busy with the piece before
mod show_is_polled_once {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        use futures::FutureExt;

        let mut tokens = llm.stream(prompt);
        while let Some(token) = tokens.next().await {
            screen.show(&token?.text).now_or_never();
        }
        Ok(())
    }
}

/// Trap: an error that comes alone makes a piece of nothing, and waits until the screen has shown it.
/// Caught by: an_error_comes_after_the_text_before_it
/// Says: show a piece only if there is text in it
mod a_piece_of_nothing {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut pieces = llm.stream(prompt).ready_chunks(1000);
        while let Some(piece) = pieces.next().await {
            let (mut text, mut result) = (String::new(), Ok(()));
            for token in piece {
                match token {
                    Ok(token) => text.push_str(&token.text),
                    Err(error) => result = Err(error),
                }
            }
            screen.show(&text).await;
            result?;
        }
        Ok(())
    }
}

/// Trap: a task reads, so that the screen need not wait: it reads on when nobody looks any more.
/// Caught by: a_caller_who_leaves_takes_the_call_along
/// Says: still there
mod a_task_reads_on {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let mut tokens = llm.stream(prompt);
        tokio::spawn(async move {
            while let Some(token) = tokens.next().await {
                let _ = sender.send(token);
            }
        });
        while let Some(token) = receiver.recv().await {
            let mut text = token?.text;
            let mut result = Ok(());
            while let Ok(token) = receiver.try_recv() {
                match token {
                    Ok(token) => text += &token.text,
                    Err(error) => result = Err(error),
                }
            }
            screen.show(&text).await;
            result?;
        }
        Ok(())
    }
}
