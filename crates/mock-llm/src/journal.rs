//! What the model saw: every call, with its instants, and how many were in flight together.

mod page;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    thread::ThreadId,
    time::Duration,
};

use timeline::{CallStack, Lane, Mark, MarkKind, Span, SpanKind, Step, Timeline};

pub use page::{CallSummary, JournalPage};

/// Everything that happened to a mock since it was built, or since [`MockLlm::restart`](crate::MockLlm::restart).
///
/// A copy: it does not change while you look at it. Instants are counted from the first call, or from the restart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    calls: Vec<Call>,
    /// How many of the oldest calls are forgotten: the first of `calls` is known by this number.
    forgotten: usize,
    /// How many calls are kept at least; the oldest are forgotten when there are twice as many. `None`: all of them.
    keep: Option<usize>,
    /// How many instants of tokens the calls that ended have together. Counted where there is a number to keep.
    instants: usize,
    /// The calls before this one have ended without their instants, or will: there were too many.
    instants_from: usize,
    /// What the model is writing, for each call that is in flight: the journal can say what was produced by any instant.
    writing: BTreeMap<usize, Writing>,
    in_flight: usize,
    high_water: usize,
    taken: Duration,
}

/// The instants at which the tokens of one call are due, if nobody drops the call first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Writing {
    pub(crate) begun: Duration,
    pub(crate) due_after_begin: Arc<[Duration]>,
    /// How many tokens come at all: a fault may come first.
    pub(crate) count: usize,
}

impl Writing {
    /// When each token was produced that was so at `now`.
    fn produced_by(&self, now: Duration) -> impl ExactSizeIterator<Item = Duration> {
        let due = &self.due_after_begin[..self.count];
        // Instants of tokens never go back, so the first that is not due yet is soon found.
        let produced = due.partition_point(|&due| self.begun.saturating_add(due) <= now);
        let begun = self.begun;
        due[..produced].iter().map(move |&due| begun.saturating_add(due))
    }
}

/// One call to one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub model: String,
    pub prompt: String,
    /// What its caller called it, if it did. See [`Request::label`](crate::Request::label).
    pub label: Option<String>,
    /// What else its caller said of it. See [`Request::note`](crate::Request::note).
    pub note: Option<String>,
    /// Counted from 1: how many times this prompt had been sent to this model, this time included.
    pub attempt: u32,
    pub kind: CallKind,
    /// The thread that a blocking call was made on; `None` for a future or a stream. See [`blocking`](crate::blocking).
    pub thread: Option<ThreadId>,
    /// The first poll of the call's future or stream, or the blocking call itself. Before it, nothing happens.
    pub started: Duration,
    /// When the model began to work on it: at `started`, unless the call waited in the queue of
    /// [`Limits::queue`](crate::Limits::queue). `None` while it waits, and for a call that was turned away.
    pub begun: Option<Duration>,
    /// When the first token was produced, once it was.
    pub first_token: Option<Duration>,
    /// When each token was produced. The model produces at its own pace, read or not, until the call ends or is dropped.
    /// With [`Builder::journal_limit`](crate::Builder::journal_limit), the instants of old calls may be forgotten.
    pub produced: Vec<Duration>,
    /// How many tokens were produced.
    pub produced_count: usize,
    /// How many tokens the reader took. At most as many as were produced: the difference was produced for nobody.
    pub delivered: usize,
    /// When and how it ended. `None` while it is in flight.
    pub ended: Option<(Duration, End)>,
    /// Where in the program it was made, asked again, ended or dropped, each with its instant. Empty unless
    /// [`MockLlm::note_lines`](crate::MockLlm::note_lines) asks for it.
    pub stacks: Vec<(Duration, CallStack)>,
}

/// How the caller asked for the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// In one piece.
    Complete,
    /// Token by token.
    Stream,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With its whole reply.
    Finished,
    /// With this error.
    Failed(crate::Error),
    /// Its future or stream was dropped first: cancelled. A panic of the client library ends like this too.
    Dropped,
}

/// How many instants of tokens a journal keeps that has a limit: 16 MB.
const MOST_INSTANTS: usize = 1_000_000;

impl Journal {
    /// A journal that keeps at least this many calls, and all of them without a number.
    pub(crate) fn keeping(keep: Option<usize>) -> Self {
        Self { keep, ..Self::default() }
    }

