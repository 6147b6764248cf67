//! # Merge: a solution
//!
//! `select_all` keeps its streams in a `FuturesUnordered`. It polls a stream only after it was woken, and one that has given its
//! token stands at the end of the line again. So a stream that is always ready is asked in turn with the others.
//!
//! `select!` with `biased` looks at `stop` first, at every poll. Without `biased` it looks first at one of the two by chance, and a
//! token may be heard after the end.
//!
//! The streams live in the generator. When its loop is left they are dropped, and then the reader hears of the end. With
//! `select_all(…).take_until(stop)` they would live until the whole stream is dropped, for that adapter only stops to ask.
//!
//! Each name is put to its tokens inside of its own stream, so two models may have the same. An error is an item like a token, and
//! then the stream of that model has ended.
//!
//! Also right: a `FuturesUnordered` of `into_future`; a `Vec` of streams that is asked from another place each time;
//! `take_until` in an `Option` that is emptied at the end.

use std::pin::pin;

use async_stream::stream;
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
    let voices: Vec<_> = models.iter().map(|&name| ask(llm, name, question).map(move |token| (name, token))).collect();
    stream! {
        let mut stop = pin!(stop);
        let mut voices = stream::select_all(voices);
        loop {
            let next = tokio::select! {
                biased;
                () = &mut stop => break,
                next = voices.next() => next,
            };
            match next {
                Some(item) => yield item,
                None => break,
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/merge.rs"]
mod checks;
