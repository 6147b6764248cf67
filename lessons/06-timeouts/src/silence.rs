//! A stream can be silent, and it can be long: two limits for two troubles.

use std::time::Duration;

use futures::StreamExt;
use mock_llm::{Error, TokenStream};
use tokio::time::timeout;

// ANCHOR: read
/// What was read of a stream, and why there is no more of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub text: String,
    pub ended: Ended,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The model has said everything.
    Whole,
    /// It was still talking when the time was over.
    TooLong,
    /// It fell silent.
    Silent,
    /// It never said a word.
    NeverBegan,
    Failed(Error),
}
// ANCHOR_END: read

// ANCHOR: total
/// A limit on the length. The text stands outside of the future that is dropped: what has come is kept.
pub async fn at_most(mut tokens: TokenStream, total: Duration) -> Read {
    let mut text = String::new();
    let reading = async {
        while let Some(token) = tokens.next().await {
            match token {
                Ok(token) => text.push_str(&token.text),
                Err(error) => return Ended::Failed(error),
            }
        }
        Ended::Whole
    };
    let ended = timeout(total, reading).await.unwrap_or(Ended::TooLong);
    Read { text, ended }
}
// ANCHOR_END: total

// ANCHOR: idle
/// A limit on the silence. Each token starts the clock anew, and here that is what is wanted.
pub async fn while_it_speaks(mut tokens: TokenStream, idle: Duration) -> Read {
    let mut text = String::new();
    let ended = loop {
        match timeout(idle, tokens.next()).await {
            Ok(Some(Ok(token))) => text.push_str(&token.text),
            Ok(Some(Err(error))) => break Ended::Failed(error),
            Ok(None) => break Ended::Whole,
            Err(_elapsed) => break Ended::Silent,
        }
    };
    Read { text, ended }
}
// ANCHOR_END: idle
