//! # Call tree
//!
//! A tool may need the results of other tools, and each of those of others again. `call` calls the tools that a tool needs,
//! one after another, and then the tool itself with their results. The compiler cannot build it: find out why, and mend it
//! so that `call` still waits for each tool without holding the thread.
//!
//! Starts: does not compile
//! Run: `cargo workbook check 01-futures/call_tree` · Read: book, chapter 1 · 10 min

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
        results.push(call(llm, needed).await);
    }
    ask(llm, tool, &results).await
}

#[path = "checks/call_tree.rs"]
mod checks;
