//! One after another: each call begins when the one before it has ended.

use mock_llm::{Error, MockLlm};

use crate::newsroom::{Edition, headline, summary, translation};

// ANCHOR: in_turn
/// Takes as long as all three together.
pub async fn edition(llm: &MockLlm, article: &str) -> Result<Edition, Error> {
    Ok(Edition {
        headline: headline(llm, article).await?,
        summary: summary(llm, article).await?,
        translation: translation(llm, article).await?,
    })
}
// ANCHOR_END: in_turn

// ANCHOR: made_first
/// Makes the three futures first, and still takes as long as all three together.
///
/// To make a future starts nothing. Each `.await` polls one future, and only that one,
/// until it is done.
pub async fn edition_made_first(llm: &MockLlm, article: &str) -> Result<Edition, Error> {
    let headline = headline(llm, article);
    let summary = summary(llm, article);
    let translation = translation(llm, article);
    Ok(Edition {
        headline: headline.await?,
        summary: summary.await?,
        translation: translation.await?,
    })
}
// ANCHOR_END: made_first
