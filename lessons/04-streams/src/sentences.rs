//! An adapter of our own: a stream around a stream, with `pin-project`.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::Stream;
use mock_llm::{Error, Token};
use pin_project::pin_project;

// ANCHOR: sentences
/// Tokens in, sentences out, each as soon as it is whole: for a voice that reads aloud, a
/// token is too little and an answer too much.
///
/// It does nothing of its own between two polls. It asks for tokens only while somebody
/// asks for a sentence, so it is never ahead of its reader by more than one of them.
///
/// A sentence ends with a token that ends in `.`, `!` or `?`. An error is the last item:
/// half a sentence before it is no sentence, and is dropped.
#[pin_project]
#[derive(Debug)]
pub struct Sentences<S> {
    /// Pinned with us: whoever pins this adapter has pinned the stream in it.
    #[pin]
    tokens: S,
    /// Moves freely. It is what came of a sentence that has no end yet.
    begun: String,
    ended: bool,
}

/// Cuts an answer into sentences.
pub fn sentences<S>(tokens: S) -> Sentences<S> {
    Sentences { tokens, begun: String::new(), ended: false }
}

impl<S: Stream<Item = Result<Token, Error>>> Stream for Sentences<S> {
    type Item = Result<String, Error>;

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        while !*this.ended {
            match ready!(this.tokens.as_mut().poll_next(context)) {
                Some(Ok(token)) => {
                    this.begun.push_str(&token.text);
                    if this.begun.trim_end().ends_with(['.', '!', '?']) {
                        return Poll::Ready(whole(this.begun).map(Ok));
                    }
                }
                Some(Err(error)) => {
                    *this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    *this.ended = true;
                    // A sentence without its full stop is still something to say.
                    return Poll::Ready(whole(this.begun).map(Ok));
                }
            }
        }
        Poll::Ready(None)
    }
}

fn whole(begun: &mut String) -> Option<String> {
    let sentence = mem::take(begun).trim().to_owned();
    (!sentence.is_empty()).then_some(sentence)
}
// ANCHOR_END: sentences
