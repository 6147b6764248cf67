//! # Lagged: what else is right
//!
//! Each module holds only what differs from the solution, `../lagged.rs`.

/// Also right: a new subscription *before* the archive is read: what is sent later waits in it. A token of these that the archive had
/// already is known by its place.
mod begins_anew_before_the_reading {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let (mut text, mut known) = (String::new(), 0);
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < known => continue,
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    tokens = tokens.resubscribe();
                    let all = archive.read().await;
                    (text, known) = (all.concat(), all.len());
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Also right: the text and the next place are kept apart, and `if let` takes the errors one by one.
mod a_count_beside_the_text {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let (mut text, mut next) = (String::new(), 0);
        loop {
            let received = tokens.recv().await;
            if let Err(RecvError::Lagged(missed)) = received {
                screen.missed(missed);
                let all = archive.read().await;
                (text, next) = (all.concat(), all.len());
                screen.show(&text).await;
                continue;
            }
            let Ok(token) = received else { break };
            if token.place == next {
                text += &token.text;
                next += 1;
                screen.show(&text).await;
            }
        }
    }
}

/// Also right: a stream made of the receiver, which ends where the channel is closed.
mod as_a_stream {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        use futures::{StreamExt, stream};

        let news = stream::unfold(tokens, async |mut tokens| match tokens.recv().await {
            Err(RecvError::Closed) => None,
            Ok(token) => Some((Ok(token), tokens)),
            Err(RecvError::Lagged(missed)) => Some((Err(missed), tokens)),
        });
        let mut news = std::pin::pin!(news);
        let mut shown: Vec<String> = Vec::new();
        while let Some(next) = news.next().await {
            match next {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(missed) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                }
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Also right: after the archive was read, the tokens that it has are taken out of the channel at once.
mod empties_what_is_known {
    use tokio::sync::broadcast::error::TryRecvError;

    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        let mut known = tokens.recv().await;
        loop {
            match known {
                Ok(token) if token.place >= shown.len() => {
                    shown.push(token.text);
                    screen.show(&shown.concat()).await;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                    screen.show(&shown.concat()).await;
                }
                Err(RecvError::Closed) => break,
            }
            known = match tokens.try_recv() {
                Ok(token) => Ok(token),
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Closed) => Err(RecvError::Closed),
                Err(TryRecvError::Empty) => tokens.recv().await,
            };
        }
    }
}

/// Also right: of the text of the archive only the missed tokens are taken; the rest comes from the channel.
mod takes_the_missed_tokens_only {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    let (all, known) = (archive.read().await, shown.len());
                    shown.extend(all.into_iter().skip(known).take(missed as usize));
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}
