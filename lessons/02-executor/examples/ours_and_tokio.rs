//! The same program, unchanged, on our runtime and on tokio; in real time and in virtual time.
//!
//! Two models answer at once, and their tokens are shown as they come.
//!
//! `cargo run -p lesson-02-executor --example ours_and_tokio`; with `-- real`, on real clocks too.
//!
//! What lets one program run on both: it names no runtime. It combines futures with the `futures` crate, which only polls
//! and wakes, and it is given a clock. A call to `tokio::spawn` or `tokio::time::sleep` in the middle of it would tie it to
//! tokio, for such a call looks for its runtime on the thread it runs on.

#[path = "our_clock/mod.rs"]
mod our_clock;

use std::{env, fmt, sync::Arc, time::Duration};

use futures::{TryStreamExt, stream};
use lesson_02_executor::runtime;
use mock_llm::{Clock, Error, MockLlm, Model, TokioClock};

pub use our_clock::OurClock;

// ANCHOR: program
/// A token, and when it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub at: Duration,
    pub model: &'static str,
    pub text: String,
}

/// The program. It runs on whatever polls it.
pub async fn ask_both(clock: Arc<dyn Clock>) -> Result<Vec<Shown>, Error> {
    let llm = MockLlm::builder()
        .clock(Arc::clone(&clock))
        .model(
            Model::new("atlas")
                .time_to_first_token(Duration::from_millis(300))
                .inter_token_latency(Duration::from_millis(100))
                .reply("A runtime polls what can go on."),
        )
        .model(
            Model::new("boreas")
                .time_to_first_token(Duration::from_millis(450))
                .inter_token_latency(Duration::from_millis(200))
                .reply("When nothing can, it waits."),
        )
        .build();
    let answers = ["atlas", "boreas"].map(|model| {
        llm.model(model)
            .stream("What does a runtime do?")
            .map_ok(move |token| (model, token.text))
    });
    stream::select_all(answers)
        .map_ok(|(model, text)| Shown { at: clock.now(), model, text })
        .try_collect()
        .await
}
// ANCHOR_END: program

fn main() -> Result<(), Error> {
    let ours = runtime::Builder::new()
        .virtual_clock()
        .build()
        .block_on(ask_both(Arc::new(OurClock)))?;
    let theirs = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a tokio runtime")
        .block_on(ask_both(Arc::new(TokioClock::default())))?;
    print("Our runtime, virtual clock", &ours);
    print("tokio, paused clock", &theirs);
    assert_eq!(ours, theirs, "the same tokens at the same instants");
    println!("The two are equal, to the nanosecond.");

    if env::args().any(|argument| argument == "real") {
        in_real_time()?;
    }
    Ok(())
}

/// The same texts again. The instants differ from run to run: these are real timers.
fn in_real_time() -> Result<(), Error> {
    println!();
    let ours = runtime::block_on(ask_both(Arc::new(OurClock)))?;
    let theirs = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a tokio runtime")
        .block_on(ask_both(Arc::new(TokioClock::default())))?;
    print("Our runtime, real clock", &ours);
    print("tokio, real clock", &theirs);
    Ok(())
}

/// Each line is a token: when, who, what.
fn print(title: &str, tokens: &[Shown]) {
    println!("{title}");
    for token in tokens {
        println!("  {token}");
    }
    println!();
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>6.1} ms  {:<7}{}",
            self.at.as_secs_f64() * 1e3,
            self.model,
            self.text.trim_start()
        )
    }
}
