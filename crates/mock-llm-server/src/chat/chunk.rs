//! The JSON of a reply: chunks of a stream, and the whole of a plain one.

use serde_json::{Value, json};

/// What all chunks of one completion share, written once.
#[derive(Debug)]
pub(super) struct Chunks {
    /// From the opening brace to `"choices":[`.
    head: String,
    /// From the bracket that closes the choices to the end, where usage is still to come.
    tail: &'static str,
}

/// Who a completion is.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) id: String,
    /// Seconds since 1970.
    pub(super) created: u64,
    pub(super) model: String,
}

/// How many tokens a completion cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub(super) prompt: usize,
    pub(super) completion: usize,
}

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FinishReason {
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
    pub(super) fn new(identity: &Identity, include_usage: bool) -> Self {
        let Identity { id, created, model } = identity;
        let head = format!(
            r#"{{"id":{},"object":"chat.completion.chunk","created":{created},"model":{},"service_tier":"default","system_fingerprint":"{FINGERPRINT}","choices":["#,
            quoted(id),
            quoted(model),
        );
        Self { head, tail: if include_usage { r#"],"usage":null}"# } else { "]}" } }
    }

    /// The first chunk of a choice: who speaks.
    pub(super) fn role(&self, choice: usize, tool_call: Option<(&str, &str)>) -> String {
        let delta = match tool_call {
            None => r#"{"role":"assistant","content":"","refusal":null}"#.to_owned(),
            Some((id, name)) => format!(
                r#"{{"role":"assistant","content":null,"tool_calls":[{{"index":0,"id":{},"type":"function","function":{{"name":{},"arguments":""}}}}],"refusal":null}}"#,
                quoted(id),
                quoted(name),
            ),
        };
        self.chunk(choice, &delta, "null")
    }

    pub(super) fn content(&self, choice: usize, text: &str) -> String {
        self.quoting(choice, r#"{"content":"#, text, "}")
    }

    pub(super) fn arguments(&self, choice: usize, fragment: &str) -> String {
        self.quoting(choice, r#"{"tool_calls":[{"index":0,"function":{"arguments":"#, fragment, "}}]}")
    }

    /// The last chunk of a choice: an empty delta, and the reason.
    pub(super) fn finish(&self, choice: usize, reason: FinishReason) -> String {
        self.chunk(choice, "{}", &quoted(reason.name()))
    }

    /// The chunk after the last: no choices, and what it all cost.
    pub(super) fn usage(&self, usage: Usage) -> String {
        format!(r#"{}],"usage":{}}}"#, self.head, usage.json())
    }

    fn chunk(&self, choice: usize, delta: &str, reason: &str) -> String {
        let Self { head, tail } = self;
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
pub(super) enum Message<'reply> {
    Text(String),
    ToolCall { id: String, name: &'reply str, arguments: String },
}

/// A plain reply.
pub(super) fn completion(identity: &Identity, messages: Vec<Message<'_>>, reason: FinishReason, usage: Usage) -> Value {
    let choice = |(index, message)| {
        let message = match message {
            Message::Text(text) => json!({ "role": "assistant", "content": text, "refusal": null, "annotations": [] }),
            Message::ToolCall { id, name, arguments } => {
                let call =
                    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } });
                json!({ "role": "assistant", "content": null, "tool_calls": [call], "refusal": null, "annotations": [] })
            }
        };
        json!({ "index": index, "message": message, "logprobs": null, "finish_reason": reason.name() })
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
                let chunks = Chunks::new(&identity, usage);
                let read = |chunk: String| serde_json::from_str::<Value>(&chunk).expect("JSON");
                let chunk = read(chunks.content(choice, text));
                assert_eq!(chunk["choices"][0]["delta"], json!({ "content": text }));
                assert_eq!((&chunk["choices"][0]["index"], &chunk["model"]), (&json!(choice), &json!(identity.model)));
                assert_eq!(chunk.get("usage").is_some(), usage);
                let chunk = read(chunks.arguments(choice, text));
                assert_eq!(chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"], json!(text));
            }
        }
    }
}
