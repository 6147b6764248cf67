//! The story: an article, three models, and the calls to them.

use mock_llm::{Error, MockLlm, Model, Reply};
use runs::secs;

/// What the newsroom wants of every article.
#[derive(Debug, PartialEq, Eq)]
pub struct Edition {
    pub headline: Reply,
    pub summary: Reply,
    pub translation: Reply,
}

/// The article that came in.
pub const ARTICLE: &str = "The night train to the coast runs again";

// ANCHOR: calls
/// Writes a headline. The future does nothing until it is polled.
pub async fn headline(llm: &MockLlm, article: &str) -> Result<Reply, Error> {
    llm.model("headline").complete(article).await
}

/// Writes a summary.
pub async fn summary(llm: &MockLlm, article: &str) -> Result<Reply, Error> {
    llm.model("summary").complete(article).await
}

/// Translates.
pub async fn translation(llm: &MockLlm, article: &str) -> Result<Reply, Error> {
    llm.model("translation").complete(article).await
}
// ANCHOR_END: calls

/// The three models of the newsroom, in this order: the summary takes 1.0 s, the
/// translation 0.8 s, the headline 0.6 s.
pub fn models() -> [Model; 3] {
    [("headline", 0.6), ("summary", 1.0), ("translation", 0.8)]
        .map(|(name, seconds)| model(name, seconds))
}

/// A model whose every call takes so many seconds. It waits all of that time and computes
/// nothing.
pub fn model(name: &str, seconds: f64) -> Model {
    Model::new(name).time_to_first_token(secs(seconds)).reply(format!("({name})"))
}

/// One model that weighs comments, and takes a different time for each of them.
pub fn moderator(seconds: impl IntoIterator<Item = f64>) -> Model {
    let waits = (1..).map(comment).zip(seconds);
    waits.fold(Model::new("moderator"), |model, (comment, seconds)| {
        model.time_to_first_token_for(comment, secs(seconds))
    })
}

/// The comment of a reader.
pub fn comment(number: usize) -> String {
    format!("comment {number}")
}

/// So many comments.
pub fn comments(count: usize) -> Vec<String> {
    (1..=count).map(comment).collect()
}
