//! # Generator: a solution
//!
//! Of a generator that is dropped, no line runs any more, so the entry is written by a destructor. The bill is made outside of
//! `stream!`: inside, it would be made at the first poll, which may never come. It says `Left` until somebody knows better.
//!
//! A token is counted before it is yielded, for the generator stands in its `yield` until it is polled again. For the same reason
//! the bill of an error is dropped before the error is handed on. At the end the generator drops the bill itself, with all else
//! that it holds, before the reader hears of the end.
//!
//! The bill goes into the generator whole because its methods are called there. With `bill.count += 1` only the number would: a
//! generator, like a closure, takes along no more than the fields that it names. The rest would be dropped when `billed`
//! returns, with 0 tokens, and the compiler would only warn that the count is never read.
//!
//! Also right: a type of its own with `poll_next` and `Drop`; a guard around the whole stream.

use std::sync::{Arc, Mutex};

use async_stream::stream;
use futures::{Stream, StreamExt};
use mock_llm::{Error, Token, TokenStream};

/// How the reading of an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Whole,
    Failed,
    /// The reader went away.
    Left,
}

/// All bills. Clones are the same ledger.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Vec<(String, usize, Ended)>>>);

impl Ledger {
    pub fn book(&self, customer: &str, tokens: usize, ended: Ended) {
        self.0.lock().unwrap().push((customer.to_owned(), tokens, ended));
    }

    pub fn entries(&self) -> Vec<(String, usize, Ended)> {
        self.0.lock().unwrap().clone()
    }
}

/// Writes its entry when it is dropped.
struct Bill {
    customer: String,
    ledger: Ledger,
    tokens: usize,
    ended: Ended,
}

impl Bill {
    fn add_token(&mut self) {
        self.tokens += 1;
    }

    fn close(mut self, ended: Ended) {
        self.ended = ended;
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        self.ledger.book(&self.customer, self.tokens, self.ended);
    }
}

/// Hands the answer on, and bills the customer.
pub fn billed(
    mut tokens: TokenStream,
    customer: &str,
    ledger: &Ledger,
) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
    let mut bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
    stream! {
        while let Some(token) = tokens.next().await {
            if token.is_err() {
                bill.close(Ended::Failed);
                yield token;
                return;
            }
            bill.add_token();
            yield token;
        }
        bill.close(Ended::Whole);
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/generator.rs"]
mod checks;
