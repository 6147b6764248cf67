//! # Call tree: what people write
//!
//! Each module holds only what differs from the solution, `../call_tree.rs`.

/// Trap: each inner call is a task. A task has a size that is known, and it goes on when its caller is dropped.
/// Caught by: a_dropped_root_drops_the_tree
/// Says: A task that was spawned belongs to the runtime
mod a_task_for_each_tool {
    use tokio::task::JoinHandle;

    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        call_in_a_task(llm.clone(), tool.clone()).await.expect("no tool panics")
    }

    fn call_in_a_task(llm: MockLlm, tool: Tool) -> JoinHandle<String> {
        tokio::spawn(async move {
            let mut results = Vec::new();
            for needed in &tool.needs {
                results.push(call_in_a_task(llm.clone(), needed.clone()).await.expect("no tool panics"));
            }
            ask(&llm, &tool, &results).await
        })
    }
}

/// Trap: the tools that are needed are called together. It is faster, and not what was asked for.
/// Caught by: calls_what_is_needed_first_and_in_turn
/// Says: one after another
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
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(futures::executor::block_on(call(llm, needed)));
        }
        ask(llm, tool, &results).await
    }
}

/// Trap: the tools that are needed are called without what they need themselves. It compiles: there is no recursion.
/// Caught by: calls_every_tool_of_the_tree
/// Says: flight()
/// Says: down to the tools that need nothing
mod only_one_level {
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(ask(llm, needed, &[]).await);
        }
        ask(llm, tool, &results).await
    }
}

/// Trap: `pin!` pins the inner future in its place, and this place is in the outer future.
/// Caught by: the compiler
/// Says: recursion in an async fn requires boxing
mod pinned_in_place {
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(std::pin::pin!(call(llm, needed)).await);
        }
        ask(llm, tool, &results).await
    }
}

/// Trap: the tool is called before what it needs, and so without results.
/// Caught by: calls_what_a_tool_needs
/// Says: They are called first, and awaited
mod the_needs_after_the_tool {
    pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
        let result = ask(llm, tool, &[]).await;
        for needed in &tool.needs {
            Box::pin(call(llm, needed)).await;
        }
        result
    }
}
