//! Two answers on one thread: control is handed over at every token.

use futures::StreamExt;
use mock_llm::{Error, MockLlm};

// ANCHOR: handle
/// What a server does for one user: ask, and send on each token as it comes. At each
/// `.await` that has to wait, the other users have their turn.
pub async fn handle(
    llm: &MockLlm,
    user: &str,
    prompt: &str,
    mut send: impl FnMut(&str, &str),
) -> Result<(), Error> {
    let mut tokens = llm.stream(prompt);
    while let Some(token) = tokens.next().await {
        send(user, &token?.text);
    }
    Ok(())
}
// ANCHOR_END: handle
