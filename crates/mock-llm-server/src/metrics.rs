//! Counters for `/metrics`, and the count of requests that are being worked on.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use mock_llm::MockLlm;

use crate::fault::Fault;

/// What has happened since the start, or since the last reset.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Completions that are being worked on: in the queue, before their first token, or streaming.
    active: AtomicUsize,
    tokens: AtomicU64,
    finished: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    /// Open connections, idle ones included.
    pub(crate) connections: Arc<AtomicUsize>,
    responses: Mutex<BTreeMap<(&'static str, u16), u64>>,
    faults: Mutex<BTreeMap<&'static str, u64>>,
}

/// One completion that is being worked on. Dropped before its end, it was cancelled.
#[derive(Debug)]
pub(crate) struct Active {
    metrics: Arc<Metrics>,
    tokens: u64,
    end: End,
}

/// How a completion ends, in the words of the journal.
#[derive(Debug, Clone, Copy)]
enum End {
    Finished,
    Failed,
    Cancelled,
}

impl Active {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        metrics.active.fetch_add(1, Ordering::Relaxed);
        Self { metrics, tokens: 0, end: End::Cancelled }
    }

    pub(crate) fn tokens(&mut self, count: usize) {
        self.tokens += count as u64;
    }

    /// It ended by itself, and well.
    pub(crate) fn finish(&mut self) {
        self.end = End::Finished;
    }

    /// It ended by itself, with an error or with what a fault made of it.
    pub(crate) fn fail(&mut self) {
        self.end = End::Failed;
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.metrics.active.fetch_sub(1, Ordering::Relaxed);
        self.metrics.tokens.fetch_add(self.tokens, Ordering::Relaxed);
        let how = match self.end {
            End::Finished => &self.metrics.finished,
            End::Failed => &self.metrics.failed,
            End::Cancelled => &self.metrics.cancelled,
        };
        how.fetch_add(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub(crate) fn active(&self) -> usize {
        self.active.load(Ordering::Relaxed)
    }

    pub(crate) fn response(&self, route: &'static str, status: u16) {
        *self.responses.lock().unwrap_or_else(PoisonError::into_inner).entry((route, status)).or_default() += 1;
    }

    pub(crate) fn fault(&self, fault: Fault) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner).entry(fault.name()).or_default() += 1;
    }

    /// Sets the counters to zero. What is active or open stays so.
    pub(crate) fn reset(&self) {
        for counter in [&self.tokens, &self.finished, &self.failed, &self.cancelled] {
            counter.store(0, Ordering::Relaxed);
        }
        self.responses.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Prometheus's text format.
    pub(crate) fn text(&self, llm: &MockLlm) -> String {
        let mut page = Page::default();
        page.head("mock_llm_active", "gauge", "Completions that are being worked on.");
        page.value("mock_llm_active", "", self.active() as u64);
        page.head("mock_llm_connections", "gauge", "Open connections.");
        page.value("mock_llm_connections", "", self.connections.load(Ordering::Relaxed) as u64);
        page.head("mock_llm_waiting", "gauge", "Completions that wait in a model's queue.");
        for model in llm.models() {
            let waiting = llm.model(model).limits().map_or(0, |limits| limits.waiting);
            page.value("mock_llm_waiting", &format!("model=\"{}\"", escaped(model)), waiting as u64);
        }
        page.head("mock_llm_tokens_total", "counter", "Tokens sent in completions that have ended.");
        page.value("mock_llm_tokens_total", "", self.tokens.load(Ordering::Relaxed));
        page.head("mock_llm_completions_total", "counter", "Completions that have ended, by how.");
        page.value("mock_llm_completions_total", "end=\"finished\"", self.finished.load(Ordering::Relaxed));
        page.value("mock_llm_completions_total", "end=\"failed\"", self.failed.load(Ordering::Relaxed));
        page.value("mock_llm_completions_total", "end=\"cancelled\"", self.cancelled.load(Ordering::Relaxed));
        page.head("mock_llm_responses_total", "counter", "Responses, by route and status.");
        for ((route, status), count) in self.responses.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            page.value("mock_llm_responses_total", &format!("route=\"{route}\",status=\"{status}\""), *count);
        }
        page.head("mock_llm_faults_total", "counter", "Faults on purpose, by kind.");
        for (fault, count) in self.faults.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            page.value("mock_llm_faults_total", &format!("fault=\"{fault}\""), *count);
        }
        page.0
    }
}

#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("a String takes every text");
    }

    fn value(&mut self, name: &str, labels: &str, value: u64) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        writeln!(self.0, "{name}{labels} {value}").expect("a String takes every text");
    }
}

/// A label's value, as the format asks for it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
