//! What the model will do: its latencies, its replies, its faults.

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{
    Error, Limits, Reply, Request, Token,
    journal::Writing,
    latency::{Draws, Latency},
};

/// The script of one model.
///
/// Without further words a model answers at once, with one short sentence that names the model and repeats the prompt.
///
/// ```
/// use std::time::Duration;
/// use mock_llm::{Fault, Model, When};
///
/// let model = Model::new("atlas")
///     .time_to_first_token(Duration::from_millis(400))
///     .inter_token_latency(Duration::from_millis(20))
///     .reply_to("What is a future?", "A value that is not there yet.")
///     .fault(When::Attempt(1), Fault::RateLimited { retry_after: Some(Duration::from_secs(2)) });
/// # assert_eq!(model.name(), "atlas");
/// ```
#[derive(Debug, Clone)]
pub struct Model {
    name: String,
    time_to_first_token: Latency,
    inter_token_latency: Latency,
    time_per_prompt_token: Duration,
    stalls: Option<(f64, Latency)>,
    limits: Limits,
    reply: Option<Text>,
    prompts: HashMap<String, PromptScript>,
    faults: Vec<(When, Fault)>,
}

/// What differs for one prompt.
#[derive(Debug, Clone, Default)]
struct PromptScript {
    reply: Option<Text>,
    time_to_first_token: Option<Latency>,
}

/// Which calls a [`Fault`] meets.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// Every call.
    Always,
    /// The n-th call that this model gets, counted from 1 in the order of arrival.
    Call(u32),
    /// The n-th attempt at every request, counted from 1. The same prompt again is the next attempt.
    Attempt(u32),
    /// Every call with this prompt.
    Prompt(String),
    /// The n-th attempt, counted from 1, at this prompt.
    PromptAttempt(String, u32),
    /// This share of all calls, from 0.0 to 1.0: drawn from seed, request and attempt, whatever the order of arrival.
    Rate(f64),
}

/// What goes wrong, and at what time of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429, at once: a provider turns you away before it does any work.
    RateLimited { retry_after: Option<Duration> },
    /// 500, when the first token would have come.
    InternalError,
    /// 503, when the first token would have come.
    Overloaded,
    /// Any other error status, when the first token would have come.
    Status(u16),
    /// Nobody accepts the connection; known at once.
    Refused,
    /// The connection ends in place of the token after the n-th.
    CutAfter(usize),
    /// After the n-th token nothing comes any more, and the connection stays open.
    StallAfter(usize),
    /// In place of the token after the n-th comes a chunk that is not of the protocol.
    MalformedAfter(usize),
    /// The client library panics when the first token would have come.
    Panic,
}

