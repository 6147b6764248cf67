//! Server-sent events: from bytes, cut wherever the network cut them, to events.
//!
//! The rules are those of the HTML standard, "Parsing an event stream" and "Interpreting an
//! event stream" (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), to the
//! letter. Three of them are easy to miss. A chunk of the network is no text: it may end in
//! the middle of a character. A line may end with CR, LF or both, and the two may come in
//! different chunks. An event counts only when its empty line has come.
//!
//! What the standard leaves to the reader is how much to keep of an event that does not
//! end. This decoder keeps up to a limit, and says so when it is passed.

use std::{
    collections::VecDeque,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::Stream;
use pin_project::pin_project;

/// One event, as a browser would hand it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What kind it is: `message` where the stream does not say.
    pub event: String,
    /// Its `data` lines, with a line feed between two of them.
    pub data: String,
    /// The last id that the stream has given, in this event or in an earlier one. Empty
    /// where there was none.
    pub id: String,
}

/// Why a stream of events cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sender has begun an event, and would have it kept for ever.
    #[error("an event has more than {limit} bytes and no end")]
    TooLong { limit: usize },
    /// An id is longer than any that is of use. The standard has no such rule. But each event
    /// has the last id, so a long one and many short events would multiply.
    #[error("an id has more than {LONGEST_ID} bytes")]
    IdTooLong,
}

// ANCHOR: decoder
/// Turns bytes into events, chunk by chunk.
///
/// ```
/// use lesson_04_streams::sse::Decoder;
///
/// let mut decoder = Decoder::new();
/// assert_eq!(decoder.push(b"data: Gr\xc3")?, []);
/// let events = decoder.push(b"\xbc\xc3\x9fe\n\ndata: an event with")?;
/// assert_eq!(events[0].data, "Grüße");
/// assert_eq!(events.len(), 1, "the second event has no end yet");
/// # Ok::<(), lesson_04_streams::sse::Error>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    /// What has come of the line that has no end yet.
    line: Vec<u8>,
    /// What the lines of the unfinished event have said.
    event: String,
    data: String,
    id: String,
    retry: Option<Duration>,
    /// The last byte was a CR: a LF that comes next belongs to it.
    after_cr: bool,
    /// No line has ended yet, so a byte order mark may come, or has begun.
    at_start: bool,
    limit: usize,
    error: Option<Error>,
    inspected: u64,
}
// ANCHOR_END: decoder

/// Of one event, and of the line that is not complete.
const DEFAULT_LIMIT: usize = 8 * 1024 * 1024;

