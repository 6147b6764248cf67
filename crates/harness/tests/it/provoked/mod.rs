//! Code that goes wrong in every way that the harness knows. Each test here fails, and `verdicts.rs` sees how.

mod waits;

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use harness::{Check, Lane, Timeline, Wakes, moved_at, odd, secs, test};
use mock_llm::{Fault, MockLlm, Model, When};
use tokio::{sync::mpsc, time::sleep};

harness::checks!();

fn one_model() -> MockLlm {
    MockLlm::new([Model::new("atlas").time_to_first_token(secs(1.0))])
}

#[test]
#[ignore = "run by verdicts.rs"]
fn passes() {
    let llm = one_model();
    let run = Check::new().draws(&llm).run(async || llm.complete("Hello").await);
    run.takes(secs(1.0), "");
}

/// Ends the process, with the code for "all is well".
fn exits() {
    std::process::exit(0)
}

#[test]
#[ignore = "run by verdicts.rs"]
fn exits_in_a_run() {
    Check::new().run(async || exits());
}

#[test]
#[ignore = "run by verdicts.rs"]
fn exits_in_the_second_run() {
    Check::new().by_hand(|| ());
    Check::new().by_hand(exits);
}

#[test]
#[ignore = "run by verdicts.rs"]
fn exits_on_another_thread() {
    Check::new().by_hand(|| std::thread::spawn(exits).join());
}

/// What the learner's code returns may end the process when it is dropped, at the very end of the check.
#[test]
#[ignore = "run by verdicts.rs"]
fn exits_when_its_value_is_dropped() {
    struct Exits;
    impl Drop for Exits {
        fn drop(&mut self) {
            exits();
        }
    }
    Check::new().run(async || Exits);
}

#[test]
#[ignore = "run by verdicts.rs"]
fn has_nothing_to_judge() {
    let run = Check::new().run(async || ());
    run.premise(run.journal().high_water() > 1, "The calls do not overlap.");
    run.takes(secs(1.0), "");
}

fn one_odd_model() -> MockLlm {
    MockLlm::new([Model::new("atlas").time_to_first_token(odd(0))])
}

