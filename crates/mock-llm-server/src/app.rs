//! What all requests share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mock_llm::MockLlm;
use tokio::sync::{mpsc, watch};

use crate::{
    chat,
    config::{Config, ReplyScript},
    connection::Closing,
    fault::{Counts, Fault, FaultRule},
    metrics::Metrics,
    responses,
};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) llm: MockLlm,
    pub(crate) seed: u64,
    pub(crate) keys: Vec<String>,
    pub(crate) faults: Vec<FaultRule>,
    pub(crate) failure_rate: f64,
    pub(crate) failure_types: Vec<Fault>,
    pub(crate) replies: Vec<ReplyScript>,
    pub(crate) heartbeat: Duration,
    pub(crate) body_limit: usize,
    pub(crate) read_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) counts: Counts,
    pub(crate) metrics: Arc<Metrics>,
    /// The latest responses, for requests that go on from them.
    pub(crate) store: responses::Store,
    pub(crate) phase: watch::Receiver<Phase>,
    /// Closes the port for a while.
    pub(crate) close_port: mpsc::UnboundedSender<Closing>,
    pub(crate) started: SystemTime,
    requests: AtomicU64,
}

/// How far the server is on its way to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Running,
    /// Open streams go on; nothing new begins.
    Draining,
    /// Open streams are told, and end.
    Ending,
    /// Whatever is still open is dropped.
    Over,
}

/// What a request is called, in its response and in the journal.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

impl App {
    pub(crate) fn new(
        config: &Config,
        llm: MockLlm,
        phase: watch::Receiver<Phase>,
        close_port: mpsc::UnboundedSender<Closing>,
    ) -> Self {
        Self {
            llm,
            seed: config.seed,
            keys: config.api_keys.clone(),
            faults: config.faults.clone(),
            failure_rate: config.failure_rate,
            failure_types: config.failure_types.clone(),
            replies: config.replies.clone(),
            // A silence that no clock will see.
            heartbeat: if config.heartbeat.is_zero() { Duration::MAX } else { config.heartbeat },
            body_limit: config.body_limit,
            read_timeout: config.read_timeout,
            body_timeout: config.body_timeout,
            counts: Counts::default(),
            metrics: Arc::default(),
            store: responses::Store::default(),
            phase,
            close_port,
            started: SystemTime::now(),
            requests: AtomicU64::new(0),
        }
    }

    /// A text of 16 hexadecimal digits that no other request of this server has.
    pub(crate) fn unique(&self) -> String {
        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}", chat::hash(format!("{started} {number}").as_bytes()))
    }

    pub(crate) fn knows(&self, model: &str) -> bool {
        self.llm.models().any(|known| known == model)
    }
}
