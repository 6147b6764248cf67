use std::{
    sync::Arc,
    task::{Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use super::Gate;
use crate::{
    CallKind, End, Error, Reply, Request, Shared, Token,
    call::{CallMode, InFlight},
};

/// A synchronous client for one model. Clones are the same client.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    model: String,
    gate: Option<Gate>,
    read_timeout: Duration,
}

/// The tokens of one reply, one after another. See [`Client::stream`].
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is asked"]
pub struct Tokens {
    client: Client,
    state: State,
}

#[derive(Debug)]
enum State {
    Idle(Request),
    Streaming { waiter: Waiter, next: usize },
    Done,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, model: String) -> Self {
        Self { shared, model, gate: None, read_timeout: Duration::from_secs(600) }
    }

    /// The thread waits at this gate wherever it would wait for the network: once for a whole reply, once for each token.
    #[must_use]
    pub fn gated(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// How long the client waits for the next piece before it gives up with [`Error::TimedOut`]. 600 s, as the official
    /// SDKs do, unless told otherwise.
    ///
    /// It is measured on the model's clock, except for a wait in the provider's queue, which is measured in real time: see
    /// [Time](crate::blocking#time).
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// One reply in one piece. Holds the thread until it is there.
    ///
    /// In the provider's queue it waits in real time, on a paused clock too: see [Time](crate::blocking#time).
    ///
    /// # Errors
    /// Those of the model's script; [`Error::TimedOut`]; [`Error::Blocked`] behind a gate that nobody opens.
    ///
    /// # Panics
    /// Where the script says so.
    pub fn complete(&self, prompt: &str) -> Result<Reply, Error> {
        self.complete_request(&Request::new(prompt))
    }

    /// [`complete`](Client::complete) for a request with more to say than a prompt.
    ///
    /// # Errors
    /// Those of [`complete`](Client::complete).
    pub fn complete_request(&self, request: &Request) -> Result<Reply, Error> {
        let mut waiter = Waiter::start(self, request, CallKind::Complete)?;
        let at = waiter.wait(self, waiter.call.plan.token_count())?;
        waiter.conclude(self, at)?;
        Ok(waiter.call.plan.reply(self.model.clone()))
    }

    /// One reply token by token. Each `next` holds the thread until its token is there.
    ///
    /// The call starts with the first `next`. Dropping the iterator ends the call.
    ///
    /// # Errors
    /// Those of [`complete`](Client::complete), as the last item.
    pub fn stream(&self, prompt: &str) -> Tokens {
        self.stream_request(Request::new(prompt))
    }

    /// [`stream`](Client::stream) for a request with more to say than a prompt.
    pub fn stream_request(&self, request: Request) -> Tokens {
        Tokens { client: self.clone(), state: State::Idle(request) }
    }
}

impl Iterator for Tokens {
    type Item = Result<Token, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance();
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
        }
        item
    }
}

impl Tokens {
    fn advance(&mut self) -> Option<Result<Token, Error>> {
        if let State::Idle(request) = &self.state {
            match Waiter::start(&self.client, request, CallKind::Stream) {
                Ok(waiter) => self.state = State::Streaming { waiter, next: 0 },
                Err(error) => return Some(Err(error)),
            }
        }
        let State::Streaming { waiter, next } = &mut self.state else { return None };
        let (index, last) = (*next, waiter.call.plan.token_count());
        if waiter.call.is_over() {
            return None;
        }
        let at = match waiter.wait(&self.client, index) {
            Ok(at) => at,
            Err(error) => return Some(Err(error)),
        };
        if index < last {
            *next += 1;
            return Some(Ok(waiter.call.take_at(index, at)));
        }
        waiter.conclude(&self.client, at).err().map(Err)
    }
}

/// A call in flight, and the call's own time.
///
/// On a paused clock several threads move one clock, so the clock says little about any one of them. A call's own time is
/// what its script makes it wait, and what its thread lets pass between two pieces. That is what the journal gets.
#[derive(Debug)]
struct Waiter {
    call: InFlight,
    begun: Duration,
    /// The instant that the call has reached, in its own time.
    at: Duration,
    /// The time of the thread at that instant.
    thread_time: Duration,
}

impl Waiter {
    fn start(client: &Client, request: &Request, kind: CallKind) -> Result<Self, Error> {
        let mode = CallMode { kind, thread: Some(thread::current().id()) };
        let mut call = InFlight::start(client.shared.clone(), &client.model, request, mode)?;
        let begun = wait_in_queue(&mut call, client.read_timeout)?;
        let thread_time = call.clock().time_of_this_thread();
        Ok(Self { call, begun, at: begun, thread_time })
    }

    /// The instant at which the thread comes for its next piece.
    fn now(&self) -> Duration {
        // A thread that hands its iterator to another one brings no time with it.
        let passed = self.call.clock().time_of_this_thread().saturating_sub(self.thread_time);
        self.at.saturating_add(passed)
    }

    /// Holds the thread until the piece at `index` is there, and says when that is.
    fn wait(&mut self, client: &Client, index: usize) -> Result<Duration, Error> {
        if let Some(gate) = &client.gate
            && let Err(waited) = gate.pass()
        {
            return Err(self.fail(self.now(), Error::Blocked { waited }));
        }
        let due = self.call.due(self.begun, index);
        let give_up = self.now().saturating_add(client.read_timeout);
        self.hold_until(due.min(give_up));
        self.call.look_around(self.at);
        if due > give_up { Err(self.time_out(client)) } else { Ok(self.at) }
    }

    /// A thread that came late finds its piece waiting; one that waited has it at the instant it was due.
    fn hold_until(&mut self, until: Duration) {
        let clock = self.call.clock();
        let came = clock.time_of_this_thread();
        let now = self.at.saturating_add(came.saturating_sub(self.thread_time));
        self.thread_time = came;
        if until > now {
            clock.block_until(until);
            // Where the thread overslept, the rest counts as time that it let pass.
            self.thread_time = clock.time_of_this_thread().min(came.saturating_add(until - now));
        }
        self.at = until.max(now);
    }

    fn conclude(&mut self, client: &Client, at: Duration) -> Result<(), Error> {
        match self.call.conclude(at) {
            Some(verdict) => verdict,
            None => {
                self.hold_until(at.saturating_add(client.read_timeout));
                Err(self.time_out(client))
            }
        }
    }

    fn time_out(&mut self, client: &Client) -> Error {
        self.fail(self.at, Error::TimedOut { after: client.read_timeout })
    }

    fn fail(&mut self, at: Duration, error: Error) -> Error {
        self.call.end(at, End::Failed(error.clone()));
        error
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if !self.call.is_over() {
            let now = self.now();
            self.call.end(now, End::Dropped);
        }
    }
}

/// Waits for a place at the provider, in real time: the place is given by another call, on another thread.
fn wait_in_queue(call: &mut InFlight, timeout: Duration) -> Result<Duration, Error> {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let since = Instant::now();
    loop {
        if let Some(begun) = call.begun(&waker) {
            return Ok(begun);
        }
        let left = timeout.saturating_sub(since.elapsed());
        if left.is_zero() {
            let error = Error::TimedOut { after: timeout };
            call.end(call.clock().now(), End::Failed(error.clone()));
            return Err(error);
        }
        // A place that comes free because time goes by wakes nobody, so the thread looks for it.
        thread::park_timeout(left.min(Duration::from_millis(1)));
    }
}
