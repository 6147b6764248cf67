//! What a call can end with instead of a reply.

use std::{error, fmt, time::Duration};

/// Why a call has no reply, or a stream no further token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// 429: too many requests. `retry_after` is when the provider asks you to come back; it does not always say.
    RateLimited { retry_after: Option<Duration> },
    /// The server answered with an error status, 500 or 503 for example.
    Status(u16),
    /// Nobody accepted the connection.
    Refused,
    /// The connection ended in the middle of a reply, after this many tokens.
    Cut { tokens: usize },
    /// A piece of the stream was not what the protocol says, after this many tokens.
    Malformed { tokens: usize },
    /// No model of that name.
    UnknownModel(String),
    /// A blocking call waited this long and got nothing. See [`blocking::Client::read_timeout`](crate::blocking::Client::read_timeout).
    TimedOut { after: Duration },
    /// A blocking call waited this long, in real time, at a gate that only a running event loop opens: the event loop
    /// did not run. See [`blocking::Gate`](crate::blocking::Gate).
    Blocked { waited: Duration },
}

impl Error {
    /// The HTTP status behind the error. `None` where no answer came at all.
    ///
    /// ```
    /// assert_eq!(mock_llm::Error::RateLimited { retry_after: None }.status(), Some(429));
    /// assert_eq!(mock_llm::Error::Refused.status(), None);
    /// ```
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::RateLimited { .. } => Some(429),
            Error::Status(status) => Some(*status),
            Error::UnknownModel(_) => Some(404),
            Error::Refused
            | Error::Cut { .. }
            | Error::Malformed { .. }
            | Error::TimedOut { .. }
            | Error::Blocked { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::RateLimited { retry_after: Some(wait) } => {
                write!(f, "429 too many requests: come back in {:.3} s", wait.as_secs_f64())
            }
            Error::RateLimited { retry_after: None } => f.write_str("429 too many requests"),
            Error::Status(500) => f.write_str("500 internal server error"),
            Error::Status(503) => f.write_str("503 overloaded"),
            Error::Status(status) => write!(f, "status {status}"),
            Error::Refused => f.write_str("connection refused"),
            Error::Cut { tokens } => write!(f, "the connection ended after {tokens} tokens"),
            Error::Malformed { tokens } => write!(f, "a malformed chunk after {tokens} tokens"),
            Error::TimedOut { after } => write!(f, "no answer within {:.3} s", after.as_secs_f64()),
            Error::Blocked { waited } => write!(
                f,
                "the event loop did not run for {:.3} s while this thread waited for it: a blocking call holds its thread",
                waited.as_secs_f64()
            ),
            Error::UnknownModel(name) => write!(f, "404 there is no model `{name}`"),
        }
    }
}

impl error::Error for Error {}
