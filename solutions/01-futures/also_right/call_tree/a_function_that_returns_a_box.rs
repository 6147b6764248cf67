//! Also right: a function that is not `async` and returns a boxed future, as before Rust 1.77.

use std::pin::Pin;

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
pub fn call<'a>(llm: &'a MockLlm, tool: &'a Tool) -> Pin<Box<dyn Future<Output = String> + Send + 'a>> {
    Box::pin(async move {
        let mut results = Vec::new();
        for needed in &tool.needs {
            results.push(call(llm, needed).await);
        }
        ask(llm, tool, &results).await
    })
}
