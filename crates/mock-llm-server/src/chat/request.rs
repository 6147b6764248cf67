//! A chat request, read and judged as the published API does it: which field is wrong, and how.
//!
//! Requests of the other routes are read into the same form, by the same helpers.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::example::{parts_of, patterns_of};
use crate::error::ApiError;

/// What the server uses of a request. Fields that it does not use are judged as well, where a wrong one is an error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChatRequest {
    /// As asked for, with the fault that may stand behind a `#`.
    pub(crate) model: String,
    /// The last user message, as text.
    pub(crate) prompt: String,
    pub(crate) prompt_tokens: usize,
    /// Whether the last message is a tool's result, which a model answers in words.
    pub(crate) after_tool: bool,
    /// How many times tools were called since the last user message.
    pub(crate) tool_rounds: usize,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    pub(crate) max_tokens: Option<usize>,
    pub(crate) n: usize,
    pub(crate) stop: Vec<String>,
    /// How many alternatives each token has, where log probabilities are asked for.
    pub(crate) top_logprobs: Option<usize>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) tool_choice: ToolChoice,
    pub(crate) format: ResponseFormat,
    /// What makes the request the same as another one: all of it but the way in which the reply is sent.
    pub(crate) key: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) kind: ToolKind,
    /// The JSON schema of its arguments.
    pub(crate) parameters: Value,
    /// Where the schema stands in the request.
    pub(crate) place: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ToolKind {
    /// Takes arguments as JSON.
    #[default]
    Function,
    /// Takes a text.
    Custom,
}

impl ToolKind {
    /// What the API calls the kind, and what a call of it is given.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Function => ("function", "arguments"),
            Self::Custom => ("custom", "input"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ToolChoice {
    Auto,
    None,
    Required,
    Named(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema {
        schema: Value,
        /// Where it stands in the request.
        place: &'static str,
    },
}

const ROLES: [&str; 6] = ["system", "assistant", "user", "function", "tool", "developer"];

impl ChatRequest {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// 400, with the parameter that is wrong.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let value = read_json(body)?;
        let fields = Fields::of(&value)?;
        let model = fields.required("model", "a string", |value| value.as_str().map(str::to_owned))?;
        let messages = fields.required("messages", "an array of objects", Value::as_array)?;
        if messages.is_empty() {
            return Err(ApiError::empty_array("messages"));
        }
        let read = messages.iter().enumerate().map(|(index, message)| read_message(index, message));
        let messages = read.collect::<Result<Vec<_>, _>>()?;
        judge_calls(&messages)?;

        let stream = fields.optional("stream", "a boolean", Value::as_bool)?.unwrap_or(false);
        let include_usage = read_stream_options(fields, stream)?;
        // The newer name of the two wins.
        let max_tokens = fields.integer("max_tokens", 1, None)?;
        let max_tokens = fields.integer("max_completion_tokens", 1, None)?.or(max_tokens);
        let n = fields.integer("n", 1, Some(128))?.unwrap_or(1);
        fields.integer("seed", i64::MIN, None)?;
        fields.number("temperature", 0.0, 2.0)?;
        fields.number("top_p", 0.0, 1.0)?;
        fields.number("presence_penalty", -2.0, 2.0)?;
        fields.number("frequency_penalty", -2.0, 2.0)?;
        fields.optional("user", "a string", Value::as_str)?;
        let logprobs = fields.optional("logprobs", "a boolean", Value::as_bool)?.unwrap_or(false);
        let top_logprobs = fields.integer("top_logprobs", 0, Some(20))?;
        if top_logprobs.is_some() && !logprobs {
            let message = "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.";
            return Err(ApiError::parameter("top_logprobs", "invalid_value", message));
        }
        fields.optional("parallel_tool_calls", "a boolean", Value::as_bool)?;
        let mut tools = read_tools(fields)?;
        let tool_choice = read_tool_choice(fields, &mut tools)?;
        let format = read_format(fields)?;
        judge_schemas(&tools, &format)?;
        // Otherwise, says the API, a model may write white space until its limit.
        if format == ResponseFormat::JsonObject && !messages.iter().any(|message| message.says("json")) {
            let message = "'messages' must contain the word 'json' in some form, to use 'response_format' of type \
                           'json_object'.";
            return Err(ApiError::about("messages", message));
        }

        let last_user = messages.iter().rposition(|message| message.role == "user");
        let since_user = &messages[last_user.map_or(0, |place| place + 1)..];
        let tool_rounds = since_user.iter().filter(|message| !message.calls.is_empty()).count();
        let last_user = last_user.map(|place| &messages[place]).or(messages.last());
        let prompt_tokens: usize = messages.iter().map(|message| mock_llm::tokens(&message.text).count()).sum();
        Ok(Self {
            model,
            prompt: last_user.map(|message| message.text.clone()).unwrap_or_default(),
            prompt_tokens: prompt_tokens.max(1),
            after_tool: messages.last().is_some_and(|message| message.role == "tool"),
            tool_rounds,
            stream,
            include_usage,
            max_tokens: max_tokens.map(|tokens| tokens as usize),
            n: n as usize,
            stop: read_stop(fields)?,
            top_logprobs: logprobs.then(|| top_logprobs.unwrap_or(0) as usize),
            tools,
            tool_choice,
            format,
            key: key(&value),
        })
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// About how many bytes it takes to make a reply, besides those of the reply itself: each letter of a pattern may come to
    /// kilobytes of what it is compiled into.
    pub(crate) fn work(&self) -> usize {
        const OF_A_LETTER: usize = 1024;
        let format = match &self.format {
            ResponseFormat::JsonSchema { schema, .. } => Some(schema),
            ResponseFormat::Text | ResponseFormat::JsonObject => None,
        };
        let schemas = self.tools.iter().map(|tool| &tool.parameters).chain(format);
        schemas.map(|schema| patterns_of(schema).bytes).sum::<usize>().saturating_mul(OF_A_LETTER)
    }

    /// Whether choices bear a number. Not where a format is asked for: what a script says may have it.
    pub(crate) fn marks_choices(&self) -> bool {
        self.format == ResponseFormat::Text
    }
}

/// The JSON of a body.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_request(format!(
            "We could not parse the JSON body of your request: {error}. The API expects a JSON payload."
        ))
    })
}

