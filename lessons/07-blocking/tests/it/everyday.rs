//! The everyday calls that block: which thread has waited?

use std::{
    fs,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use futures::{FutureExt, StreamExt, future::join_all};
use lesson_07_blocking::{
    bridge, database, file, flavours, pool, stop, sync_core::Desk, work,
};
use mock_llm::{Fault, MockLlm, Model, When, blocking::Gate};
use tokio::runtime::Builder;

const WATCHDOG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_commit_is_where_it_is_called() -> rusqlite::Result<()> {
    let here = thread::current().id();
    let mut connection = database::open()?;
    assert_eq!(database::store_blocking(&mut connection, "one").await?.on, here);

    let shared = Arc::new(Mutex::new(connection));
    let stored = database::store_offloaded(&shared, "two".to_owned()).await?;
    assert_ne!(stored.on, here);
    assert_eq!(stored.turns, 2);
    Ok(())
}

#[tokio::test]
async fn behind_an_actor_all_commits_are_on_one_thread() -> rusqlite::Result<()> {
    let database = database::Database::start(database::open()?);
    let stored = join_all((0..20).map(|turn| database.store(format!("turn {turn}")))).await;
    let stored: Vec<_> = stored
        .into_iter()
        .map(|stored| stored.expect("the thread is there"))
        .collect::<Result<_, _>>()?;
    assert_eq!(
        stored.iter().map(|stored| stored.turns).collect::<Vec<_>>(),
        (1..=20).collect::<Vec<_>>()
    );
    assert!(
        stored
            .iter()
            .all(|other| other.on == stored[0].on && other.on != thread::current().id())
    );
    Ok(())
}

#[tokio::test]
async fn a_file_is_read_on_a_thread_of_the_pool() {
    let path = std::env::temp_dir().join(format!("lesson-07-{}", std::process::id()));
    fs::write(&path, "Tea or coffee?").expect("the folder can be written to");
    let here = thread::current().id();
    let wrong = file::transcript_blocking(&path).await.expect("the file is there");
    let right = file::transcript(path.clone()).await.expect("the file is there");
    fs::remove_file(&path).expect("the file is there");
    assert_eq!((wrong.text, wrong.on), (right.text, here));
    assert_ne!(right.on, here);
    assert!(file::transcript(path).await.is_err());
}

/// The calls wait at a gate that only a running event loop opens, and only when both users are there.
#[tokio::test]
async fn two_users_talk_at_the_same_time_and_one_user_in_order() {
    let llm = MockLlm::new([Model::new("atlas").fast().reply("I see.")]);
    let gate = Gate::new().safety_bound(WATCHDOG);
    let desk = Desk::new(llm.blocking().gated(&gate));
    let opens = async {
        gate.wait_for(2).await;
        gate.open();
    };
    let (first, second, ()) = tokio::join!(
        desk.say(1, "Hello.".to_owned()),
        desk.say(2, "Good morning.".to_owned()),
        opens
    );
    assert_eq!((first.as_deref(), second.as_deref()), (Ok("I see."), Ok("I see.")));
    desk.say(1, "And then?".to_owned()).await.expect("the script has no faults");
    let turns = desk.conversation(1).lock().await.turns().to_vec();
    assert_eq!(turns, ["Hello.", "I see.", "And then?", "I see."]);
}

/// A user who says three things at once has one call at a time, and one thread of the pool.
#[test]
fn who_says_much_leaves_room_for_others() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(2)
        .enable_time()
        .build()
        .expect("a tokio runtime");
    let gate = Gate::new().safety_bound(WATCHDOG);
    let llm = MockLlm::new([Model::new("atlas").fast().reply("I see.")]);
    let desk = Desk::new(llm.blocking().gated(&gate));
    let opens = async {
        gate.wait_for(2).await;
        gate.open();
    };
    runtime.block_on(async {
        let says = |user, text: &str| desk.say(user, text.to_owned());
        let busy =
            async { tokio::join!(says(1, "One."), says(1, "Two."), says(1, "Three.")) };
        let ((one, two, three), other, ()) = tokio::join!(busy, says(2, "Hello."), opens);
        assert!([one, two, three, other].iter().all(Result::is_ok));
        let turns = desk.conversation(1).lock().await.turns().to_vec();
        assert_eq!(turns, ["One.", "I see.", "Two.", "I see.", "Three.", "I see."]);
    });
}

/// A panic of the SDK is no end of an answer.
#[tokio::test]
async fn a_panic_behind_a_bridge_reaches_the_reader() {
    let model = Model::new("atlas").fast().fault(When::Always, Fault::Panic);
    let llm = MockLlm::new([model]);
    let tokens = bridge::tokens(llm.blocking(), "Count.".to_owned()).collect::<Vec<_>>();
    assert!(std::panic::AssertUnwindSafe(tokens).catch_unwind().await.is_err());
}

