//! What a request is answered with, where it is more than the words of the model's script: calls of tools, JSON on demand, and
//! what comes after a tool's result.

use serde_json::json;

use super::{
    example::{Examples, NoExample},
    request::{ChatRequest, ResponseFormat, Tool, ToolChoice, ToolKind},
    shortened,
};
use crate::{
    config::{ReplyScript, Says, ToolCall},
    error::ApiError,
};

/// What kind of reply a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Words of the model's script.
    Script,
    /// These words.
    Text {
        /// Choice by choice, each in the same number of pieces.
        choices: Vec<Vec<String>>,
        /// What would have come next is a text at which the request stops.
        stopped: bool,
    },
    /// Calls of tools.
    Calls {
        calls: Vec<Call>,
        /// The request named the tool: the model had no choice, and says `stop`.
        forced: bool,
    },
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    id: String,
    pub(crate) name: String,
    pub(crate) kind: ToolKind,
    /// In the pieces that a stream brings it in.
    pub(crate) arguments: Vec<String>,
}

impl Call {
    /// The id of the call in a choice. A client finds a call by its id, so no two choices have the same.
    pub(crate) fn id(&self, choice: usize) -> String {
        if choice == 0 { self.id.clone() } else { format!("{}_{choice}", self.id) }
    }
}

/// Decides how a request is answered. `scripted` says whether the model's script has words for this very prompt.
///
/// # Errors
/// Where a schema has no example, or too large a one.
pub(crate) fn reply(
    request: &ChatRequest,
    scripts: &[ReplyScript],
    scripted: bool,
    attempt: u32,
) -> Result<Reply, ApiError> {
    let script = scripts.iter().find(|script| {
        // Compared as the model compares the prompts that it has words for.
        (shortened(&script.prompt) == shortened(&request.prompt) && script.after_tools == request.tool_rounds)
            && offered(request, &script.says)
    });
    let calls = |calls: &[ToolCall], forced| {
        let call = |(place, call): (usize, &ToolCall)| Call {
            id: format!("call_{:016x}", super::hash(format!("{}{attempt} {place}", request.key).as_bytes())),
            name: call.name.clone(),
            kind: request.tool(&call.name).map(|tool| tool.kind).unwrap_or_default(),
            arguments: fragments(&call.arguments),
        };
        Reply::Calls { calls: calls.iter().enumerate().map(call).collect(), forced }
    };
    match (&request.tool_choice, script.map(|script| &script.says)) {
        (ToolChoice::Named(name), Some(Says::Calls(scripted))) if scripted.iter().all(|call| call.name == *name) => {
            return Ok(calls(scripted, true));
        }
        (ToolChoice::Named(name), _) => {
            let named = generated(request, |tool| tool.name == *name)?;
            return Ok(calls(named.as_slice(), true));
        }
        (ToolChoice::Auto | ToolChoice::Required, Some(Says::Calls(scripted))) => return Ok(calls(scripted, false)),
        (ToolChoice::Auto | ToolChoice::None, Some(Says::Text(text))) => {
            return Ok(scripted_text(request, text));
        }
        // Words that the script has for a prompt are the first reply to it.
        (ToolChoice::Auto | ToolChoice::None, _) if scripted && request.tool_rounds == 0 => return Ok(Reply::Script),
        // A model that has a tool's result goes on to say something.
        (ToolChoice::Auto, _) if request.after_tool => {}
        (ToolChoice::Auto | ToolChoice::Required, _) => {
            if let Some(first) = generated(request, |_| true)? {
                return Ok(calls(&[first], false));
            }
        }
        (ToolChoice::None, _) => {}
    }
    let examples = match &request.format {
        ResponseFormat::Text => return Ok(Reply::Script),
        ResponseFormat::JsonObject => None,
        ResponseFormat::JsonSchema { schema, place } => {
            let refused = move |error| refused(place, &error);
            Some((Examples::new(schema).map_err(refused)?, refused))
        }
    };
    let text = |choice: usize| match &examples {
        // Of a prompt of megabytes, a hundred choices would be gigabytes.
        None if choice == 0 => Ok(json!({ "reply": shortened(&request.prompt) }).to_string()),
        None => Ok(json!({ "reply": shortened(&request.prompt), "choice": choice + 1 }).to_string()),
        Some((examples, refused)) => Ok(examples.make(choice).map_err(refused)?.to_string()),
    };
    let texts = (0..request.n).map(text).collect::<Result<Vec<String>, ApiError>>()?;
    let pieces = fragments(&texts[0]).len();
    Ok(Reply::Text { choices: texts.iter().map(|text| divided(text, pieces)).collect(), stopped: false })
}

