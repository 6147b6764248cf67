//! Several streams as one: whose turn is it when more than one of them is ready?

use futures::{Stream, StreamExt, stream};
use mock_llm::{Error, MockLlm, Token};

// ANCHOR: merged
/// The answers of several models to one prompt, each token with the model that wrote it, in
/// the order in which they come.
///
/// `select_all` polls a stream only after it was woken, in the order of the wakes, so a
/// model that always has a token ready does not hide the others.
pub fn merged<'llm>(
    llm: &'llm MockLlm,
    models: &[&'llm str],
    prompt: &str,
) -> impl Stream<Item = (&'llm str, Result<Token, Error>)> {
    let tagged = models
        .iter()
        .map(|&model| llm.model(model).stream(prompt).map(move |token| (model, token)));
    stream::select_all(tagged)
}
// ANCHOR_END: merged

// ANCHOR: first_wins
/// Polls the first stream as long as it has something: the second one comes when the first
/// has nothing or has ended. This is right for a signal that must not wait behind data, and
/// wrong for two of a kind.
pub fn first_wins<T>(
    first: impl Stream<Item = T>,
    second: impl Stream<Item = T>,
) -> impl Stream<Item = T> {
    stream::select_with_strategy(first, second, |_: &mut ()| stream::PollNext::Left)
}
// ANCHOR_END: first_wins