/// It stops one token after the reader has left: one is read, one is in the channel, one is in the hand of the thread.
#[tokio::test]
async fn the_thread_of_a_bridge_ends_when_its_reader_leaves() {
    let llm = MockLlm::new([Model::new("atlas")
        .fast()
        .reply("one two three four five six seven eight nine ten")]);
    let mut tokens = Box::pin(bridge::tokens(llm.blocking(), "Count.".to_owned()));
    assert!(tokens.next().await.is_some_and(|token| token.is_ok()));
    drop(tokens);
    let ended = async {
        while llm.journal().in_flight() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(WATCHDOG, ended).await.expect("the thread ends");
    assert!(
        llm.journal().calls()[0].delivered <= 3,
        "{:?}",
        llm.journal().calls()[0].delivered
    );

    let all = bridge::tokens(llm.blocking(), "Count.".to_owned()).count().await;
    assert_eq!(all, 10);
}

#[tokio::test]
async fn what_computes_is_on_another_thread_and_its_panic_is_an_answer() {
    let here = thread::current().id();
    let on = work::compute(move || thread::current().id()).await;
    assert!(on.is_some_and(|on| on != here));
    assert_eq!(work::compute(|| -> u64 { panic!("a text is not scored") }).await, None);
    assert_eq!(work::compute(|| work::score("tea", 3)).await, Some(work::score("tea", 3)));
}

/// A tick for each slice: the other task has its turn between any two.
#[tokio::test]
async fn slices_give_the_others_a_turn() {
    let texts: Vec<String> = (0..12).map(|text| format!("text {text}")).collect();
    let scores = work::score_all(&texts, 2, 3);
    let mut turns = 0;
    let others = async {
        loop {
            turns += 1;
            tokio::task::yield_now().await;
        }
    };
    let scores = tokio::select! {
        biased;
        scores = scores => scores,
        () = others => unreachable!("it has no end"),
    };
    assert_eq!(turns, 4);
    assert_eq!(scores, texts.iter().map(|text| work::score(text, 2)).collect::<Vec<_>>());
}

#[test]
fn a_pool_has_so_many_threads_and_then_a_queue() {
    let gauges = pool::fill(4, 10);
    assert_eq!(gauges, pool::Gauges { at_work: 4, threads: 4, queued: 6 });
}

#[test]
fn a_job_that_waits_for_a_job_needs_two_threads() {
    assert!(!pool::job_in_a_job(1, Duration::from_millis(200)));
    assert!(pool::job_in_a_job(2, WATCHDOG));
    let runtime = pool::runtime(1);
    assert_eq!(
        runtime.block_on(pool::one_after_another()).expect("it does not panic"),
        "a token costs 0.2 cents"
    );
}

/// The guard ends the loop between two slices. The drop of the handle does not.
#[tokio::test]
async fn a_flag_ends_what_an_abort_cannot() {
    let (came, comes) = mpsc::channel();
    let (guard, work) = stop::in_slices(move || came.send(()).ok());
    comes.recv_timeout(WATCHDOG).expect("the work begins");
    work.abort();
    comes.recv_timeout(WATCHDOG).expect("it goes on after the abort");
    drop(guard);
    assert!(work.await.expect("it was at work, so it was not aborted") > 0);
    while comes.recv_timeout(WATCHDOG).is_ok() {}
}

#[test]
fn a_runtime_can_be_ended_with_a_job_at_work() {
    let runtime = pool::runtime(1);
    let (came, comes) = mpsc::channel();
    let (gate, waits) = mpsc::channel::<()>();
    let (end, ended) = mpsc::channel();
    runtime.spawn_blocking(move || {
        let _ = came.send(());
        let _ = waits.recv();
        let _ = end.send(());
    });
    comes.recv_timeout(WATCHDOG).expect("the job begins");
    stop::end(runtime, Duration::from_millis(1));
    // The runtime is gone, and the job is still at its gate.
    assert!(ended.try_recv().is_err());
    drop(gate);
    ended.recv_timeout(WATCHDOG).expect("its thread goes on until its own end");
}

#[test]
fn one_function_for_both_flavours() {
    let one = Builder::new_current_thread().build().expect("a runtime starts");
    let several =
        Builder::new_multi_thread().worker_threads(2).build().expect("a runtime starts");
    let here = thread::current().id();
    for runtime in [&one, &several] {
        let on = runtime.block_on(flavours::on_either(move || thread::current().id()));
        assert_ne!(on, here);
    }
    assert_eq!(several.block_on(async { flavours::with_the_thread(|| 7) }), 7);
    let answer = several.block_on(async {
        let handle = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || flavours::ask_the_runtime(&handle, async { 7 }))
            .await
    });
    assert_eq!(answer.expect("it does not panic"), 7);
}
