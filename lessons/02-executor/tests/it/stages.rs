//! The stages where they are easy to get wrong: what is left at the end, and what is used a second time.

use std::{
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, Mutex, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use lesson_02_executor::{s2_run_queue, s3_join_handle, s4_timers, s5_budget, s6_deadlock};

use crate::secs;

/// What is in a future goes when the future does.
#[track_caller]
fn leaves_nothing(run: impl FnOnce(Arc<()>)) {
    let token = Arc::new(());
    run(Arc::clone(&token));
    assert_eq!(Arc::strong_count(&token), 1, "a future was not dropped");
}

#[test]
fn a_task_of_stage_2_that_keeps_its_own_waker_is_dropped_at_the_end() {
    leaves_nothing(|token| {
        s2_run_queue::block_on(async {
            s2_run_queue::spawn(async move {
                let mut own = None;
                poll_fn::<(), _>(|context| {
                    own = Some((context.waker().clone(), Arc::clone(&token)));
                    Poll::Pending
                })
                .await;
            });
            yields().await;
        });
    });
}

#[test]
fn a_wake_after_the_end_of_stage_2_keeps_nothing_alive() {
    leaves_nothing(|token| {
        let (sender, receiver) = mpsc::channel();
        s2_run_queue::block_on(async {
            s2_run_queue::spawn(poll_fn(move |context| {
                let _held = &token;
                sender.send(context.waker().clone()).unwrap();
                Poll::Pending
            }));
            yields().await;
        });
        let waker: Waker = receiver.recv().unwrap();
        thread::spawn(move || waker.wake()).join().unwrap();
    });
}

#[test]
fn what_a_destructor_spawns_at_the_end_of_stage_2_is_dropped_too() {
    struct Spawns(Option<Arc<()>>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            if let Some(token) = self.0.take() {
                s2_run_queue::spawn(async move {
                    let _held = token;
                    pending::<()>().await;
                });
            }
        }
    }
    leaves_nothing(|token| {
        s2_run_queue::block_on(async {
            let spawns = Spawns(Some(token));
            s2_run_queue::spawn(async move {
                let _spawns = spawns;
                pending::<()>().await;
            });
        });
    });
}

/// One that panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor");
    }
}

#[test]
fn a_destructor_that_panics_at_the_end_of_stage_2_leaves_the_thread_free() {
    let ended = catch_unwind(|| {
        s2_run_queue::block_on(async {
            s2_run_queue::spawn(async {
                let _bomb = Bomb;
                pending::<()>().await;
            });
            yields().await;
        });
    });
    assert!(ended.is_err());
    assert_eq!(s2_run_queue::block_on(async { 1 }), 1);
}

/// Nobody has a turn to give there, so there is nobody to give way to.
#[test]
fn outside_of_stage_5_there_is_no_budget() {
    let mut spends = pin!(async {
        for _ in 0..2 * s5_budget::BUDGET {
            s5_budget::consume_budget().await;
        }
    });
    let mut context = Context::from_waker(Waker::noop());
    assert!(spends.as_mut().poll(&mut context).is_ready());
    // A budget that was spent in stage 5 is not left on its thread.
    s5_budget::block_on(async {
        for _ in 0..s5_budget::BUDGET {
            s5_budget::consume_budget().await;
        }
    });
    let mut one_more = pin!(s5_budget::consume_budget());
    assert!(one_more.as_mut().poll(&mut context).is_ready());
}

#[test]
fn a_task_of_stage_3_that_waits_for_itself_is_dropped_at_the_end() {
    leaves_nothing(|token| {
        s3_join_handle::block_on(async {
            let own: Arc<Mutex<Option<s3_join_handle::JoinHandle<()>>>> = Arc::default();
            let place = Arc::clone(&own);
            let handle = s3_join_handle::spawn(async move {
                let _held = token;
                let own = place.lock().unwrap().take().expect("the handle is there");
                let _ = own.await;
            });
            *own.lock().unwrap() = Some(handle);
            yields().await;
        });
    });
}

#[test]
fn a_handle_of_stage_3_that_is_polled_after_its_result_panics() {
    s3_join_handle::block_on(async {
        let mut handle = s3_join_handle::spawn(async { 7 });
        assert_eq!((&mut handle).await.unwrap(), 7);
        let mut polled = Box::pin(handle);
        let again = poll_fn(|context| {
            Poll::Ready(catch_unwind(AssertUnwindSafe(|| {
                polled.as_mut().poll(context).is_ready()
            })))
        });
        assert!(again.await.is_err(), "a second result would be waited for, for ever");
    });
}

#[test]
fn a_sleep_of_stage_4_that_was_polled_in_one_block_on_ends_in_the_next() {
    use s4_timers::{Clock, Sleep, block_on, now, sleep};
    let clock = Clock::Virtual(Duration::ZERO);
    let mut nap: Option<Pin<Box<Sleep>>> = None;
    block_on(
        clock,
        poll_fn(|context| {
            let nap = nap.insert(Box::pin(sleep(secs(5))));
            assert!(nap.as_mut().poll(context).is_pending());
            Poll::Ready(())
        }),
    );
    let at = block_on(clock, async {
        nap.expect("the first one has made it").await;
        now()
    });
    assert_eq!(at, secs(5));
}

#[test]
fn a_deadlock_of_stage_6_leaves_nothing_behind() {
    leaves_nothing(|token| {
        let stuck = catch_unwind(AssertUnwindSafe(|| {
            s6_deadlock::block_on(async {
                s6_deadlock::spawn(async move {
                    let mut own = None;
                    poll_fn::<(), _>(|context| {
                        own = Some((context.waker().clone(), Arc::clone(&token)));
                        Poll::Pending
                    })
                    .await;
                });
                pending::<()>().await;
            });
        }));
        assert!(stuck.is_err());
    });
}

/// Lets the tasks have their turns.
async fn yields() {
    lesson_02_executor::s5_budget::yield_now().await;
}
