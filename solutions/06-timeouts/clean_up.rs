//! # Clean up: a solution
//!
//! A future that is dropped ends at the `.await` where it stands. No line after it runs, and no `?` is passed. The only code of yours that
//! still runs is `Drop`, of the values that are alive there. So what must happen is in a guard that owns the session.
//!
//! `Drop` cannot await, and a goodbye takes a while. So there are two ways: the good one is an ordinary `close(…).await` at the end, which the
//! guard makes possible by giving its session back (`take`); the hard one is `abandon`, in `Drop`, for the session that is still there.
//!
//! The questions stand in a block of their own, so that `?` leaves the block and not the function.
//!
//! A panic unwinds, and drops the guard as well.
//!
//! Also right: the crate scopeguard; a guard of a closure. Not right: a task that is spawned in `drop`: there may be no runtime any more, and
//! nobody waits for it.

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

/// Owns a session, and abandons it unless it was taken out.
struct Guard<'a, P: Provider> {
    provider: &'a P,
    session: Option<P::Session>,
}

impl<P: Provider> Drop for Guard<'_, P> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.provider.abandon(session);
        }
    }
}

/// Asks all `prompts` in a session of its own, and gives the answers.
pub async fn converse<P: Provider>(provider: &P, llm: &MockLlm, prompts: &[&str]) -> Result<Vec<String>, Error> {
    let mut guard = Guard { provider, session: Some(provider.open().await?) };
    let conversation = async {
        let mut answers = Vec::new();
        for prompt in prompts {
            answers.push(llm.complete(prompt).await?.text);
        }
        Ok(answers)
    };
    let answers = conversation.await;
    if let Some(session) = guard.session.take() {
        provider.close(session).await;
    }
    answers
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/clean_up.rs"]
mod checks;