/// A message, less what the server does not use.
struct Message {
    role: String,
    text: String,
    /// The ids of the calls that an assistant made.
    calls: Vec<String>,
    /// The id of the call whose result this is.
    answers: Option<String>,
}

impl Message {
    fn says(&self, word: &str) -> bool {
        self.text.to_ascii_lowercase().contains(word)
    }
}

/// A tool's result follows the message that called the tool, and every call has one before anybody else speaks.
fn judge_calls(messages: &[Message]) -> Result<(), ApiError> {
    // By id, the place of each call among all: there may be as many as fit into a body.
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut answered: HashSet<&str> = HashSet::new();
    let unanswered = |open: &HashMap<&str, usize>, place: String| {
        let mut ids: Vec<(&str, usize)> = open.iter().map(|(id, place)| (*id, *place)).collect();
        ids.sort_by_key(|(_, place)| *place);
        let ids: Vec<&str> = ids.into_iter().map(|(id, _)| id).collect();
        let message = format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The \
             following tool_call_ids did not have response messages: {}",
            ids.join(", ")
        );
        ApiError::about(place, message)
    };
    for (index, message) in messages.iter().enumerate() {
        let place = || format!("messages.[{index}].role");
        match &message.answers {
            Some(id) => {
                if open.remove(id.as_str()).is_some() {
                    answered.insert(id);
                // The same result twice is taken.
                } else if !answered.contains(id.as_str()) {
                    let message = "Invalid parameter: messages with role 'tool' must be a response to a preceding message \
                                   with 'tool_calls'.";
                    return Err(ApiError::about(place(), message));
                }
            }
            None if !open.is_empty() => return Err(unanswered(&open, place())),
            None => {
                answered.clear();
                open.extend(message.calls.iter().map(String::as_str).zip(0..));
            }
        }
    }
    if open.is_empty() { Ok(()) } else { Err(unanswered(&open, "messages".to_owned())) }
}

fn read_message(index: usize, message: &Value) -> Result<Message, ApiError> {
    let place = format!("messages[{index}]");
    let Value::Object(fields) = message else {
        return Err(ApiError::wrong_type(&place, "an object", message));
    };
    let role_place = format!("{place}.role");
    let role = match fields.get("role") {
        None => return Err(ApiError::missing(&role_place)),
        Some(Value::String(role)) => role.clone(),
        Some(other) => return Err(ApiError::wrong_type(&role_place, "a string", other)),
    };
    if !ROLES.contains(&role.as_str()) {
        return Err(unsupported(&role_place, &role, &ROLES));
    }
    let answers = match fields.get("tool_call_id") {
        _ if role != "tool" => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(other) => return Err(ApiError::wrong_type(&format!("{place}.tool_call_id"), "a string", other)),
        None => return Err(ApiError::missing(&format!("{place}.tool_call_id"))),
    };
    let calls = match fields.get("tool_calls") {
        None | Some(Value::Null) => Vec::new(),
        Some(calls) => read_calls(&format!("{place}.tool_calls"), calls)?,
    };
    let content_place = format!("{place}.content");
    let text = match fields.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => read_parts(&content_place, parts)?,
        // An assistant that called tools said nothing.
        None | Some(Value::Null) if role == "assistant" => String::new(),
        None => return Err(ApiError::missing(&content_place)),
        Some(other) => return Err(ApiError::wrong_type(&content_place, "a string or an array of objects", other)),
    };
    Ok(Message { role, text, calls, answers })
}

