//! Trap: each inner call is a task. A task has a size that is known, and it goes on when its caller is dropped.
//! Caught by: a_dropped_root_drops_the_tree
//! Says: A task that was spawned belongs to the runtime

use mock_llm::MockLlm;
use tokio::task::JoinHandle;

/// A tool, and the tools whose results it needs.
#[derive(Debug, Clone)]
pub struct Tool {
    pub name: String,
    pub needs: Vec<Tool>,
}

impl Tool {
    pub fn new(name: &str, needs: impl Into<Vec<Tool>>) -> Self {
        Self { name: name.to_owned(), needs: needs.into() }
    }
}

/// One call of one tool, with the results that it needs: `trip(flight LX 12, hotel Aurora)`.
async fn ask(llm: &MockLlm, tool: &Tool, results: &[String]) -> String {
    let prompt = format!("{}({})", tool.name, results.join(", "));
    llm.complete(&prompt).await.expect("the script of this exercise has no faults").text
}

/// Calls a tool, after the tools that it needs.
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
