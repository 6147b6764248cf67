//! While you do something else: a task goes on by itself.

use mock_llm::{Error, MockLlm, Reply};
use tokio::task::JoinHandle;

use crate::newsroom::{headline, translation};

// ANCHOR: spawn
/// Starts the translation, and does not wait for it.
///
/// A task may outlive the function that spawned it. So its future owns what it uses: a
/// clone of the client, which talks to the same models, and a copy of the text.
pub fn start_translation(llm: &MockLlm, article: &str) -> JoinHandle<Result<Reply, Error>> {
    let (llm, article) = (llm.clone(), article.to_owned());
    tokio::spawn(async move { translation(&llm, &article).await })
}

/// The headline and the translation. The translation goes on while this function waits for
/// the headline; where there is no headline, it goes on for nobody.
pub async fn bilingual(llm: &MockLlm, article: &str) -> Result<(Reply, Reply), Error> {
    let translation = start_translation(llm, article);
    let headline = headline(llm, article).await?;
    let translation =
        translation.await.expect("the translation does not panic, and nobody aborts it")?;
    Ok((headline, translation))
}
// ANCHOR_END: spawn

// ANCHOR: detached
/// The headline now. The handle of the translation is dropped, which does not stop it: the
/// task is *detached*.
///
/// No code will hear of its error, nor of its panic, which the panic hook prints. When the
/// runtime is dropped, so is the task, where it waits.
pub async fn headline_now(llm: &MockLlm, article: &str) -> Result<Reply, Error> {
    drop(start_translation(llm, article));
    headline(llm, article).await
}
// ANCHOR_END: detached
