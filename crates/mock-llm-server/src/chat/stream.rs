//! A reply token by token, as server-sent events: those that the API promises where all goes well, and others where a fault says
//! so.

use std::{
    collections::VecDeque,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{FutureExt, Stream, StreamExt, future::BoxFuture};
use mock_llm::{Error, Token, TokenStream};
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::Job;
use crate::{
    app::Phase,
    error::ApiError,
    fault::Fault,
    metrics::Active,
    wire::{Said, Writer},
};

type Item = Option<Result<Token, Error>>;

/// Answers with a stream in which every event is as the API promises.
pub(super) async fn well_formed(mut job: Job) -> Result<Response, ApiError> {
    let (first, tokens) = begin(&mut job).await?;
    let mut writer = Writer::new(&job);
    let mut queue = VecDeque::with_capacity(job.request.n + 1);
    writer.open(&mut |said| queue.push_back(said));
    let silence = Silence::new(job.app.heartbeat);
    let ending = job.ending().boxed();
    let next = Next::Token;
    let events = Events { first, tokens, writer, queue, silence, ending, since_look: 0, active: job.active, next };
    Ok(response(Body::from_stream(events)))
}

/// The comment that a silent stream gets.
const KEEP_ALIVE: &str = ": keep-alive\n\n";

impl Job {
    /// Ready when the server ends, and open responses with it.
    pub(super) fn ending(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let mut phase = self.app.phase.clone();
        async move {
            // An error means that the server is gone, and with it everybody who could be told.
            let _ = phase.wait_for(|phase| *phase == Phase::Ending).await;
        }
    }
}

/// Waits for what comes first, because its status depends on it: a token, an error, the end. After as much silence as a
/// heartbeat allows, the response begins all the same.
async fn begin(job: &mut Job) -> Result<(Option<Item>, TokenStream), ApiError> {
    let mut tokens = job.app.llm.model(&job.model).stream_request(job.to_model.clone());
    match timeout(job.app.heartbeat, tokens.next()).await {
        Err(_) => Ok((None, tokens)),
        Ok(Some(Err(error))) if !is_in_mid_reply(job.fault, &error) => Err(job.failed(error).await),
        Ok(first) => Ok((Some(first), tokens)),
    }
}

/// Whether an error is that of a fault which belongs into the reply, even where it comes before the first token. Whatever else is
/// wrong, a limit for one, ends the request as it does without the fault.
pub(super) fn is_in_mid_reply(fault: Option<Fault>, error: &Error) -> bool {
    matches!(fault, Some(Fault::ResetAfter(_) | Fault::CutAfter(_) | Fault::EndAfter(_) | Fault::ErrorAfter(_)))
        && matches!(error, Error::Cut { .. })
}

/// The events of a well-formed stream. Chunks wait in a queue, because one token may make several of them.
struct Events {
    first: Option<Item>,
    tokens: TokenStream,
    writer: Writer,
    queue: VecDeque<Said>,
    silence: Silence,
    /// Ready when the server ends.
    ending: BoxFuture<'static, ()>,
    /// How many tokens have gone out since the last look at `ending`.
    since_look: usize,
    active: Active,
    next: Next,
}

/// How often a stream that never waits looks whether the server ends.
const TOKENS_PER_LOOK: usize = 64;

/// What the stream does when its queue is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Token,
    /// Break the connection, as the model's script says.
    Cut,
    End,
}

/// How long a stream has been silent. The timer is set where the stream waits, and not for each event: it costs as much as one.
struct Silence {
    heartbeat: Duration,
    timer: Pin<Box<Sleep>>,
    /// Whether anything was said since the timer was set.
    broken: bool,
}

impl Silence {
    fn new(heartbeat: Duration) -> Self {
        Self { heartbeat, timer: Box::pin(sleep(heartbeat)), broken: true }
    }

