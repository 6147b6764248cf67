use std::{
    any::Any,
    cell::RefCell,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    task::{Context, Poll, Waker},
    thread::{self, ThreadId},
};

use futures::{
    FutureExt, StreamExt,
    future::{join, join_all},
};
use harness::{Check, Finished, Message, Outcome, Wakes, more_turns, nothing_happens_for, saw, secs, test};
use mock_llm::{MockLlm, Model};
use rusqlite::{Connection, Error, params};
use tokio::{
    runtime::Builder,
    task::unconstrained,
    time::{pause, resume},
};

use super::Database;

harness::checks!();

/// Drops what the learner's type is made of, whether or not it has a `Drop`.
fn let_go<T>(_: T) {}

/// Where work waits in the middle, as a commit waits for the disk.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Work that waits here, and whether it may go on.
    waits: bool,
    is_open: bool,
    waker: Option<Waker>,
    /// The work that was done, in its order, and its threads.
    done: Vec<(usize, ThreadId)>,
    /// The event loop is inside the learner's code.
    polls: bool,
    /// The check waits for the end of the thread.
    waits_for_the_end: bool,
    /// How many pieces of work are to be done before that.
    handed_over: usize,
    tokens: usize,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the lock of the desk")
    }

    /// Holds the thread, until the check has seen it.
    fn holds(&self) {
        let mut state = self.lock();
        state.waits = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        while !state.is_open {
            state = self.changed.wait(state).expect("nobody panics with the lock of the desk");
        }
    }

    /// Waits until work is held here.
    async fn sees_work(&self) {
        poll_fn(|cx| {
            let mut state = self.lock();
            state.waker = Some(cx.waker().clone());
            if state.waits { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn opens(&self) {
        self.lock().is_open = true;
        self.changed.notify_all();
    }

    fn does(&self, number: usize) {
        self.lock().done.push((number, thread::current().id()));
    }

    /// Polls the learner's code.
    fn polls<F: Future + ?Sized>(&self, future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.lock().polls = true;
        let poll = future.poll(cx);
        self.lock().polls = false;
        poll
    }

    fn stuck(&self) -> Message {
        let state = self.lock();
        let (seen, expected, why) = if state.waits_for_the_end && state.done.len() < state.handed_over {
            (
                "calls were polled, and left, and the last handle is gone: not all of their work is done, and the thread is \
                 still there",
                "all work to be done, and then the end of the thread",
                "A call hands its work over in its first poll, in the poll itself. A task that is spawned to bring it to the \
                 queue has its first turn later: up to then the work is not in the queue, and with several threads, a later \
                 call overtakes it. Where nobody brings it, is it still taken from the queue?",
            )
        } else if state.waits_for_the_end {
            (
                "the last handle is gone, all work is done, and the thread is still there",
                "the thread to end, and the connection to be closed",
                "The thread waits for more work, and nobody can bring any. A queue ends when its last sender is gone: who else \
                 has one? A thread of the pool does not end when its job does, and a thread that owns a handle to itself never \
                 does.",
            )
        } else if state.polls || state.waits {
            (
                "the event loop stands still while the database works",
                "the event loop to go on: the tokens of a stream come during a commit",
                "Something holds the thread of the event loop: the work itself, a lock that another thread has, a `recv` that \
                 blocks, a `send` into a queue that is full and blocks, a `join()` of the thread when the last handle goes. Work \
                 that blocks belongs on the database's thread, and whoever waits for it waits with `.await`.",
            )
        } else {
            (
                "a call never gets its result",
                "a result for each call: a value, an error, or a panic",
                "Is there still somebody who takes work from the queue? A panic of the work, or an error of it, must not end the \
                 thread, nor a caller that has left; work that waits for another piece behind it waits for ever; and work is handed over in the first poll \
                 of its call, not after a `yield_now` or another wait.",
            )
        };
        let done = state.done.len();
        saw(format!("{seen} ({done} pieces of work done, {} tokens shown)", state.tokens))
            .expected(expected)
            .because(why)
            .outcome(Outcome::Blocked)
    }
}

/// Tells when its thread has ended.
struct EndOfThread(mpsc::Sender<()>);

impl Drop for EndOfThread {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

thread_local! {
    static END: RefCell<Option<EndOfThread>> = const { RefCell::new(None) };
}

/// Runs this on an event loop, and gives the threads of its pool too.
#[track_caller]
fn run<T>(desk: &Arc<Desk>, code: impl AsyncFnOnce() -> T) -> Finished<(T, Vec<ThreadId>)> {
    let stuck = desk.clone();
    let check = Check::new().when_stuck(move |_| Some(stuck.stuck())).a_panic_means(
        "Nothing in this check panics by itself. An error of SQLite is a value, and goes to the caller of `call`, and it ends \
         nothing: where the thread is gone, every later call finds its way back dropped. A call of tokio that blocks \
         (`blocking_send`, `blocking_recv`) is for threads, and panics on the event loop. And a queue that is full is waited \
         for, with `.await`.",
    );
    check.by_hand(|| {
        let of_the_pool = Arc::new(Mutex::new(Vec::new()));
        let seen = of_the_pool.clone();
        let runtime = Builder::new_current_thread()
            // Not paused: a job on the pool, which is a wrong answer of another check, would hold a paused clock still.
            .enable_time()
            .on_thread_start(move || seen.lock().expect("a push does not panic").push(thread::current().id()))
            .build()
            .expect("a runtime without sockets needs nothing that can be missing");
        let value = runtime.block_on(code());
        let of_the_pool = of_the_pool.lock().expect("a push does not panic").clone();
        (value, of_the_pool)
    })
}

/// A database in memory, with a table for messages.
fn opened() -> Connection {
    let connection = Connection::open_in_memory().expect("memory is there");
    with_a_table(&connection);
    connection
}

fn with_a_table(connection: &Connection) {
    connection.execute_batch("CREATE TABLE message (text TEXT NOT NULL UNIQUE)").expect("the statement is right");
}

fn count(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM message", [], |row| row.get(0))
}

/// Each caller gets the result of its own work: a value of any type, or SQLite's error, which ends nothing.
#[test]
fn a_value_or_an_error_comes_back() {
    let desk = Arc::new(Desk::default());
    let run = run(&desk, async || {
        let database = Database::new(opened());
        let insert = |text: &'static str| {
            move |connection: &mut Connection| connection.execute("INSERT INTO message VALUES (?1)", params![text])
        };
        let other = database.clone();
        let rows = database.call(insert("Good morning")).await;
        let twice = other.call(insert("Good morning")).await;
        let missing = database
            .call(|c| c.query_row("SELECT text FROM message WHERE text = 'x'", [], |row| row.get::<_, String>(0)));
        let missing = missing.await;
        let_go(database);
        let more = other.call(insert("Thanks")).await;
        let texts =
            other.call(|c| c.query_row("SELECT group_concat(text) FROM message", [], |row| row.get::<_, String>(0)));
        (rows, twice.is_err(), missing, more, texts.await)
    });
    let (rows, twice_is_an_error, missing, more, texts) = &run.value().0;
    run.require(
        *rows == Ok(1) && *twice_is_an_error && *missing == Err(Error::QueryReturnedNoRows),
        saw(format!(
            "an insert gave {rows:?}, the same once more an error: {twice_is_an_error}, no such row {missing:?}"
        ))
        .expected("Ok(1), an error: true, Err(QueryReturnedNoRows)")
        .because("What the work returns is what `call` returns, error or value."),
    );
    run.require(
        *more == Ok(1) && texts.as_deref() == Ok("Good morning,Thanks"),
        saw(format!("after two errors, and with one of two handles gone: {more:?}, then {texts:?}"))
            .expected("Ok(1), then Ok(\"Good morning,Thanks\")")
            .because("An error is a result like any other: the connection is fine, and there is still a handle."),
    );
}

/// The tokens of a stream go on while a commit waits for the disk.
#[test]
fn tokens_go_on_during_a_commit() {
    let desk = Arc::new(Desk::default());
    let model = Model::new("atlas").time_to_first_token(secs(0.003)).inter_token_latency(secs(0.001));
    let llm = MockLlm::new([model.reply("one two three four five")]);
    let run = run(&desk, async || {
        let database = Database::new(opened());
        let at_the_desk = desk.clone();
        let mut commit = pin!(database.call(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute("INSERT INTO message VALUES ('saved')", [])?;
            at_the_desk.holds();
            transaction.commit()
        }));
        let saved = poll_fn(|cx| desk.polls(commit.as_mut(), cx));
        let answer = async {
            desk.sees_work().await;
            let mut tokens = llm.stream("Count to five");
            while let Some(token) = tokens.next().await {
                token.expect("the script of this exercise has no faults");
                desk.lock().tokens += 1;
            }
            desk.opens();
        };
        let (saved, ()) = join(saved, answer).await;
        (saved, database.call(count).await)
    });
    let tokens = desk.lock().tokens;
    run.require(
        run.value().0 == (Ok(()), Ok(1)) && tokens == 5,
        saw(format!("{tokens} tokens during the commit, then {:?}", run.value().0))
            .expected("5 tokens, then (Ok(()), Ok(1))")
            .because("The answer comes to its end while the commit waits, and then the commit does."),
    );
}

/// All work is done on one thread of its own, in the order of the calls, and hundreds of them may wait.
#[test]
fn one_thread_and_the_order_of_the_calls() {
    let desk = Arc::new(Desk::default());
    // The calls are made in another order than they are polled in.
    let in_this_order: Vec<usize> = (0..400).map(|place| place * 37 % 400).collect();
    let looks = Wakes::new();
    let run = run(&desk, async || {
        let database = Database::new(opened());
        let mut calls: Vec<_> = (0..400)
            .map(|number| {
                let at_the_desk = desk.clone();
                let work = move |_: &mut Connection| {
                    if number == 0 {
                        at_the_desk.holds();
                    }
                    at_the_desk.does(number);
                    Ok(number)
                };
                // Each call has a task's whole budget, as in a task of its own. With one budget for the 400, a queue that has
                // room may still send a call away for another turn, and a later one overtakes it.
                Some(Box::pin(unconstrained(database.call(work))))
            })
            .collect();
        // Each is polled once, in this order; the first is held meanwhile.
        let waker = looks.waker();
        let mut in_line = Vec::new();
        for &number in &in_this_order {
            let mut call = calls[number].take().expect("each has one place in the order");
            let poll = desk.polls(call.as_mut(), &mut Context::from_waker(&waker));
            in_line.push(call);
            if poll.is_ready() {
                return Err(number);
            }
            if number == 0 {
                desk.sees_work().await;
            }
        }
        let before = looks.count();
        more_turns(3).await;
        pause();
        nothing_happens_for(secs(10.0)).await;
        resume();
        let in_vain = looks.count() - before;
        desk.opens();
        Ok((in_vain, join_all(in_line).await))
    });
    let (results, of_the_pool) = run.value();
    run.require(
        results.is_ok(),
        saw(format!("call {:?} had its result before the first work was done", results.as_ref().err()))
            .expected("one piece of work after another")
            .because("The connection is for one thread at a time."),
    );
    let in_vain = results.as_ref().map_or(0, |(in_vain, _)| *in_vain);
    run.require(
        in_vain == 0,
        saw(format!("{in_vain} wake-ups of calls that wait, while the first work is held and nothing happens"))
            .expected("none")
            .because(
                "Your code asks again and again whether the result is there (`try_recv()`, and a `yield_now()` or a `sleep` in \
                 between), and 400 callers keep the event loop busy with it. A receiver that is awaited wakes its task when \
                 there is something to see.",
            )
            .outcome(Outcome::BusyLoop),
    );
    let done = desk.lock().done.clone();
    let threads = done.iter().map(|(_, thread)| *thread).collect::<std::collections::HashSet<ThreadId>>();
    let is_the_loops = threads.contains(&thread::current().id());
    let is_the_pools = threads.iter().any(|thread| of_the_pool.contains(thread));
    run.require(
        threads.len() == 1 && !is_the_loops && !is_the_pools,
        saw(format!(
            "400 pieces of work on {} threads{}",
            threads.len(),
            if is_the_pools { ", of the runtime's blocking pool" } else if is_the_loops { ", the event loop's" } else { "" }
        ))
        .expected("one thread, and not one of the runtime's")
        .because(
            "With a job on the pool for each call and a lock round the connection, whoever waits for the lock holds a thread of the \
             pool, and the pool is full of waiting. And a loop on the pool takes a thread of it for as long as the app runs. The \
             database gets a thread of its own (`std::thread`), which owns the connection: then there is no lock.",
        ),
    );
    let order: Vec<usize> = done.iter().map(|(number, _)| *number).collect();
    let place = order.iter().zip(&in_this_order).position(|(seen, wanted)| seen != wanted);
    run.require(
        order == in_this_order,
        saw(format!("{} pieces of work done; the first one out of order is at place {place:?}", order.len()))
            .expected("400, in the order in which the calls were first polled")
            .because(
                "What was asked for first is done first: a reader that comes after a writer sees what was written. A call asks \
                 when it is polled for the first time: then, and neither sooner nor later, its work goes into the queue.",
            ),
    );
    let own = results
        .as_ref()
        .is_ok_and(|(_, results)| results.iter().zip(&in_this_order).all(|(result, number)| *result == Ok(*number)));
    run.require(
        own,
        saw("a call has the result of another one's work")
            .expected("its own")
            .because("Each piece of work has its own way back."),
    );
}

/// The words of a panic.
fn text_of(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// A panic of the work is a panic of its call, and the next work is done.
#[test]
fn a_panic_reaches_its_caller_alone() {
    let desk = Arc::new(Desk::default());
    let run = run(&desk, async || {
        let database = Database::new(opened());
        let work = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            transaction.execute("INSERT INTO message VALUES ('half')", [])?;
            panic!("a message without a text")
        };
        let panicked = AssertUnwindSafe(database.call(work)).catch_unwind().await.map_err(|_| ());
        // Not the first time only.
        for _ in 0..3 {
            let _ = AssertUnwindSafe(database.call(work)).catch_unwind().await;
        }
        let next = AssertUnwindSafe(database.call(count)).catch_unwind().await.map_err(text_of);
        (panicked, next)
    });
    let (panicked, next) = &run.value().0;
    run.require(
        panicked.is_err(),
        saw(format!("the work panicked, and `call` returned {panicked:?}"))
            .expected("a panic of `call`")
            .because("A bug is no result: whoever wrote the work must hear of it, where it was asked for."),
    );
    run.require(
        *next == Ok(Ok(0)),
        saw(match next {
            Ok(next) => format!("after four panics of the work, the next call returned {next:?}"),
            Err(words) => format!("after four panics of the work, the next call panicked too: {words}"),
        })
        .expected("Ok(0): the thread goes on, and what the panic left half done is rolled back")
        .because(if matches!(next, Ok(Err(_))) {
            "The thread goes on, and the table that was there is gone: the next work has another connection. One that is opened \
             anew in memory is empty. The panic has done nothing to the old one: its transaction was rolled back on the way, by \
             its guard. Go on with the same connection."
        } else {
            "A panic goes up through the thread and ends it, and from then on nobody has a database any more. Catch it round each \
             piece of work (`catch_unwind`), and send it back to the one who asked."
        }),
    );
}

/// What a caller has handed over is done, though the caller leaves.
#[test]
fn a_caller_that_leaves_leaves_its_work() {
    let desk = Arc::new(Desk::default());
    let run = run(&desk, async || {
        let database = Database::new(opened());
        let at_the_desk = desk.clone();
        let mut first = Box::pin(database.call(move |connection| {
            at_the_desk.holds();
            connection.execute("INSERT INTO message VALUES ('first')", [])
        }));
        let _ = poll_fn(|cx| Poll::Ready(desk.polls(first.as_mut(), cx).is_ready())).await;
        desk.sees_work().await;
        let mut second =
            Box::pin(database.call(|connection| connection.execute("INSERT INTO message VALUES ('second')", [])));
        let _ = poll_fn(|cx| Poll::Ready(desk.polls(second.as_mut(), cx).is_ready())).await;
        drop((first, second));
        desk.opens();
        AssertUnwindSafe(database.call(count)).catch_unwind().await.map_err(text_of)
    });
    let count = &run.value().0;
    let left = "two callers left, one while its work was done and one before";
    if let Err(words) = count {
        run.fail(
            saw(format!("{left}; the next call panicked: {words}"))
                .expected("2: the thread goes on")
                .because(
                    "Where the caller has left, nobody takes the result, and the `send` of the way back returns an error. That is \
                     no mistake of anybody. Where it is unwrapped (`unwrap`, `expect`, `assert!`), the thread of the database \
                     panics and ends, and every later call finds its way back dropped. Let the error go: `let _ = ...`.",
                ),
        );
    }
    run.require(
        *count == Ok(Ok(2)),
        saw(format!("{left}; then the database had {count:?} messages"))
            .expected("Ok(Ok(2))")
            .because(
                "A reader closes the window, and the message that was sent is lost. Work that is in the queue is done, whether or \
                 not somebody waits for its result: that only its receiver is gone is no error, and no reason to skip it.",
            ),
    );
}

/// When the last handle is gone, the thread ends, and the connection is closed.
#[test]
fn ends_with_the_last_handle() {
    let desk = Arc::new(Desk::default());
    // It is there as long as somebody has it open.
    let name = "file:tokens-in-flight?mode=memory&cache=shared";
    let run = run(&desk, async || {
        let connection = Connection::open(name).expect("memory is there");
        with_a_table(&connection);
        let database = Database::new(connection);
        let (tell, end) = mpsc::channel();
        let work = move |_: &mut Connection| {
            END.set(Some(EndOfThread(tell)));
            Ok(())
        };
        let done = database.call(work).await;
        let other = database.clone();
        let_go(database);
        let still_there = catch_unwind(AssertUnwindSafe(|| end.try_recv())).is_ok_and(|end| end.is_err());
        let counted = other.call(count).await;
        let_go(other);
        desk.lock().waits_for_the_end = true;
        let _ = end.recv();
        let is_closed = Connection::open(name).map(|mut connection| count(&mut connection).is_err());
        (done, still_there, counted, is_closed)
    });
    run.require(
        run.value().0 == (Ok(()), true, Ok(0), Ok(true)),
        saw(format!("work done, still there with one handle left, a count, closed at the end: {:?}", run.value().0))
            .expected("(Ok(()), true, Ok(0), Ok(true))")
            .because(
                "The thread lives as long as there is a handle, and no longer; it owns the connection, which is closed when the \
                 thread ends.",
            ),
    );
}

/// The last handle goes while work is held and more waits: nobody is held up, and all of it is done before the thread ends.
#[test]
fn the_last_handle_goes_before_the_work_is_done() {
    let desk = Arc::new(Desk::default());
    let run = run(&desk, async || {
        let database = Database::new(opened());
        let (tell, end) = mpsc::channel();
        let at_the_desk = desk.clone();
        let mut first = Box::pin(database.call(move |_| {
            END.set(Some(EndOfThread(tell)));
            at_the_desk.holds();
            at_the_desk.does(1);
            Ok(())
        }));
        let _ = poll_fn(|cx| Poll::Ready(desk.polls(first.as_mut(), cx).is_ready())).await;
        desk.sees_work().await;
        let at_the_desk = desk.clone();
        let mut second = Box::pin(database.call(move |_| {
            at_the_desk.does(2);
            Ok(())
        }));
        let _ = poll_fn(|cx| Poll::Ready(desk.polls(second.as_mut(), cx).is_ready())).await;
        drop((first, second));
        desk.lock().polls = true;
        let_go(database);
        desk.lock().polls = false;
        desk.opens();
        desk.lock().waits_for_the_end = true;
        desk.lock().handed_over = 2;
        let _ = end.recv();
    });
    let done: Vec<usize> = desk.lock().done.iter().map(|(number, _)| *number).collect();
    run.require(
        done == [1, 2],
        saw(format!("of two pieces of work that were handed over, done are {done:?}"))
            .expected("[1, 2], and then the end")
            .because(
                "The last handle is gone, and what was handed over before is done all the same. The thread does not end at the \
                 word of the handle: it ends when nobody can bring more work, and none is left. A queue says both in one: its \
                 `recv` gives what is in it, and then `None`.",
            ),
    );
}
