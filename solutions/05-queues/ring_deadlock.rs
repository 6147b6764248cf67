//! # Ring deadlock: a solution
//!
//! Two queues make a ring: the editor waits for a place at the writer's, and the writer for a place at the editor's. Nobody is
//! wrong alone, and both wait for ever. A longer queue only needs a larger pile; one without an end takes the whole pile.
//!
//! The mend: whoever is in a ring never waits for a place *only*. The editor waits for two things at once, a place at the
//! writer's and a draft, and does what comes first. `reserve` waits for a place without holding a message, so nothing is lost
//! when the other branch wins. A letter that must go to the writer again is kept at hand, and a new one is taken from the pile
//! only when no such letter waits: so the list is never longer than the two queues.
//!
//! Also right: a limit on the letters that are with the writer. With at most `capacity + 1` of them there is always a place, and
//! nobody waits for one.

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
    let mut pile = pile.fuse();
    let mut again: Vec<String> = Vec::new();
    let (mut with_the_writer, mut pile_is_done) = (0_usize, false);
    while with_the_writer > 0 || !again.is_empty() || !pile_is_done {
        tokio::select! {
            // A draft first: what is on its way comes to its end before anything new begins.
            biased;
            Some(draft) = drafts.recv() => {
                let draft: Draft = draft;
                with_the_writer -= 1;
                if draft.text.contains("hm") {
                    again.push(once_more(&draft.letter));
                } else {
                    print(draft).await;
                }
            }
            place = to_writer.reserve(), if !again.is_empty() || !pile_is_done => {
                match again.pop().or_else(|| pile.next()) {
                    Some(letter) => {
                        place.expect("the writer is there").send(letter);
                        with_the_writer += 1;
                    }
                    None => pile_is_done = true,
                }
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/ring_deadlock.rs"]
mod checks;
