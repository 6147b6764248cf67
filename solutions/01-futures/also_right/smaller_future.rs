//! # A smaller future: what else is right
//!
//! Each module holds only what differs from the solution, `../smaller_future.rs`.

/// Also right: a function that is not `async` makes the prompt; its variables are on the stack, and gone when it returns.
mod a_function_that_is_not_async {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let prompt = prompt_for(page);
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }

    fn prompt_for(page: &str) -> String {
        format!("Sum up: {}", Scratch::new().clean(page))
    }
}

/// Also right: the scratch is a temporary of the statement that makes the prompt, and that statement does not await.
mod a_temporary_of_one_statement {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let prompt = format!("Sum up: {}", Scratch::new().clean(page));
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Also right: a boxed scratch that is dropped before the `.await`: the pointer has a place in the future, the buffer has none.
mod boxed_and_dropped {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        let mut scratch = Box::new(Scratch::new());
        let prompt = format!("Sum up: {}", scratch.clean(page));
        drop(scratch);
        llm.complete(&prompt).await.expect("the script of this exercise has no faults")
    }
}

/// Also right: `format!` ends its temporaries itself, so the scratch is gone before the call is made.
mod in_the_format_macro {
    pub async fn ask_about(llm: &MockLlm, page: &str) -> Reply {
        llm.complete(&format!("Sum up: {}", Scratch::new().clean(page)))
            .await
            .expect("the script of this exercise has no faults")
    }
}

/// Also right: the prompt is made before the `async` block. It is made at the call then, and not at the first poll.
mod prepared_before_the_block {
    pub fn ask_about(llm: &MockLlm, page: &str) -> impl Future<Output = Reply> {
        let prompt = format!("Sum up: {}", Scratch::new().clean(page));
        async move { llm.complete(&prompt).await.expect("the script of this exercise has no faults") }
    }
}
