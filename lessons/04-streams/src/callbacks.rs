//! Two ways to hand tokens on: call somebody for each, or be asked for each.

use futures::StreamExt;
use mock_llm::{Error, MockLlm};

// ANCHOR: callback
/// What a screen wants to hear. The calls are async, and each is waited for.
pub trait Handler {
    fn start(&mut self) -> impl Future<Output = ()>;
    fn token(&mut self, text: &str) -> impl Future<Output = ()>;
    fn end(&mut self, result: Result<(), &Error>) -> impl Future<Output = ()>;
}

/// Pushes an answer into a handler.
///
/// While the handler works on a token, nothing reads the next one: it comes late by as much
/// as the handler takes, unless the model is slower than the handler.
pub async fn tell(llm: &MockLlm, prompt: &str, handler: &mut impl Handler) {
    handler.start().await;
    let mut tokens = llm.stream(prompt);
    while let Some(token) = tokens.next().await {
        match token {
            Ok(token) => handler.token(&token.text).await,
            Err(error) => return handler.end(Err(&error)).await,
        }
    }
    handler.end(Ok(())).await;
}
// ANCHOR_END: callback

// ANCHOR: pulled
/// The same with a stream: the reader has the loop. It may stop after any token, wait as
/// long as it likes, or read two streams at once. A handler can do none of these.
pub async fn first_words(
    llm: &MockLlm,
    prompt: &str,
    words: usize,
) -> Result<String, Error> {
    let mut text = String::new();
    let mut tokens = llm.stream(prompt).take(words);
    while let Some(token) = tokens.next().await {
        text.push_str(&token?.text);
    }
    Ok(text)
}
// ANCHOR_END: pulled
