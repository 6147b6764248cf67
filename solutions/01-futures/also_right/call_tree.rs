//! # Call tree: what else is right
//!
//! Each module holds only what differs from the solution, `../call_tree.rs`.

/// Also right: a function that is not `async` and returns a boxed future, as before Rust 1.77.
mod a_function_that_returns_a_box {
    use std::pin::Pin;

    pub fn call<'a>(llm: &'a MockLlm, tool: &'a Tool) -> Pin<Box<dyn Future<Output = String> + Send + 'a>> {
        Box::pin(async move {
            let mut results = Vec::new();
            for needed in &tool.needs {
                results.push(call(llm, needed).await);
            }
            ask(llm, tool, &results).await
        })
    }
}

/// Also right: a list of the tools that wait for results takes the place of the recursion.
mod a_list_in_place_of_the_recursion {
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let mut waiting: Vec<(&Tool, Vec<String>)> = vec![(tool, Vec::new())];
        loop {
            let (tool, results) = waiting.last().expect("the root leaves the list last");
            if let Some(needed) = tool.needs.get(results.len()) {
                waiting.push((needed, Vec::new()));
                continue;
            }
            let result = ask(llm, tool, results).await;
            waiting.pop();
            match waiting.last_mut() {
                Some((_, results)) => results.push(result),
                None => return result,
            }
        }
    }
}

/// Also right: `boxed_local` of the futures crate is `Box::pin` with a type that hides the future.
mod boxed_local {
    use futures::FutureExt;

    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(call(llm, needed).boxed_local().await);
        }
        ask(llm, tool, &results).await
    }
}
