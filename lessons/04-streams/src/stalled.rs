//! A buffer of futures runs only while somebody polls it. A loop body that waits for
//! something else polls nobody.

use std::time::Duration;

use futures::{StreamExt, stream};
use mock_llm::{Error, MockLlm, Reply};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

/// What each call has seen: from its first poll to its reply.
pub type Seen = Vec<Duration>;

async fn timed(llm: &MockLlm, prompt: &str) -> Result<(Reply, Duration), Error> {
    let started = Instant::now();
    let reply = llm.complete(prompt).await?;
    Ok((reply, started.elapsed()))
}

// ANCHOR: stalled
/// Three calls at a time, and five seconds of work on each reply. While the body works, it
/// is the body that is polled. The calls in the buffer are not: their replies come, and
/// nobody takes them.
///
/// # Errors
/// That of the first call that fails.
pub async fn in_the_loop(
    llm: &MockLlm,
    prompts: &[&str],
    work: Duration,
) -> Result<Seen, Error> {
    let mut seen = Vec::new();
    let mut replies = stream::iter(prompts).map(|prompt| timed(llm, prompt)).buffered(3);
    while let Some(reply) = replies.next().await {
        let (_reply, took) = reply?;
        seen.push(took);
        // A database, a printer, a reader who thinks.
        sleep(work).await;
    }
    Ok(seen)
}
// ANCHOR_END: stalled

// ANCHOR: mended
/// The calls on one side, the work on the other, and a channel between them: both sides are
/// polled, whichever of them waits. The channel is bounded. When the work is far behind,
/// the calls wait for it *between* two calls, and not in the middle of one.
///
/// # Errors
/// That of the first call that fails.
pub async fn beside_the_loop(
    llm: &MockLlm,
    prompts: &[&str],
    work: Duration,
) -> Result<Seen, Error> {
    let (sender, mut receiver) = mpsc::channel(3);
    let calls = async {
        // Moved in: the loop below ends when the sender is gone.
        let sender = sender;
        let one = async |prompt: &&str| {
            // A place first, then the call: no reply waits here for the work.
            let Ok(place) = sender.reserve().await else { return };
            place.send(timed(llm, prompt).await);
        };
        stream::iter(prompts).for_each_concurrent(3, one).await;
        Ok(())
    };
    let work = async {
        let mut seen = Vec::new();
        while let Some(reply) = receiver.recv().await {
            let (_reply, took) = reply?;
            seen.push(took);
            sleep(work).await;
        }
        Ok(seen)
    };
    // After an error nobody takes replies any more: the calls end with the work.
    let ((), seen) = futures::try_join!(calls, work)?;
    Ok(seen)
}
// ANCHOR_END: mended