    /// Ready each time that the silence has become as long as a heartbeat allows.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.broken {
            self.start();
        }
        ready!(self.timer.as_mut().poll(cx));
        self.broken = true;
        Poll::Ready(())
    }

    fn start(&mut self) {
        // A heartbeat that no clock will see is none.
        if let Some(end) = Instant::now().checked_add(self.heartbeat) {
            self.timer.as_mut().reset(end);
        }
        self.broken = false;
    }
}

impl Stream for Events {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(said) = this.queue.pop_front() {
                this.silence.broken = true;
                return Poll::Ready(Some(Ok(event(&said))));
            }
            match this.next {
                Next::End => return Poll::Ready(None),
                Next::Cut => {
                    this.next = Next::End;
                    return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
                }
                Next::Token => {}
            }
            let item = match this.first.take() {
                Some(first) => Poll::Ready(first),
                None => this.tokens.poll_next_unpin(cx),
            };
            // Looked at where the stream waits, and now and then where it never does: it costs as much as the token.
            this.since_look += 1;
            if (item.is_pending() || this.since_look >= TOKENS_PER_LOOK) && this.ending.poll_unpin(cx).is_ready() {
                this.tell(&ApiError::shutting_down());
                continue;
            }
            this.since_look %= TOKENS_PER_LOOK;
            let Poll::Ready(item) = item else {
                ready!(this.silence.poll(cx));
                return Poll::Ready(Some(Ok(Bytes::from_static(KEEP_ALIVE.as_bytes()))));
            };
            match item {
                Some(Ok(token)) => {
                    this.active.tokens(this.writer.choices());
                    let queue = &mut this.queue;
                    this.writer.token(&token.text, &mut |said| queue.push_back(said));
                }
                None => {
                    let queue = &mut this.queue;
                    this.writer.close(&mut |said| queue.push_back(said));
                    this.active.finish();
                    this.next = Next::End;
                }
                Some(Err(Error::Cut { .. } | Error::Refused)) => {
                    this.active.fail();
                    this.next = Next::Cut;
                    // What was written goes out first: the server flushes while this stream is pending.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Err(error)) => {
                    this.active.fail();
                    this.tell(&late(&error));
                }
            }
        }
    }
}

impl Events {
    /// Ends the stream with an error as its last event.
    fn tell(&mut self, error: &ApiError) {
        let queue = &mut self.queue;
        self.writer.error(error, &mut |said| queue.push_back(said));
        self.next = Next::End;
    }
}

/// What a client is told of an error that comes when the response has begun, with a status that was good.
fn late(error: &Error) -> ApiError {
    ApiError::status(error.status().unwrap_or(500))
}

/// Answers with a stream that goes wrong.
pub(super) async fn faulty(mut job: Job) -> Result<Response, ApiError> {
    let (first, tokens) = begin(&mut job).await?;
    let bytes = raw(job.fault, first, tokens, job);
    let body = match bytes {
        (Some(Fault::SlowBytes { pause }), bytes) => Body::from_stream(slowly(bytes, pause)),
        (_, bytes) => Body::from_stream(bytes),
    };
    Ok(response(body))
}