/// The ids of an assistant's calls.
fn read_calls(place: &str, calls: &Value) -> Result<Vec<String>, ApiError> {
    let calls = calls.as_array().ok_or_else(|| ApiError::wrong_type(place, "an array of objects", calls))?;
    if calls.is_empty() {
        return Err(ApiError::empty_array(place));
    }
    let id = |(index, call): (usize, &Value)| {
        let place = format!("{place}[{index}].id");
        match call.get("id") {
            Some(Value::String(id)) => Ok(id.clone()),
            Some(other) => Err(ApiError::wrong_type(&place, "a string", other)),
            None => Err(ApiError::missing(&place)),
        }
    };
    calls.iter().enumerate().map(id).collect()
}

/// Joins the texts of a message in parts. Pictures, sounds and files are taken and not looked at.
fn read_parts(place: &str, parts: &[Value]) -> Result<String, ApiError> {
    const TYPES: [&str; 5] = ["text", "image_url", "input_audio", "file", "refusal"];
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        let place = format!("{place}[{index}]");
        let kind_place = format!("{place}.type");
        let kind = match part.get("type") {
            _ if !part.is_object() => return Err(ApiError::wrong_type(&place, "an object", part)),
            None => return Err(ApiError::missing(&kind_place)),
            Some(Value::String(kind)) => kind.as_str(),
            Some(other) => return Err(ApiError::wrong_type(&kind_place, "a string", other)),
        };
        if !TYPES.contains(&kind) {
            return Err(unsupported(&kind_place, kind, &TYPES));
        }
        if kind == "text" {
            match part.get("text") {
                Some(Value::String(part)) => text.push_str(part),
                Some(other) => return Err(ApiError::wrong_type(&format!("{place}.text"), "a string", other)),
                None => return Err(ApiError::missing(&format!("{place}.text"))),
            }
        }
    }
    Ok(text)
}

fn read_stream_options(fields: Fields<'_>, stream: bool) -> Result<bool, ApiError> {
    let Some(options) = fields.optional("stream_options", "an object", Value::as_object)? else {
        return Ok(false);
    };
    if !stream {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(ApiError::parameter("stream_options", "invalid_value", message));
    }
    match options.get("include_usage") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(include)) => Ok(*include),
        Some(other) => Err(ApiError::wrong_type("stream_options.include_usage", "a boolean", other)),
    }
}

fn read_stop(fields: Fields<'_>) -> Result<Vec<String>, ApiError> {
    let expected = "a string or an array of strings";
    match fields.0.get("stop") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(texts)) if texts.len() > 4 => {
            let message = format!(
                "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length {} \
                 instead.",
                texts.len()
            );
            Err(ApiError::parameter("stop", "array_above_max_length", message))
        }
        Some(Value::Array(texts)) => {
            let text = |(index, text): (usize, &Value)| {
                let text = text.as_str().map(str::to_owned);
                text.ok_or_else(|| ApiError::wrong_type(&format!("stop[{index}]"), "a string", &texts[index]))
            };
            texts.iter().enumerate().map(text).collect()
        }
        Some(other) => Err(ApiError::wrong_type("stop", expected, other)),
    }
}

fn read_tools(fields: Fields<'_>) -> Result<Vec<Tool>, ApiError> {
    let tools = fields.optional("tools", "an array of objects", Value::as_array)?;
    if tools.is_some_and(Vec::is_empty) {
        return Err(ApiError::empty_array("tools"));
    }
    let read = |(index, tool): (usize, &Value)| {
        let place = format!("tools[{index}]");
        let kind = match tool.get("type") {
            _ if !tool.is_object() => return Err(ApiError::wrong_type(&place, "an object", tool)),
            None => return Err(ApiError::missing(&format!("{place}.type"))),
            Some(Value::String(kind)) => match kind.as_str() {
                "function" => ToolKind::Function,
                "custom" => ToolKind::Custom,
                other => return Err(unsupported(&format!("{place}.type"), other, &["function", "custom"])),
            },
            Some(other) => return Err(ApiError::wrong_type(&format!("{place}.type"), "a string", other)),
        };
        let described_place = format!("{place}.{}", kind.names().0);
        let described = tool.get(kind.names().0).ok_or_else(|| ApiError::missing(&described_place))?;
        let name = read_name(&format!("{described_place}.name"), described.get("name"))?;
        let parameters = described.get("parameters").cloned().unwrap_or(Value::Null);
        Ok(Tool { name, kind, parameters, place: format!("{described_place}.parameters") })
    };
    tools.into_iter().flatten().enumerate().map(read).collect()
}

