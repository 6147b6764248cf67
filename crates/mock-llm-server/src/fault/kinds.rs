//! The list of all faults: their names, what they take and what they do. Flags, files, headers, the help, the README, metrics
//! and the journal have it from here.

use std::{mem::discriminant, time::Duration};

use super::Fault;

/// What there is to know of one fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(super) takes: Takes,
    /// What happens, in the words of the help.
    says: &'static str,
}

/// What stands behind the name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    Nothing(Fault),
    Status(fn(u16) -> Fault),
    Tokens(fn(usize) -> Fault),
    /// It may be left out; then it is the usual one, or there is none.
    Time {
        make: fn(Option<Duration>) -> Fault,
        usual: Option<Duration>,
    },
}

pub(crate) const KINDS: [Kind; 12] = [
    Kind {
        name: "status",
        takes: Takes::Status(Fault::Status),
        says: "an error response: 500, 503, or any other from 400 to 599",
    },
    Kind {
        name: "rate-limit",
        takes: Takes::Time { make: |retry_after| Fault::RateLimit { retry_after }, usual: None },
        says: "429; with a time, retry-after and retry-after-ms say it",
    },
    Kind {
        name: "insufficient-quota",
        takes: Takes::Nothing(Fault::InsufficientQuota),
        says: "429 with x-should-retry: false",
    },
    Kind {
        name: "refused",
        takes: Takes::Time {
            make: |time| Fault::Refused { closed_for: time.unwrap_or_default() },
            usual: Some(Duration::from_millis(500)),
        },
        says: "the connection is reset, and the port is closed for this long (500ms)",
    },
    Kind {
        name: "reset",
        takes: Takes::Nothing(Fault::Reset),
        says: "the connection is reset before any byte of a response",
    },
    Kind {
        name: "reset-after",
        takes: Takes::Tokens(Fault::ResetAfter),
        says: "the connection is reset after N tokens",
    },
    Kind {
        name: "cut-after",
        takes: Takes::Tokens(Fault::CutAfter),
        says: "the connection is closed after N tokens, without an end of the response",
    },
    Kind {
        name: "end-after",
        takes: Takes::Tokens(Fault::EndAfter),
        says: "the response ends after N tokens, without a finish reason or [DONE]",
    },
    Kind {
        name: "stall-after",
        takes: Takes::Tokens(Fault::StallAfter),
        says: "nothing comes after N tokens, and the connection stays open",
    },
    Kind {
        name: "malformed-after",
        takes: Takes::Tokens(Fault::MalformedAfter),
        says: "a chunk that is no JSON comes after N tokens",
    },
    Kind {
        name: "error-after",
        takes: Takes::Tokens(Fault::ErrorAfter),
        says: "an error object comes after N tokens, and the stream ends",
    },
    Kind {
        name: "slow-bytes",
        takes: Takes::Time {
            make: |time| Fault::SlowBytes { pause: time.unwrap_or_default() },
            usual: Some(Duration::from_millis(1)),
        },
        says: "the bytes come a few at a time, this far (1ms) apart",
    },
];

/// How all of them are written, for who has written another one.
pub(super) fn all_forms() -> String {
    KINDS.map(|kind| kind.form()).join(", ")
}

impl Kind {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// How it is written: `cut-after=N`.
    fn form(&self) -> String {
        let value = match self.takes {
            Takes::Nothing(_) => "",
            Takes::Status(_) | Takes::Tokens(_) => "=N",
            Takes::Time { .. } => "[=TIME]",
        };
        format!("{}{value}", self.name)
    }

    /// Its line in the help.
    pub(crate) fn line(&self) -> String {
        format!("  {:<20} {}\n", self.form(), self.says)
    }

    /// One of its kind.
    pub(super) fn sample(&self) -> Fault {
        match self.takes {
            Takes::Nothing(fault) => fault,
            Takes::Status(make) => make(500),
            Takes::Tokens(make) => make(1),
            Takes::Time { make, usual } => make(usual),
        }
    }
}

impl Takes {
    /// What is missing, where a value is wrong.
    pub(super) fn needs(self) -> &'static str {
        match self {
            Self::Nothing(_) => "no value",
            Self::Status(_) => "a status from 400 to 599",
            Self::Tokens(_) => "a number of tokens",
            Self::Time { .. } => "a length of time",
        }
    }
}

impl Fault {
    pub(super) fn kind(self) -> &'static Kind {
        let own = KINDS.iter().find(|kind| discriminant(&kind.sample()) == discriminant(&self));
        own.expect("every fault is in the list")
    }
}
