//! A second request when the first answer is late: the loser is dropped.

use std::{pin::pin, time::Duration};

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

use crate::newsroom::headline;

// ANCHOR: hedge
/// Asks for a headline. Where there is none after `patience`, asks once more, and takes
/// whichever reply is there first.
///
/// At most two calls are made. The one that loses is dropped when this returns. Choose the
/// patience from your own latencies: at their 95th percentile, one request in twenty is sent
/// twice.
///
/// # Errors
/// That of the first call where it fails within `patience`; later, the last of two errors,
/// when both calls have failed.
pub async fn patient_headline(
    llm: &MockLlm,
    article: &str,
    patience: Duration,
) -> Result<Reply, Error> {
    let mut first = pin!(headline(llm, article));
    if let Ok(result) = timeout(patience, first.as_mut()).await {
        return result;
    }
    // `timeout` dropped its borrow, not the call: it is still in flight.
    let second = pin!(headline(llm, article));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}
// ANCHOR_END: hedge