/// Whether a script can be kept: whether all tools that it calls are offered.
fn offered(request: &ChatRequest, says: &Says) -> bool {
    match says {
        Says::Text(_) => true,
        Says::Calls(calls) => {
            request.tool_choice != ToolChoice::None && calls.iter().all(|call| request.tool(&call.name).is_some())
        }
    }
}

/// A call of the first tool that is meant, with the smallest arguments that it takes.
fn generated(request: &ChatRequest, is_meant: impl Fn(&Tool) -> bool) -> Result<Option<ToolCall>, ApiError> {
    let Some(tool) = request.tools.iter().find(|tool| is_meant(tool)) else { return Ok(None) };
    let arguments = match tool.kind {
        ToolKind::Function => Examples::new(&tool.parameters)
            .and_then(|examples| examples.make(0))
            .map_err(|error| refused(&tool.place, &error))?
            .to_string(),
        // Its input is a text of no form.
        ToolKind::Custom => "text".to_owned(),
    };
    Ok(Some(ToolCall { name: tool.name.clone(), arguments }))
}

fn refused(param: &str, error: &NoExample) -> ApiError {
    ApiError::parameter(
        param,
        "unsupported_schema",
        format!("No reply can be made for the schema in '{param}': {error}."),
    )
}

/// A scripted text, up to the first text at which the request stops.
fn scripted_text(request: &ChatRequest, text: &str) -> Reply {
    let stops = request.stop.iter().filter(|stop| !stop.is_empty());
    let end = stops.filter_map(|stop| text.find(stop)).min().unwrap_or(text.len());
    let words: Vec<String> = mock_llm::tokens(&text[..end]).map(str::to_owned).collect();
    let choice = |choice| {
        let mut words = words.clone();
        if let Some(first) = words.first_mut() {
            *first = if request.marks_choices() { marked(choice, first) } else { first.clone() };
        }
        words
    };
    Reply::Text { choices: (0..request.n).map(choice).collect(), stopped: end < text.len() }
}

/// Choices differ by a number before them, so that a client that mixes them up is found out.
pub(crate) fn marked(choice: usize, text: &str) -> String {
    if choice == 0 { text.to_owned() } else { format!("({}) {text}", choice + 1) }
}

/// A text in pieces of four characters: JSON has few spaces, and arguments come in small pieces.
fn fragments(text: &str) -> Vec<String> {
    divided(text, text.chars().count().div_ceil(4))
}

/// A text in so many pieces, which differ in length by one character at most.
fn divided(text: &str, pieces: usize) -> Vec<String> {
    let mut letters = text.chars();
    let count = text.chars().count();
    let end = |piece: usize| count * piece / pieces.max(1);
    (0..pieces).map(|piece| letters.by_ref().take(end(piece + 1) - end(piece)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_joined_are_the_text() {
        for text in ["{\"city\":\"Tromsø\",\"日本\":1}", "", "a", "abcdefgh"] {
            assert_eq!(fragments(text).concat(), text);
            for pieces in 1..12 {
                let divided = divided(text, pieces);
                assert_eq!((divided.concat().as_str(), divided.len()), (text, pieces));
            }
        }
        assert!(fragments("{\"city\":\"Tromsø\"}").len() > 4);
    }
}
