//! Other right answers for `render_as_it_arrives`.

/// A wait for the first token of a piece, and none for the others.
mod without_a_wait {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        use futures::FutureExt;

        let mut tokens = llm.stream(prompt);
        while let Some(first) = tokens.next().await {
            let mut text = first?.text;
            let mut error = None;
            while let Some(Some(token)) = tokens.next().now_or_never() {
                match token {
                    Ok(token) => text += &token.text,
                    Err(failed) => error = Some(failed),
                }
            }
            screen.show(&text).await;
            if let Some(error) = error {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// It reads on while the screen is busy.
mod reading_while_showing {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let mut tokens = llm.stream(prompt);
        let mut text = String::new();
        let mut end = None;
        while end.is_none() || !text.is_empty() {
            if text.is_empty() {
                match tokens.next().await {
                    Some(Ok(token)) => text = token.text,
                    Some(Err(error)) => end = Some(Err(error)),
                    None => end = Some(Ok(())),
                }
                continue;
            }
            let piece = std::mem::take(&mut text);
            let mut showing = std::pin::pin!(screen.show(&piece));
            loop {
                tokio::select! {
                    biased;
                    token = tokens.next(), if end.is_none() => match token {
                        Some(Ok(token)) => text += &token.text,
                        Some(Err(error)) => end = Some(Err(error)),
                        None => end = Some(Ok(())),
                    },
                    () = &mut showing => break,
                }
            }
        }
        end.unwrap_or(Ok(()))
    }
}

/// Two halves of a join, and a channel that hands over all that is in it.
mod two_halves {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let read = async {
            let sender = sender;
            let mut tokens = llm.stream(prompt);
            while let Some(token) = tokens.next().await {
                let _ = sender.send(token);
            }
        };
        let show = async {
            let mut piece = Vec::new();
            while receiver.recv_many(&mut piece, 1000).await > 0 {
                let mut result = Ok(());
                let mut text = String::new();
                for token in piece.drain(..) {
                    match token {
                        Ok(token) => text += &token.text,
                        Err(error) => result = Err(error),
                    }
                }
                if !text.is_empty() {
                    screen.show(&text).await;
                }
                result?;
            }
            Ok(())
        };
        tokio::join!(read, show).1
    }
}

/// A task reads, and ends with the function.
mod a_task_that_ends {
    pub async fn render(llm: &MockLlm, prompt: &str, screen: &mut Screen) -> Result<(), Error> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let mut tokens = llm.stream(prompt);
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move {
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
