//! The events of a streamed response.
//!
//! A response begins, its items come one after the other, and it ends. Each item is added, grows by deltas, and is done: told
//! once more, whole. All events are numbered.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Asked,
    item::Item,
    reply::{Frame, State, item_status},
};
use crate::{
    app::App,
    chat::{
        Job,
        chunk::FinishReason,
        reply::{Call, Reply},
        request::ToolKind,
        writer::call_of,
    },
    error::ApiError,
    wire::Said,
};

/// What it takes to write all events of one response.
#[derive(Debug)]
pub(crate) struct EventWriter {
    app: Arc<App>,
    frame: Frame,
    reply: Reply,
    finish: FinishReason,
    /// Where it is to be kept: what was said before.
    conversation: Option<Vec<Arc<Item>>>,
    /// The number of the next event.
    sequence: usize,
    tokens: usize,
    /// The items that are done.
    output: Vec<Value>,
    /// What the item that is being written has, token by token.
    written: Vec<String>,
}

impl EventWriter {
    pub(crate) fn new(job: &Job, asked: &Asked) -> Self {
        Self {
            app: job.app.clone(),
            frame: Frame::new(job, asked),
            reply: job.reply.clone(),
            finish: job.finish,
            conversation: asked.conversation.clone(),
            sequence: 0,
            tokens: 0,
            output: Vec::new(),
            written: Vec::new(),
        }
    }

    /// The response begins, and its first item with it.
    pub(crate) fn open(&mut self, say: &mut impl FnMut(Said)) {
        for name in ["response.created", "response.in_progress"] {
            let response = self.frame.response(State::InProgress, &[], 0);
            self.say(name, json!({ "response": response }), say);
        }
        self.add(say);
    }

    pub(crate) fn token(&mut self, text: &str, say: &mut impl FnMut(Said)) {
        let index = self.tokens;
        self.tokens += 1;
        let place = match &self.reply {
            Reply::Calls { calls, .. } => match call_of(calls, index) {
                Some((place, _)) => place,
                None => return,
            },
            Reply::Script | Reply::Text { .. } => 0,
        };
        while self.output.len() < place {
            self.done("completed", say);
            self.add(say);
        }
        self.written.push(text.to_owned());
        let (name, id) = match self.call() {
            None => ("response.output_text.delta", self.frame.item_id(0, None)),
            Some(call) => (names(call.kind).0, self.frame.item_id(place, Some(call))),
        };
        let mut delta = json!({ "item_id": id, "output_index": place, "delta": text });
        if self.call().is_none() {
            delta["content_index"] = json!(0);
            delta["logprobs"] = self.frame.logprobs(&self.written[self.written.len() - 1..]);
        }
        self.say(name, delta, say);
    }

    /// The last item is done, and so is the response.
    pub(crate) fn close(&mut self, say: &mut impl FnMut(Said)) {
        let calls = match &self.reply {
            Reply::Calls { calls, .. } => calls.len(),
            Reply::Script | Reply::Text { .. } => 1,
        };
        self.done(item_status(self.finish), say);
        // Calls without arguments, behind the last token.
        while self.finish != FinishReason::Length && self.output.len() < calls {
            self.add(say);
            self.done("completed", say);
        }
        if let Some(conversation) = &self.conversation {
            self.frame.keep(&self.app.store, conversation, &self.output);
        }
        let response = self.frame.response(State::Ended(self.finish), &self.output, self.tokens);
        let name = if self.finish == FinishReason::Length { "response.incomplete" } else { "response.completed" };
        self.say(name, json!({ "response": response }), say);
    }

    /// The error, and a copy of the response that has failed with it.
    pub(crate) fn error(&mut self, error: &ApiError, say: &mut impl FnMut(Said)) {
        let of = &error.body()["error"];
        // The documents have its parts in the event; what the API sends has them in an object of their own.
        let event = json!({ "code": of["code"], "message": of["message"], "param": of["param"], "error": of });
        self.say("error", event, say);
        let response = self.frame.response(State::Failed(error), &self.output, 0);
        self.say("response.failed", json!({ "response": response }), say);
    }

    /// The call that is being written, or is to be written next.
    fn call(&self) -> Option<&Call> {
        match &self.reply {
            Reply::Calls { calls, .. } => calls.get(self.output.len()),
            Reply::Script | Reply::Text { .. } => None,
        }
    }

    /// An item begins.
    fn add(&mut self, say: &mut impl FnMut(Said)) {
        let place = self.output.len();
        self.written.clear();
        let item = match self.call() {
            Some(call) => self.frame.call(place, call, "in_progress", ""),
            None => self.frame.message("in_progress", None),
        };
        self.say("response.output_item.added", json!({ "output_index": place, "item": item }), say);
        if self.call().is_none() {
            self.part("response.content_part.added", say);
        }
    }

    /// An item is done.
    fn done(&mut self, status: &str, say: &mut impl FnMut(Said)) {
        let place = self.output.len();
        let text = self.written.concat();
        let item = match self.call() {
            Some(call) => {
                let (item, id) = (self.frame.call(place, call, status, &text), self.frame.item_id(place, Some(call)));
                let (_, name, input) = names(call.kind);
                let mut whole = json!({ "item_id": id, "output_index": place, input: text });
                if call.kind == ToolKind::Function {
                    whole["name"] = json!(call.name);
                }
                self.say(name, whole, say);
                item
            }
            None => {
                let (id, logprobs) = (self.frame.item_id(0, None), self.frame.logprobs(&self.written));
                let whole =
                    json!({ "item_id": id, "output_index": 0, "content_index": 0, "text": text, "logprobs": logprobs });
                self.say("response.output_text.done", whole, say);
                self.part("response.content_part.done", say);
                self.frame.message(status, Some(self.frame.part(&self.written)))
            }
        };
        self.say("response.output_item.done", json!({ "output_index": place, "item": item }), say);
        self.output.push(item);
    }

    fn part(&mut self, name: &'static str, say: &mut impl FnMut(Said)) {
        let (id, part) = (self.frame.item_id(0, None), self.frame.part(&self.written));
        self.say(name, json!({ "item_id": id, "output_index": 0, "content_index": 0, "part": part }), say);
    }

    fn say(&mut self, name: &'static str, mut event: Value, say: &mut impl FnMut(Said)) {
        event["type"] = json!(name);
        event["sequence_number"] = json!(self.sequence);
        self.sequence += 1;
        say(Said { name: Some(name), data: event.to_string() });
    }
}

/// What the deltas of a call are called, what its end is, and what a call is given.
fn names(kind: ToolKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ToolKind::Function => {
            ("response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments")
        }
        ToolKind::Custom => ("response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input"),
    }
}
