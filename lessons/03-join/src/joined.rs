//! All at once: one future made of three.

use mock_llm::{Error, MockLlm};

use crate::newsroom::{Edition, headline, summary, translation};

// ANCHOR: join
/// Takes as long as the slowest of the three.
///
/// The places of the results are the places of the arguments, whichever is there first. An
/// error waits in its place like a reply: `join!` returns when all three have ended. The
/// `?` below looks at them only then.
pub async fn edition(llm: &MockLlm, article: &str) -> Result<Edition, Error> {
    let (headline, summary, translation) = tokio::join!(
        headline(llm, article),
        summary(llm, article),
        translation(llm, article)
    );
    Ok(Edition { headline: headline?, summary: summary?, translation: translation? })
}
// ANCHOR_END: join
