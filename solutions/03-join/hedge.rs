//! # Hedge: a solution
//!
//! The race is about the first token, so `begin` is what runs in it: a future that ends with the first token, and with the
//! stream from which the others come.
//!
//! `pin!` puts that future into a variable of its own. `timeout` gets only a borrow of it, so when the time is over the
//! borrow is gone and the call is not: it is still in flight, with all the waiting done so far.
//!
//! `select_ok` then polls both and is ready with the first `Ok`. It keeps waiting after an error, as long as a call is left,
//! and gives back the last error where none is. Both futures live in `first_to_begin`, so the loser is dropped when that
//! returns, which is *before* the rest of the answer is read. In one function with the loop, it would live to the end of the
//! answer: nobody polls it, and the model writes all the same.
//!
//! Choose the delay from your own times to the first token. At their 95th percentile, one question in twenty is sent twice,
//! and the slowest beginnings are gone. What an early error means is a matter of taste: gRPC's hedging sends the next call at
//! once. Here it is returned, because a hedge is against slowness, and retries have a lesson of their own.
//!
//! Also right: `select!` in a loop over `next()` of both streams, with a condition for each that has failed, and a `drop` of
//! the loser; `futures::future::select`, which gives back the future that is not ready; two futures of one type in a
//! `FuturesUnordered`; two tasks in a `JoinSet`, which aborts the loser when it is dropped.

use std::{pin::pin, time::Duration};

use futures::{StreamExt, future::select_ok};
use mock_llm::{Error, MockLlm, Token, TokenStream};
use tokio::time::timeout;

/// Asks one model. The stream does nothing until it is polled. An answer has at least one token.
fn ask(llm: &MockLlm, model: &str, prompt: &str) -> TokenStream {
    llm.model(model).stream(prompt)
}

/// Shows the answer of atlas, which is asked now, or of birch, which is asked after `delay`: whichever begins first.
///
/// Two calls at most.
pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration, mut show: impl FnMut(Token)) -> Result<(), Error> {
    let (first, mut rest) = first_to_begin(llm, prompt, delay).await?;
    show(first);
    while let Some(token) = rest.next().await {
        show(token?);
    }
    Ok(())
}

/// The first token of whichever call begins first, and the rest of its answer. The other call is dropped.
async fn first_to_begin(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<(Token, TokenStream), Error> {
    let mut atlas = pin!(begin(llm, "atlas", prompt));
    if let Ok(in_time) = timeout(delay, &mut atlas).await {
        return in_time;
    }
    let birch = pin!(begin(llm, "birch", prompt));
    let (begun, _loser) = select_ok([atlas, birch]).await?;
    Ok(begun)
}

/// Asks one model, and waits for its first token.
async fn begin(llm: &MockLlm, model: &str, prompt: &str) -> Result<(Token, TokenStream), Error> {
    let mut tokens = ask(llm, model, prompt);
    let first = tokens.next().await.expect("an answer has at least one token")?;
    Ok((first, tokens))
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/hedge.rs"]
mod checks;
