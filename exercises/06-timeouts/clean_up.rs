//! # Clean up
//!
//! A provider lends out sessions, and wants each of them back. `open` takes a while, and so does `close`, which says goodbye. Who
//! cannot wait calls `abandon`: the provider cleans up by itself, and charges for it. A session that is given back in neither
//! way is lost, and soon no new one is to be had.
//!
//! `converse` opens one session, asks the prompts in it (there may be none), one after another, closes it, and returns the
//! answers. The code below does this as long as all goes well. Mend it, so that each session is given back exactly once,
//! however the conversation ends:
//!
//! - It ends well, or with an error, which ends it at once: `close`, awaited, and only then `converse` returns.
//! - `converse` is dropped in the middle (somebody has left, or a time limit was over), or a call panics: `abandon`, at
//!   that moment. What is dropped while it opens, or while it closes, is the provider's own affair.
//!
//! Starts: wrong
//! Run: `cargo workbook check 06-timeouts/clean_up` · Read: book, chapter 6, What is left when a future is dropped · 12 min

use mock_llm::{Error, MockLlm};

/// Somebody who lends out sessions.
pub trait Provider {
    type Session;

    /// Takes a while.
    fn open(&self) -> impl Future<Output = Result<Self::Session, Error>>;

    /// Says goodbye, and takes a while.
    fn close(&self, session: Self::Session) -> impl Future<Output = ()>;

    /// For those who cannot wait.
    fn abandon(&self, session: Self::Session);
}

/// Asks all `prompts` in a session of its own, and gives the answers.
pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
    let session = provider.open().await?;
    let mut answers = Vec::new();
    for prompt in prompts {
        answers.push(llm.complete(prompt).await?.text);
    }
    provider.close(session).await;
    Ok(answers)
}

#[path = "checks/clean_up.rs"]
mod checks;
