//! What a conversation is made of, in this form: messages, calls of tools, and their results, each an item of its own.

use std::{collections::HashSet, sync::Arc};

use serde_json::Value;

use super::store::Store;
use crate::{
    chat::request::{Fields, judge_length, unsupported},
    error::ApiError,
};

/// An item, less what the server does not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Message {
        role: String,
        text: String,
    },
    /// A call that the model made, by its `call_id`.
    Call(String),
    /// What came of a call.
    Output {
        call: String,
        text: String,
    },
    /// Whatever else there is: thoughts, searches, pictures.
    Other,
}

impl Item {
    /// About how many bytes it keeps.
    pub(super) fn bytes(&self) -> usize {
        self.text().len()
            + match self {
                Self::Call(call) | Self::Output { call, .. } => call.len(),
                Self::Message { .. } | Self::Other => 0,
            }
    }

    /// What is said in it.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Message { text, .. } | Self::Output { text, .. } => text,
            Self::Call(_) | Self::Other => "",
        }
    }
}

const ROLES: [&str; 4] = ["assistant", "system", "developer", "user"];

/// Items of tools that this server has not, in which there is nothing to read.
const OTHERS: [&str; 23] = [
    "reasoning",
    "compaction",
    "file_search_call",
    "web_search_call",
    "computer_call",
    "computer_call_output",
    "image_generation_call",
    "code_interpreter_call",
    "local_shell_call",
    "local_shell_call_output",
    "shell_call",
    "shell_call_output",
    "apply_patch_call",
    "apply_patch_call_output",
    "mcp_list_tools",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "tool_search_call",
    "tool_search_output",
    "additional_tools",
    "program",
    "program_output",
];

/// Reads the field `input`.
pub(super) fn read_all(store: &Store, input: &Value) -> Result<Vec<Arc<Item>>, ApiError> {
    match input {
        Value::String(text) => Ok(vec![Arc::new(Item::Message { role: "user".to_owned(), text: text.clone() })]),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| read(store, &format!("input[{index}]"), item)).collect()
        }
        other => Err(ApiError::wrong_type("input", "a string or an array of objects", other)),
    }
}

fn read(store: &Store, place: &str, item: &Value) -> Result<Arc<Item>, ApiError> {
    let Value::Object(fields) = item else {
        return Err(ApiError::wrong_type(place, "an object", item));
    };
    let fields = At { place, fields: Fields(fields) };
    let kind = match item.get("type") {
        // A message may leave its type out, and so may a reference.
        None | Some(Value::Null) if item.get("role").is_none() && item.get("id").is_some() => "item_reference",
        None | Some(Value::Null) => "message",
        Some(Value::String(kind)) => kind,
        Some(other) => return Err(ApiError::wrong_type(&format!("{place}.type"), "a string", other)),
    };
    Ok(Arc::new(match kind {
        "message" => {
            let role = fields.text("role")?;
            if !ROLES.contains(&role) {
                return Err(unsupported(&format!("{place}.role"), role, &ROLES));
            }
            Item::Message { role: role.to_owned(), text: fields.parts("content")? }
        }
        "function_call" => {
            fields.text("name")?;
            fields.text("arguments")?;
            Item::Call(fields.call()?)
        }
        "custom_tool_call" => {
            fields.text("name")?;
            fields.text("input")?;
            Item::Call(fields.call()?)
        }
        "function_call_output" | "custom_tool_call_output" => {
            Item::Output { call: fields.call()?, text: fields.parts("output")? }
        }
        "item_reference" => {
            let id = fields.text("id")?;
            return store.item(id).ok_or_else(|| {
                let message = format!(
                    "Item with id '{id}' not found. Items are not persisted when `store` is set to false, and the server keeps \
                     the latest ones only."
                );
                ApiError::not_there("input", message)
            });
        }
        known if OTHERS.contains(&known) => Item::Other,
        other => {
            let all = ["message", "function_call", "function_call_output", "custom_tool_call"];
            let all: Vec<&str> =
                all.into_iter().chain(["custom_tool_call_output", "item_reference"]).chain(OTHERS).collect();
            return Err(unsupported(&format!("{place}.type"), other, &all));
        }
    }))
}

/// The fields of a thing that stands somewhere in the request.
struct At<'value> {
    place: &'value str,
    fields: Fields<'value>,
}

impl<'value> At<'value> {
    fn required(&self, name: &str) -> Result<&'value Value, ApiError> {
        self.fields.0.get(name).ok_or_else(|| ApiError::missing(&format!("{}.{name}", self.place)))
    }

    /// The id of a call.
    fn call(&self) -> Result<String, ApiError> {
        const LONGEST: usize = 64;
        let id = self.text("call_id")?;
        judge_length(&format!("{}.call_id", self.place), id, LONGEST)?;
        Ok(id.to_owned())
    }

    fn text(&self, name: &str) -> Result<&'value str, ApiError> {
        let value = self.required(name)?;
        value.as_str().ok_or_else(|| ApiError::wrong_type(&format!("{}.{name}", self.place), "a string", value))
    }

    /// A text, or the texts of parts, joined. Pictures and files are taken and not looked at.
    fn parts(&self, name: &str) -> Result<String, ApiError> {
        const TYPES: [&str; 6] = ["input_text", "output_text", "refusal", "input_image", "input_file", "input_audio"];
        let value = self.required(name)?;
        let place = format!("{}.{name}", self.place);
        let parts = match value {
            Value::String(text) => return Ok(text.clone()),
            Value::Array(parts) => parts,
            other => return Err(ApiError::wrong_type(&place, "a string or an array of objects", other)),
        };
        let mut text = String::new();
        for (index, part) in parts.iter().enumerate() {
            let place = format!("{place}[{index}]");
            let Value::Object(fields) = part else {
                return Err(ApiError::wrong_type(&place, "an object", part));
            };
            let part = At { place: &place, fields: Fields(fields) };
            match part.text("type")? {
                "input_text" | "output_text" => text.push_str(part.text("text")?),
                known if TYPES.contains(&known) => {}
                other => return Err(unsupported(&format!("{place}.type"), other, &TYPES)),
            }
        }
        Ok(text)
    }
}

/// Every result answers a call that came before it, and every call has a result.
pub(super) fn judge_calls(items: &[Arc<Item>]) -> Result<(), ApiError> {
    let mut made = HashSet::new();
    let mut answered = HashSet::new();
    for item in items {
        match &**item {
            Item::Call(id) => {
                made.insert(id.as_str());
            }
            Item::Output { call, .. } if !made.contains(call.as_str()) => {
                let message = format!("No tool call found for function call output with call_id {call}.");
                return Err(ApiError::about("input", message));
            }
            Item::Output { call, .. } => {
                answered.insert(call.as_str());
            }
            Item::Message { .. } | Item::Other => {}
        }
    }
    let open = items.iter().find_map(|item| match &**item {
        Item::Call(id) if !answered.contains(id.as_str()) => Some(id),
        _ => None,
    });
    match open {
        Some(id) => Err(ApiError::about("input", format!("No tool output found for function call {id}."))),
        None => Ok(()),
    }
}
