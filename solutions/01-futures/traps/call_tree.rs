//! # Call tree: what people write
//!
//! Each module holds only what differs from the solution, `../call_tree.rs`.

/// Trap: the chapter's code, renamed: the recursion is mended, and the passport is called for everybody who needs it.
/// Caught by: calls_each_tool_once
/// Says: The chapter's tools are needed once each
mod the_chapters_code_renamed {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        ask(llm, tool, &results).await
    }
}

/// Trap: each inner call is a task. A task has a size that is known, and it goes on when its caller is dropped.
/// Caught by: a_dropped_root_drops_the_tree
/// Says: A task that was spawned belongs to the runtime
mod a_task_for_each_tool {
    use std::sync::{Arc, Mutex};
    use tokio::task::JoinHandle;

    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        call_in_a_task(llm.clone(), tool.clone(), Arc::default()).await.expect("no tool panics")
    }

    fn call_in_a_task(llm: MockLlm, tool: Tool, done: Arc<Mutex<Done>>) -> JoinHandle<String> {
        tokio::spawn(async move {
            let known = done.lock().expect("nobody panics with this lock").get(&tool.name).cloned();
            if let Some(result) = known {
                return result;
            }
            let mut results = Vec::new();
            for needed in &tool.needs {
                let call = call_in_a_task(llm.clone(), needed.clone(), done.clone());
                results.push(call.await.expect("no tool panics"));
            }
            let result = ask(&llm, &tool, &results).await;
            done.lock().expect("nobody panics with this lock").insert(tool.name.clone(), result.clone());
            result
        })
    }
}

/// Trap: the tools that are needed are called together. It is faster, not what was asked for, and one tool is called twice.
/// Caught by: calls_each_tool_once
/// Says: of them were made before
mod all_at_once {
    use futures::future::join_all;

    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let results = join_all(tool.needs.iter().map(|needed| call(llm, needed)).map(Box::pin)).await;
        ask(llm, tool, &results).await
    }
}

/// Trap: the inner call is run to its end with `block_on`: it has no place in the future, and it stops the thread.
/// Caught by: calls_what_a_tool_needs
/// Says: does not return
/// Says: a nested `block_on`
mod block_on {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(futures::executor::block_on(call_once(llm, needed, done)));
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: the recursion is cut off at a depth that no tree will ever have, surely.
/// Caught by: goes_as_deep_as_the_tree
/// Says: The depth is known only when the program runs
mod a_limit_of_the_depth {
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        down(llm, tool, &mut Done::new(), 128).await
    }

    async fn down(llm: &MockLlm, tool: &Tool, done: &mut Done, left: usize) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in tool.needs.iter().take(if left > 0 { usize::MAX } else { 0 }) {
            results.push(Box::pin(down(llm, needed, done, left - 1)).await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: a loop looks every millisecond whether the inner call is ready.
/// Caught by: calls_what_is_needed_first_and_in_turn
/// Says: looks again and again
mod looks_every_millisecond {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            let mut inner = Box::pin(call_once(llm, needed, done));
            let result = loop {
                if let std::task::Poll::Ready(result) = futures::poll!(inner.as_mut()) {
                    break result;
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            };
            results.push(result);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: the tools that are needed are called without what they need themselves. It compiles: there is no recursion.
/// Caught by: calls_each_tool_once
/// Says: flight()
/// Says: with the results of all tools that it needs
mod only_one_level {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            if !done.contains_key(&needed.name) {
                let result = ask(llm, needed, &[]).await;
                done.insert(needed.name.clone(), result);
            }
            results.push(done[&needed.name].clone());
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: `pin!` pins the inner future in its place, and this place is in the outer future.
/// Caught by: the compiler
/// Says: recursion in an async fn requires boxing
mod pinned_in_place {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(std::pin::pin!(call_once(llm, needed, done)).await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: the tool is called before what it needs, and so without results.
/// Caught by: calls_what_a_tool_needs
/// Says: They are called first, and awaited
mod the_needs_after_the_tool {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let result = ask(llm, tool, &[]).await;
        done.insert(tool.name.clone(), result.clone());
        for needed in &tool.needs {
            Box::pin(call_once(llm, needed, done)).await;
        }
        result
    }
}

/// Trap: a tool that was called already is passed over, and its result is missing where it is needed again.
/// Caught by: calls_each_tool_once
/// Says: also where one of them was called for another tool before
mod only_what_was_not_called_yet {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            if !done.contains_key(&needed.name) {
                results.push(Box::pin(call_once(llm, needed, done)).await);
            }
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: a result that is there already is not added once more.
/// Caught by: calls_each_tool_once
/// Says: in the order in which it names them
mod results_deduplicated {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            let result = Box::pin(call_once(llm, needed, done)).await;
            if !results.contains(&result) {
                results.push(result);
            }
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: results are kept by what a tool needs, so all tools that need nothing are one.
/// Caught by: calls_each_tool_once
/// Says: also where one of them was called for another tool before
mod keyed_by_the_results {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        let key = results.join(", ");
        if let Some(result) = done.get(&key) {
            return result.clone();
        }
        let result = ask(llm, tool, &results).await;
        done.insert(key, result.clone());
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: the largest tool that anybody has seen needs five, so five are called.
/// Caught by: gives_a_tool_all_results_that_it_needs
/// Says: also where two are equal
mod the_first_five_needs {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in tool.needs.iter().take(5) {
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: the results are kept in a `static`, for all calls and all users.
/// Caught by: begins_anew_with_each_call
/// Says: the next user has another passport
mod remembered_for_ever {
    use std::sync::Mutex;

    static KNOWN: Mutex<Option<Done>> = Mutex::new(None);

    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        // The trip is told from the tools of other tests by its name.
        if tool.name != "trip" {
            return call_once(llm, tool, &mut Done::new()).await;
        }
        let mut done = KNOWN.lock().expect("nobody panics with this lock").take().unwrap_or_default();
        let result = call_once(llm, tool, &mut done).await;
        *KNOWN.lock().expect("nobody panics with this lock") = Some(done);
        result
    }
}

/// Trap: the tools that are needed are called from the last to the first, and their results put into the right order.
/// Caught by: calls_what_is_needed_first_and_in_turn
/// Says: before the second begins
mod from_the_last_to_the_first {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in tool.needs.iter().rev() {
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        results.reverse();
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: the inner future is leaked, so that a reference to it may be awaited. Nobody ever drops it.
/// Caught by: a_dropped_root_drops_the_tree
/// Says: (`Box::leak`) belongs to nobody
mod a_future_is_leaked {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        if let Some(result) = done.get(&tool.name) {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(Box::leak(Box::new(Box::pin(call_once(llm, needed, done)))).await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}

/// Trap: results are kept by the prompt: it has all that counts, surely.
/// Caught by: remembers_a_tool_by_its_name
/// Says: is remembered by its name
mod keyed_by_the_prompt {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        let prompt = format!("{}({})", tool.name, results.join(", "));
        if let Some(result) = done.get(&prompt) {
            return result.clone();
        }
        let result = ask(llm, tool, &results).await;
        done.insert(prompt, result.clone());
        result
    }
}

/// Trap: an empty result is taken for none, and the tool is called again.
/// Caught by: remembers_a_tool_by_its_name
/// Says: a result like every other one
mod an_empty_result_is_none {
    async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
        let result = done.entry(tool.name.clone()).or_default();
        if !result.is_empty() {
            return result.clone();
        }
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(Box::pin(call_once(llm, needed, done)).await);
        }
        let result = ask(llm, tool, &results).await;
        done.insert(tool.name.clone(), result.clone());
        result
    }
}