impl Model {
    /// A model that answers at once.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            time_to_first_token: Latency::ZERO,
            inter_token_latency: Latency::ZERO,
            time_per_prompt_token: Duration::ZERO,
            stalls: None,
            limits: Limits::none(),
            reply: None,
            prompts: HashMap::new(),
            faults: Vec::new(),
        }
    }

    /// The name that calls give.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long a call waits for the first token.
    #[must_use]
    pub fn time_to_first_token(mut self, latency: impl Into<Latency>) -> Self {
        self.time_to_first_token = latency.into();
        self
    }

    /// How long after one token the next one comes. The model writes at this pace whether or not anybody reads: a slow
    /// reader finds the tokens waiting.
    #[must_use]
    pub fn inter_token_latency(mut self, latency: impl Into<Latency>) -> Self {
        self.inter_token_latency = latency.into();
        self
    }

    /// How long the model reads, for each token of the prompt, before it begins to write: added to the time to first
    /// token.
    #[must_use]
    pub fn time_per_prompt_token(mut self, duration: Duration) -> Self {
        self.time_per_prompt_token = duration;
        self
    }

    /// This share of the tokens, from 0.0 to 1.0, comes later by `latency`: a busy server stops writing for a moment.
    /// Never the first token.
    #[must_use]
    pub fn stalls(mut self, share: f64, latency: impl Into<Latency>) -> Self {
        self.stalls = Some((share, latency.into()));
        self
    }

    /// Latencies that look like real traffic: the time to first token is log-normal with a median of 400 ms and a sigma
    /// of 0.5, plus 0.25 ms for each token of the prompt; tokens come every 20 ms with a standard deviation of 6 ms, and
    /// 1 % of them are 200 to 500 ms late.
    #[must_use]
    pub fn realistic(self) -> Self {
        self.traffic(1)
    }

    /// [`realistic`](Model::realistic) at one twentieth of its time, for tests that wait in real time.
    #[must_use]
    pub fn fast(self) -> Self {
        self.traffic(20)
    }

    fn traffic(self, times_faster: u32) -> Self {
        let scaled = |millis: u64| Duration::from_millis(millis) / times_faster;
        self.time_to_first_token(Latency::LogNormal { median: scaled(400), sigma: 0.5 })
            .time_per_prompt_token(Duration::from_micros(250) / times_faster)
            .inter_token_latency(Latency::Normal { mean: scaled(20), std_dev: scaled(6) })
            .stalls(0.01, Latency::Uniform { min: scaled(200), max: scaled(500) })
    }

    /// What the provider allows for this model.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(crate) fn allowed(&self) -> Limits {
        self.limits
    }

    /// The reply to every prompt that has no reply of its own. Every word is a token.
    #[must_use]
    pub fn reply(mut self, text: impl AsRef<str>) -> Self {
        self.reply = Some(Text::new(text.as_ref()));
        self
    }

    /// The reply to one prompt.
    #[must_use]
    pub fn reply_to(mut self, prompt: impl Into<String>, text: impl AsRef<str>) -> Self {
        self.prompts.entry(prompt.into()).or_default().reply = Some(Text::new(text.as_ref()));
        self
    }

    /// How long one prompt waits for its first token.
    #[must_use]
    pub fn time_to_first_token_for(mut self, prompt: impl Into<String>, latency: impl Into<Latency>) -> Self {
        self.prompts.entry(prompt.into()).or_default().time_to_first_token = Some(latency.into());
        self
    }

    /// Adds a fault. Where several would meet a call, the one that was added first does.
    #[must_use]
    pub fn fault(mut self, when: When, fault: Fault) -> Self {
        self.faults.push((when, fault));
        self
    }

    /// What will happen to one call, drawn before it begins.
    pub(crate) fn plan(&self, seed: u64, request: &Request, call: u32, attempt: u32) -> Plan {
        let prompt = request.prompt.as_str();
        let mut draws = Draws::new(seed, &self.name, request.known_by(), attempt);
        // Drawn whether or not a fault needs it, so that adding a fault leaves the latencies as they were. Stalls have
        // numbers of their own for the same reason.
        let luck = draws.unit();
        let mut stall_draws = draws.fork("stalls");
        let script = self.prompts.get(prompt);
        let first = script.and_then(|script| script.time_to_first_token).unwrap_or(self.time_to_first_token);
        let prompt_tokens = request.count_prompt_tokens();
        let reading = self.time_per_prompt_token.saturating_mul(u32::try_from(prompt_tokens).unwrap_or(u32::MAX));
        let first = first.draw(&mut draws).saturating_add(reading);
        let text = self.text(request);
        let count = text.len().min(request.max_tokens.unwrap_or(usize::MAX));
        let mut due = first;
        let mut due_after_begin = Vec::with_capacity(count);
        for index in 0..count {
            if index > 0 {
                let late = self.stalls.filter(|(share, _)| stall_draws.unit() < *share);
                let late = late.map_or(Duration::ZERO, |(_, latency)| latency.draw(&mut stall_draws));
                due = due.saturating_add(self.inter_token_latency.draw(&mut draws)).saturating_add(late);
            }
            due_after_begin.push(due);
        }
        let fault = self.faults.iter().find(|(when, _)| when.meets(prompt, call, attempt, luck));
        let fault = request.fault.or(fault.map(|(_, fault)| *fault));
        Plan { time_to_first_token: first, prompt_tokens, text, due_after_begin: due_after_begin.into(), fault }
    }

    fn text(&self, request: &Request) -> Text {
        if let Some(own) = &request.reply {
            return Text::of_tokens(own);
        }
        let text = self.words(&request.prompt);
        let kept = request.until_stop(&text.all);
        if kept.len() < text.all.len() { Text::new(kept) } else { text }
    }

    /// All that the script has to say to a prompt.
    fn words(&self, prompt: &str) -> Text {
        let scripted = self.prompts.get(prompt).and_then(|script| script.reply.as_ref());
        let text = scripted.or(self.reply.as_ref()).cloned();
        text.unwrap_or_else(|| Text::new(&format!("{} answers: {prompt}", self.name)))
    }

    /// How many tokens the reply to a request has where nothing goes wrong.
    pub(crate) fn reply_tokens(&self, request: &Request) -> usize {
        self.text(request).len().min(request.max_tokens.unwrap_or(usize::MAX))
    }

    pub(crate) fn has_reply_to(&self, prompt: &str) -> bool {
        self.prompts.get(prompt).is_some_and(|script| script.reply.is_some())
    }

    /// What ends the reply to a request where nothing goes wrong.
    pub(crate) fn finish(&self, request: &Request) -> Finish {
        let stops = match &request.reply {
            Some(_) => false,
            None => {
                let words = self.words(&request.prompt);
                request.until_stop(&words.all).len() < words.all.len()
            }
        };
        match request.max_tokens {
            // A model that has written as many tokens as it may has not come to the one that says it is done.
            Some(most) if self.text(request).len() >= most + usize::from(stops) => Finish::Limit,
            _ if stops => Finish::StopText,
            _ => Finish::End,
        }
    }
}

