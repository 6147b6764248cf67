//! # Lagged: what people write
//!
//! Each module holds only what differs from the solution, `../lagged.rs`.

/// Trap: any error ends the subscription, as if a gap were the end (the starter, in other words).
/// Caught by: tells_the_gap_and_fills_it
/// Says: in the end 0 letters
/// Says: A gap is not the end
mod ends_at_the_gap {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(_) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: the gap is told, and the text goes on behind it as if it were whole.
/// Caught by: tells_the_gap_and_fills_it
/// Says: a text with which the answer begins
/// Says: A token was left out
mod goes_on_behind_the_gap {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    continue;
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: the archive mends the text, and nobody is told that there was a gap.
/// Caught by: tells_the_gap_and_fills_it
/// Says: missed tokens told: []
/// Says: A gap that nobody tells
mod hides_the_gap {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(_)) => shown = archive.read().await,
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: the tokens that wait in the channel are added to the text of the archive, which has them.
/// Caught by: tells_the_gap_and_fills_it
/// Says: A token was left out, or stands there twice
mod adds_what_the_archive_had {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    text = archive.read().await.concat();
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: after the reading the channel is emptied, with the tokens that came meanwhile.
/// Caught by: loses_nothing_while_the_archive_is_read
/// Says: Tokens may come while it is read
mod begins_anew_after_the_reading {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    text = archive.read().await.concat();
                    tokens = tokens.resubscribe();
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: the closed channel is taken for one more thing to wait out: it is asked again, at once, for ever.
/// Caught by: shows_each_token_as_it_comes
/// Says: polls without end
mod asks_the_closed_channel_again {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                }
                Err(RecvError::Closed) => {
                    tokio::task::yield_now().await;
                    continue;
                }
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: the channel is looked at every ten milliseconds: a receiver sleeps and is woken, and needs no clock.
/// Caught by: shows_each_token_as_it_comes
/// Says: polls
mod looks_every_ten_milliseconds {
    use tokio::sync::broadcast::error::TryRecvError;

    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.try_recv() {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(TryRecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                }
                Err(TryRecvError::Empty) => {
                    sleep(Duration::from_millis(10)).await;
                    continue;
                }
                Err(TryRecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: the archive is read for every token: always right, and as if there were no channel.
/// Caught by: shows_each_token_as_it_comes
/// Says: for 0 gaps
/// Says: not every viewer reads the archive for every token
mod reads_the_archive_for_each_token {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        loop {
            match tokens.recv().await {
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => screen.missed(missed),
                Err(RecvError::Closed) => return,
            }
            let text = archive.read().await.concat();
            screen.show(&text).await;
        }
    }
}

/// Trap: one gap is counted as one token, whatever the channel says.
/// Caught by: tells_the_gap_and_fills_it
/// Says: missed tokens told: [1]
mod counts_gaps_and_not_tokens {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(_)) => {
                    screen.missed(1);
                    shown = archive.read().await;
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: the number is told after the reading, when the viewer has waited for it without a word, and sees the text already.
/// Caught by: tells_the_gap_and_fills_it
/// Says: tell the gap first
mod tells_the_gap_too_late {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => {
                    shown.push(token.text);
                    screen.show(&shown.concat()).await;
                }
                Err(RecvError::Lagged(missed)) => {
                    shown = archive.read().await;
                    screen.show(&shown.concat()).await;
                    screen.missed(missed);
                }
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Trap: a gap is mended, and the tale ends there, as if the text of the archive were the last.
/// Caught by: goes_on_until_the_channel_is_closed
/// Says: the whole answer on the screen
mod ends_with_the_archive {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    text = archive.read().await.concat();
                    screen.show(&text).await;
                    return;
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: a silence of one second is taken for the end.
/// Caught by: shows_each_token_as_it_comes
/// Says: silence is not the end
mod takes_silence_for_the_end {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        while let Ok(next) = tokio::time::timeout(Duration::from_secs(1), tokens.recv()).await {
            match next {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: the first gap is filled with the archive, and after that every new gap by tokens left out: once is taken for always.
/// Caught by: goes_on_until_the_channel_is_closed
/// Says: A token was left out
mod fills_one_gap_only {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let (mut text, mut next, mut is_filled) = (String::new(), 0, false);
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < next => continue,
                Ok(token) => {
                    next = token.place + 1;
                    text.push_str(&token.text);
                }
                Err(RecvError::Lagged(missed)) if is_filled => {
                    screen.missed(missed);
                    continue;
                }
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    let all = archive.read().await;
                    (text, next, is_filled) = (all.concat(), all.len(), true);
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: the end is read off `is_closed`, before what is left in the channel was seen.
/// Caught by: tells_the_gap_and_fills_it
/// Says: in the end 0 letters
mod asks_whether_it_is_closed {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        while !tokens.is_closed() {
            match tokens.recv().await {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: the channel is emptied after the reading, and a second gap is thrown away with what is known.
/// Caught by: loses_nothing_while_the_archive_is_read
/// Says: A token was left out
mod throws_the_second_gap_away {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) if token.place < shown.len() => continue,
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                    while tokens.try_recv().is_ok() {}
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: a new subscription before the archive is read, and all that comes in it is taken for new.
/// Caught by: a_token_that_is_sent_after_the_archive_was_read_comes_once
/// Says: empty the channel before the reading
mod takes_all_that_comes_later_for_new {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    tokens = tokens.resubscribe();
                    text = archive.read().await.concat();
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: the tokens that wait in the channel are thrown away before the archive is read, and all that comes later is taken for new.
/// Caught by: a_token_that_is_sent_after_the_archive_was_read_comes_once
/// Says: empty the channel before the reading
mod empties_the_channel_first {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut text = String::new();
        loop {
            match tokens.recv().await {
                Ok(token) => text.push_str(&token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    while tokens.try_recv().is_ok() {}
                    text = archive.read().await.concat();
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&text).await;
        }
    }
}

/// Trap: after the reading as many tokens are skipped as wait in the channel, as if the archive had no others.
/// Caught by: a_token_that_is_sent_after_the_archive_was_read_comes_once
/// Says: count what waits in it
mod skips_what_waits {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        let mut skip = 0;
        loop {
            match tokens.recv().await {
                Ok(_) if skip > 0 => {
                    skip -= 1;
                    continue;
                }
                Ok(token) => shown.push(token.text),
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                    skip = tokens.len();
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}

/// Trap: all that has come is taken out with `try_recv`, and shown together.
/// Caught by: goes_on_until_the_channel_is_closed
/// Says: each of them is shown
mod shows_what_came_together_once {
    pub async fn follow(mut tokens: Receiver<Token>, archive: &Archive, screen: &mut Screen) {
        let mut shown: Vec<String> = Vec::new();
        loop {
            match tokens.recv().await {
                Ok(token) => {
                    let mut next = Some(token);
                    while let Some(token) = next {
                        if token.place >= shown.len() {
                            shown.push(token.text);
                        }
                        next = tokens.try_recv().ok();
                    }
                }
                Err(RecvError::Lagged(missed)) => {
                    screen.missed(missed);
                    shown = archive.read().await;
                }
                Err(RecvError::Closed) => return,
            }
            screen.show(&shown.concat()).await;
        }
    }
}
