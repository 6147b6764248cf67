//! A streamed chat completion: from events to words, calls of tools, and an end that says
//! how it ended.
//!
//! The format is that of OpenAI's chat completions
//! (<https://platform.openai.com/docs/api-reference/chat-streaming>), which many servers
//! speak. Each event is a JSON object, a *chunk*, and the last event is the text `[DONE]`.
//! Three things go wrong in clients again and again:
//!
//! - The end of the bytes is taken for the end of the answer. Only the mark is the end. A
//!   server may keep the connection open after it, and a broken connection ends without it.
//! - An error that comes after the status 200, as an event, is shown as text or lost.
//! - The arguments of two calls are mixed. Only the first fragment of a call has its id;
//!   the others say which call they belong to by an index.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::Stream;
use pin_project::pin_project;
use serde::Deserialize;

use crate::sse::{Decoder, Event};

/// What comes out of a streamed answer, piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The next words of a choice.
    Text { choice: usize, text: String },
    /// A call of a tool, whole. It comes when its choice has ended: before that, nobody
    /// knows whether there is more of it, and half a command must not be run. Where the
    /// choice was cut, by its length or by a filter, its calls are dropped.
    Call { choice: usize, call: ToolCall },
    /// A choice has ended: `stop`, `length`, `tool_calls`, `content_filter`.
    Finished { choice: usize, reason: String },
    /// What the answer costs, where the request asked for it.
    Usage(Usage),
    /// The last piece, whatever happened.
    End(End),
}

// ANCHOR: end
/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With its mark: the answer is whole.
    Done,
    /// The bytes ended before the mark did: what came is not all. A connection that broke
    /// says why.
    Cut { why: Option<String> },
    /// There was no answer: the status was an error, and this is what its body says.
    Refused { status: u16, error: ApiError },
    /// The answer had begun with status 200, and then the server gave it up.
    Failed(ApiError),
    /// Something came that is not of the protocol.
    Malformed { what: String },
}
// ANCHOR_END: end

/// A call of a tool, put together from its fragments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON, as the model wrote it: it may be no JSON at all.
    pub arguments: String,
}

/// Tokens of the prompt and of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Usage {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

/// What a server says of an error. Some servers send an object, and some a text, which is
/// the message then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "SentError")]
pub struct ApiError {
    pub message: String,
    pub kind: Option<String>,
    pub code: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SentError {
    Text(String),
    Object {
        message: Option<String>,
        #[serde(rename = "type")]
        kind: Option<String>,
        /// Some servers send a number here, and some a text.
        #[serde(default, deserialize_with = "text_or_number")]
        code: Option<String>,
    },
}

impl From<SentError> for ApiError {
    fn from(sent: SentError) -> Self {
        match sent {
            SentError::Text(message) => Self { message, ..Self::default() },
            SentError::Object { message, kind, code } => {
                Self { message: message.unwrap_or_default(), kind, code }
            }
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

#[derive(Debug, Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<ApiError>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    index: usize,
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Delta {
    content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Debug, Deserialize)]
struct CallDelta {
    index: Option<usize>,
    id: Option<String>,
    #[serde(default)]
    function: FunctionDelta,
}

#[derive(Debug, Default, Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    arguments: Option<String>,
}

/// A call whose choice has not ended.
#[derive(Debug)]
struct OpenCall {
    choice: usize,
    index: usize,
    call: ToolCall,
}

// ANCHOR: chunks
/// The bytes of a response, read as pieces of an answer. The last piece is an
/// `Piece::End`, always, and once; after it the stream is over, and the response is
/// dropped, even if its connection stays open.
#[pin_project]
#[derive(Debug)]
pub struct Chunks<S> {
    #[pin]
    bytes: Option<S>,
    /// Not 200: what comes is the body of an error.
    refused: Option<(u16, Vec<u8>)>,
    decoder: Decoder,
    reader: Reader,
}
// ANCHOR_END: chunks

/// Of the body of an error, so many bytes are read. The rest is not waited for.
const LONGEST_ERROR: usize = 64 * 1024;

impl<S> Chunks<S> {
    /// Reads the response with this status and these bytes, which may be cut anywhere.
    pub fn new(status: u16, bytes: S) -> Self {
        let refused = (!(200..300).contains(&status)).then(|| (status, Vec::new()));
        Self {
            bytes: Some(bytes),
            refused,
            decoder: Decoder::new(),
            reader: Reader::default(),
        }
    }
}

impl<S, B, E> Stream for Chunks<S>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
    E: fmt::Display,
{
    type Item = Piece;

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            if this.reader.ended {
                // Nothing more is wanted of it: whoever writes it may stop.
                this.bytes.set(None);
            }
            if let Some(piece) = this.reader.ready.pop_front() {
                return Poll::Ready(Some(piece));
            }
            let Some(bytes) = this.bytes.as_mut().as_pin_mut() else {
                return Poll::Ready(None);
            };
            let next = ready!(bytes.poll_next(context));
            match (next, &mut *this.refused) {
                (Some(Ok(chunk)), None) => this.reader.read(this.decoder, chunk.as_ref()),
                (Some(Ok(chunk)), Some((status, body))) => {
                    body.extend_from_slice(chunk.as_ref());
                    if body.len() >= LONGEST_ERROR {
                        body.truncate(LONGEST_ERROR);
                        this.reader.end(refusal(*status, body));
                    }
                }
                // Of an error, whatever came is better than nothing.
                (None | Some(Err(_)), Some((status, body))) => {
                    this.reader.end(refusal(*status, body));
                }
                (Some(Err(error)), None) => {
                    this.reader.end(End::Cut { why: Some(error.to_string()) });
                }
                (None, None) => this.reader.end(End::Cut { why: None }),
            }
        }
    }
}

