//! # Find the blocker: a solution
//!
//! Three lines held the thread: the call for the title, `thread::sleep`, and, in each turn of the `for` loop, the
//! `next()` of an iterator that waits for a token. All three returned late, and no `.await` stood between, so the event
//! loop could run nobody else. `async fn` does not make the code in it give way: only an `.await` on something that is
//! not ready does.
//!
//! Each has a form that is awaited: the model's own `complete`, `tokio::time::sleep`, and a stream with `next().await`.
//! At each token the thread is free again, so the debates alternate.
//!
//! Also right: `try_next` or `try_for_each` in place of the loop; `sleep_until` for the pause.

use std::time::Duration;

use futures::StreamExt;
use mock_llm::{Error, MockLlm};

/// Before each speaker, so that the reader can follow.
pub const PAUSE: Duration = Duration::from_millis(419);

/// Shows a debate on this topic, a piece at a time.
pub async fn debate(llm: &MockLlm, topic: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
    let title = title(llm, topic).await?;
    show(&title);
    for speaker in ["atlas", "birch"] {
        pause().await;
        speak(llm, speaker, &title, &mut show).await?;
    }
    Ok(())
}

/// Asks atlas for a title, in one piece.
async fn title(llm: &MockLlm, topic: &str) -> Result<String, Error> {
    let reply = llm.model("atlas").complete(&format!("A title for: {topic}")).await?;
    Ok(reply.text)
}

async fn pause() {
    tokio::time::sleep(PAUSE).await;
}

/// Lets one speaker answer, and shows each token when it comes.
async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
    let mut tokens = llm.model(speaker).stream(title);
    while let Some(token) = tokens.next().await {
        show(&token?.text);
    }
    Ok(())
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/find_the_blocker.rs"]
mod checks;
