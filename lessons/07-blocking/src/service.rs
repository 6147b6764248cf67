//! The three forms as real servers: an axum handler on one thread, with a model behind real HTTP.

use std::{
    io,
    net::SocketAddr,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use tokio::{net::TcpListener, sync::oneshot, task::spawn_blocking};

use crate::{
    sdk::{self, chat},
    users::Form,
};

/// What a handler needs.
#[derive(Debug, Clone)]
struct Upstream {
    address: SocketAddr,
    client: reqwest::Client,
}

// ANCHOR: pseudo
async fn pseudo_async(
    State(upstream): State<Upstream>,
    prompt: String,
) -> Result<String, StatusCode> {
    let (path, body) = chat(&prompt);
    sdk::post(upstream.address, path, &body).map_err(|_| StatusCode::BAD_GATEWAY)
}
// ANCHOR_END: pseudo

// ANCHOR: offloaded
async fn offloaded(
    State(upstream): State<Upstream>,
    prompt: String,
) -> Result<String, StatusCode> {
    let call = spawn_blocking(move || {
        let (path, body) = chat(&prompt);
        sdk::post(upstream.address, path, &body)
    });
    let reply = call.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    reply.map_err(|_| StatusCode::BAD_GATEWAY)
}
// ANCHOR_END: offloaded

// ANCHOR: awaited
async fn awaited(
    State(upstream): State<Upstream>,
    prompt: String,
) -> Result<String, StatusCode> {
    let (path, body) = chat(&prompt);
    let url = format!("http://{}{path}", upstream.address);
    let request =
        upstream.client.post(url).header("content-type", "application/json").body(body);
    let reply = request.send().await.and_then(reqwest::Response::error_for_status);
    reply
        .map_err(|_| StatusCode::BAD_GATEWAY)?
        .text()
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)
}
// ANCHOR_END: awaited

/// A running service, on a thread of its own with a runtime of its own. Dropped, it stops.
#[derive(Debug)]
pub struct Service {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Serves `POST /debate` in this form. `upstream` is where the model is.
    ///
    /// # Errors
    /// Where no port is free.
    ///
    /// # Panics
    /// Where the machine has no thread left.
    pub fn start(form: Form, upstream: SocketAddr) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime of one thread starts");
            runtime.block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await;
                let address =
                    listener.as_ref().map_err(|error| io::Error::from(error.kind()));
                let _ = tell.send(address.and_then(TcpListener::local_addr));
                let Ok(listener) = listener else { return };
                // Without keep-alive in the pool, each call has its own connection, as in the SDK.
                let client =
                    reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build();
                let client = client.expect("a client without TLS needs nothing");
                let handler = match form {
                    Form::PseudoAsync => post(pseudo_async),
                    Form::Offloaded => post(offloaded),
                    Form::Async => post(awaited),
                };
                let state = Upstream { address: upstream, client };
                let app = Router::new().route("/debate", handler).with_state(state);
                tokio::select! {
                    _ = axum::serve(listener, app) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = told.recv().map_err(io::Error::other)??;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// So many users ask at once, each from a thread of its own: a load test must not share the thread of what it tests. Gives for
/// each user how long the answer took.
///
/// # Panics
/// Where the service answers with an error.
pub fn load(service: &Service, users: usize) -> Vec<Duration> {
    let begin = std::sync::Barrier::new(users);
    thread::scope(|scope| {
        let users: Vec<_> = (1..=users)
            .map(|user| {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    let since = Instant::now();
                    let reply =
                        sdk::post(service.address(), "/debate", &format!("user {user}"));
                    reply.expect("the service answers");
                    since.elapsed()
                })
            })
            .collect();
        users
            .into_iter()
            .map(|user| user.join().expect("the user does not panic"))
            .collect()
    })
}
