//! # In the background
//!
//! atlas answers a letter in 1 s, and birch sums it up in 2 s. `answer_and_summary` returns both as soon as they are there,
//! after 2 s here. `answer_now` returns the answer as soon as it is there. Nobody waits for its summary, no thread either, and
//! still that call begins at once and goes on to its end, however long it takes, and its summary comes into the archive at the
//! instant at which it is there. So it is for each letter, however many are answered at the same time, and also where the
//! caller gives `answer_now` up.
//!
//! The code below was carried over from JavaScript, where a call runs from the moment at which it is made. Mend it.
//!
//! Starts: too slow
//! Run: `cargo workbook check 03-join/background` · Read: book, chapter 3, In the background: `spawn` · 10 min

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use mock_llm::{MockLlm, Reply};

/// Where summaries are kept. A clone is the same archive.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    summaries: Arc<Mutex<Vec<Reply>>>,
}

impl Archive {
    pub fn keep(&self, summary: Reply) {
        self.summaries.lock().expect("nobody panics while holding it").push(summary);
    }
}

/// The main work: atlas answers the letter.
async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

/// The work in the background: birch sums the letter up.
async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

/// Returns the answer and the summary, in this order. The summary is made while the answer is.
pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let summary = summarise(llm, letter);
    let answer = answer(llm, letter).await;
    (answer, summary.await)
}

/// Returns as soon as the answer is there. The summary comes into the archive without anybody waiting for it.
pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
    let _in_the_background = summarise(llm, letter).map(|summary| archive.keep(summary));
    answer(llm, letter).await
}

#[path = "checks/background.rs"]
mod checks;