/// The length that ids and names may have, as the API has it.
pub(crate) fn judge_length(place: &str, text: &str, longest: usize) -> Result<(), ApiError> {
    let length = text.chars().count();
    if length <= longest {
        return Ok(());
    }
    let message = format!(
        "Invalid '{place}': string too long. Expected a string with maximum length {longest}, but got a string with length \
         {length} instead."
    );
    Err(ApiError::parameter(place, "string_above_max_length", message))
}

/// Refuses schemas that are long together. Each is judged by itself where a reply is made from it; but all of them are copied,
/// written again and dropped on the thread that serves.
pub(crate) fn judge_schemas(tools: &[Tool], format: &ResponseFormat) -> Result<(), ApiError> {
    const MOST_PARTS: usize = 50_000;
    let of_tools: usize = tools.iter().map(|tool| parts_of(&tool.parameters)).sum();
    let (param, of_format) = match format {
        ResponseFormat::JsonSchema { schema, place } => (*place, parts_of(schema)),
        ResponseFormat::Text | ResponseFormat::JsonObject => ("tools", 0),
    };
    if of_tools + of_format <= MOST_PARTS {
        return Ok(());
    }
    let param = if of_tools > of_format { "tools" } else { param };
    let message = format!("Invalid '{param}': the schemas of a request have more than {MOST_PARTS} parts together.");
    Err(ApiError::parameter(param, "unsupported_schema", message))
}

/// A name that tools and schemas may have.
pub(crate) fn read_name(place: &str, name: Option<&Value>) -> Result<String, ApiError> {
    const LONGEST: usize = 64;
    let name = match name {
        Some(Value::String(name)) => name,
        Some(other) => return Err(ApiError::wrong_type(place, "a string", other)),
        None => return Err(ApiError::missing(place)),
    };
    judge_length(place, name, LONGEST)?;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        let message = format!(
            "Invalid '{place}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
        );
        return Err(ApiError::parameter(place, "invalid_value", message));
    }
    Ok(name.clone())
}

/// Takes the tools away that the request does not allow.
fn read_tool_choice(fields: Fields<'_>, tools: &mut Vec<Tool>) -> Result<ToolChoice, ApiError> {
    const CHOICES: [&str; 3] = ["none", "auto", "required"];
    let Some(choice) = fields.0.get("tool_choice").filter(|choice| !choice.is_null()) else {
        return Ok(ToolChoice::Auto);
    };
    if tools.is_empty() && choice != "none" {
        let message = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.";
        return Err(ApiError::parameter("tool_choice", "invalid_value", message));
    }
    match choice {
        Value::String(choice) => match choice.as_str() {
            "none" => Ok(ToolChoice::None),
            "auto" => Ok(ToolChoice::Auto),
            "required" => Ok(ToolChoice::Required),
            other => Err(unsupported("tool_choice", other, &CHOICES)),
        },
        Value::Object(_) if choice.get("type").is_some_and(|kind| kind == "allowed_tools") => {
            let place = "tool_choice.allowed_tools";
            let allowed = choice.get("allowed_tools").ok_or_else(|| ApiError::missing(place))?;
            let allowed = allowed.as_object().ok_or_else(|| ApiError::wrong_type(place, "an object", allowed))?;
            let name_of =
                |tool: &Value| ["function", "custom"].iter().find_map(|kind| tool.get(kind)?.get("name").cloned());
            read_allowed(place, allowed, tools, name_of)
        }
        Value::Object(_) => {
            let kind = if choice.get("custom").is_some() { ToolKind::Custom } else { ToolKind::Function }.names().0;
            let place = &format!("tool_choice.{kind}.name");
            let name = choice.pointer(&format!("/{kind}/name")).ok_or_else(|| ApiError::missing(place))?;
            let name = name.as_str().ok_or_else(|| ApiError::wrong_type(place, "a string", name))?;
            if !tools.iter().any(|tool| tool.name == name) {
                let message = format!("Invalid value for '{place}': no tool is named '{name}'.");
                return Err(ApiError::parameter(place, "invalid_value", message));
            }
            Ok(ToolChoice::Named(name.to_owned()))
        }
        other => Err(ApiError::wrong_type("tool_choice", "a string or an object", other)),
    }
}

