//! What goes wrong on purpose, and which requests it meets.

mod kinds;

use std::{collections::HashMap, fmt, str::FromStr, sync::Mutex, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    chat::shortened,
    units::{Share, Span},
};

pub(crate) use kinds::{KINDS, Kind};
use kinds::{Takes, all_forms};

/// One thing that goes wrong, as a client sees it. The written form is the one of flags, files and headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `status=503`: an error response with this status, when the first token would have come.
    Status(u16),
    /// `rate-limit`, or `rate-limit=2s`: 429 at once; with a time, `retry-after` and `retry-after-ms` say it.
    RateLimit { retry_after: Option<Duration> },
    /// `insufficient-quota`: the 429 that no retry will mend, with `x-should-retry: false`.
    InsufficientQuota,
    /// `refused`, or `refused=2s`: the connection is reset, and for this long (500 ms) nobody listens on the port.
    Refused { closed_for: Duration },
    /// `reset`: the connection is reset before any byte of a response.
    Reset,
    /// `reset-after=3`: the connection is reset after the third token.
    ResetAfter(usize),
    /// `cut-after=3`: the connection is closed after the third token, without the end that HTTP asks for.
    CutAfter(usize),
    /// `end-after=3`: the response ends after the third token as HTTP asks for, without a finish reason or `[DONE]`.
    EndAfter(usize),
    /// `stall-after=3`: after the third token nothing comes any more, and the connection stays open.
    StallAfter(usize),
    /// `malformed-after=3`: after the third token comes a chunk that is no JSON; then the stream goes on to its end.
    MalformedAfter(usize),
    /// `error-after=3`: after the third token comes an error object, and the stream ends.
    ErrorAfter(usize),
    /// `slow-bytes`, or `slow-bytes=5ms`: the bytes come a few at a time, this far (1 ms) apart. Chunks, and characters of
    /// several bytes, are split anywhere.
    SlowBytes { pause: Duration },
}

/// A fault and the requests that it meets: `CONDITIONS:FAULT`, or a fault alone for every request.
///
/// Conditions are joined by commas, and all must hold: `always`, `model=NAME`, `call=N` (the n-th request of that model),
/// `attempt=N` (the n-th time that the same body comes), `rate=SHARE` (drawn from seed, request and attempt), and, last
/// because it takes the rest of the text, `prompt=TEXT` (the last user message).
///
/// ```
/// use mock_llm_server::{Fault, FaultRule};
///
/// let rule: FaultRule = "model=atlas,attempt=1:status=503".parse()?;
/// assert_eq!(rule.fault(), Fault::Status(503));
/// assert_eq!(rule.to_string(), "model=atlas,attempt=1:status=503");
/// # Ok::<(), mock_llm_server::ParseFaultError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FaultRule {
    conditions: Vec<Condition>,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Model(String),
    Call(u32),
    Attempt(u32),
    Rate(Share),
    Prompt(String),
}

/// What is wrong with the text of a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFaultError {
    /// No fault of that name.
    #[error("there is no fault `{0}`; there are {forms}", forms = all_forms())]
    Unknown(String),
    /// A value that the fault cannot have.
    #[error("`{fault}` needs {needs}, not `{value}`")]
    Value { fault: &'static str, needs: &'static str, value: String },
    /// No condition of that name, or a value that it cannot have.
    #[error("`{0}` is no condition; there are always, model=NAME, call=N, attempt=N, rate=SHARE and prompt=TEXT")]
    Condition(String),
}

/// What a rule may look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occasion<'request> {
    pub(crate) model: &'request str,
    pub(crate) key: &'request str,
    pub(crate) prompt: &'request str,
    /// Its number among the requests of its model, from 1.
    pub(crate) call: u32,
    /// Its number among the requests with the same body, from 1.
    pub(crate) attempt: u32,
    pub(crate) seed: u64,
}

/// Counts requests, for conditions that ask for a number.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    inner: Mutex<(HashMap<String, u32>, HashMap<String, u32>)>,
}

/// Attempts are counted over this many different requests, then from 1 again: a server may run for days.
const ATTEMPTS_KEPT: usize = 100_000;

impl Counts {
    /// The request's number among those of its model, and among those with the same body, both from 1.
    pub(crate) fn count(&self, model: &str, key: &str) -> (u32, u32) {
        let mut inner = self.lock();
        let (calls, attempts) = &mut *inner;
        let call = calls.entry(model.to_owned()).or_default();
        *call += 1;
        if attempts.len() >= ATTEMPTS_KEPT {
            attempts.clear();
        }
        let attempt = attempts.entry(key.to_owned()).or_default();
        *attempt += 1;
        (*call, *attempt)
    }

