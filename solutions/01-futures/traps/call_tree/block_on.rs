//! Trap: the inner call is run to its end with `block_on`: it has no place in the future, and it stops the thread.
//! Caught by: calls_what_a_tool_needs
//! Says: does not return
//! Says: a nested `block_on`

use mock_llm::MockLlm;

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
    let mut results = Vec::new();
    for needed in &tool.needs {
        results.push(futures::executor::block_on(call(llm, needed)));
    }
    ask(llm, tool, &results).await
}