/// Reads which of the tools are allowed, and whether one of them must be called. The others are taken away. `name_of` finds the
/// name of an allowed tool, where it has one.
pub(crate) fn read_allowed(
    place: &str,
    fields: &Map<String, Value>,
    tools: &mut Vec<Tool>,
    name_of: impl Fn(&Value) -> Option<Value>,
) -> Result<ToolChoice, ApiError> {
    let mode_place = format!("{place}.mode");
    let choice = match fields.get("mode") {
        None => return Err(ApiError::missing(&mode_place)),
        Some(Value::String(mode)) if mode == "auto" => ToolChoice::Auto,
        Some(Value::String(mode)) if mode == "required" => ToolChoice::Required,
        Some(Value::String(other)) => return Err(unsupported(&mode_place, other, &["auto", "required"])),
        Some(other) => return Err(ApiError::wrong_type(&mode_place, "a string", other)),
    };
    let list_place = format!("{place}.tools");
    let list = fields.get("tools").ok_or_else(|| ApiError::missing(&list_place))?;
    let list = list.as_array().ok_or_else(|| ApiError::wrong_type(&list_place, "an array of objects", list))?;
    let mut names = HashSet::new();
    for (index, tool) in list.iter().enumerate() {
        if !tool.is_object() {
            return Err(ApiError::wrong_type(&format!("{list_place}[{index}]"), "an object", tool));
        }
        // One of the provider's own has none.
        let Some(name) = name_of(tool) else { continue };
        let name = name.as_str().map(str::to_owned);
        let known = name.filter(|name| tools.iter().any(|tool| tool.name == *name));
        names.insert(known.ok_or_else(|| {
            let place = format!("{list_place}[{index}]");
            let message = format!("Invalid value for '{place}': no tool of the request has this name.");
            ApiError::parameter(place, "invalid_value", message)
        })?);
    }
    tools.retain(|tool| names.contains(&tool.name));
    Ok(choice)
}

fn read_format(fields: Fields<'_>) -> Result<ResponseFormat, ApiError> {
    let Some(format) = fields.0.get("response_format").filter(|format| !format.is_null()) else {
        return Ok(ResponseFormat::Text);
    };
    let place = "response_format.type";
    match format.get("type") {
        _ if !format.is_object() => Err(ApiError::wrong_type("response_format", "an object", format)),
        None => Err(ApiError::missing(place)),
        Some(Value::String(kind)) => match kind.as_str() {
            "text" => Ok(ResponseFormat::Text),
            "json_object" => Ok(ResponseFormat::JsonObject),
            "json_schema" => {
                read_name("response_format.json_schema.name", format.pointer("/json_schema/name"))?;
                let place = "response_format.json_schema.schema";
                let schema = format.pointer("/json_schema/schema").ok_or_else(|| ApiError::missing(place))?;
                Ok(ResponseFormat::JsonSchema { schema: schema.clone(), place })
            }
            other => Err(unsupported(place, other, &["json_object", "json_schema", "text"])),
        },
        Some(other) => Err(ApiError::wrong_type(place, "a string", other)),
    }
}

pub(crate) fn unsupported(param: &str, value: &str, supported: &[&str]) -> ApiError {
    let (last, others) = supported.split_last().expect("something is supported");
    let list = match others {
        [] => format!("'{last}'"),
        others => format!("'{}', and '{last}'", others.join("', '")),
    };
    let message = format!("Invalid value: '{value}'. Supported values are: {list}.");
    ApiError::parameter(param, "invalid_value", message)
}

/// The fields of the request. `null` is as good as nothing.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'value>(pub(crate) &'value Map<String, Value>);

impl<'value> Fields<'value> {
    /// Those of a body.
    pub(crate) fn of(body: &'value Value) -> Result<Self, ApiError> {
        let fields = body.as_object().map(Self);
        fields.ok_or_else(|| ApiError::bad_request("The JSON body of your request must be an object."))
    }