    pub(crate) fn reset(&self) {
        *self.lock() = Default::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (HashMap<String, u32>, HashMap<String, u32>)> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl FaultRule {
    /// A fault that meets every request.
    pub fn always(fault: Fault) -> Self {
        Self { conditions: Vec::new(), fault }
    }

    /// What happens to the requests that it meets.
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// `place` tells two rules with a rate apart: each draws for itself.
    pub(crate) fn meets(&self, occasion: Occasion<'_>, place: usize) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::Model(name) => name == occasion.model,
            Condition::Call(number) => *number == occasion.call,
            Condition::Attempt(number) => *number == occasion.attempt,
            Condition::Prompt(text) => shortened(text) == shortened(occasion.prompt),
            Condition::Rate(share) => {
                mock_llm::luck(occasion.seed, &format!("fault {place}"), occasion.key, occasion.attempt) < share.0
            }
        })
    }
}

impl From<Fault> for FaultRule {
    fn from(fault: Fault) -> Self {
        Self::always(fault)
    }
}

impl Fault {
    /// What the model itself does for this fault to come out. Slow bytes are the wire's doing alone.
    pub(crate) fn of_the_model(self) -> Option<mock_llm::Fault> {
        Some(match self {
            Fault::Status(500) => mock_llm::Fault::InternalError,
            Fault::Status(503) => mock_llm::Fault::Overloaded,
            Fault::Status(status) => mock_llm::Fault::Status(status),
            Fault::RateLimit { retry_after } => mock_llm::Fault::RateLimited { retry_after },
            Fault::InsufficientQuota => mock_llm::Fault::RateLimited { retry_after: None },
            Fault::Refused { .. } | Fault::Reset => mock_llm::Fault::Refused,
            Fault::ResetAfter(tokens)
            | Fault::CutAfter(tokens)
            | Fault::EndAfter(tokens)
            | Fault::ErrorAfter(tokens) => mock_llm::Fault::CutAfter(tokens),
            Fault::StallAfter(tokens) => mock_llm::Fault::StallAfter(tokens),
            Fault::MalformedAfter(_) | Fault::SlowBytes { .. } => return None,
        })
    }

    /// The name that it has in flags, files, headers, metrics and the journal.
    pub(crate) fn name(self) -> &'static str {
        self.kind().name
    }
}

impl FromStr for FaultRule {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        // No fault has a colon in it, a prompt may.
        let Some((conditions, fault)) = text.rsplit_once(':') else {
            return Ok(Self::always(text.parse()?));
        };
        Ok(Self { conditions: parse_conditions(conditions)?, fault: fault.parse()? })
    }
}

fn parse_conditions(text: &str) -> Result<Vec<Condition>, ParseFaultError> {
    let mut conditions = Vec::new();
    let mut rest = Some(text.trim());
    while let Some(text) = rest {
        if let Some(prompt) = text.strip_prefix("prompt=") {
            conditions.push(Condition::Prompt(prompt.to_owned()));
            break;
        }
        let (one, after) = text.split_once(',').map_or((text, None), |(one, after)| (one, Some(after.trim())));
        rest = after;
        let wrong = || ParseFaultError::Condition(one.to_owned());
        match one.split_once('=') {
            None if one == "always" => {}
            Some(("model", name)) => conditions.push(Condition::Model(name.to_owned())),
            Some(("call", number)) => conditions.push(Condition::Call(number.parse().map_err(|_| wrong())?)),
            Some(("attempt", number)) => conditions.push(Condition::Attempt(number.parse().map_err(|_| wrong())?)),
            Some(("rate", share)) => conditions.push(Condition::Rate(share.parse().map_err(|_| wrong())?)),
            _ => return Err(wrong()),
        }
    }
    Ok(conditions)
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let kind = Kind::named(name).ok_or_else(|| ParseFaultError::Unknown(name.to_owned()))?;
        let wrong = || {
            let (fault, needs) = (kind.name, kind.takes.needs());
            ParseFaultError::Value { fault, needs, value: value.unwrap_or("nothing").to_owned() }
        };
        match (kind.takes, value) {
            (Takes::Nothing(fault), None) => Ok(fault),
            (Takes::Status(make), Some(status)) => {
                let status = status.parse().ok().filter(|status| (400..600).contains(status));
                Ok(make(status.ok_or_else(wrong)?))
            }
            (Takes::Tokens(make), Some(tokens)) => Ok(make(tokens.parse().map_err(|_| wrong())?)),
            (Takes::Time { make, usual }, None) => Ok(make(usual)),
            (Takes::Time { make, .. }, Some(time)) => {
                let Span(time) = time.parse().map_err(|_| wrong())?;
                Ok(make(Some(time)))
            }
            (Takes::Nothing(_), Some(_)) | (Takes::Status(_) | Takes::Tokens(_), None) => Err(wrong()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Fault::Status(status) => write!(f, "={status}"),
            Fault::RateLimit { retry_after: Some(time) }
            | Fault::Refused { closed_for: time }
            | Fault::SlowBytes { pause: time } => write!(f, "={}", Span(*time)),
            Fault::ResetAfter(tokens)
            | Fault::CutAfter(tokens)
            | Fault::EndAfter(tokens)
            | Fault::StallAfter(tokens)
            | Fault::MalformedAfter(tokens)
            | Fault::ErrorAfter(tokens) => write!(f, "={tokens}"),
            Fault::RateLimit { retry_after: None } | Fault::InsufficientQuota | Fault::Reset => Ok(()),
        }
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separators = std::iter::once("").chain(std::iter::repeat(","));
        for (condition, separator) in self.conditions.iter().zip(separators) {
            f.write_str(separator)?;
            match condition {
                Condition::Model(name) => write!(f, "model={name}")?,
                Condition::Call(number) => write!(f, "call={number}")?,
                Condition::Attempt(number) => write!(f, "attempt={number}")?,
                Condition::Rate(share) => write!(f, "rate={}", share.0)?,
                Condition::Prompt(text) => write!(f, "prompt={text}")?,
            }
        }
        if !self.conditions.is_empty() {
            f.write_str(":")?;
        }
        self.fault.fmt(f)
    }
}

