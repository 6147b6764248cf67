//! A request of this form, read into that of the chat API.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Asked,
    item::{self, Item},
    store,
};
use crate::{
    app::App,
    chat::{
        parts_of,
        request::{
            ChatRequest, Fields, ResponseFormat, Tool, ToolChoice, ToolKind, judge_length, judge_schemas, key,
            read_allowed, read_json, read_name, unsupported,
        },
    },
    error::ApiError,
    wire::Wire,
};

/// The smallest `max_output_tokens` that the API takes.
const FEWEST_TOKENS: i64 = 16;

/// Tools that this server has not. They are taken, and never called.
const HOSTED: [&str; 16] = [
    "file_search",
    "web_search",
    "web_search_2025_08_26",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "computer",
    "computer_use_preview",
    "mcp",
    "code_interpreter",
    "programmatic_tool_calling",
    "image_generation",
    "local_shell",
    "shell",
    "namespace",
    "tool_search",
    "apply_patch",
];

/// Reads the body of a request.
///
/// # Errors
/// 400, with the parameter that is wrong; 404 for a response that is not there.
pub(crate) fn parse(app: &App, body: &[u8]) -> Result<(ChatRequest, Wire), ApiError> {
    let value = read_json(body)?;
    let fields = Fields::of(&value)?;
    let model = fields.required("model", "a string", |value| value.as_str().map(str::to_owned))?;
    let previous = fields.optional("previous_response_id", "a string", Value::as_str)?;
    let mut items: Vec<Arc<Item>> = match previous {
        None => Vec::new(),
        Some(id) => app.store.conversation(id).ok_or_else(|| no_response(id))?.to_vec(),
    };
    match fields.0.get("input").filter(|input| !input.is_null()) {
        Some(input) => items.extend(item::read_all(&app.store, input)?),
        None if previous.is_some() => {}
        None => return Err(ApiError::missing("input")),
    }
    judge_conversation(&items)?;
    item::judge_calls(&items)?;

    let instructions = fields.optional("instructions", "a string", Value::as_str)?;
    let stream = fields.optional("stream", "a boolean", Value::as_bool)?.unwrap_or(false);
    let stream_options = fields.optional("stream_options", "an object", Value::as_object)?;
    if stream_options.is_some() && !stream {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(ApiError::parameter("stream_options", "invalid_value", message));
    }
    if fields.optional("background", "a boolean", Value::as_bool)? == Some(true) {
        let message = "Invalid value for 'background': this server answers in the foreground only.";
        return Err(ApiError::parameter("background", "unsupported_value", message));
    }
    let store = fields.optional("store", "a boolean", Value::as_bool)?.unwrap_or(true);
    let max_tokens = fields.integer("max_output_tokens", FEWEST_TOKENS, None)?;
    fields.integer("max_tool_calls", 1, None)?;
    fields.number("temperature", 0.0, 2.0)?;
    fields.number("top_p", 0.0, 1.0)?;
    for (name, expected) in [("user", "a string"), ("prompt_cache_key", "a string"), ("safety_identifier", "a string")]
    {
        fields.optional(name, expected, Value::as_str)?;
    }
    fields.optional("parallel_tool_calls", "a boolean", Value::as_bool)?;
    judge_metadata(fields)?;
    fields.optional("reasoning", "an object", Value::as_object)?;
    let top_logprobs = read_logprobs(fields)?;
    let mut tools = read_tools(fields)?;
    let tool_choice = read_tool_choice(fields, &mut tools)?;
    let format = read_format(fields)?;
    judge_schemas(&tools, &format)?;
    let settings = settings(fields.0, store);
    judge_settings(&settings)?;
    let all_text = || items.iter().map(|item| item.text()).chain(instructions);
    if format == ResponseFormat::JsonObject && !all_text().any(|text| text.to_ascii_lowercase().contains("json")) {
        let message = "Response input messages must contain the word 'json' in some form to use 'text.format' of type \
                       'json_object'.";
        return Err(ApiError::about("input", message));
    }

    let is_user = |item: &Item| matches!(item, Item::Message { role, .. } if role == "user");
    let last_user = items.iter().rposition(|item| is_user(item));
    let since_user = &items[last_user.map_or(0, |place| place + 1)..];
    // Calls that follow each other are one round.
    let is_call = |item: &Item| matches!(item, Item::Call(_));
    let starts_round = |place: usize| is_call(&since_user[place]) && (place == 0 || !is_call(&since_user[place - 1]));
    let tool_rounds = (0..since_user.len()).filter(|&place| starts_round(place)).count();
    let prompt = last_user.map(|place| &items[place]).or(items.last()).map(|item| item.text()).unwrap_or_default();
    let prompt_tokens: usize = all_text().map(|text| mock_llm::tokens(text).count()).sum();
    let request = ChatRequest {
        model,
        prompt: prompt.to_owned(),
        prompt_tokens: prompt_tokens.max(1),
        after_tool: matches!(items.last().map(|item| &**item), Some(Item::Output { .. })),
        tool_rounds,
        stream,
        include_usage: true,
        max_tokens: max_tokens.map(|tokens| tokens as usize),
        n: 1,
        stop: Vec::new(),
        top_logprobs,
        tools,
        tool_choice,
        format,
        key: key(&value),
    };
    let asked = Asked { settings, size: body.len(), conversation: store.then_some(items) };
    Ok((request, Wire::Responses(Box::new(asked))))
}