fn refusal(status: u16, body: &[u8]) -> End {
    #[derive(Deserialize)]
    struct Body {
        error: ApiError,
    }
    let error = match serde_json::from_slice(body) {
        Ok(Body { error }) => error,
        // A proxy in between answers in its own words: a page, or nothing.
        Err(_) => ApiError {
            message: String::from_utf8_lossy(body).trim().to_owned(),
            ..ApiError::default()
        },
    };
    End::Refused { status, error }
}

/// Puts pieces together from events.
#[derive(Debug, Default)]
struct Reader {
    calls: Vec<OpenCall>,
    ready: VecDeque<Piece>,
    ended: bool,
}

impl Reader {
    fn read(&mut self, decoder: &mut Decoder, bytes: &[u8]) {
        for event in decoder.push(bytes).unwrap_or_default() {
            self.event(&event);
        }
        // Whole events come first. Whether a limit was passed, perhaps behind them, an
        // empty call tells.
        if let (Err(error), false) = (decoder.push(&[]), self.ended) {
            self.end(End::Malformed { what: error.to_string() });
        }
    }

    fn event(&mut self, event: &Event) {
        // What a server sends after the mark is nobody's.
        if self.ended {
            return;
        }
        if event.data == "[DONE]" {
            return self.end(End::Done);
        }
        match serde_json::from_str(&event.data) {
            Ok(Chunk { error: Some(error), .. }) => self.end(End::Failed(error)),
            Ok(chunk) => self.chunk(chunk),
            Err(error) => self.end(End::Malformed { what: error.to_string() }),
        }
    }

    fn end(&mut self, end: End) {
        // Calls of choices that have not ended are dropped: nobody may run half of one.
        self.calls.clear();
        self.ended = true;
        self.ready.push_back(Piece::End(end));
    }

    // ANCHOR: calls
    fn chunk(&mut self, chunk: Chunk) {
        for Choice { index: choice, delta, finish_reason } in chunk.choices {
            if let Some(text) = delta.content.filter(|text| !text.is_empty()) {
                self.ready.push_back(Piece::Text { choice, text });
            }
            for fragment in delta.tool_calls.into_iter().flatten() {
                self.fragment(choice, fragment);
            }
            if let Some(reason) = finish_reason {
                let (its, others): (Vec<_>, Vec<_>) =
                    self.calls.drain(..).partition(|open| open.choice == choice);
                self.calls = others;
                // A call that was asked for by name ends with `stop`. Any other reason,
                // `length` for one, may have cut the last call in its arguments.
                if matches!(reason.as_str(), "tool_calls" | "function_call" | "stop") {
                    let calls =
                        its.into_iter().map(|open| Piece::Call { choice, call: open.call });
                    self.ready.extend(calls);
                }
                self.ready.push_back(Piece::Finished { choice, reason });
            }
        }
        self.ready.extend(chunk.usage.map(Piece::Usage));
    }

    /// Adds a fragment to its call, or opens a call with it.
    fn fragment(&mut self, choice: usize, fragment: CallDelta) {
        let CallDelta { index, id, function } = fragment;
        // A server that leaves the index out sends each call in one piece.
        let index = index.unwrap_or(self.calls.len());
        // Another id at the same place is another call. The same one again is not.
        let goes_on = |open: &OpenCall| {
            id.as_ref().is_none_or(|id| id.is_empty() || *id == open.call.id)
        };
        let is_its = |open: &OpenCall| open.choice == choice && open.index == index;
        let place = self.calls.iter().rposition(is_its);
        let place =
            place.filter(|&place| goes_on(&self.calls[place])).unwrap_or_else(|| {
                let call =
                    ToolCall { id: id.clone().unwrap_or_default(), ..ToolCall::default() };
                self.calls.push(OpenCall { choice, index, call });
                self.calls.len() - 1
            });
        let call = &mut self.calls[place].call;
        if call.name.is_empty() {
            call.name = function.name.unwrap_or_default();
        }
        call.arguments.push_str(function.arguments.as_deref().unwrap_or_default());
    }
    // ANCHOR_END: calls
}
