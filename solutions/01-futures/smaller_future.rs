//! # A smaller future: a solution
//!
//! A future is one value. It has room at least for the largest of its states, and a state holds every variable that
//! lives across its `.await`. With the scratch among them the future has 16 456 bytes, in place of 72. A thousand of
//! them are 16 MB, for a buffer that nobody reads any more.
//!
//! The block ends before the `.await`, and the scratch with it. During a poll it is on the stack of the thread, where
//! all questions use the same place, one after another.
//!
//! `drop(scratch)` would run the destructor and keep the room: the compiler of today keeps the place of a variable that
//! was borrowed until its block ends. A `Box` around it makes the future small at once; to give the memory back, it has
//! to be dropped before the `.await` as well.
//!
//! Also right: a function that is not `async` for the prompt; `format!` with `Scratch::new().clean(page)` in it, whose
//! temporaries end with the macro.

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
    let prompt = {
        let mut scratch = Scratch::new();
        format!("Sum up: {}", scratch.clean(page))
    };
    llm.complete(&prompt).await.expect("the script of this exercise has no faults")
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/smaller_future.rs"]
mod checks;
