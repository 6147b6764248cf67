//! # Ring deadlock
//!
//! An editor and a writer work together. The editor sends letters to the writer; the writer answers one letter after another
//! and sends each draft back; the editor prints it. A draft that says "hm" is not printed: its letter goes to the writer
//! `once_more`, until the draft is good. Each letter is printed once, in whichever order.
//!
//! Each of the two queues holds `capacity` messages, 1 or more, and the editor takes a letter from the pile only when there is
//! room for it: at most `2 * capacity + 3` letters have been taken and not printed. Where the pile is long, there are times at
//! which it is `capacity` at least: the queues are there to be used. While the editor prints, the writer goes on with the next
//! letter. `edit` returns when all is printed, and the writer's task ends with it.
//!
//! The draft below is quick with a few letters, and stops for ever with many. Mend it, for every pile and every capacity.
//!
//! Starts: deadlock
//! Run: `cargo workbook check 05-queues/ring_deadlock` · Read: book, chapter 5, Two actors in a ring · 15 min

use mock_llm::MockLlm;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// What the writer made of a letter.
#[derive(Debug)]
pub struct Draft {
    pub letter: String,
    pub text: String,
}

/// The letter, as it goes to the writer again.
fn once_more(letter: &str) -> String {
    format!("{letter}!")
}

/// Answers each letter that comes. The writer is right as it is.
async fn writer(llm: MockLlm, mut letters: Receiver<String>, drafts: Sender<Draft>) {
    while let Some(letter) = letters.recv().await {
        let reply = llm.complete(&letter).await.expect("the script of this exercise has no faults");
        if drafts.send(Draft { letter, text: reply.text }).await.is_err() {
            return;
        }
    }
}

/// Has every letter of the pile answered, and prints the good drafts.
pub async fn edit(
    llm: &MockLlm,
    pile: impl Iterator<Item = String>,
    capacity: usize,
    mut print: impl AsyncFnMut(Draft),
) {
    let (to_writer, letters) = mpsc::channel(capacity);
    let (to_editor, mut drafts) = mpsc::channel(capacity);
    tokio::spawn(writer(llm.clone(), letters, to_editor));
    let mut with_the_writer = 0;
    for letter in pile {
        to_writer.send(letter).await.expect("the writer is there");
        with_the_writer += 1;
    }
    while with_the_writer > 0 {
        let draft: Draft = drafts.recv().await.expect("the writer is there");
        if draft.text.contains("hm") {
            to_writer.send(once_more(&draft.letter)).await.expect("the writer is there");
        } else {
            with_the_writer -= 1;
            print(draft).await;
        }
    }
}

#[path = "checks/ring_deadlock.rs"]
mod checks;
