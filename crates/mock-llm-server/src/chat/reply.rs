//! What a request is answered with, where the model's script does not say it: calls of tools, and JSON on demand.

use serde_json::{Value, json};

use super::request::{ChatRequest, ResponseFormat, Tool, ToolChoice};
use crate::config::ToolCallScript;

/// What kind of reply a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// Words of the model's script.
    Script,
    /// These words.
    Text(Vec<String>),
    /// A call of a tool.
    ToolCall { id: String, name: String, arguments: Vec<String> },
}

/// Decides how a request is answered.
pub(super) fn reply(request: &ChatRequest, scripts: &[ToolCallScript], attempt: u32) -> Reply {
    if let Some((name, arguments)) = tool_call(request, scripts) {
        let id = format!("call_{:016x}", super::hash(format!("{}{attempt}", request.key).as_bytes()));
        return Reply::ToolCall { id, name, arguments: fragments(&arguments) };
    }
    match &request.format {
        ResponseFormat::Text => Reply::Script,
        ResponseFormat::JsonObject => Reply::Text(fragments(&json!({ "reply": request.prompt }).to_string())),
        ResponseFormat::JsonSchema(schema) => Reply::Text(fragments(&example(schema, schema, 0).to_string())),
    }
}

fn tool_call(request: &ChatRequest, scripts: &[ToolCallScript]) -> Option<(String, String)> {
    let generated = |tool: &Tool| (tool.name.clone(), example(&tool.parameters, &tool.parameters, 0).to_string());
    let scripted = || {
        let script = scripts.iter().find(|script| script.prompt == request.prompt)?;
        let known = request.tools.iter().any(|tool| tool.name == script.name);
        known.then(|| (script.name.clone(), script.arguments.clone()))
    };
    match &request.tool_choice {
        ToolChoice::None => None,
        // A model that has a tool's result goes on to say something.
        ToolChoice::Auto if request.after_tool => None,
        ToolChoice::Auto | ToolChoice::Required => scripted().or_else(|| request.tools.first().map(generated)),
        ToolChoice::Named(name) => request.tools.iter().find(|tool| tool.name == *name).map(generated),
    }
}

/// A text in pieces of four characters: JSON has few spaces, and arguments come in small pieces.
fn fragments(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|piece| piece.iter().collect()).collect()
}

/// How deep a schema may refer to itself before the example ends.
const DEEPEST: usize = 16;

/// The smallest value that a JSON schema allows, as far as common schemas go.
fn example(schema: &Value, root: &Value, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(given) = ["const", "default"].iter().find_map(|name| schema.get(name)) {
        return given.clone();
    }
    if let Some(first) = ["enum", "examples"].iter().find_map(|name| schema.get(name)?.get(0)) {
        return first.clone();
    }
    if let Some(target) =
        schema.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.trim_start_matches('#')))
    {
        return example(target, root, depth + 1);
    }
    if let Some(first) = ["anyOf", "oneOf", "allOf"].iter().find_map(|name| schema.get(name)?.get(0)) {
        return example(first, root, depth + 1);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(Value::String(kind)) => Some(kind.as_str()),
        _ if schema.get("properties").is_some() => Some("object"),
        _ => None,
    };
    let number = |name: &str| schema.get(name).and_then(Value::as_i64);
    match kind {
        Some("string") => {
            let least = number("minLength").unwrap_or(0).clamp(0, 10_000) as usize;
            let most = number("maxLength").unwrap_or(i64::MAX).max(0) as usize;
            let text: String = "text".chars().cycle().take(least.max(4).min(most)).collect();
            Value::from(text)
        }
        Some("integer" | "number") => {
            Value::from(number("minimum").unwrap_or(1).min(number("maximum").unwrap_or(i64::MAX)))
        }
        Some("boolean") => Value::from(true),
        Some("null") => Value::Null,
        Some("array") => {
            let item = schema.get("items").map(|items| example(items, root, depth + 1)).unwrap_or(Value::Null);
            let least = number("minItems").unwrap_or(1).clamp(0, 100) as usize;
            Value::from(vec![item; least])
        }
        _ => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let member = |(name, schema): (&String, &Value)| (name.clone(), example(schema, root, depth + 1));
            Value::Object(properties.into_iter().flatten().map(member).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_what_its_schema_asks_for() {
        let table = [
            (json!({}), json!({})),
            (json!({ "type": "string" }), json!("text")),
            (json!({ "type": "string", "enum": ["celsius", "kelvin"] }), json!("celsius")),
            (json!({ "type": "string", "maxLength": 2 }), json!("te")),
            (json!({ "type": "string", "minLength": 6 }), json!("textte")),
            (json!({ "type": "integer", "minimum": 5 }), json!(5)),
            (json!({ "type": ["boolean", "null"] }), json!(true)),
            (json!({ "type": "array", "items": { "type": "number" }, "minItems": 2 }), json!([1, 1])),
            (json!({ "anyOf": [{ "type": "null" }, { "type": "string" }] }), json!(null)),
            (
                json!({ "type": "object", "properties": {
                    "city": { "type": "string", "default": "Oslo" }, "days": { "$ref": "#/$defs/days" } },
                    "$defs": { "days": { "type": "integer" } } }),
                json!({ "city": "Oslo", "days": 1 }),
            ),
        ];
        for (schema, expected) in table {
            assert_eq!(example(&schema, &schema, 0), expected, "{schema}");
        }
    }

    #[test]
    fn a_schema_that_is_its_own_part_has_an_end() {
        let schema = json!({ "type": "object", "properties": { "next": { "$ref": "#" } } });
        assert!(example(&schema, &schema, 0).is_object());
    }

    #[test]
    fn fragments_joined_are_the_text() {
        let text = "{\"city\":\"Tromsø\",\"日本\":1}";
        assert_eq!(fragments(text).concat(), text);
        assert!(fragments(text).len() > 4);
    }
}