/// What ends a reply where nothing goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model has said all.
    End,
    /// The next thing to say was a text at which the request wants to stop.
    StopText,
    /// The reply has as many tokens as it may.
    Limit,
}

/// A text and where its tokens end: found once for a script, and shared by all calls.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    all: Arc<str>,
    ends: Arc<[usize]>,
}

impl Text {
    fn new(text: &str) -> Self {
        Self::of_tokens(tokens(text))
    }

    fn of_tokens(tokens: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut all = String::new();
        let ends = tokens.into_iter().map(|token| {
            all.push_str(token.as_ref());
            all.len()
        });
        let ends = ends.collect();
        Self { all: all.into(), ends }
    }

    /// How many tokens it has.
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn token(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.all[start..self.ends[index]]
    }

    fn first(&self, tokens: usize) -> &str {
        if tokens == 0 { "" } else { &self.all[..self.ends[tokens - 1]] }
    }
}

impl When {
    fn meets(&self, prompt: &str, call: u32, attempt: u32, luck: f64) -> bool {
        match self {
            When::Always => true,
            When::Call(number) => *number == call,
            When::Attempt(number) => *number == attempt,
            When::Prompt(text) => text == prompt,
            When::PromptAttempt(text, number) => text == prompt && *number == attempt,
            When::Rate(share) => luck < *share,
        }
    }
}

impl Fault {
    /// The error that takes the place of the token after the `tokens`-th, or of the whole reply.
    pub(crate) fn error(self, tokens: usize) -> Option<Error> {
        match self {
            Fault::RateLimited { retry_after } => Some(Error::RateLimited { retry_after }),
            Fault::InternalError => Some(Error::Status(500)),
            Fault::Overloaded => Some(Error::Status(503)),
            Fault::Status(status) => Some(Error::Status(status)),
            Fault::Refused => Some(Error::Refused),
            Fault::CutAfter(_) => Some(Error::Cut { tokens }),
            Fault::MalformedAfter(_) => Some(Error::Malformed { tokens }),
            Fault::StallAfter(_) | Fault::Panic => None,
        }
    }
}

/// What will happen to one call: all of its draws, made.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) time_to_first_token: Duration,
    pub(crate) prompt_tokens: usize,
    text: Text,
    /// When each token is due, after the model began.
    pub(crate) due_after_begin: Arc<[Duration]>,
    pub(crate) fault: Option<Fault>,
}

impl Plan {
    /// How many tokens come before the fault, or before the end.
    pub(crate) fn token_count(&self) -> usize {
        let all = self.len();
        match self.fault {
            None => all,
            Some(Fault::CutAfter(count) | Fault::StallAfter(count) | Fault::MalformedAfter(count)) => count.min(all),
            Some(_) => 0,
        }
    }

    /// When what follows the tokens happens, after the beginning: the fault, or the end.
    pub(crate) fn last_after_begin(&self) -> Duration {
        let due = &self.due_after_begin;
        match self.fault {
            Some(Fault::RateLimited { .. } | Fault::Refused) => Duration::ZERO,
            Some(Fault::InternalError | Fault::Overloaded | Fault::Status(_) | Fault::Panic) => {
                self.time_to_first_token
            }
            Some(Fault::CutAfter(_) | Fault::StallAfter(_) | Fault::MalformedAfter(_)) => {
                due.get(self.token_count()).or(due.last()).copied().unwrap_or(self.time_to_first_token)
            }
            None => due.last().copied().unwrap_or(self.time_to_first_token),
        }
    }

    /// What the journal has to know to say what was written by any instant.
    pub(crate) fn writing(&self, begun: Duration) -> Writing {
        Writing { begun, due_after_begin: self.due_after_begin.clone(), count: self.token_count() }
    }

    /// The whole reply.
    pub(crate) fn reply(&self, model: String) -> Reply {
        Reply { model, text: self.text.first(self.len()).to_owned(), tokens: self.len() }
    }

    /// How many tokens the whole reply has.
    pub(crate) fn len(&self) -> usize {
        self.due_after_begin.len()
    }

    pub(crate) fn token(&self, index: usize) -> Token {
        Token { index, text: self.text.token(index).to_owned() }
    }

    /// The error of a call that the provider does not even begin.
    pub(crate) fn rejected(&self) -> Option<Error> {
        let at_once = matches!(self.fault, Some(Fault::RateLimited { .. } | Fault::Refused));
        self.fault.filter(|_| at_once)?.error(0)
    }
}

/// A text in the pieces that a stream brings it in: words, each with the white space before it. Joined, they are the text
/// again.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let word = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let end = rest[word..].find(char::is_whitespace).map_or(rest.len(), |length| word + length);
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_words_with_the_space_before_them() {
        assert_eq!(tokens("The sky  is\nblue. ").collect::<Vec<_>>(), ["The", " sky", "  is", "\nblue.", " "]);
        assert_eq!(tokens("").count(), 0);
        assert_eq!(tokens("   ").collect::<Vec<_>>(), ["   "]);
    }
}
