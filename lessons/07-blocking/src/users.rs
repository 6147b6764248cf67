//! One service in three forms. It is `async` in all of them, and it is concurrent in two.

use std::{thread, time::Duration};

use futures::future::join_all;
use mock_llm::{
    Call, Error, MockLlm, Model, Reply,
    blocking::{self, Gate},
};
use timeline::{Lane, MarkKind, SpanKind, Timeline};
use tokio::task::spawn_blocking;

/// How a handler makes its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    PseudoAsync,
    Offloaded,
    Async,
}

impl Form {
    pub const ALL: [Self; 3] = [Self::PseudoAsync, Self::Offloaded, Self::Async];

    pub fn words(self) -> &'static str {
        match self {
            Self::PseudoAsync => "pseudo-async",
            Self::Offloaded => "offloaded",
            Self::Async => "async",
        }
    }
}

// ANCHOR: pseudo
/// It is `async`, and there is no `.await` in it: the thread stays in the SDK until the reply is there.
pub async fn pseudo_async(client: &blocking::Client, prompt: &str) -> Result<Reply, Error> {
    client.complete(prompt)
}
// ANCHOR_END: pseudo

// ANCHOR: offloaded
/// The same call, on a thread of the blocking pool. The event loop waits for it as for anything else.
pub async fn offloaded(client: &blocking::Client, prompt: &str) -> Result<Reply, Error> {
    let (client, prompt) = (client.clone(), prompt.to_owned());
    let call = spawn_blocking(move || client.complete(&prompt));
    call.await.expect("the call does not panic")
}
// ANCHOR_END: offloaded

// ANCHOR: awaited
/// An async client: no thread waits at all.
pub async fn awaited(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}
// ANCHOR_END: awaited

/// All prompts at once, each by a handler of this form.
///
/// # Panics
/// Where a call fails: the scripts of this lesson have no faults. Offloaded, each prompt needs a thread of the blocking pool:
/// where it has fewer (tokio's limit is 512 unless told otherwise), the calls at the gate give up after a minute.
pub async fn ask_all(llm: &MockLlm, prompts: &[String], form: Form) {
    if runs::records_lines() {
        llm.note_lines();
    }
    // The threads of the pool share one virtual clock. At the gate they wait for each other, so that nobody moves the clock
    // before all have begun. On the event loop's thread nobody may wait there: only a running loop opens it.
    let gate = Gate::new().safety_bound(Duration::from_secs(60));
    let client = match form {
        Form::Offloaded => llm.blocking().gated(&gate),
        Form::PseudoAsync | Form::Async => llm.blocking(),
    };
    let client = &client;
    let calls = prompts.iter().map(|prompt| async move {
        match form {
            Form::PseudoAsync => pseudo_async(client, prompt).await,
            Form::Offloaded => offloaded(client, prompt).await,
            Form::Async => awaited(llm, prompt).await,
        }
    });
    let opens = async {
        if form == Form::Offloaded {
            gate.wait_for(prompts.len()).await;
            gate.open();
        }
    };
    let (replies, ()) = tokio::join!(join_all(calls), opens);
    replies.into_iter().collect::<Result<Vec<_>, _>>().expect("the script has no faults");
}

/// A model, and a user for each latency.
pub fn users(latencies: &[Duration]) -> (MockLlm, Vec<String>) {
    let names: Vec<String> =
        (1..=latencies.len()).map(|user| format!("user {user}")).collect();
    let model = names
        .iter()
        .zip(latencies)
        .fold(Model::new("atlas").reply("Done."), |model, (name, latency)| {
            model.time_to_first_token_for(name, *latency)
        });
    (MockLlm::new([model]), names)
}

/// A lane for each user, from the instant at which all of them ask. Dark: the call holds the thread of the event loop.
pub fn drawn(llm: &MockLlm, title: &str) -> Timeline {
    let journal = llm.journal();
    let mut calls: Vec<&Call> = journal.calls().iter().collect();
    calls.sort_by_key(|call| &call.prompt);
    let lanes = calls.into_iter().filter_map(|call| {
        let (from, to) = (call.started.as_secs_f64(), call.ended.as_ref()?.0.as_secs_f64());
        let holds_the_loop = call.thread == Some(thread::current().id());
        let lane = lane(&call.prompt, from, to, holds_the_loop);
        Some(Lane { steps: call.steps(), ..lane })
    });
    let timeline = lanes.fold(Timeline::new(title), Timeline::lane);
    Timeline { end: Some(timeline.extent()), ..timeline }
}

/// One user, who asked at zero.
pub fn lane(name: &str, from: f64, to: f64, holds_the_loop: bool) -> Lane {
    let lane = Lane::new(name).mark(MarkKind::Started, from);
    let lane = if !holds_the_loop {
        lane.span(SpanKind::Waiting, from, to)
    } else {
        lane.span(SpanKind::Running, from, to)
    };
    lane.mark(MarkKind::Finished, to)
}