/// A stream of events, which a proxy such as nginx is asked to send on as they come.
fn response(body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn raw(
    fault: Option<Fault>,
    mut first: Option<Item>,
    mut tokens: TokenStream,
    mut job: Job,
) -> (Option<Fault>, impl Stream<Item = io::Result<Bytes>>) {
    let bytes = async_stream::stream! {
        let mut writer = Writer::new(&job);
        let mut events = Vec::new();
        writer.open(&mut |said| events.push(said));
        let mut ending = pin!(job.ending());
        let mut count = 0;
        let mut told = None;
        let error = loop {
            for said in events.drain(..) {
                yield Ok(event(&said));
            }
            if matches!(fault, Some(Fault::MalformedAfter(tokens)) if tokens == count) {
                yield Ok(event(&writer.malformed()));
            }
            let item = loop {
                if let Some(first) = first.take() {
                    break first;
                }
                // A call that stalls stays in flight, and so does the request, until the client goes away. Nothing comes then, no
                // comment either: who waits with a time limit is to find it.
                let stalls = matches!(fault, Some(Fault::StallAfter(_)));
                let heard = tokio::select! {
                    item = tokens.next() => Heard::Item(item),
                    () = &mut ending => Heard::Ending,
                    () = sleep(job.app.heartbeat), if !stalls => Heard::Nothing,
                };
                match heard {
                    Heard::Item(item) => break item,
                    Heard::Nothing => yield Ok(Bytes::from_static(KEEP_ALIVE.as_bytes())),
                    Heard::Ending => {
                        told = Some(ApiError::shutting_down());
                        break None;
                    }
                }
            };
            match item {
                Some(Ok(token)) => {
                    count += 1;
                    job.active.tokens(writer.choices());
                    writer.token(&token.text, &mut |said| events.push(said));
                }
                Some(Err(error)) => break error,
                None => {
                    match &told {
                        Some(error) => writer.error(error, &mut |said| events.push(said)),
                        None => writer.close(&mut |said| events.push(said)),
                    }
                    for said in events.drain(..) {
                        yield Ok(event(&said));
                    }
                    if told.is_none() {
                        job.active.finish();
                    }
                    return;
                }
            }
        };
        job.active.fail();
        flush().await;
        match fault.filter(|_| is_in_mid_reply(fault, &error)) {
            Some(Fault::ResetAfter(_)) => {
                // The last token leaves the machine before the reset overtakes it.
                sleep(Duration::from_millis(1)).await;
                job.reset.reset();
                yield Err(io::ErrorKind::ConnectionReset.into());
            }
            Some(Fault::CutAfter(_)) => yield Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Fault::EndAfter(_)) => {}
            Some(Fault::ErrorAfter(_)) => {
                writer.error(&ApiError::status(500), &mut |said| events.push(said));
                for said in events.drain(..) {
                    yield Ok(event(&said));
                }
            }
            // The response had begun before the error came, as in a stream without a fault.
            _ if matches!(error, Error::Cut { .. } | Error::Refused) => {
                yield Err(io::ErrorKind::ConnectionAborted.into());
            }
            _ => {
                writer.error(&late(&error), &mut |said| events.push(said));
                for said in events.drain(..) {
                    yield Ok(event(&said));
                }
            }
        }
    };
    (fault, bytes)
}

/// What a stream that goes wrong has come to.
enum Heard {
    Item(Item),
    /// Silence, for as long as a heartbeat allows.
    Nothing,
    Ending,
}

/// An event as it goes out. Its data is JSON, which has no line breaks: those would need a line of data each.
fn event(Said { name, data }: &Said) -> Bytes {
    let name = name.map_or(["", "", ""], |name| ["event: ", name, "\n"]);
    // In a piece that has room for exactly this, so that it needs not be copied.
    Bytes::from([name[0], name[1], name[2], "data: ", data.as_str(), "\n\n"].concat())
}

/// Lets the server write what it has: it does while the body is pending.
pub(super) async fn flush() {
    for _ in 0..2 {
        tokio::task::yield_now().await;
    }
}

/// The same bytes a few at a time, with a pause after each piece. The pieces have 1 to 7 bytes by turns, so every kind of
/// split occurs: in an event, in a character, in the line break between two events.
pub(super) fn slowly(
    bytes: impl Stream<Item = io::Result<Bytes>>,
    pause: Duration,
) -> impl Stream<Item = io::Result<Bytes>> {
    async_stream::stream! {
        let mut bytes = pin!(bytes);
        let mut lengths = [1, 3, 2, 7, 1, 5, 4, 6].into_iter().cycle();
        while let Some(piece) = bytes.next().await {
            let mut rest = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            while !rest.is_empty() {
                let length = lengths.next().unwrap_or(1).min(rest.len());
                yield Ok(rest.split_to(length));
                sleep(pause).await;
            }
        }
    }
}