    /// All calls, in the order in which they started; with [`Builder::journal_limit`](crate::Builder::journal_limit), the
    /// latest.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The calls that got a reply, in the order in which they started.
    pub fn finished(&self) -> impl Iterator<Item = &Call> {
        self.ended_as(|end| *end == End::Finished)
    }

    /// The calls that were dropped before they ended, in the order in which they started.
    pub fn dropped(&self) -> impl Iterator<Item = &Call> {
        self.ended_as(|end| *end == End::Dropped)
    }

    /// The calls that ended with an error, in the order in which they started.
    pub fn failed(&self) -> impl Iterator<Item = &Call> {
        self.ended_as(|end| matches!(end, End::Failed(_)))
    }

    /// The calls that ended, in the order in which they did; at one instant, in the order in which they started.
    pub fn in_order_of_end(&self) -> Vec<&Call> {
        let mut calls: Vec<&Call> = self.calls.iter().filter(|call| call.ended.is_some()).collect();
        calls.sort_by_key(|call| call.ended.as_ref().map(|(at, _)| *at));
        calls
    }

    fn ended_as(&self, wanted: impl Fn(&End) -> bool) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.ended.as_ref().is_some_and(|(_, end)| wanted(end)))
    }

    /// How many calls are in flight now: begun, or waiting for a place at the provider. A call that is turned away never
    /// is: it takes no time.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The largest number of calls that were in flight together.
    pub fn high_water(&self) -> usize {
        self.high_water
    }

    /// How many of the calls in flight wait in the provider's queue now.
    pub fn waiting(&self) -> usize {
        // A call in flight is being written, or it waits. Counted so, a call that is forgotten counts too.
        self.in_flight - self.writing.len()
    }

    /// The journal as a drawing: a lane for each call, in the order in which they started.
    ///
    /// A lane bears the model's name, or the prompt where all calls went to one model.
    pub fn timeline(&self, title: impl Into<String>) -> Timeline {
        let names = lane_names(&self.calls);
        let lanes = self.calls.iter().zip(names).map(|(call, name)| call.lane(name, self.taken)).collect();
        Timeline { title: title.into(), lanes, ..Timeline::default() }
    }

    /// When this copy was taken.
    pub fn taken(&self) -> Duration {
        self.taken
    }

    /// The same journal as it stands at `now`: what the calls in flight have produced by then, and drawings up to then.
    ///
    /// For an observer on a thread that has no runtime's clock; [`MockLlm::journal`](crate::MockLlm::journal) has done it
    /// for everybody else. What ended, ended: only the calls in flight change.
    #[must_use]
    pub fn taken_at(mut self, now: Duration) -> Self {
        self.taken = now;
        for (&id, writing) in &self.writing {
            if let Some(call) = known_by(id, self.forgotten, &mut self.calls) {
                call.write(writing, now);
            }
        }
        self
    }

    /// What the next call will be known by.
    pub(crate) fn next_id(&self) -> usize {
        self.forgotten + self.calls.len()
    }

    pub(crate) fn start(&mut self, call: Call) {
        self.push(call);
        self.in_flight += 1;
        self.high_water = self.high_water.max(self.in_flight);
    }

    /// Notes a call that ended as it arrived, before the model began.
    pub(crate) fn rejected(&mut self, mut call: Call, error: crate::Error) {
        call.ended = Some((call.started, End::Failed(error)));
        self.push(call);
    }

    /// Forgetting half of the calls at a time costs each call a constant.
    fn push(&mut self, call: Call) {
        self.calls.push(call);
        if let Some(keep) = self.keep
            && self.calls.len() > keep.saturating_mul(2)
        {
            let surplus = self.calls.len() - keep;
            let instants: usize = self.calls.drain(..surplus).map(|call| call.produced.len()).sum();
            self.instants -= instants;
            self.forgotten += surplus;
            self.instants_from = self.instants_from.max(self.forgotten);
        }
    }

    /// Forgets the instants of the oldest calls until all together are few enough: a reply may have any number of tokens.
    fn forget_instants(&mut self) {
        while self.instants > MOST_INSTANTS {
            let Some(call) = known_by(self.instants_from, self.forgotten, &mut self.calls) else { return };
            self.instants -= std::mem::take(&mut call.produced).len();
            self.instants_from += 1;
        }
    }

    /// The model begins to work on a call.
    pub(crate) fn begin(&mut self, id: usize, writing: Writing) {
        if let Some(call) = known_by(id, self.forgotten, &mut self.calls) {
            debug_assert!(call.ended.is_none(), "call {id} does not begin after its end");
            call.begun = Some(writing.begun);
        }
        self.writing.insert(id, writing);
    }

    /// Notes where in the program a call is at an instant. The first 4096 are kept: a call may be polled without end.
    pub(crate) fn is_at(&mut self, id: usize, at: Duration, stack: CallStack) {
        if let Some(call) = known_by(id, self.forgotten, &mut self.calls)
            && call.stacks.len() < 4096
        {
            call.stacks.push((at, stack));
        }
    }

    pub(crate) fn delivered(&mut self, id: usize, tokens: usize) {
        if let Some(call) = known_by(id, self.forgotten, &mut self.calls) {
            call.delivered = tokens;
        }
    }

    pub(crate) fn end(&mut self, id: usize, at: Duration, end: End) {
        self.in_flight -= 1;
        let writing = self.writing.remove(&id);
        let Some(call) = known_by(id, self.forgotten, &mut self.calls) else { return };
        debug_assert!(call.ended.is_none(), "call {id} ends once");
        if let Some(writing) = writing {
            call.write(&writing, at);
        }
        if call.kind == CallKind::Complete && end == End::Finished {
            call.delivered = call.produced_count;
        }
        call.ended = Some((at, end));
        if self.keep.is_some() {
            if id < self.instants_from {
                call.produced = Vec::new();
            }
            self.instants += call.produced.len();
            self.forget_instants();
        }
    }
}

