//! The JSON of a response and of its items.

use serde_json::{Map, Value, json};

use super::{Asked, id, item::Item, store::Store};
use crate::{
    chat::{
        Job,
        chunk::{FinishReason, Identity, logprobs},
        reply::{Call, Reply},
        request::ToolKind,
    },
    error::ApiError,
};

/// What all copies of one response have in common.
#[derive(Debug)]
pub(super) struct Frame {
    identity: Identity,
    settings: Map<String, Value>,
    prompt_tokens: usize,
    key: String,
    top_logprobs: Option<usize>,
}

/// How far a response is.
#[derive(Debug, Clone, Copy)]
pub(super) enum State<'error> {
    InProgress,
    Ended(FinishReason),
    Failed(&'error ApiError),
}

impl Frame {
    pub(super) fn new(job: &Job, asked: &Asked) -> Self {
        Self {
            identity: job.identity.clone(),
            settings: asked.settings.clone(),
            prompt_tokens: job.request.prompt_tokens,
            // The response's own id is made of the request and the attempt.
            key: job.identity.id.clone(),
            top_logprobs: job.request.top_logprobs,
        }
    }

    /// A copy of the response. Its usage is known when it has ended.
    pub(super) fn response(&self, state: State<'_>, output: &[Value], tokens: usize) -> Value {
        let status = match state {
            State::InProgress => "in_progress",
            State::Ended(FinishReason::Length) => "incomplete",
            State::Ended(FinishReason::Stop | FinishReason::ToolCalls) => "completed",
            State::Failed(_) => "failed",
        };
        let details = match status {
            "incomplete" => json!({ "reason": "max_output_tokens" }),
            _ => Value::Null,
        };
        let error = match state {
            State::Failed(error) => {
                let error = &error.body()["error"];
                let code = error["code"].as_str().unwrap_or("server_error");
                json!({ "code": code, "message": error["message"] })
            }
            _ => Value::Null,
        };
        let usage = match state {
            State::Ended(_) => json!({
                "input_tokens": self.prompt_tokens,
                "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
                "output_tokens": tokens,
                "output_tokens_details": { "reasoning_tokens": 0 },
                "total_tokens": self.prompt_tokens + tokens,
            }),
            State::InProgress | State::Failed(_) => Value::Null,
        };
        let completed_at = match status {
            "completed" => json!(self.identity.created),
            _ => Value::Null,
        };
        let mut response = self.settings.clone();
        let own = json!({
            "id": self.identity.id, "object": "response", "created_at": self.identity.created,
            "completed_at": completed_at, "model": self.identity.model, "status": status, "error": error,
            "incomplete_details": details, "output": output, "usage": usage,
        });
        response.extend(own.as_object().cloned().unwrap_or_default());
        Value::Object(response)
    }

    /// What the item at a place is called.
    pub(super) fn item_id(&self, place: usize, call: Option<&Call>) -> String {
        let kind = match call.map(|call| call.kind) {
            None => "msg",
            Some(ToolKind::Function) => "fc",
            Some(ToolKind::Custom) => "ctc",
        };
        id(kind, &self.key, 0, place)
    }

    pub(super) fn message(&self, status: &str, content: Option<Value>) -> Value {
        let content: Vec<Value> = content.into_iter().collect();
        let id = self.item_id(0, None);
        json!({ "id": id, "type": "message", "status": status, "role": "assistant", "content": content })
    }

    pub(super) fn part(&self, tokens: &[String]) -> Value {
        let logprobs = self.logprobs(tokens);
        json!({ "type": "output_text", "annotations": [], "logprobs": logprobs, "text": tokens.concat() })
    }

    /// Those of these tokens, where they are asked for.
    pub(super) fn logprobs(&self, tokens: &[String]) -> Value {
        match self.top_logprobs {
            Some(top) => logprobs(tokens.iter().map(String::as_str), top)["content"].take(),
            None => json!([]),
        }
    }

    pub(super) fn call(&self, place: usize, call: &Call, status: &str, arguments: &str) -> Value {
        let (kind, input) = match call.kind {
            ToolKind::Function => ("function_call", "arguments"),
            ToolKind::Custom => ("custom_tool_call", "input"),
        };
        let id = self.item_id(place, Some(call));
        json!({ "id": id, "type": kind, "status": status, "call_id": call.id(0), "name": call.name, input: arguments })
    }

    /// Keeps the response for requests that go on from it.
    pub(super) fn keep(&self, store: &Store, asked: &[std::sync::Arc<Item>], output: &[Value]) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let item = |item: &Value| match item.get("call_id") {
            Some(call) => Item::Call(text(call)),
            None => Item::Message { role: "assistant".to_owned(), text: text(&item["content"][0]["text"]) },
        };
        let items = output.iter().map(|value| (text(&value["id"]), item(value))).collect();
        store.keep(self.identity.id.clone(), asked, items);
    }
}

/// The status of an item of a response that has ended.
pub(super) fn item_status(finish: FinishReason) -> &'static str {
    if finish == FinishReason::Length { "incomplete" } else { "completed" }
}

/// A plain response, of which the model has written so many tokens.
pub(crate) fn whole(job: &Job, asked: &Asked, text: &str, tokens: usize) -> Value {
    let frame = Frame::new(job, asked);
    let status = item_status(job.finish);
    let output = match &job.reply {
        Reply::Calls { calls, .. } => {
            let mut left = tokens;
            let calls = calls.iter().enumerate().map_while(|(place, call)| {
                let taken = left.min(call.arguments.len());
                // The call that the limit falls into is there, and none after it.
                let is_begun = place == 0 || left > 0 || job.finish != FinishReason::Length;
                left -= taken;
                is_begun.then(|| frame.call(place, call, status, &call.arguments[..taken].concat()))
            });
            calls.collect()
        }
        Reply::Text { choices, .. } => vec![frame.message(status, Some(frame.part(&choices[0][..tokens])))],
        Reply::Script => {
            let words: Vec<String> = mock_llm::tokens(text).map(str::to_owned).collect();
            vec![frame.message(status, Some(frame.part(&words)))]
        }
    };
    if let Some(conversation) = &asked.conversation {
        frame.keep(&job.app.store, conversation, &output);
    }
    frame.response(State::Ended(job.finish), &output, tokens)
}
