//! Also right: a list of the tools that wait for results takes the place of the recursion.

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
