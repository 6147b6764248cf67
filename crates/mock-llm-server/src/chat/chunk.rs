//! The JSON of a reply: chunks of a stream, and the whole of a plain one.

use serde_json::{Value, json};

use super::{reply::Call, request::ToolKind};

/// What all chunks of one completion share, written once.
#[derive(Debug)]
pub(crate) struct Chunks {
    /// From the opening brace to `"choices":[`.
    head: String,
    /// From the bracket that closes the choices to the end, where usage is still to come.
    tail: &'static str,
    /// How many alternatives each token has, where log probabilities are asked for.
    top_logprobs: Option<usize>,
}

/// Who a completion is.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) id: String,
    /// Seconds since 1970.
    pub(crate) created: u64,
    pub(crate) model: String,
}

/// How many tokens a completion cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) prompt: usize,
    pub(crate) completion: usize,
}

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FinishReason {
    Stop,
    Length,
    ToolCalls,
}

const FINGERPRINT: &str = "fp_mock_llm";

impl FinishReason {
    fn name(self) -> &'static str {
        match self {
            FinishReason::Stop => "stop",
            FinishReason::Length => "length",
            FinishReason::ToolCalls => "tool_calls",
        }
    }
}

impl Usage {
    fn json(self) -> Value {
        json!({
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
            "completion_tokens_details": {
                "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
            },
        })
    }
}