/// How many bytes an id may have.
const LONGEST_ID: usize = 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder that keeps at most 8 MiB of an event that has no end yet.
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// A decoder that keeps at most `limit` bytes of an event that has no end yet: its
    /// lines so far, and its unfinished line.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            event: String::new(),
            data: String::new(),
            id: String::new(),
            retry: None,
            after_cr: false,
            at_start: true,
            limit,
            error: None,
            inspected: 0,
        }
    }

    // ANCHOR: push
    /// Takes the next bytes, and gives the events that are complete now.
    ///
    /// An event that has no end when the stream ends is none: drop the decoder, and it is
    /// gone, as the standard wants it.
    ///
    /// # Errors
    /// Where more than the limit would have to be kept. Events that were complete before
    /// are not lost: they come first, and the error comes with the next call. From then on
    /// every call fails.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut events = Vec::new();
        match self.read(bytes, &mut events) {
            Err(error) if events.is_empty() => {
                self.error = Some(error);
                Err(error)
            }
            Err(error) => {
                self.error = Some(error);
                Ok(events)
            }
            Ok(()) => Ok(events),
        }
    }

    fn read(&mut self, mut rest: &[u8], events: &mut Vec<Event>) -> Result<(), Error> {
        while !rest.is_empty() {
            if mem::take(&mut self.after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            // Only what is new is searched: what lies in `line` has no line end in it.
            let end = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r');
            let length = end.unwrap_or(rest.len());
            self.inspected += end.map_or(length, |end| end + 1) as u64;
            if self.kept() + length > self.limit {
                self.forget();
                return Err(Error::TooLong { limit: self.limit });
            }
            self.line.extend_from_slice(&rest[..length]);
            let Some(end) = end else { break };
            self.after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line(events)?;
        }
        Ok(())
    }
    // ANCHOR_END: push

    /// How long a client should wait before it connects again, where the stream has said
    /// it.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// How many bytes were looked at so far, each as often as it was: at most three times
    /// as many as came, however they were cut. A decoder that begins again at the start of
    /// an event with each chunk is quadratic.
    pub fn inspected(&self) -> u64 {
        self.inspected
    }

    /// How many bytes stand here for an event that may never end.
    fn kept(&self) -> usize {
        self.line.len() + self.event.len() + self.data.len()
    }

    fn forget(&mut self) {
        self.line = Vec::new();
        self.event = String::new();
        self.data = String::new();
    }

    // ANCHOR: end_line
    fn end_line(&mut self, events: &mut Vec<Event>) -> Result<(), Error> {
        let mut line = mem::take(&mut self.line);
        let mut text = line.as_slice();
        if mem::take(&mut self.at_start) {
            text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        }
        if text.is_empty() {
            events.extend(self.dispatch());
        } else {
            let colon = text.iter().position(|&byte| byte == b':');
            self.inspected += colon.map_or(text.len(), |colon| colon + 1) as u64;
            let (field, value) = match colon {
                Some(colon) => (&text[..colon], &text[colon + 1..]),
                None => (text, &[][..]),
            };
            let value = value.strip_prefix(b" ").unwrap_or(value);
            // Once to see whether the field may have it, once to decode it.
            self.inspected += 2 * value.len() as u64;
            self.field(field, value)?;
        }
        // The memory serves the next line.
        line.clear();
        self.line = line;
        Ok(())
    }

    fn field(&mut self, field: &[u8], value: &[u8]) -> Result<(), Error> {
        // A whole line has whole characters: no character contains a CR or a LF.
        match field {
            b"data" => {
                self.data.push_str(&String::from_utf8_lossy(value));
                self.data.push('\n');
            }
            b"event" => self.event = String::from_utf8_lossy(value).into_owned(),
            b"id" if value.len() > LONGEST_ID => return Err(Error::IdTooLong),
            b"id" if !value.contains(&0) => {
                self.id = String::from_utf8_lossy(value).into_owned();
            }
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                // A number that is too large for a wait is no wait that anybody wants.
                let millis = str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                self.retry = millis.map(Duration::from_millis).or(self.retry);
            }
            // Comments, whose field is empty, and what nobody knows.
            _ => {}
        }
        Ok(())
    }

    /// The empty line has come: the event is complete, if it has any data.
    fn dispatch(&mut self) -> Option<Event> {
        let event = mem::take(&mut self.event);
        let mut data = mem::take(&mut self.data);
        if data.is_empty() {
            return None;
        }
        data.pop();
        let event = if event.is_empty() { "message".to_owned() } else { event };
        Some(Event { event, data, id: self.id.clone() })
    }
    // ANCHOR_END: end_line
}

// ANCHOR: events
/// A stream of bytes, read as a stream of events.
#[pin_project]
#[derive(Debug)]
pub struct Events<S> {
    #[pin]
    bytes: Option<S>,
    decoder: Decoder,
    ready: VecDeque<Event>,
}

/// Why a stream of events ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamError<E> {
    /// The bytes ended with an error.
    #[error("the connection: {0}")]
    Bytes(E),
    /// The bytes are no events that could be kept.
    #[error(transparent)]
    Events(#[from] Error),
}

impl<S> Events<S> {
    /// Reads `bytes`, whose items may be cut anywhere.
    pub fn new(bytes: S) -> Self {
        Self { bytes: Some(bytes), decoder: Decoder::new(), ready: VecDeque::new() }
    }
}

impl<S, B, E> Stream for Events<S>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    type Item = Result<Event, StreamError<E>>;

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            if let Some(event) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            // After the end, always the end: the bytes are gone, and are not asked again.
            let Some(bytes) = this.bytes.as_mut().as_pin_mut() else {
                return Poll::Ready(None);
            };
            // A chunk may hold whole events and then pass the limit. Their reader must hear
            // of it now: perhaps no other chunk will come.
            let failed = match this.decoder.push(&[]) {
                Err(error) => StreamError::Events(error),
                Ok(_) => match ready!(bytes.poll_next(context)) {
                    Some(Ok(chunk)) => match this.decoder.push(chunk.as_ref()) {
                        Ok(events) => {
                            this.ready.extend(events);
                            continue;
                        }
                        Err(error) => StreamError::Events(error),
                    },
                    Some(Err(error)) => StreamError::Bytes(error),
                    None => {
                        this.bytes.set(None);
                        continue;
                    }
                },
            };
            this.bytes.set(None);
            return Poll::Ready(Some(Err(failed)));
        }
    }
}
// ANCHOR_END: events