/// A conversation grows from response to response, and what is kept of it with it.
fn judge_conversation(items: &[Arc<Item>]) -> Result<(), ApiError> {
    let bytes: usize = items.iter().map(|item| item.bytes()).sum();
    if items.len() <= store::ITEMS && bytes <= store::BYTES {
        return Ok(());
    }
    let message = format!(
        "Your input exceeds the context window of this model: with all that was said before, it has {} items and {bytes} bytes. \
         It may have {} and {}.",
        items.len(),
        store::ITEMS,
        store::BYTES
    );
    Err(ApiError::parameter("input", "context_length_exceeded", message))
}

/// Notes of the client's own: texts, so few and so short as the API has it.
fn judge_metadata(fields: Fields<'_>) -> Result<(), ApiError> {
    const MOST: usize = 16;
    const LONGEST_NAME: usize = 64;
    const LONGEST: usize = 512;
    let Some(metadata) = fields.optional("metadata", "an object", Value::as_object)? else { return Ok(()) };
    if metadata.len() > MOST {
        let message = format!(
            "Invalid 'metadata': too many properties. Expected an object with at most {MOST} properties, but got an object with {} \
             properties instead.",
            metadata.len()
        );
        return Err(ApiError::parameter("metadata", "object_above_max_properties", message));
    }
    metadata.iter().try_for_each(|(name, value)| {
        judge_length("metadata", name, LONGEST_NAME)?;
        let place = format!("metadata.{name}");
        let text = value.as_str().ok_or_else(|| ApiError::wrong_type(&place, "a string", value))?;
        judge_length(&place, text, LONGEST)
    })
}

/// Refuses settings of many parts. Every copy of the response bears them, and a stream has three copies, each written on the
/// thread that serves.
fn judge_settings(settings: &Map<String, Value>) -> Result<(), ApiError> {
    // Tools are told twice over by some clients, in the form of this route and in that of the chat API.
    const MOST_PARTS: usize = 100_000;
    let parts = || settings.iter().map(|(name, value)| (parts_of(value), name));
    if parts().map(|(parts, _)| parts).sum::<usize>() <= MOST_PARTS {
        return Ok(());
    }
    let param = parts().max().map_or("", |(_, name)| name.as_str());
    let message =
        format!("Invalid '{param}': what a response repeats of its request has more than {MOST_PARTS} parts together.");
    Err(ApiError::parameter(param, "unsupported_value", message))
}

fn no_response(id: &str) -> ApiError {
    let message = format!("Previous response with id '{id}' not found.");
    ApiError::parameter("previous_response_id", "previous_response_not_found", message)
}

fn read_logprobs(fields: Fields<'_>) -> Result<Option<usize>, ApiError> {
    let include = fields.optional("include", "an array of strings", Value::as_array)?;
    let top_logprobs = fields.integer("top_logprobs", 0, Some(20))?;
    let asks = include.is_some_and(|include| include.iter().any(|name| name == "message.output_text.logprobs"));
    Ok(asks.then(|| top_logprobs.unwrap_or(0) as usize))
}

fn read_tools(fields: Fields<'_>) -> Result<Vec<Tool>, ApiError> {
    let mut tools = Vec::new();
    // No tools at all may be said with an empty list here.
    for (index, tool) in
        fields.optional("tools", "an array of objects", Value::as_array)?.into_iter().flatten().enumerate()
    {
        let place = format!("tools[{index}]");
        let kind = match tool.get("type") {
            _ if !tool.is_object() => return Err(ApiError::wrong_type(&place, "an object", tool)),
            None => return Err(ApiError::missing(&format!("{place}.type"))),
            Some(Value::String(kind)) => match kind.as_str() {
                "function" => ToolKind::Function,
                "custom" => ToolKind::Custom,
                hosted if HOSTED.contains(&hosted) => continue,
                other => {
                    let all: Vec<&str> = ["function", "custom"].into_iter().chain(HOSTED).collect();
                    return Err(unsupported(&format!("{place}.type"), other, &all));
                }
            },
            Some(other) => return Err(ApiError::wrong_type(&format!("{place}.type"), "a string", other)),
        };
        let name = read_name(&format!("{place}.name"), tool.get("name"))?;
        let parameters = tool.get("parameters").cloned().unwrap_or(Value::Null);
        tools.push(Tool { name, kind, parameters, place: format!("{place}.parameters") });
    }
    Ok(tools)
}

