//! What a request is answered with, where the model's script does not say it: calls of tools, and JSON on demand.

use serde_json::json;

use super::{
    example::{NoExample, example},
    request::{ChatRequest, ResponseFormat, Tool, ToolChoice},
};
use crate::{config::ToolCallScript, error::ApiError};

/// What kind of reply a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// Words of the model's script.
    Script,
    /// These words.
    Text(Vec<String>),
    /// A call of a tool.
    ToolCall {
        id: String,
        name: String,
        arguments: Vec<String>,
        /// The request named the tool: the model had no choice, and says `stop`.
        forced: bool,
    },
}

/// Decides how a request is answered.
///
/// # Errors
/// Where a schema has no example, or too large a one.
pub(super) fn reply(request: &ChatRequest, scripts: &[ToolCallScript], attempt: u32) -> Result<Reply, ApiError> {
    if let Some((name, arguments)) = tool_call(request, scripts)? {
        let id = format!("call_{:016x}", super::hash(format!("{}{attempt}", request.key).as_bytes()));
        let forced = matches!(request.tool_choice, ToolChoice::Named(_));
        return Ok(Reply::ToolCall { id, name, arguments: fragments(&arguments), forced });
    }
    Ok(match &request.format {
        ResponseFormat::Text => Reply::Script,
        ResponseFormat::JsonObject => Reply::Text(fragments(&json!({ "reply": request.prompt }).to_string())),
        ResponseFormat::JsonSchema(schema) => {
            let reply = example(schema).map_err(|error| refused("response_format.json_schema.schema", &error))?;
            Reply::Text(fragments(&reply.to_string()))
        }
    })
}

fn tool_call(request: &ChatRequest, scripts: &[ToolCallScript]) -> Result<Option<(String, String)>, ApiError> {
    let generated = |(index, tool): (usize, &Tool)| {
        let arguments = example(&tool.parameters)
            .map_err(|error| refused(&format!("tools[{index}].function.parameters"), &error))?;
        Ok((tool.name.clone(), arguments.to_string()))
    };
    let scripted = || {
        let script = scripts.iter().find(|script| script.prompt == request.prompt)?;
        let known = request.tools.iter().any(|tool| tool.name == script.name);
        known.then(|| (script.name.clone(), script.arguments.clone()))
    };
    let mut tools = request.tools.iter().enumerate();
    match &request.tool_choice {
        ToolChoice::None => Ok(None),
        // A model that has a tool's result goes on to say something.
        ToolChoice::Auto if request.after_tool => Ok(None),
        ToolChoice::Auto | ToolChoice::Required => match scripted() {
            Some(call) => Ok(Some(call)),
            None => tools.next().map(generated).transpose(),
        },
        ToolChoice::Named(name) => tools.find(|(_, tool)| tool.name == *name).map(generated).transpose(),
    }
}

fn refused(param: &str, error: &NoExample) -> ApiError {
    ApiError::parameter(
        param,
        "unsupported_schema",
        format!("No reply can be made for the schema in '{param}': {error}."),
    )
}

/// The id of a choice's call. A client finds a call by its id, so no two choices have the same.
pub(super) fn call_id(id: &str, choice: usize) -> String {
    if choice == 0 { id.to_owned() } else { format!("{id}_{choice}") }
}

/// A text in pieces of four characters: JSON has few spaces, and arguments come in small pieces.
fn fragments(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_joined_are_the_text() {
        let text = "{\"city\":\"Tromsø\",\"日本\":1}";
        assert_eq!(fragments(text).concat(), text);
        assert!(fragments(text).len() > 4);
    }
}
