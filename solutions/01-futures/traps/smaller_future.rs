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

/// Trap: the scratch is leaked on the heap, and taken out of the count.
/// Caught by: holds_nothing_large_behind_a_pointer
/// Says: or was leaked
mod a_scratch_is_leaked {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let prompt = {
            let scratch = Box::leak(Box::new(Scratch::new()));
            IN_USE.set(IN_USE.get() - 1);
            format!("Sum up: {}", scratch.clean(page))
        };
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the prompt gets as much room as the longest page, so that it never has to grow.
/// Caught by: holds_nothing_large_behind_a_pointer
/// Says: with room for more than its text
mod a_prompt_with_room_for_every_page {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let mut prompt = String::with_capacity("Sum up: ".len() + Scratch::SIZE);
        prompt.push_str("Sum up: ");
        prompt.push_str(Scratch::new().clean(page));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the page is cleaned without a scratch, and without its limit.
/// Caught by: asks_about_the_cleaned_page
/// Says: `Scratch::clean` leaves out what does not fit
mod without_a_scratch {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let prompt = format!("Sum up: {}", page.split_whitespace().collect::<Vec<_>>().join(" "));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the prompt is made once and kept for all questions.
/// Caught by: asks_about_the_cleaned_page
/// Says: what `Scratch::clean` returns for this page
mod the_first_page_for_all {
    use std::cell::RefCell;

    thread_local! {
        static PROMPT: RefCell<Option<String>> = const { RefCell::new(None) };
    }

    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let make = || format!("Sum up: {}", Scratch::new().clean(page));
        let prompt = PROMPT.with_borrow_mut(|prompt| prompt.get_or_insert_with(make).clone());
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: one scratch for the whole thread. It is never made twice, and never ends.
/// Caught by: holds_no_scratch_while_it_waits
/// Says: The scratch outlives the question
mod one_scratch_for_all {
    use std::cell::RefCell;

    thread_local! {
        static SCRATCH: RefCell<Option<Scratch>> = const { RefCell::new(None) };
    }

    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let clean =
            |scratch: &mut Option<Scratch>| format!("Sum up: {}", scratch.get_or_insert_with(Scratch::new).clean(page));
        let prompt = SCRATCH.with_borrow_mut(clean);
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the work is boxed and the scratch dropped by hand: its place is in the future, and that is in the box.
/// Caught by: holds_nothing_large_behind_a_pointer
/// Says: in a future in a box
mod the_future_is_boxed_and_the_scratch_dropped {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        Box::pin(async move {
            let mut scratch = Scratch::new();
            let prompt = format!("Sum up: {}", scratch.clean(page));
            drop(scratch);
            llm.complete(&prompt).await.expect("the script of this exercise has no faults")
        })
        .await
    }
}

/// Trap: the prompt gets as much room as its page needs before it is cleaned.
/// Caught by: holds_nothing_large_behind_a_pointer
/// Says: asks for the room of a page that is not cleaned yet
mod a_prompt_with_room_for_its_page {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let mut prompt = String::with_capacity("Sum up: ".len() + page.len());
        prompt.push_str("Sum up: ");
        prompt.push_str(Scratch::new().clean(page));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: a copy of the page, as if the future had to own it. It waits with the question.
/// Caught by: holds_nothing_large_behind_a_pointer
/// Says: a copy of the page
mod a_copy_of_the_page {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let page = page.to_owned();
        let prompt = format!("Sum up: {}", Scratch::new().clean(&page));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Trap: the list of the words lives to the end of the function.
/// Caught by: holds_nothing_large_behind_a_pointer
/// Says: a list of its words
mod a_list_of_the_words {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let words: Vec<&str> = page.split_whitespace().collect();
        let prompt = format!("Sum up: {}", Scratch::new().clean(&words.join(" ")));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}
