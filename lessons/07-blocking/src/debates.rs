//! Three debates on one thread, and the log that shows whether they take turns.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{StreamExt, future::join_all};
use mock_llm::{Error, MockLlm, Model};
use tokio::time::Instant;

/// Three models that begin after a second, and end at 15.2, 16.1 and 17.3 s.
pub fn models() -> MockLlm {
    let paces = [("atlas", 1420), ("birch", 1510), ("cedar", 1630)];
    MockLlm::new(paces.map(|(name, pace)| {
        Model::new(name)
            .time_to_first_token(Duration::from_secs(1))
            .inter_token_latency(Duration::from_millis(pace))
            .reply("Tea wakes you up slowly, and coffee does it at once.")
    }))
}

/// What was printed, with the instant.
#[derive(Debug, Clone)]
pub struct Log {
    start: Instant,
    lines: Arc<Mutex<Vec<(Duration, String)>>>,
}

impl Default for Log {
    fn default() -> Self {
        Self { start: Instant::now(), lines: Arc::default() }
    }
}

impl Log {
    pub fn write(&self, line: String) {
        self.lines.lock().expect("nobody panics here").push((self.start.elapsed(), line));
    }

    pub fn lines(&self) -> Vec<(Duration, String)> {
        self.lines.lock().expect("nobody panics here").clone()
    }
}

// ANCHOR: blocking
/// The incident: an async function around the loop of a synchronous stream.
async fn debate_on_the_sdk(llm: &MockLlm, model: &str, log: &Log) -> Result<(), Error> {
    log.write(format!("{model}: started"));
    for (number, token) in llm.model(model).blocking().stream("Tea?").enumerate() {
        token?;
        say(log, model, number);
    }
    log.write(format!("{model}: ended"));
    Ok(())
}
// ANCHOR_END: blocking

// ANCHOR: async
/// Mended: the loop gives the thread back at each token.
async fn debate(llm: &MockLlm, model: &str, log: &Log) -> Result<(), Error> {
    log.write(format!("{model}: started"));
    let mut tokens = llm.model(model).stream("Tea?").enumerate();
    while let Some((number, token)) = tokens.next().await {
        token?;
        say(log, model, number);
    }
    log.write(format!("{model}: ended"));
    Ok(())
}
// ANCHOR_END: async

/// The first token, and the sixth.
fn say(log: &Log, model: &str, number: usize) {
    match number {
        0 => log.write(format!("{model}: first token")),
        5 => log.write(format!("{model}: token {}", number + 1)),
        _ => {}
    }
}

/// All three at once.
///
/// # Errors
/// Those of the models.
pub async fn three(llm: &MockLlm, blocking: bool) -> Result<Log, Error> {
    let log = Log::default();
    let debates = ["atlas", "birch", "cedar"].map(|model| {
        let log = &log;
        async move {
            if blocking {
                debate_on_the_sdk(llm, model, log).await
            } else {
                debate(llm, model, log).await
            }
        }
    });
    join_all(debates).await.into_iter().collect::<Result<(), _>>()?;
    Ok(log)
}
