//! # Find the blocker
//!
//! Two people ask for a debate at the same time, and the second one waits until the first has all of it. Every function
//! here is `async`, it compiles, and it works. And yet `debate` keeps the thread of the event loop for itself, in
//! several places: while it waits there, nobody else on that thread moves. Find all of them, and mend each with what
//! waits by `.await`.
//!
//! What a reader sees stays as it is: the title first, then the answer of atlas and that of birch, each token when it
//! comes, with the pause before each speaker. The first error ends the debate, and it is returned. A debate that is
//! dropped ends its call. Start no threads (also not by `spawn_blocking`): a call that waits for a model needs none.
//!
//! Run: `cargo workbook check 07-blocking/find_the_blocker` · Read: book, chapter 7, One thread, and who holds it · 10 min
//! Starts: blocked

use std::{thread, time::Duration};

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
    let atlas = llm.model("atlas").blocking();
    let reply = atlas.complete(&format!("A title for: {topic}"))?;
    Ok(reply.text)
}

async fn pause() {
    thread::sleep(PAUSE);
}

/// Lets one speaker answer, and shows each token when it comes.
async fn speak(llm: &MockLlm, speaker: &str, title: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
    let client = llm.model(speaker).blocking();
    for token in client.stream(title) {
        show(&token?.text);
    }
    Ok(())
}

#[path = "checks/find_the_blocker.rs"]
mod checks;