/// Takes the tools away that the request does not allow.
fn read_tool_choice(fields: Fields<'_>, tools: &mut Vec<Tool>) -> Result<ToolChoice, ApiError> {
    let Some(choice) = fields.0.get("tool_choice").filter(|choice| !choice.is_null()) else {
        return Ok(ToolChoice::Auto);
    };
    let mode = |place: &str, mode: &str| match mode {
        "none" => Ok(ToolChoice::None),
        "auto" => Ok(ToolChoice::Auto),
        "required" => Ok(ToolChoice::Required),
        other => Err(unsupported(place, other, &["none", "auto", "required"])),
    };
    let has_tools = fields.0.get("tools").and_then(Value::as_array).is_some_and(|tools| !tools.is_empty());
    if !has_tools && choice != "none" && choice != "auto" {
        let message = "Tool choice 'required' must be specified with 'tools' parameter.";
        return Err(ApiError::about("tool_choice", message));
    }
    match choice {
        Value::String(choice) => mode("tool_choice", choice),
        Value::Object(choice) => match choice.get("type").and_then(Value::as_str) {
            Some("function" | "custom") => {
                let place = "tool_choice.name";
                let name = choice.get("name").ok_or_else(|| ApiError::missing(place))?;
                let name = name.as_str().ok_or_else(|| ApiError::wrong_type(place, "a string", name))?;
                if !tools.iter().any(|tool| tool.name == name) {
                    let message = format!("Tool choice '{name}' not found in 'tools' parameter.");
                    return Err(ApiError::about("tool_choice", message));
                }
                Ok(ToolChoice::Named(name.to_owned()))
            }
            Some("allowed_tools") => read_allowed("tool_choice", choice, tools, |tool| tool.get("name").cloned()),
            Some(hosted) if HOSTED.contains(&hosted) => Ok(ToolChoice::None),
            Some(other) => Err(unsupported("tool_choice.type", other, &["function", "custom", "allowed_tools"])),
            None => Err(ApiError::missing("tool_choice.type")),
        },
        other => Err(ApiError::wrong_type("tool_choice", "a string or an object", other)),
    }
}

fn read_format(fields: Fields<'_>) -> Result<ResponseFormat, ApiError> {
    let text = fields.optional("text", "an object", Value::as_object)?;
    let Some(format) = text.and_then(|text| text.get("format")).filter(|format| !format.is_null()) else {
        return Ok(ResponseFormat::Text);
    };
    let place = "text.format.type";
    match format.get("type") {
        _ if !format.is_object() => Err(ApiError::wrong_type("text.format", "an object", format)),
        None => Err(ApiError::missing(place)),
        Some(Value::String(kind)) => match kind.as_str() {
            "text" => Ok(ResponseFormat::Text),
            "json_object" => Ok(ResponseFormat::JsonObject),
            "json_schema" => {
                read_name("text.format.name", format.get("name"))?;
                let place = "text.format.schema";
                let schema = format.get("schema").ok_or_else(|| ApiError::missing(place))?;
                Ok(ResponseFormat::JsonSchema { schema: schema.clone(), place })
            }
            other => Err(unsupported(place, other, &["json_object", "json_schema", "text"])),
        },
        Some(other) => Err(ApiError::wrong_type(place, "a string", other)),
    }
}

/// What a response repeats of its request, and what holds where the request does not say.
fn settings(asked: &Map<String, Value>, store: bool) -> Map<String, Value> {
    let unsaid = json!({
        "background": false, "instructions": null, "max_output_tokens": null, "max_tool_calls": null, "metadata": {},
        "parallel_tool_calls": true, "previous_response_id": null, "prompt_cache_key": null,
        "reasoning": { "effort": null, "summary": null }, "safety_identifier": null, "service_tier": "default",
        "temperature": 1.0, "text": { "format": { "type": "text" }, "verbosity": "medium" }, "tool_choice": "auto",
        "tools": [], "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled", "user": null,
    });
    let mut settings = Map::new();
    for (name, value) in unsaid.as_object().into_iter().flatten() {
        let said = asked.get(name).filter(|said| !said.is_null());
        settings.insert(name.clone(), said.unwrap_or(value).clone());
    }
    settings["service_tier"] = json!("default");
    settings.insert("store".to_owned(), json!(store));
    // Each of these is an object of which a request may say a part.
    for name in ["text", "reasoning"] {
        let whole = unsaid[name].as_object().into_iter().flatten();
        if let Some(said) = settings[name].as_object_mut() {
            whole.for_each(|(name, value)| {
                said.entry(name).or_insert_with(|| value.clone());
            });
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each response goes on from the last one, and brings as much as a body may have.
    #[test]
    fn a_conversation_has_an_end() {
        let message = |text: &str| Arc::new(Item::Message { role: "user".to_owned(), text: text.to_owned() });
        let long = message(&"x".repeat(store::BYTES / 4));
        assert_eq!(judge_conversation(&vec![long.clone(); 4]), Ok(()));
        let short = message("hi");
        assert_eq!(judge_conversation(&vec![short.clone(); store::ITEMS]), Ok(()));
        for items in [vec![long; 5], vec![short; store::ITEMS + 1]] {
            let error = judge_conversation(&items).expect_err("it is too long").body();
            assert_eq!(error["error"]["code"], "context_length_exceeded");
            assert_eq!(error["error"]["param"], "input");
        }
    }
}
