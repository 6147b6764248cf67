//! # Merge
//!
//! Some models debate a question, and the audience hears all of them at once. `debate` gives one stream: each token with the name of
//! the model that said it, when it is said.
//!
//! - Each model is heard in its own order. A model that always has a token ready does not drown the others: before another one is
//!   heard that has a token, too, no model gives more than two.
//! - A model that fails says its error, and is heard no more. The others go on. The debate ends when all models have ended.
//! - When `stop` is ready, the debate ends at once, with no further token, however many are ready. When the audience hears of the
//!   end, no model speaks any more. (A task that was aborted ends when the runtime next has its turn: that is soon enough.) And if
//!   `stop` is ready before the first token is asked for, nobody is asked.
//! - Two models may have one name. An audience that leaves takes all calls along.
//!
//! Run: `cargo workbook check 04-streams/merge` · Read: book, chapter 4, Several streams as one · 15 min

use futures::{Stream, StreamExt, stream};
use mock_llm::{Error, MockLlm, Token, TokenStream};

/// Asks one model. The stream does nothing until it is polled.
fn ask(llm: &MockLlm, model: &str, question: &str) -> TokenStream {
    llm.model(model).stream(question)
}

/// What the models say to a question, until all have ended or `stop` is ready.
pub fn debate<'a, S: Future<Output = ()> + 'a>(
    llm: &MockLlm,
    models: &[&'a str],
    question: &str,
    stop: S,
) -> impl Stream<Item = (&'a str, Result<Token, Error>)> + use<'a, S> {
    todo!("put the streams of all models together, in fair turns, and watch `stop`");
    // A function gives one type. This line tells the compiler which, until yours does.
    stream::empty()
}

#[path = "checks/merge.rs"]
mod checks;
