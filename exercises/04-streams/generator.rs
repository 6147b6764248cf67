//! # Generator
//!
//! Customers pay for the tokens that they were sent. `billed` hands an answer on, and writes one entry into the ledger. On most
//! days it does. But customers who close the page in the middle of an answer are never billed. Mend it:
//!
//! - Every stream that `billed` gives out is booked, exactly once: with the number of tokens that its reader was given, and with
//!   how it ended.
//! - `Whole` and `Failed` are booked when the reader hears of the end or of the error, and not later. `Left` is booked when
//!   the stream is dropped before that, even if nobody has ever polled it.
//! - Tokens and errors are handed on as they come, and after an error comes the end. Whoever asks again after the end hears of
//!   the end again, and is not billed again.
//!
//! Starts: wrong
//! Run: `cargo workbook check 04-streams/generator` · Read: book, chapter 4, When the reader leaves · 10 min

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

/// Hands the answer on, and bills the customer.
pub fn billed(
    mut tokens: TokenStream,
    customer: &str,
    ledger: &Ledger,
) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
    let (customer, ledger) = (customer.to_owned(), ledger.clone());
    stream! {
        let mut count = 0;
        while let Some(token) = tokens.next().await {
            if token.is_err() {
                yield token;
                ledger.book(&customer, count, Ended::Failed);
                return;
            }
            yield token;
            count += 1;
        }
        ledger.book(&customer, count, Ended::Whole);
    }
}

#[path = "checks/generator.rs"]
mod checks;