impl Call {
    /// Notes what the model has written by `now`.
    fn write(&mut self, writing: &Writing, now: Duration) {
        self.produced = writing.produced_by(now).collect();
        self.produced_count = self.produced.len();
        self.first_token = self.produced.first().copied();
    }

    fn lane(&self, name: String, now: Duration) -> Lane {
        let mut lane = Lane::new(name);
        let to = self.ended.as_ref().map_or(now, |(at, _)| *at);
        let begun = self.begun.unwrap_or(to);
        if begun > self.started {
            lane.spans.push(Span { kind: SpanKind::Queued, from: self.started, to: begun });
        }
        let only_queued = self.begun.is_none() && to > self.started;
        match (self.kind, self.first_token) {
            _ if only_queued => {}
            (CallKind::Stream, Some(first)) if first <= to => {
                lane.spans.push(Span { kind: SpanKind::Waiting, from: begun, to: first });
                lane.spans.push(Span { kind: SpanKind::Streaming, from: first, to });
                lane.marks.extend(self.produced.iter().map(|&at| Mark { kind: MarkKind::Token, at }));
            }
            _ => lane.spans.push(Span { kind: SpanKind::Waiting, from: begun, to }),
        }
        let kind = match &self.ended {
            Some((_, End::Finished)) => MarkKind::Finished,
            Some((_, End::Failed(_))) => MarkKind::Failed,
            Some((_, End::Dropped)) => MarkKind::Dropped,
            None => MarkKind::Stuck,
        };
        lane.marks.push(Mark { kind, at: to });
        lane.steps = self.steps();
        lane
    }

    /// The lines of the program at which the call was, where they were [noted](crate::MockLlm::note_lines): for a
    /// [`Lane`] of your own.
    pub fn steps(&self) -> Vec<Step> {
        let steps = self.stacks.iter().map(|(at, stack)| Step { at: *at, lines: stack.lines().to_vec() });
        let mut steps: Vec<Step> = steps.filter(|step| !step.lines.is_empty()).collect();
        // A stream that is polled again at the same line, at the same instant, says nothing new.
        steps.dedup();
        steps
    }
}

fn known_by(id: usize, forgotten: usize, calls: &mut [Call]) -> Option<&mut Call> {
    calls.get_mut(id.checked_sub(forgotten)?)
}

/// The shortest name that tells the calls apart: the model, the prompt, or both; then a number.
fn lane_names(calls: &[Call]) -> Vec<String> {
    let one_model = calls.windows(2).all(|pair| pair[0].model == pair[1].model);
    let one_prompt = calls.windows(2).all(|pair| pair[0].prompt == pair[1].prompt);
    let mut seen = HashMap::new();
    let name = |call: &Call| match (one_model, one_prompt) {
        (_, true) => call.model.clone(),
        (true, false) => call.prompt.clone(),
        (false, false) => format!("{}: {}", call.model, call.prompt),
    };
    calls
        .iter()
        .map(|call| {
            let name = name(call);
            let count: &mut u32 = seen.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 { name } else { format!("{name} #{count}") }
        })
        .collect()
}
