//! What a server is made from.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use mock_llm::Model;

use crate::fault::{Fault, FaultRule};

/// Everything that can be said about a server. The default is one model that answers at once, on a free loopback port.
///
/// ```
/// use mock_llm::{Limits, Model};
/// use mock_llm_server::{Config, Fault};
///
/// let config = Config {
///     models: vec![Model::new("atlas").realistic().limits(Limits::none().requests_per_minute(60))],
///     faults: vec!["attempt=1:status=503".parse()?, Fault::SlowBytes { pause: Default::default() }.into()],
///     api_keys: vec!["sk-test".to_owned()],
///     ..Config::default()
/// };
/// # assert_eq!(config.models.len(), 1);
/// # Ok::<(), mock_llm_server::ParseFaultError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen. Port 0 is any free one.
    pub address: SocketAddr,
    /// The models, with their latencies, replies and limits.
    pub models: Vec<Model>,
    /// The seed of all draws.
    pub seed: u64,
    /// The keys of which a request must bear one. Without any, none is asked for.
    pub api_keys: Vec<String>,
    /// What goes wrong. The first rule that meets a request counts.
    pub faults: Vec<FaultRule>,
    /// The share of requests, from 0 to 1, that fail with one of `failure_types`.
    pub failure_rate: f64,
    /// What fails at `failure_rate`, each as likely as the others.
    pub failure_types: Vec<Fault>,
    /// The replies that call tools, and those that come after tools' results. Words that answer a prompt at once stand in the
    /// model's script. Any other request with tools is answered with a call of its first tool, unless its last message
    /// is a tool's result.
    pub replies: Vec<ReplyScript>,
    /// After how much silence a stream gets a comment, which keeps the connection open and says nothing. With zero it gets none.
    pub heartbeat: Duration,
    /// How many bytes the body of a request may have.
    pub body_limit: usize,
    /// How long a client may take for the head of a request, the time before it included in which its connection is idle, and
    /// how long it may be silent within a body. Then its connection is closed; in a body, after a 408. How long a response
    /// takes is no matter.
    pub read_timeout: Duration,
    /// How long the body of a request may take as a whole, so that one of a byte now and then ends, too: with a 408.
    pub body_timeout: Duration,
    /// How many calls the journal keeps at least.
    pub journal_limit: usize,
    /// How long a graceful stop waits for open streams before it tells them.
    pub drain: Duration,
    /// How many threads serve. One is enough for hundreds of thousands of tokens in a second.
    pub threads: usize,
}

/// A reply that depends on more than the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyScript {
    /// The last user message that it answers.
    pub prompt: String,
    /// How many times tools were called and gave their results since that message: 0 for the first reply to it.
    pub after_tools: usize,
    pub says: Says,
}

/// What a scripted reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    Text(String),
    /// Calls of tools, all in one reply. Where the request does not offer one of them, the script does not count.
    Calls(Vec<ToolCall>),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The name of the function.
    pub name: String,
    /// The arguments, as JSON text.
    pub arguments: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            models: vec![Model::new("mock-llm")],
            seed: 0,
            api_keys: Vec::new(),
            faults: Vec::new(),
            failure_rate: 0.0,
            failure_types: vec![Fault::RateLimit { retry_after: None }, Fault::Status(500), Fault::Status(503)],
            replies: Vec::new(),
            heartbeat: Duration::from_secs(15),
            body_limit: 10 * 1024 * 1024,
            read_timeout: Duration::from_secs(60),
            // For a body of 10 MiB, a line of 280 kbit/s.
            body_timeout: Duration::from_secs(5 * 60),
            journal_limit: 10_000,
            drain: Duration::from_secs(5),
            threads: 1,
        }
    }
}
