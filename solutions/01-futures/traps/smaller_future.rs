//! # A smaller future: what people write
//!
//! Each module holds only what differs from the solution, `../smaller_future.rs`.

/// Trap: the prompt is put together in the call itself. A temporary lives until the end of its statement, across the `.await`.
/// Caught by: is_small_while_it_waits
/// Says: So is a temporary of the statement with the `.await` in it
mod a_temporary_of_the_statement {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        llm.complete(&["Sum up: ", Scratch::new().clean(page)].concat())
            .await
            .expect("the script of this exercise has no faults")
    }
}

/// Trap: an `async fn` cleans the page and gives the scratch back, so that it lives on in the caller.
/// Caught by: is_small_while_it_waits
/// Says: every variable that lives across an `.await`
mod an_async_helper_that_keeps_it {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let (_scratch, prompt) = prompt_for(page).await;
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }

    async fn prompt_for(page: &str) -> (Scratch, String) {
        let mut scratch = Scratch::new();
        let prompt = format!("Sum up: {}", scratch.clean(page));
        (scratch, prompt)
    }
}

/// Trap: the scratch is boxed. The future is small now, and each one that waits holds 16 KiB of the heap.
/// Caught by: holds_no_scratch_while_it_waits
/// Says: behind a pointer
mod boxed_and_kept {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let mut scratch = Box::new(Scratch::new());
        let prompt = format!("Sum up: {}", scratch.clean(page));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: `drop(scratch)` ends the value, but not its place: the future keeps room for a variable that was borrowed until
/// its block ends.
/// Caught by: is_small_while_it_waits
/// Says: `drop(scratch)` ends the value and not its place
mod dropped_by_hand {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let mut scratch = Scratch::new();
        let prompt = format!("Sum up: {}", scratch.clean(page));
        drop(scratch);
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the scratch is a variable of the function, so it lives until the function ends, across the `.await`.
/// Caught by: is_small_while_it_waits
/// Says: every variable that lives across an `.await`
mod kept_across_the_await {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let mut scratch = Scratch::new();
        let prompt = format!("Sum up: {}", scratch.clean(page));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the whole work is boxed: what is passed around is a pointer, and the 16 KiB are behind it.
/// Caught by: holds_no_scratch_while_it_waits
/// Says: behind a pointer
mod the_future_is_boxed {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        Box::pin(async move {
            let mut scratch = Scratch::new();
            let prompt = format!("Sum up: {}", scratch.clean(page));
            llm.complete(&prompt).await.expect("the script of this exercise has no faults")
        })
        .await
    }
}