    pub(crate) fn optional<T>(
        self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'value Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| ApiError::wrong_type(name, expected, value)),
        }
    }

    pub(crate) fn required<T>(
        self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'value Value) -> Option<T>,
    ) -> Result<T, ApiError> {
        match self.0.get(name) {
            None => Err(ApiError::missing(name)),
            Some(value) => read(value).ok_or_else(|| ApiError::wrong_type(name, expected, value)),
        }
    }

    pub(crate) fn integer(self, name: &str, min: i64, max: Option<i64>) -> Result<Option<i64>, ApiError> {
        // What does not fit into 64 bits is out of range, and of no other type. JSON has one kind of number.
        let whole = |value: &'value Value| {
            let far = value.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() >= i64::MAX as f64);
            (value.is_i64() || far).then_some(value)
        };
        let Some(number) = self.optional(name, "an integer", whole)? else { return Ok(None) };
        let is_negative = number.as_f64().is_some_and(|number| number < 0.0);
        let value = number.as_i64().unwrap_or(if is_negative { i64::MIN } else { i64::MAX });
        if value < min || (!number.is_i64() && is_negative) {
            let message = format!(
                "Invalid '{name}': integer below minimum value. Expected a value >= {min}, but got {number} instead."
            );
            return Err(ApiError::parameter(name, "integer_below_min_value", message));
        }
        let max = max.unwrap_or(i64::MAX);
        if value > max || (!number.is_i64() && !is_negative) {
            let message = format!(
                "Invalid '{name}': integer above maximum value. Expected a value <= {max}, but got {number} instead."
            );
            return Err(ApiError::parameter(name, "integer_above_max_value", message));
        }
        Ok(Some(value))
    }

    pub(crate) fn number(self, name: &str, min: f64, max: f64) -> Result<(), ApiError> {
        let Some(value) = self.optional(name, "a decimal", Value::as_f64)? else { return Ok(()) };
        let (code, bound) = match value {
            value if value < min => ("decimal_below_min_value", format!("minimum value. Expected a value >= {min}")),
            value if value > max => ("decimal_above_max_value", format!("maximum value. Expected a value <= {max}")),
            _ => return Ok(()),
        };
        let side = if code.contains("below") { "below" } else { "above" };
        let message = format!("Invalid '{name}': decimal {side} {bound}, but got {value} instead.");
        Err(ApiError::parameter(name, code, message))
    }
}

