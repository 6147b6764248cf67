//! An `async fn` that calls itself needs a pointer somewhere: a future cannot contain itself.

// ANCHOR: recursion
/// A tool that a model wants to call, and the tools whose results it needs first.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    pub needs: Vec<Tool>,
}

/// Calls what a tool needs, then the tool. Returns the names in the order of the calls.
pub async fn call(tool: &Tool) -> Vec<&'static str> {
    let mut called = Vec::new();
    for needed in &tool.needs {
        called.extend(Box::pin(call(needed)).await);
    }
    called.push(tool.name);
    called
}
// ANCHOR_END: recursion