impl TryFrom<String> for FaultRule {
    type Error = ParseFaultError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FaultRule> for String {
    fn from(rule: FaultRule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The README's table has a row for each fault, in the order of the list, and the help says of each what the list says.
    #[test]
    fn the_readme_and_the_help_have_the_faults_of_the_list() {
        let readme = include_str!("../README.md");
        let rows = readme.lines().skip_while(|line| !line.starts_with("| Fault |")).skip(2);
        let rows = rows.map_while(|line| line.strip_prefix("| `")?.split_once('`'));
        let names: Vec<_> = rows.map(|(fault, _)| fault.parse::<Fault>().expect(fault).name()).collect();
        assert_eq!(names, KINDS.map(|kind| kind.name));
        let help = KINDS.iter().map(Kind::line).collect::<String>();
        assert!(crate::options::after_help().contains(&help), "{help}");
    }

    #[test]
    fn every_kind_makes_a_fault_of_its_own_kind() {
        for kind in &KINDS {
            assert_eq!(kind.sample().name(), kind.name);
            assert_eq!(kind.sample().to_string().parse(), Ok(kind.sample()));
        }
    }

    #[test]
    fn every_fault_is_written_as_it_is_read() {
        let texts = [
            "status=503",
            "rate-limit",
            "rate-limit=2s",
            "insufficient-quota",
            "refused=500ms",
            "reset",
            "reset-after=3",
            "cut-after=0",
            "end-after=3",
            "stall-after=3",
            "malformed-after=3",
            "error-after=3",
            "slow-bytes=1ms",
            "call=2:status=500",
            "model=atlas,attempt=1:rate-limit",
            "rate=0.25:reset",
            "attempt=2,prompt=a, b: and c:cut-after=1",
        ];
        for text in texts {
            assert_eq!(text.parse::<FaultRule>().map(|rule| rule.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("always:reset".parse(), Ok(FaultRule::always(Fault::Reset)));
        assert_eq!("refused".parse(), Ok(Fault::Refused { closed_for: Duration::from_millis(500) }));
    }

    #[test]
    fn a_wrong_text_is_told_what_would_be_right() {
        let table = [
            ("stop", "there is no fault `stop`; there are status=N"),
            ("status=200", "`status` needs a status from 400 to 599, not `200`"),
            ("cut-after", "`cut-after` needs a number of tokens, not `nothing`"),
            ("rate-limit=soon", "`rate-limit` needs a length of time, not `soon`"),
            ("reset=1", "`reset` needs no value, not `1`"),
            ("often:reset", "`often` is no condition; there are always"),
            ("rate=2:reset", "`rate=2` is no condition"),
        ];
        for (text, words) in table {
            let error = text.parse::<FaultRule>().expect_err(text).to_string();
            assert!(error.starts_with(words), "{error}");
        }
    }

    #[test]
    fn a_rule_meets_what_its_conditions_say() {
        let occasion = Occasion { model: "atlas", key: "k", prompt: "why?", call: 3, attempt: 2, seed: 7 };
        let table = [
            ("reset", true),
            ("model=atlas:reset", true),
            ("model=birch:reset", false),
            ("call=3:reset", true),
            ("attempt=1:reset", false),
            ("attempt=2,call=3,prompt=why?:reset", true),
            ("attempt=2,call=4,prompt=why?:reset", false),
            ("prompt=how?:reset", false),
            ("rate=1:reset", true),
            ("rate=0:reset", false),
        ];
        for (text, meets) in table {
            assert_eq!(text.parse::<FaultRule>().expect(text).meets(occasion, 0), meets, "{text}");
        }
    }

    #[test]
    fn a_rate_meets_its_share_and_the_same_requests_again() {
        let rule: FaultRule = "rate=30%:reset".parse().expect("a rule");
        let met = |place| -> Vec<bool> {
            let occasion = |attempt| Occasion { model: "atlas", key: "k", prompt: "", call: 1, attempt, seed: 7 };
            (1..=1000).map(|attempt| rule.meets(occasion(attempt), place)).collect()
        };
        assert_eq!(met(0), met(0));
        assert_ne!(met(0), met(1));
        // Three standard errors of 1000 draws at 0.3.
        assert!((257..=343).contains(&met(0).iter().filter(|&&met| met).count()));
    }
}
