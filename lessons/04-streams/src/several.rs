//! Several calls at a time, from a list: in order or not, and at least one at a time.

use futures::{StreamExt, TryStreamExt, stream};
use mock_llm::{Error, MockLlm, Reply};

// ANCHOR: in_order
/// Asks all prompts, `limit` at a time. The replies stand in the order of the prompts: one
/// that is ready waits for those before it, and takes one of the `limit` places meanwhile.
///
/// # Panics
/// Where `limit` is 0. Without this line it would wait for ever: `buffered(0)` polls no
/// future, and not even the list, so it does not end with an empty list either.
pub async fn in_order(
    llm: &MockLlm,
    prompts: &[&str],
    limit: usize,
) -> Result<Vec<Reply>, Error> {
    assert!(limit > 0, "a limit of 0 would wait for ever");
    stream::iter(prompts)
        .map(|prompt| llm.complete(prompt))
        .buffered(limit)
        .try_collect()
        .await
}
// ANCHOR_END: in_order

// ANCHOR: as_ready
/// The same in the order in which the replies come: nobody waits for a slower one.
///
/// # Panics
/// For a limit of 0.
pub async fn as_ready(
    llm: &MockLlm,
    prompts: &[&str],
    limit: usize,
) -> Result<Vec<Reply>, Error> {
    assert!(limit > 0, "a limit of 0 would wait for ever");
    stream::iter(prompts)
        .map(|prompt| llm.complete(prompt))
        .buffer_unordered(limit)
        .try_collect()
        .await
}
// ANCHOR_END: as_ready