/// A short text that two requests share when they ask for the same thing. `serde_json` sorts the fields, so their order
/// in the body changes nothing.
pub(crate) fn key(value: &Value) -> String {
    let Value::Object(fields) = value else { return String::new() };
    let asks = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "stream" | "stream_options"));
    let text: String = asks.map(|(name, value)| format!("{name}={value}\n")).collect();
    format!("{:016x}", super::hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base() -> Value {
        json!({ "model": "atlas", "messages": [{ "role": "user", "content": "why?" }] })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut body = base();
        body[name] = value;
        body
    }

    fn parse(body: &Value) -> Result<ChatRequest, ApiError> {
        ChatRequest::parse(body.to_string().as_bytes())
    }

    #[track_caller]
    fn refused(body: Value, param: Value, code: Value, words: &str) {
        let error = parse(&body).expect_err("it is wrong").body();
        assert_eq!((&error["error"]["param"], &error["error"]["code"]), (&param, &code), "{error}");
        let message = error["error"]["message"].as_str().expect("a message");
        assert!(message.contains(words), "{message}");
        assert_eq!(error["error"]["type"], "invalid_request_error");
    }

    #[test]
    fn a_good_request_is_read() {
        let request = parse(&json!({
            "model": "atlas", "stream": true, "stream_options": { "include_usage": true }, "n": 2, "max_tokens": 9,
            "max_completion_tokens": 7, "stop": ["a", "b"], "seed": -3, "temperature": 1, "user": null,
            "messages": [
                { "role": "system", "content": "Be short." },
                { "role": "user", "content": [{ "type": "text", "text": "why " }, { "type": "image_url", "image_url": {} },
                                              { "type": "text", "text": "not?" }] },
                { "role": "assistant", "tool_calls": [{ "id": "call_1", "type": "function", "function": {} }] },
                { "role": "tool", "tool_call_id": "call_1", "content": "42" },
            ],
            "tools": [{ "type": "function", "function": { "name": "look", "parameters": { "type": "object" } } }],
            "tool_choice": "required", "a_field_of_next_year": {},
        }))
        .expect("it is right");
        assert_eq!((request.prompt.as_str(), request.prompt_tokens, request.after_tool), ("why not?", 5, true));
        assert_eq!((request.stream, request.include_usage, request.n, request.max_tokens), (true, true, 2, Some(7)));
        assert_eq!((request.stop, request.tool_choice), (vec!["a".to_owned(), "b".to_owned()], ToolChoice::Required));
        assert_eq!((request.tools[0].name.as_str(), request.tool_rounds), ("look", 1));
    }

    #[test]
    fn every_wrong_field_is_named() {
        for bad in ["", "{", "nul", "[1,]", "{\"model\": }"] {
            let error = ChatRequest::parse(bad.as_bytes()).expect_err("no JSON").body();
            assert!(
                error["error"]["message"].as_str().is_some_and(|text| text.contains("could not parse the JSON body"))
            );
        }
        assert!(ChatRequest::parse(b"[]").is_err_and(|error| error.body()["error"]["param"].is_null()));
        assert!(ChatRequest::parse(b"{\"model\": \"\xff\"}").is_err(), "no UTF-8");

        let missing = |param: &str| (json!(param), json!("missing_required_parameter"));
        let wrong = |param: &str| (json!(param), json!("invalid_type"));
        let table = [
            (json!({ "messages": [] }), missing("model"), "Missing required parameter: 'model'."),
            (json!({ "model": "atlas" }), missing("messages"), "Missing required parameter: 'messages'."),
            (with("model", json!(7)), wrong("model"), "'model': expected a string, but got an integer instead."),
            (with("messages", json!("hi")), wrong("messages"), "expected an array of objects, but got a string"),
            (with("messages", json!([])), (json!("messages"), json!("empty_array")), "empty array"),
            (with("messages", json!(["hi"])), wrong("messages[0]"), "expected an object"),
            (with("messages", json!([{ "content": "hi" }])), missing("messages[0].role"), "messages[0].role"),
            (with("messages", json!([{ "role": 1, "content": "hi" }])), wrong("messages[0].role"), "an integer"),
            (
                with("messages", json!([{ "role": "robot", "content": "hi" }])),
                (json!("messages[0].role"), json!("invalid_value")),
                "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and \
                 'developer'.",
            ),
            (with("messages", json!([{ "role": "user" }])), missing("messages[0].content"), "messages[0].content"),
            (
                with("messages", json!([{ "role": "user", "content": null }])),
                wrong("messages[0].content"),
                "but got null instead",
            ),
            (
                with("messages", json!([{ "role": "user", "content": [{ "type": "smell" }] }])),
                (json!("messages[0].content[0].type"), json!("invalid_value")),
                "'smell'",
            ),
            (
                with("messages", json!([{ "role": "user", "content": [{ "type": "text", "text": 1 }] }])),
                wrong("messages[0].content[0].text"),
                "a string",
            ),
            (with("messages", json!([{ "role": "tool", "content": "x" }])), missing("messages[0].tool_call_id"), ""),
            (with("stream", json!("yes")), wrong("stream"), "expected a boolean, but got a string instead."),
            (
                with("stream_options", json!({ "include_usage": true })),
                (json!("stream_options"), json!("invalid_value")),
                "only allowed when 'stream' is enabled",
            ),
            (with("max_tokens", json!(1.5)), wrong("max_tokens"), "expected an integer, but got a decimal instead."),
            (with("max_tokens", json!(0)), (json!("max_tokens"), json!("integer_below_min_value")), ">= 1"),
            (with("n", json!(129)), (json!("n"), json!("integer_above_max_value")), "<= 128"),
            (with("seed", json!("7")), wrong("seed"), "an integer"),
            (with("temperature", json!(2.1)), (json!("temperature"), json!("decimal_above_max_value")), "<= 2"),
            (with("top_p", json!(-1)), (json!("top_p"), json!("decimal_below_min_value")), "decimal below minimum"),
            (with("stop", json!(7)), wrong("stop"), "a string or an array of strings"),
            (with("stop", json!(["a", 1])), wrong("stop[1]"), "a string"),
            (
                with("stop", json!(["1", "2", "3", "4", "5"])),
                (json!("stop"), json!("array_above_max_length")),
                "length 5",
            ),
            (with("tools", json!([{}])), missing("tools[0].type"), ""),
            (with("tools", json!([{ "type": "function", "function": {} }])), missing("tools[0].function.name"), ""),
            (with("tool_choice", json!("auto")), (json!("tool_choice"), json!("invalid_value")), "only allowed when"),
            (with("tools", json!([])), (json!("tools"), json!("empty_array")), "minimum length 1"),
            (with("tools", tools("get weather")), (json!("tools[0].function.name"), json!("invalid_value")), "pattern"),
            (
                with("tools", tools(&"x".repeat(65))),
                (json!("tools[0].function.name"), json!("string_above_max_length")),
                "length 65",
            ),
            (
                with("top_logprobs", json!(2)),
                (json!("top_logprobs"), json!("invalid_value")),
                "when 'logprobs' is enabled",
            ),
            (with("top_logprobs", json!(21)), (json!("top_logprobs"), json!("integer_above_max_value")), "<= 20"),
            (
                with("max_tokens", json!(99_999_999_999_999_999_999_u128 as f64)),
                (json!("max_tokens"), json!("integer_above_max_value")),
                "but got 1e+20 instead",
            ),
            (with("seed", json!(u64::MAX)), (json!("seed"), json!("integer_above_max_value")), "18446744073709551615"),
            (with("seed", json!(-1e30)), (json!("seed"), json!("integer_below_min_value")), "-1e+30"),
            (
                with("response_format", json!({ "type": "json_object" })),
                (json!("messages"), Value::Null),
                "must contain the word 'json'",
            ),
            (
                with("response_format", json!({ "type": "json_schema", "json_schema": { "schema": {} } })),
                missing("response_format.json_schema.name"),
                "",
            ),
            (
                with("response_format", json!({ "type": "xml" })),
                (json!("response_format.type"), json!("invalid_value")),
                "",
            ),
        ];
        for (body, (param, code), words) in table {
            refused(body, param, code, words);
        }
    }

    fn tools(name: &str) -> Value {
        json!([{ "type": "function", "function": { "name": name } }])
    }

    #[test]
    fn tools_and_their_results_belong_together() {
        let user = json!({ "role": "user", "content": "why?" });
        let calls = |ids: &[&str]| {
            let calls: Vec<Value> =
                ids.iter().map(|id| json!({ "id": id, "type": "function", "function": {} })).collect();
            json!({ "role": "assistant", "tool_calls": calls })
        };
        let result = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "42" });
        let good = [
            json!([user, calls(&["a", "b"]), result("b"), result("a"), user]),
            json!([user, calls(&["a"]), result("a"), result("a"), calls(&["b"]), result("b")]),
        ];
        for messages in good {
            parse(&with("messages", messages)).expect("it is right");
        }
        let stray = "must be a response to a preceding message";
        let open = "must be followed by tool messages";
        let bad = [
            (json!([user, result("a")]), "messages.[1].role", stray),
            (json!([user, calls(&["a"]), result("b")]), "messages.[2].role", stray),
            (json!([user, calls(&["a"]), result("a"), user, result("a")]), "messages.[4].role", stray),
            (json!([user, calls(&["a", "b"]), result("a"), user]), "messages.[3].role", open),
            (json!([user, calls(&["a"])]), "messages", "did not have response messages: a"),
        ];
        for (messages, place, words) in bad {
            refused(with("messages", messages), json!(place), Value::Null, words);
        }
        refused(
            with("messages", json!([user, { "role": "assistant", "tool_calls": [] }])),
            json!("messages[1].tool_calls"),
            json!("empty_array"),
            "",
        );
    }

    /// What is compiled for a pattern may be thousands of times as long: a body that is short may be long work.
    #[test]
    fn the_work_of_a_schema_is_that_of_its_patterns() {
        const ON_THE_THREAD_THAT_SERVES: usize = 64 * 1024;
        let work = |schema: Value| {
            let format = json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } });
            parse(&with("response_format", format)).expect("it is right").work()
        };
        let properties: Map<String, Value> =
            (0..1000).map(|name| (format!("{name}"), json!({ "type": "string" }))).collect();
        assert_eq!(work(json!({ "type": "object", "properties": properties })), 0);
        assert!(work(json!({ "type": "string", "pattern": "^[A-Z]{3}$" })) <= ON_THE_THREAD_THAT_SERVES);
        let several = vec![json!({ "type": "string", "pattern": "\\w{20}x1" }); 10];
        assert!(work(json!({ "type": "array", "prefixItems": several })) > ON_THE_THREAD_THAT_SERVES);
        assert!(work(json!({ "patternProperties": { "x".repeat(65): {} } })) > ON_THE_THREAD_THAT_SERVES);
    }

    #[test]
    fn a_custom_tool_is_taken() {
        let mut body = with("tools", json!([{ "type": "custom", "custom": { "name": "run" } }]));
        body["tool_choice"] = json!({ "type": "custom", "custom": { "name": "run" } });
        let request = parse(&body).expect("it is right");
        assert_eq!(
            (request.tools[0].kind, request.tool_choice),
            (ToolKind::Custom, ToolChoice::Named("run".to_owned()))
        );
    }

    #[test]
    fn a_stream_is_the_same_request_as_its_plain_form() {
        let plain = parse(&base()).expect("it is right");
        let streamed = parse(&with("stream", json!(true))).expect("it is right");
        let seeded = parse(&with("seed", json!(1))).expect("it is right");
        assert_eq!(plain.key, streamed.key);
        assert_ne!(plain.key, seeded.key);
    }
}