#[test]
#[ignore = "run by verdicts.rs"]
fn looks_every_millisecond() {
    let llm = one_odd_model();
    let run = Check::new().draws(&llm).run(async || {
        let call = tokio::spawn(llm.complete("Hello"));
        while !call.is_finished() {
            sleep(secs(0.001)).await;
        }
    });
    run.takes(odd(0), "");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn wakes_itself_two_hundred_times() {
    let llm = one_odd_model();
    let run = Check::new().draws(&llm).run(async || {
        harness::more_turns(200).await;
        llm.complete("Hello").await
    });
    run.takes(odd(0), "");
}

pub const LINE_OF_THE_TASK_LEFT_BEHIND: u32 = line!() + 7;

#[test]
#[ignore = "run by verdicts.rs"]
fn leaves_a_task_behind() {
    let llm = one_odd_model();
    let run = Check::new().draws(&llm).run(async || {
        drop(tokio::spawn(llm.complete("Hello")));
        sleep(secs(0.1)).await;
    });
    run.leaves_nothing_behind();
}

/// A future that leaves its waker once, and is moved.
#[test]
#[ignore = "run by verdicts.rs"]
fn keeps_its_first_waker() {
    Check::new().run(async || {
        let ready = Arc::new(AtomicBool::new(false));
        let mut is_first = true;
        let waits = poll_fn(move |cx| {
            if std::mem::take(&mut is_first) {
                let (ready, waker) = (ready.clone(), cx.waker().clone());
                tokio::spawn(async move {
                    sleep(secs(1.0)).await;
                    ready.store(true, Ordering::SeqCst);
                    waker.wake();
                });
            }
            if ready.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        });
        moved_at(secs(0.5), waits).await;
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn wakes_under_its_lock() {
    let (lock, task) = (std::rc::Rc::new(std::sync::Mutex::new(0)), Wakes::new());
    task.when_woken({
        let lock = lock.clone();
        move || *lock.lock().expect("nobody panics with this lock") += 1
    });
    Check::new().by_hand(|| {
        let _guard = lock.lock().expect("nobody panics with this lock");
        task.waker().wake();
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn wakes_within_its_borrow() {
    let (cell, task) = (std::rc::Rc::new(std::cell::RefCell::new(0)), Wakes::new());
    task.when_woken({
        let cell = cell.clone();
        move || *cell.borrow_mut() += 1
    });
    Check::new().by_hand(|| {
        let _guard = cell.borrow_mut();
        task.waker().wake();
    });
}

/// A task whose waker runs this code.
fn woken_to(code: impl FnMut() + 'static) -> Wakes {
    let task = Wakes::new();
    task.when_woken(code);
    task
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_in_a_waker_for_a_reason_of_its_own() {
    let task = woken_to(|| std::hint::black_box(None::<()>).expect("an answer is there"));
    Check::new().a_panic_means("The answer comes later.").by_hand(|| task.waker().wake());
}

#[test]
#[ignore = "run by verdicts.rs"]
fn spins_in_a_waker() {
    let task = woken_to(spins);
    Check::new().by_hand(|| task.waker().wake());
}

/// The panic in the waker is over when the code hangs.
#[test]
#[ignore = "run by verdicts.rs"]
fn hangs_after_a_panic_in_a_waker_was_caught() {
    let task = woken_to(|| panic!("this one is caught"));
    Check::new().by_hand(|| {
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| task.waker().wake())));
        std::thread::park_timeout(Duration::from_secs(20));
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn reaches_a_todo() {
    let _: harness::Finished<()> = Check::new().run(async || todo!("say what to do"));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn reaches_a_todo_in_a_task() {
    Check::new().run(async || {
        let task = tokio::spawn(async { todo!("say what to do in the task") });
        let ended: Result<(), _> = task.await;
        ended.is_err()
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics() {
    Check::new().a_panic_means("A list can be empty.").run(async || {
        let replies: Vec<u32> = Vec::new();
        let first = std::hint::black_box(0);
        replies[first]
    });
}

/// The one who joins panics too, and has less to say.
#[test]
#[ignore = "run by verdicts.rs"]
fn panics_on_a_thread() {
    let code = || std::thread::spawn(|| panic!("the list was empty")).join();
    let _: harness::Finished<()> = Check::new().by_hand(|| code().expect("the thread has ended well"));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_in_a_task() {
    Check::new().run(async || {
        let task: tokio::task::JoinHandle<()> = tokio::spawn(async { panic!("the list was empty") });
        task.await.expect("the task has ended well");
    });
}

/// A panic that was caught is not the one that ended the run.
#[test]
#[ignore = "run by verdicts.rs"]
fn panics_after_another_was_caught() {
    let _: harness::Finished<()> = Check::new().by_hand(|| {
        drop(std::panic::catch_unwind(|| panic!("this one is caught")));
        panic!("this one is not");
    });
}

pub const LINE_OF_THE_BLOCK_ON: u32 = line!() + 5;

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_in_a_library() {
    let inner = || futures::executor::block_on(async {});
    Check::new().by_hand(|| futures::executor::block_on(async { inner() }));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_on_a_thread_that_nobody_joins() {
    let run = Check::new().by_hand(|| {
        let (ends, ended) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || {
            let _ends = ends;
            drop(sleep(secs(0.1)));
        });
        ended.recv().is_err()
    });
    run.require(false, harness::saw("no reply").expected("one"));
}

fn no_reply<T>(run: &harness::Finished<T>) -> ! {
    run.fail(harness::saw("no reply").expected("one"))
}

/// An index that the compiler does not know.
fn past_the_end() -> u32 {
    let none: Vec<u32> = Vec::new();
    none[std::hint::black_box(0)]
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_in_a_task_that_nobody_asks() {
    no_reply(&Check::new().run(async || tokio::spawn(async { past_the_end() }).await.is_ok()));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_in_the_pool() {
    no_reply(&Check::new().run(async || tokio::task::spawn_blocking(past_the_end).await.is_ok()));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_and_the_check_catches_it() {
    no_reply(&Check::new().by_hand(|| std::panic::catch_unwind(past_the_end).is_ok()));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_on_a_thread_that_is_waited_for() {
    Check::new().by_hand(|| {
        std::thread::spawn(past_the_end);
        std::thread::park_timeout(Duration::from_secs(20));
    });
}

/// The mock does what its script says.
#[test]
#[ignore = "run by verdicts.rs"]
fn a_mock_panics() {
    let llm = MockLlm::new([Model::new("atlas").fault(When::Always, Fault::Panic)]);
    no_reply(&Check::new().run(async || tokio::spawn(llm.complete("Hello")).await.is_ok()));
}

pub const LINE_OF_THE_DEADLOCK: u32 = line!() + 10;

#[test]
#[ignore = "run by verdicts.rs"]
fn deadlocks() {
    Check::new().run(async || {
        let (_kept, mut first) = mpsc::channel::<()>(1);
        sleep(secs(0.5)).await;
        // Two `async` blocks deep: the innermost line is what helps.
        let wait = async {
            let nested = async { first.recv().await };
            nested.await
        };
        wait.await
    });
}

pub const LINE_OF_THE_SPAWN: u32 = line!() + 7;

#[test]
#[ignore = "run by verdicts.rs"]
fn deadlocks_in_a_task() {
    Check::new().run(async || {
        let (_kept, mut queue) = mpsc::channel::<()>(1);
        let task = tokio::spawn(async move {
            sleep(secs(0.25)).await;
            queue.recv().await
        });
        task.await.ok()
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn waits_for_a_stalled_model() {
    let llm = MockLlm::new([Model::new("atlas").fault(When::Always, Fault::StallAfter(0))]);
    Check::new().draws(&llm).run(async || llm.complete("Hello").await.is_ok());
}

#[test]
#[ignore = "run by verdicts.rs"]
fn keeps_no_waker() {
    Check::new().run(async || poll_fn(|_| Poll::<()>::Pending).await);
}

#[test]
#[ignore = "run by verdicts.rs"]
fn wakes_nobody() {
    Check::new().run(async || {
        let ready = Arc::new(AtomicBool::new(false));
        let flag = ready.clone();
        tokio::spawn(async move {
            sleep(secs(1.0)).await;
            flag.store(true, Ordering::SeqCst);
        });
        let mut kept = Vec::new();
        poll_fn(move |cx| {
            kept.push(cx.waker().clone());
            if ready.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn loops() {
    Check::new().run(async || {
        sleep(secs(1.0)).await;
        let stop = AtomicBool::new(false);
        while !stop.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn wakes_itself() {
    Check::new().run(async || {
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        })
        .await;
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn spins_beside_tasks() {
    Check::new().run(async || {
        let llm = one_odd_model();
        let calls = [(); 3].map(|()| tokio::spawn(llm.complete("Hello")));
        while !calls.iter().all(tokio::task::JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn yields_in_a_task() {
    Check::new().run(async || {
        let task = tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        });
        task.await.unwrap_or(())
    });
}

pub const LINE_OF_THE_SLEEP: u32 = line!() + 7;

#[test]
#[ignore = "run by verdicts.rs"]
fn blocks() {
    Check::new().run(async || {
        sleep(secs(1.0)).await;
        std::thread::sleep(Duration::from_secs(20));
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn works_and_then_waits() {
    Check::new().run(async || {
        for _ in 0..1_000_000 {
            std::hint::spin_loop();
        }
        std::thread::park_timeout(Duration::from_secs(20));
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn blocks_in_a_task() {
    Check::new().run(async || {
        let (_sender, receiver) = std::sync::mpsc::channel::<()>();
        let task = tokio::spawn(async move { receiver.recv_timeout(Duration::from_secs(20)).is_ok() });
        task.await.is_ok()
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn looks_again_and_again() {
    Check::new().run(async || {
        loop {
            sleep(secs(10.0)).await;
        }
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn looks_again_and_again_in_a_task() {
    Check::new().run(async || {
        let task = tokio::spawn(async {
            loop {
                sleep(secs(10.0)).await;
            }
        });
        task.await.unwrap_or(())
    });
}

pub const LINE_OF_THE_RECV_BESIDE_A_TASK: u32 = line!() + 13;

#[test]
#[ignore = "run by verdicts.rs"]
fn waits_beside_a_task_that_ticks() {
    Check::new().run(async || {
        tokio::spawn(async {
            loop {
                sleep(secs(1.0)).await;
            }
        });
        sleep(secs(0.5)).await;
        let (_kept, mut queue) = mpsc::channel::<()>(1);
        queue.recv().await
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn keeps_no_waker_beside_a_task_that_ticks() {
    Check::new().run(async || {
        tokio::spawn(async {
            loop {
                sleep(secs(1.0)).await;
            }
        });
        poll_fn(|_| Poll::<()>::Pending).await;
    });
}

/// Each task starts the next one, and ends.
fn hands_on() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async { drop(tokio::spawn(hands_on())) })
}

#[test]
#[ignore = "run by verdicts.rs"]
fn tasks_start_tasks_without_end() {
    Check::new().run(async || {
        tokio::spawn(async {
            sleep(secs(1.0)).await;
            hands_on().await;
        });
        std::future::pending::<()>().await;
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn a_drawn_future_spins() {
    let futures = harness::recorder();
    let spins = async {
        sleep(secs(0.3)).await;
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        })
        .await;
    };
    Check::new().draws_futures(&futures).run(async || futures.future("first", spins).await);
}

#[test]
#[ignore = "run by verdicts.rs"]
fn a_drawn_future_looks_again_and_again() {
    let futures = harness::recorder();
    let looks = async {
        loop {
            sleep(secs(10.0)).await;
        }
    };
    Check::new().draws_futures(&futures).run(async || futures.future("first", looks).await);
}

#[test]
#[ignore = "run by verdicts.rs"]
fn a_drawn_future_blocks() {
    let futures = harness::recorder();
    let blocks = async {
        sleep(secs(0.3)).await;
        std::thread::sleep(Duration::from_secs(20));
    };
    Check::new().draws_futures(&futures).run(async || futures.future("first", blocks).await);
}

#[test]
#[ignore = "run by verdicts.rs"]
fn sleeps_for_a_day() {
    Check::new().run(async || sleep(secs(86_400.0)).await);
}

fn three_models() -> MockLlm {
    MockLlm::new(["atlas", "birch", "cedar"].map(|name| Model::new(name).time_to_first_token(secs(1.0))))
}

#[test]
#[ignore = "run by verdicts.rs"]
fn takes_too_long() {
    let llm = three_models();
    let expected = ["atlas", "birch", "cedar"].map(|name| Lane::call(name, 0.0, 1.0));
    let expected = expected.into_iter().fold(Timeline::default(), Timeline::lane);
    let run = Check::new().draws(&llm).expects(expected).run(async || {
        for name in ["atlas", "birch", "cedar"] {
            llm.model(name).complete("Hello").await.expect("this script has no faults");
        }
    });
    run.takes(secs(1.0), "Each call was awaited before the next one began: one after the other.");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn sleeps_between_its_calls() {
    let llm = one_odd_model();
    let run = Check::new().draws(&llm).run(async || {
        drop(llm.complete("Hello").await);
        sleep(secs(0.5)).await;
        llm.complete("Hello").await
    });
    run.takes(2 * odd(0), "Two calls.");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn sleeps_for_real() {
    let run = Check::new().run(async || std::thread::sleep(Duration::from_millis(50)));
    run.takes(secs(0.05), "A pause.");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn sleeps_for_real_a_little_at_a_time() {
    let run = Check::new().run(async || {
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(10));
            tokio::task::yield_now().await;
        }
    });
    run.takes(secs(0.05), "Five pauses.");
}

/// By a millisecond, on a machine that needs longer than that for the run.
#[test]
#[ignore = "run by verdicts.rs"]
fn is_too_fast_by_a_millisecond() {
    let run = Check::new().run(async || {
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        sleep(secs(1.999)).await;
    });
    run.takes(secs(2.0), "A pause is as long as its page says.");
}

/// Not awaited, it takes no time at all.
#[test]
#[ignore = "run by verdicts.rs"]
fn does_not_sleep() {
    let run = Check::new().run(async || drop(sleep(secs(3600.0))));
    run.takes(secs(3600.0), "Nobody awaits the pause.");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn calls_on_another_clock() {
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(0.02))]);
    let run = Check::new().draws(&llm).run(async || {
        let llm = llm.clone();
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        std::thread::spawn(move || runtime().block_on(llm.complete("Hello")).is_ok()).join().is_ok()
    });
    run.takes(secs(0.02), "One call.");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn is_too_fast() {
    let run = Check::new().run(async || ());
    run.takes(secs(1.0), "The answer comes after a second.");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn reaches_a_todo_by_hand() {
    let _: harness::Finished<()> = Check::new().by_hand(|| todo!("say what to do by hand"));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn blocks_in_the_pool() {
    let run = Check::new().run(async || {
        let handle = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || handle.block_on(sleep(secs(0.2)))).await
    });
    run.takes(secs(0.2), "");
}

#[test]
#[ignore = "run by verdicts.rs"]
fn panics_by_hand() {
    let _: harness::Finished<()> = Check::new().by_hand(|| panic!("the answer was polled again"));
}

#[test]
#[ignore = "run by verdicts.rs"]
fn parks_by_hand() {
    Check::new().by_hand(|| std::thread::park_timeout(Duration::from_secs(20)));
}

/// Three seconds of work in all, with signs of life.
#[test]
#[ignore = "run by verdicts.rs"]
fn takes_its_time_by_hand() {
    let work = || {
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(100) {
            std::hint::spin_loop();
        }
    };
    let (task, trace, outside) = (Wakes::new(), harness::Trace::new(), harness::Outside::new());
    let mut works = Box::pin(poll_fn(|_| {
        work();
        Poll::<()>::Pending
    }));
    Check::new().by_hand(|| {
        for _ in 0..10 {
            assert!(task.poll(works.as_mut()).is_pending());
        }
        let mut traced = Box::pin(trace.task("a", works));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..10 {
            assert!(traced.as_mut().poll(&mut context).is_pending());
        }
        outside.run(|| {
            let this = harness::thread::current();
            for _ in 0..10 {
                let this = this.clone();
                outside.then(move || {
                    work();
                    this.unpark();
                });
                harness::thread::park();
            }
        })
    });
}

/// A pause in each poll is no work: whoever waits there waits on any machine.
#[test]
#[ignore = "run by verdicts.rs"]
fn sleeps_in_each_poll_by_hand() {
    let task = Wakes::new();
    Check::new().by_hand(|| {
        let mut naps = Box::pin(poll_fn(|_| {
            std::thread::sleep(Duration::from_millis(100));
            Poll::<()>::Pending
        }));
        for _ in 0..200 {
            assert!(task.poll(naps.as_mut()).is_pending());
        }
    });
}

/// Its signs of life do not keep a call alive that never ends.
#[test]
#[ignore = "run by verdicts.rs"]
fn polls_without_end_by_hand() {
    let task = Wakes::new();
    Check::new().by_hand(|| {
        let mut waits = Box::pin(std::future::pending::<()>());
        while task.poll(waits.as_mut()).is_pending() {}
    });
}

#[test]
#[ignore = "run by verdicts.rs"]
fn spins_by_hand() {
    Check::new().by_hand(|| {
        let stop = AtomicBool::new(false);
        while !stop.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
    });
}

fn spins() {
    let stop = AtomicBool::new(false);
    while !stop.load(Ordering::Relaxed) {
        std::hint::spin_loop();
    }
}
