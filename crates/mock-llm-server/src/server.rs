//! A running server.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use axum::{extract::ConnectInfo, http::Request};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use mock_llm::MockLlm;
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, watch},
};

use crate::{
    app::{App, Phase},
    config::Config,
    connection::Listener,
    routes::router,
};

/// A server on a thread of its own. Dropped, it stops: connections are closed, whatever they were at.
pub struct MockServer {
    address: SocketAddr,
    llm: MockLlm,
    phase: watch::Sender<Phase>,
    drain: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl MockServer {
    /// Starts a server. When this returns, it listens.
    ///
    /// # Errors
    /// Where it cannot listen: the port is taken, or the address is not of this machine.
    ///
    /// # Panics
    /// Without a model, or with two of one name.
    pub fn start(config: Config) -> io::Result<Self> {
        let models = config.models.iter().cloned();
        let llm = models.fold(MockLlm::builder(), mock_llm::Builder::model);
        let llm = llm.seed(config.seed).journal_limit(config.journal_limit).build();
        let (phase, phases) = watch::channel(Phase::Running);
        let (close_port, closings) = mpsc::unbounded_channel();
        let (drain, read_timeout) = (config.drain, config.read_timeout);
        let runtime = runtime(config.threads)?;
        let app = Arc::new(App::new(&config, llm.clone(), phases.clone(), close_port));
        let listener = {
            let _inside = runtime.enter();
            Listener::bind(config.address, closings, app.metrics.connections.clone())?
        };
        let address = listener.address();
        let thread = thread::Builder::new().name("mock-llm-server".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, app, read_timeout, phases));
            // Tasks that are still there are dropped, on all threads that serve: no connection is open when this one has ended.
            // What works aside ends by itself, and is not waited for any longer.
            runtime.shutdown_timeout(Duration::from_secs(1));
        })?;
        Ok(Self { address, llm, phase, drain, thread: Mutex::new(Some(thread)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a URL without a path: `http://127.0.0.1:41234`. OpenAI clients want `/v1` behind it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The provider behind it, for its journal. It may be called directly as well.
    pub fn llm(&self) -> &MockLlm {
        &self.llm
    }

    /// Stops gracefully: nothing new is taken, open streams may go on for [`Config::drain`], then they are told by a last
    /// event and end. Returns when all is over, which takes as long as the longest open stream and at most two seconds more
    /// than the drain.
    ///
    /// It blocks its thread. Called again, it returns when the first call does.
    pub fn stop(&self) {
        self.go_on_to(Phase::Draining);
        if !self.over_within(self.drain) {
            self.go_on_to(Phase::Ending);
            self.over_within(Duration::from_secs(1));
        }
        self.stop_now();
    }

    /// Stops at once. Connections are closed, whatever they were at.
    pub fn stop_now(&self) {
        self.go_on_to(Phase::Over);
        // Locked until the thread has ended: who stops the server at the same time waits here for the same end.
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // A panic of the server's thread has been reported there.
            let _ = thread.join();
        }
    }

    /// Never back: a second stop begins when the first may be further.
    fn go_on_to(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let goes_on = phase > *now;
            if goes_on {
                *now = phase;
            }
            goes_on
        });
    }

    fn over_within(&self, time: Duration) -> bool {
        let start = Instant::now();
        loop {
            let over = match &*self.thread.lock().unwrap_or_else(PoisonError::into_inner) {
                None => true,
                Some(thread) => thread.is_finished(),
            };
            if over || start.elapsed() >= time {
                return over;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

fn runtime(threads: usize) -> io::Result<Runtime> {
    let mut builder = if threads > 1 { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    if threads > 1 {
        builder.worker_threads(threads);
    }
    builder.enable_all().thread_name("mock-llm-server").build()
}

/// Accepts connections until the server drains, and returns when the last one has ended.
async fn serve(mut listener: Listener, app: Arc<App>, read_timeout: Duration, phases: watch::Receiver<Phase>) {
    let reached = |phase| {
        let mut phases = phases.clone();
        async move {
            // An error means that the handle is gone: then it is over as well.
            let _ = phases.wait_for(|now| *now >= phase).await;
        }
    };
    let mut http = http1::Builder::new();
    // The wait for a head begins when the last response has ended, so that idle connections end by it, too.
    http.timer(TokioTimer::new()).header_read_timeout(read_timeout);
    let router = TowerToHyperService::new(router(app));
    // Each connection has a receiver: the sender knows when none is left.
    let (open, is_open) = watch::channel(());
    let accept = async {
        loop {
            let connection = listener.accept().await;
            let (router, broken) = (router.clone(), connection.reset());
            let reset = ConnectInfo(broken.clone());
            let unread = connection.unread();
            let service = service_fn(move |request: Request<Incoming>| {
                let mut request = request.map(|body| unread.of(body));
                request.extensions_mut().insert(reset.clone());
                router.call(request)
            });
            let served = http.serve_connection(TokioIo::new(connection), service);
            let (draining, is_open) = (reached(Phase::Draining), is_open.clone());
            tokio::spawn(async move {
                let mut served = pin!(served);
                // How it ended, the client knows.
                tokio::select! {
                    _ = served.as_mut() => {}
                    () = broken.asked_for() => {}
                    () = draining => {
                        broken.server_stops();
                        served.as_mut().graceful_shutdown();
                        tokio::select! {
                            _ = served.as_mut() => {}
                            () = broken.asked_for() => {}
                        }
                    }
                }
                drop(is_open);
            });
        }
    };
    tokio::select! {
        () = accept => {}
        () = reached(Phase::Draining) => {}
    }
    drop((listener, is_open));
    tokio::select! {
        () = open.closed() => {}
        () = reached(Phase::Over) => {}
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.stop_now();
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("address", &self.address).finish_non_exhaustive()
    }
}