impl Chunks {
    pub(crate) fn new(identity: &Identity, include_usage: bool, top_logprobs: Option<usize>) -> Self {
        let Identity { id, created, model } = identity;
        let head = format!(
            r#"{{"id":{},"object":"chat.completion.chunk","created":{created},"model":{},"service_tier":"default","system_fingerprint":"{FINGERPRINT}","choices":["#,
            quoted(id),
            quoted(model),
        );
        Self { head, tail: if include_usage { r#"],"usage":null}"# } else { "]}" }, top_logprobs }
    }

    /// The first chunk of a choice: who speaks, and the first call where it makes some.
    pub(crate) fn role(&self, choice: usize, call: Option<&Call>) -> String {
        let delta = match call {
            None => r#"{"role":"assistant","content":"","refusal":null}"#.to_owned(),
            Some(call) => format!(
                r#"{{"role":"assistant","content":null,"tool_calls":[{}],"refusal":null}}"#,
                begun(choice, 0, call)
            ),
        };
        self.chunk(choice, &delta, "null")
    }

    /// The first chunk of a call that is not the first.
    pub(crate) fn call(&self, choice: usize, place: usize, call: &Call) -> String {
        self.chunk(choice, &format!(r#"{{"tool_calls":[{}]}}"#, begun(choice, place, call)), "null")
    }

    pub(crate) fn content(&self, choice: usize, text: &str) -> String {
        match self.top_logprobs {
            None => self.quoting(choice, r#"{"content":"#, text, "}"),
            Some(top) => {
                let Self { head, tail, .. } = self;
                let (content, logprobs) = (quoted(text), logprobs([text], top));
                format!(
                    r#"{head}{{"index":{choice},"delta":{{"content":{content}}},"logprobs":{logprobs},"finish_reason":null}}{tail}"#
                )
            }
        }
    }

    pub(crate) fn arguments(&self, choice: usize, place: usize, kind: ToolKind, fragment: &str) -> String {
        let (name, input) = kind.names();
        let before = format!(r#"{{"tool_calls":[{{"index":{place},"{name}":{{"{input}":"#);
        self.quoting(choice, &before, fragment, "}}]}")
    }

    /// The last chunk of a choice: an empty delta, and the reason.
    pub(crate) fn finish(&self, choice: usize, reason: FinishReason) -> String {
        self.chunk(choice, "{}", &quoted(reason.name()))
    }

    /// The chunk after the last: no choices, and what it all cost.
    pub(crate) fn usage(&self, usage: Usage) -> String {
        format!(r#"{}],"usage":{}}}"#, self.head, usage.json())
    }

    fn chunk(&self, choice: usize, delta: &str, reason: &str) -> String {
        let Self { head, tail, .. } = self;
        format!(r#"{head}{{"index":{choice},"delta":{delta},"logprobs":null,"finish_reason":{reason}}}{tail}"#)
    }

    /// The chunk of a token. It is what the server makes most of, so it is put together in one go.
    fn quoting(&self, choice: usize, before: &str, text: &str, after: &str) -> String {
        const START: &str = r#"{"index":"#;
        const DELTA: &str = r#","delta":"#;
        const END: &str = r#","logprobs":null,"finish_reason":null}"#;
        let constant = START.len() + DELTA.len() + END.len() + 2 * 20;
        let mut chunk = String::with_capacity(
            self.head.len() + constant + before.len() + text.len() + after.len() + self.tail.len(),
        );
        chunk.push_str(&self.head);
        chunk.push_str(START);
        match u8::try_from(choice) {
            Ok(digit @ 0..=9) => chunk.push((b'0' + digit) as char),
            _ => chunk.push_str(&choice.to_string()),
        }
        chunk.push_str(DELTA);
        chunk.push_str(before);
        push_quoted(&mut chunk, text);
        chunk.push_str(after);
        chunk.push_str(END);
        chunk.push_str(self.tail);
        chunk
    }
}

/// What a choice of a plain reply says.
#[derive(Debug)]
pub(crate) enum Message<'reply> {
    Text(String),
    /// With the arguments that the limit leaves of each.
    Calls(Vec<(&'reply Call, String)>),
}

/// A plain reply.
pub(crate) fn completion(
    identity: &Identity,
    messages: Vec<Message<'_>>,
    reason: FinishReason,
    top_logprobs: Option<usize>,
    usage: Usage,
) -> Value {
    let choice = |(index, message)| {
        let mut logprobs_of = Value::Null;
        let message = match message {
            Message::Text(text) => {
                if let Some(top) = top_logprobs {
                    logprobs_of = logprobs(mock_llm::tokens(&text), top);
                }
                json!({ "role": "assistant", "content": text, "refusal": null, "annotations": [] })
            }
            Message::Calls(calls) => {
                let call = |(call, arguments): &(&Call, String)| written(index, call, arguments);
                let calls: Vec<Value> = calls.iter().map(call).collect();
                json!({ "role": "assistant", "content": null, "tool_calls": calls, "refusal": null, "annotations": [] })
            }
        };
        json!({ "index": index, "message": message, "logprobs": logprobs_of, "finish_reason": reason.name() })
    };
    json!({
        "id": identity.id,
        "object": "chat.completion",
        "created": identity.created,
        "model": identity.model,
        "choices": messages.into_iter().enumerate().map(choice).collect::<Vec<_>>(),
        "usage": usage.json(),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    })
}

fn written(choice: usize, call: &Call, arguments: &str) -> Value {
    let (kind, input) = call.kind.names();
    json!({ "id": call.id(choice), "type": kind, kind: { "name": call.name, input: arguments } })
}

/// A call as its first chunk has it.
fn begun(choice: usize, place: usize, call: &Call) -> Value {
    let mut call = written(choice, call, "");
    call["index"] = Value::from(place);
    call
}

/// Log probabilities of tokens: made up, the same for the same token, and falling among the alternatives.
pub(crate) fn logprobs<'text>(tokens: impl IntoIterator<Item = &'text str>, top: usize) -> Value {
    let entry = |token: &str, rank: usize| {
        let made_up = (super::hash(token.as_bytes()) % 1000) as f64 / 1000.0;
        json!({ "token": token, "logprob": -made_up - rank as f64, "bytes": token.as_bytes() })
    };
    let of = |token: &str| {
        let mut of = entry(token, 0);
        let alternatives = (0..top)
            .map(|rank| if rank == 0 { entry(token, 0) } else { entry(&format!("{token}{}", "~".repeat(rank)), rank) });
        of["top_logprobs"] = alternatives.collect();
        of
    };
    json!({ "content": tokens.into_iter().map(of).collect::<Vec<_>>(), "refusal": null })
}

fn push_quoted(chunk: &mut String, text: &str) {
    let as_it_is = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if !text.bytes().all(as_it_is) {
        chunk.push_str(&quoted(text));
        return;
    }
    chunk.push('"');
    chunk.push_str(text);
    chunk.push('"');
}

/// A text as JSON writes it, quotes included.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_s_chunk_is_json_whatever_the_token() {
        let identity = Identity { id: "chatcmpl-1".to_owned(), created: 7, model: "a \"quoted\" name".to_owned() };
        for (choice, text) in [(0, " word"), (7, "\"\\\n"), (12, "日本"), (0, ""), (1, "\u{1}\u{7f}")] {
            for usage in [false, true] {
                let chunks = Chunks::new(&identity, usage, None);
                let read = |chunk: String| serde_json::from_str::<Value>(&chunk).expect("JSON");
                let chunk = read(chunks.content(choice, text));
                assert_eq!(chunk["choices"][0]["delta"], json!({ "content": text }));
                assert_eq!((&chunk["choices"][0]["index"], &chunk["model"]), (&json!(choice), &json!(identity.model)));
                assert_eq!(chunk.get("usage").is_some(), usage);
                let chunk = read(chunks.arguments(choice, 0, ToolKind::Function, text));
                assert_eq!(chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"], json!(text));
            }
        }
    }
}
