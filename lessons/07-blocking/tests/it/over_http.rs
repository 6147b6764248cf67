//! The three forms over real HTTP. The model is an upstream that the test controls: order and counts, and no clock.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use axum::{Router, routing::post};
use lesson_07_blocking::{
    service::{Service, load},
    users::Form,
};
use mock_llm::Model;
use mock_llm_server::{Config, MockServer};
use tokio::{net::TcpListener, sync::Barrier};

/// Far longer than any of this takes on a busy machine: it ends a test that would hang.
const WATCHDOG: Duration = Duration::from_secs(60);

/// Answers when so many calls are in flight together, and never before.
fn upstream_for(together: usize) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        runtime.block_on(async move {
            let listener =
                TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
            tell.send(listener.local_addr().expect("it is bound"))
                .expect("the test waits for it");
            let barrier = Arc::new(Barrier::new(together));
            let answer = post(move || async move {
                barrier.wait().await;
                "{}"
            });
            let app = Router::new().route("/v1/chat/completions", answer);
            axum::serve(listener, app).await.expect("it serves for ever");
        });
    });
    told.recv().expect("the upstream starts")
}

fn all_answered(form: Form, users: usize) -> bool {
    let upstream = upstream_for(users);
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let service = Service::start(form, upstream).expect("a port is free");
        let answers = load(&service, users).len();
        // Whoever waits no more has ended the test.
        let _ = done.send(answers);
    });
    is_done.recv_timeout(WATCHDOG) == Ok(users)
}

#[test]
fn offloaded_calls_are_in_flight_together() {
    assert!(
        all_answered(Form::Offloaded, 5),
        "the upstream answers only when all five have come"
    );
}

#[test]
fn awaited_calls_are_in_flight_together() {
    assert!(
        all_answered(Form::Async, 5),
        "the upstream answers only when all five have come"
    );
}

/// No luck of timing can put two calls of one thread in flight at the same time.
#[test]
fn pseudo_async_calls_are_never_in_flight_together() {
    let model =
        Model::new("atlas").time_to_first_token(Duration::from_millis(20)).reply("Done.");
    let config = Config { models: vec![model], ..Config::default() };
    let upstream = MockServer::start(config).expect("a port is free");
    let service =
        Service::start(Form::PseudoAsync, upstream.address()).expect("a port is free");
    assert_eq!(load(&service, 5).len(), 5);
    let journal = upstream.llm().journal();
    assert_eq!((journal.finished().count(), journal.high_water()), (5, 1));
    // Each begins after the one before it has ended.
    let calls = journal.in_order_of_end();
    for (before, after) in calls.iter().zip(&calls[1..]) {
        assert!(before.ended.as_ref().is_some_and(|(at, _)| *at <= after.started));
    }
}

/// The blocking client of reqwest, inside async code: a debug build panics, and a release build blocks.
#[test]
fn only_a_debug_build_of_reqwest_says_so() {
    let called = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&called);
    let upstream = upstream_for(1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let client = reqwest::blocking::Client::builder()
        .no_proxy()
        .build()
        .expect("a client without TLS needs nothing");
    let url = format!("http://{upstream}/v1/chat/completions");
    let outside = client.clone();
    let outcome = runtime.block_on(async {
        let call = tokio::spawn(async move {
            let reply = client.post(url).send();
            calls.fetch_add(1, Ordering::SeqCst);
            // Its drop waits as well.
            std::mem::forget(client);
            reply.is_ok()
        });
        call.await
    });
    match outcome {
        Err(_) if !cfg!(debug_assertions) => panic!("a release build does not panic"),
        Err(panicked) => {
            let panic = panicked.into_panic();
            let words = panic.downcast_ref::<&str>().copied().unwrap_or_default();
            assert!(
                words.starts_with(
                    "Cannot drop a runtime in a context where blocking is not allowed."
                ),
                "{words}"
            );
        }
        Ok(ok) => {
            assert!(ok && !cfg!(debug_assertions), "a debug build panics");
            assert_eq!(called.load(Ordering::SeqCst), 1);
        }
    }
    drop(outside);
}
