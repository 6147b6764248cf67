//! The loop of the receiver ends when the last sender is gone.

use std::time::Duration;

use tokio::{sync::mpsc, time::sleep};

// ANCHOR: letters
/// One producer for each word. Sends its letters, `pause` apart.
pub async fn letters(words: &[&str], pause: Duration) -> Vec<char> {
    let (sender, mut receiver) = mpsc::channel(4);
    for word in words {
        let (sender, word) = (sender.clone(), (*word).to_owned());
        tokio::spawn(async move {
            for letter in word.chars() {
                sleep(pause).await;
                if sender.send(letter).await.is_err() {
                    return;
                }
            }
        });
    }
    // Each task has a sender of its own. This one would keep the queue open for ever.
    drop(sender);

    let mut arrived = Vec::new();
    while let Some(letter) = receiver.recv().await {
        arrived.push(letter);
    }
    arrived
}
// ANCHOR_END: letters

// ANCHOR: reader_leaves
/// Relays what a silent source may say some day, and stops as soon as nobody reads. `send` alone would notice it only at the
/// next token.
pub async fn relay(mut source: mpsc::Receiver<String>, reader: mpsc::Sender<String>) {
    loop {
        let token = tokio::select! {
            () = reader.closed() => return,
            token = source.recv() => token,
        };
        let Some(token) = token else { return };
        if reader.send(token).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: reader_leaves
