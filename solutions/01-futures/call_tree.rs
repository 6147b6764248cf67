//! # Call tree: a solution
//!
//! A future holds the futures that it awaits: they are part of its state. A `call_once` that awaits a `call_once` would
//! hold one of its own size, which holds another one, without end. A pointer has a size that is known: `Box::pin` puts
//! each inner future on the heap, one for each level of the tree, and the outer one holds the pointer.
//!
//! It is `Box::pin`, and not `Box::new`, because a future must not move once it is polled: a `Pin<Box<_>>` promises
//! that. `pin!` makes the same promise about a place in the future itself, and so it does not help.
//!
//! The results go down the tree as a `&mut`: while an inner call waits, the borrow lies in its future, on the heap, and
//! all levels above wait for it. That is allowed because the calls run in turn. Calls that overlap need a lock, and
//! then a second call may begin while the first one of its tool is still on its way.
//!
//! The tree is still one task, and whoever drops the future of the root drops all of it.
//!
//! Also right: a function that is not `async` and returns `Pin<Box<dyn Future<Output = String> + '_>>`, as one had to
//! write before Rust 1.77; `boxed_local` of `futures::FutureExt`; a list of your own in place of the recursion.

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
    if let Some(result) = done.get(&tool.name) {
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

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/call_tree.rs"]
mod checks;
