//! # A smaller future
//!
//! `ask_about` cleans a page in a scratch buffer of 16 KiB, and then asks the model about it. It works. But a thousand
//! questions wait for their answers at a time, and each of them has 16 KiB that nobody reads any more: 16 MB. Mend it:
//! a question that waits holds its prompt, but no scratch, and no other room of that size either, however long its page
//! is: neither in the future itself nor behind a pointer. What the model is asked stays the same.
//!
//! Starts: wrong
//! Run: `cargo workbook check 01-futures/smaller_future` · Read: book, chapter 1, What a future weighs · 10 min

use std::cell::Cell;

use mock_llm::{MockLlm, Reply};

thread_local! {
    /// How many scratch buffers there are now on this thread.
    static IN_USE: Cell<usize> = const { Cell::new(0) };
}

/// Room to clean a page in.
struct Scratch([u8; Self::SIZE]);

impl Scratch {
    pub const SIZE: usize = 16 * 1024;

    pub fn new() -> Self {
        IN_USE.set(IN_USE.get() + 1);
        Self([0; Self::SIZE])
    }

    /// How many there are now on this thread.
    pub fn in_use() -> usize {
        IN_USE.get()
    }

    /// Puts the page in with its white space cleaned up, and returns it. What does not fit is left out.
    pub fn clean(&mut self, page: &str) -> &str {
        let mut end = 0;
        for word in page.split_whitespace() {
            let space = usize::from(end > 0);
            let Some(room) = self.0.get_mut(end..end + space + word.len()) else { break };
            room[..space].fill(b' ');
            room[space..].copy_from_slice(word.as_bytes());
            end += space + word.len();
        }
        str::from_utf8(&self.0[..end]).expect("whole words of a string are UTF-8")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        IN_USE.set(IN_USE.get() - 1);
    }
}

/// Asks the model: "Sum up: " and the cleaned page.
pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
    let mut scratch = Scratch::new();
    let prompt = format!("Sum up: {}", scratch.clean(page));
    llm.complete(&prompt).await.expect("the script of this exercise has no faults")
}

#[path = "checks/smaller_future.rs"]
mod checks;
