//! The first token has a limit of its own.

use std::time::Duration;

use futures::StreamExt;
use mock_llm::TokenStream;
use tokio::time::timeout;

use crate::silence::{Ended, Read};

// ANCHOR: patience
/// How long the reader waits for the first token, and for each one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A model that thinks says nothing for a long time, and is well.
    pub first_token: Duration,
    /// Once it talks, it does not pause.
    pub between: Duration,
}

impl Patience {
    pub async fn read(self, mut tokens: TokenStream) -> Read {
        let mut text = String::new();
        let mut phase = (self.first_token, Ended::NeverBegan);
        let ended = loop {
            let (limit, too_late) = &phase;
            match timeout(*limit, tokens.next()).await {
                Ok(Some(Ok(token))) => text.push_str(&token.text),
                Ok(Some(Err(error))) => break Ended::Failed(error),
                Ok(None) => break Ended::Whole,
                Err(_elapsed) => break too_late.clone(),
            }
            phase = (self.between, Ended::Silent);
        };
        Read { text, ended }
    }
}
// ANCHOR_END: patience
