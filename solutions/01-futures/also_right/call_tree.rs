//! # Call tree: what else is right
//!
//! Each module holds only what differs from the solution, `../call_tree.rs`.

/// Also right: a function that is not `async` and returns a boxed future, as before Rust 1.77.
mod a_function_that_returns_a_box {
    use std::pin::Pin;

    fn call_once<'a>(
        llm: &'a MockLlm,
        tool: &'a Tool,
        done: &'a mut Done,
    ) -> Pin<Box<dyn Future<Output = String> + Send + 'a>> {
        Box::pin(async move {
            if let Some(result) = done.get(&tool.name) {
                return result.clone();
            }
            let mut results = Vec::new();
            for needed in &tool.needs {
                results.push(call_once(llm, needed, done).await);
            }
            let result = ask(llm, tool, &results).await;
            done.insert(tool.name.clone(), result.clone());
            result
        })
    }
}

/// Also right: a list of the tools that wait for results takes the place of the recursion.
mod a_list_in_place_of_the_recursion {
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let mut done = Done::new();
        let mut waiting = vec![tool];
        while let Some(&tool) = waiting.last() {
            if let Some(needed) = tool.needs.iter().find(|needed| !done.contains_key(&needed.name)) {
                waiting.push(needed);
                continue;
            }
            let results: Vec<String> = tool.needs.iter().map(|needed| done[&needed.name].clone()).collect();
            let result = ask(llm, tool, &results).await;
            done.insert(tool.name.clone(), result);
            waiting.pop();
        }
        done.remove(&tool.name).expect("the root was called last")
    }
}

/// Also right: `boxed_local` of the futures crate is `Box::pin` with a type that hides the future.
mod boxed_local {
    use futures::FutureExt;

    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(call_once(llm, needed, done).boxed_local().await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Also right: who needs a tool looks first whether its result is there.
mod asked_where_it_is_needed {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            if let Some(result) = done.get(&needed.name) {
                results.push(result.clone());
                continue;
            }
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Also right: the results lie in a `RefCell`, which is borrowed for a line at a time and never across an `.await`.
mod a_cell_that_all_share {
    use std::cell::RefCell;

    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        shared(llm, tool, &RefCell::default()).await
    }

    async fn shared(llm: &MockLlm, tool: &Tool, done: &RefCell<Done>) -> String {
        let known = done.borrow().get(&tool.name).cloned();
        if let Some(result) = known {
            return result;
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(Box::pin(shared(llm, needed, done)).await);
        }
        let result = ask(llm, tool, &results).await;
        done.borrow_mut().insert(tool.name.clone(), result.clone());
        result
    }
}
