//! # Call tree
//!
//! A tool may need the results of other tools, and each of those of others again. `call` calls the tools that a tool
//! needs, in turn, and then the tool itself with their results. The compiler cannot build it: find out why, and mend it
//! so that `call` still waits for each tool without holding the thread. Then see to one thing more: a tool that is
//! needed in several places of the tree is called once, and its result is used wherever it is needed. The next `call`
//! begins without results.
//!
//! Starts: does not compile
//! Run: `cargo workbook check 01-futures/call_tree` · Read: book, chapter 1, Recursion · 15 min

use std::collections::HashMap;

use mock_llm::MockLlm;

/// A tool, and the tools whose results it needs. Tools of one name are the same tool: the first of them is called, and the
/// others have its result, whatever they need.
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

/// The results of the tools that were called already, by name.
type Done = HashMap<String, String>;

/// One call of one tool, with the results that it needs: `trip(flight LX 12, hotel Aurora)`.
async fn ask(llm: &MockLlm, tool: &Tool, results: &[String]) -> String {
    let prompt = format!("{}({})", tool.name, results.join(", "));
    llm.complete(&prompt).await.expect("the script of this exercise has no faults").text
}

/// Calls a tool, after the tools that it needs.
pub async fn call(llm: &MockLlm, tool: &Tool) -> String {
    call_once(llm, tool, &mut Done::new()).await
}

/// The same for a part of the tree.
async fn call_once(llm: &MockLlm, tool: &Tool, done: &mut Done) -> String {
    let mut results = Vec::new();
    for needed in &tool.needs {
        results.push(call_once(llm, needed, done).await);
    }
    ask(llm, tool, &results).await
}

#[path = "checks/call_tree.rs"]
mod checks;
