//! Trap: the tool is called before what it needs, and so without results.
//! Caught by: calls_what_a_tool_needs
//! Says: They are called first, and awaited

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
    let result = ask(llm, tool, &[]).await;
    for needed in &tool.needs {
        Box::pin(call(llm, needed)).await;
    }
    result
}
