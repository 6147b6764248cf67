use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::{Pin, pin},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use harness::{Check, Finished, Outcome, Trace, Wakes, saw, test};

use super::{count, yield_now};

harness::checks!();

/// The smallest executor with turns: each round polls whom the round before has woken, in order. Returns when nobody was.
fn run(tasks: Vec<Pin<Box<dyn Future<Output = ()>>>>) {
    struct Turn(AtomicBool);
    impl Wake for Turn {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let with_turn = |task| (task, Arc::new(Turn(AtomicBool::new(true))));
    let mut tasks: VecDeque<_> = tasks.into_iter().map(with_turn).collect();
    while tasks.iter().any(|(_, turn)| turn.0.load(Ordering::SeqCst)) {
        tasks.retain_mut(|(task, turn)| {
            let has_turn = turn.0.swap(false, Ordering::SeqCst);
            let waker = Waker::from(turn.clone());
            !has_turn || task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
        });
    }
}

/// Runs counters on that executor, and gives the numbers in the order in which they came.
#[track_caller]
fn counters(trace: &Trace, names: &[&str], to: u32) -> Finished<Vec<u32>> {
    let run = Check::new().by_hand(|| {
        let numbers = Rc::new(RefCell::new(Vec::new()));
        let counter = |name: &&str| {
            let numbers = numbers.clone();
            let counts = count(to, move |number| numbers.borrow_mut().push(number));
            Box::pin(trace.task(name, counts)) as Pin<Box<dyn Future<Output = ()>>>
        };
        let tasks = names.iter().map(counter).collect();
        let has_returned = trace.watch(|| run(tasks)).is_some();
        (has_returned, numbers.take())
    });
    if run.value().0
        && let Some(name) = names.iter().find(|name| !trace.has_ended(name))
    {
        let message =
            saw(format!("`{name}` was pending at its poll number {}, and nobody has woken it", trace.polls(name)));
        let message = message.expected("a wake before each `Pending`, also at the second yield and at all that follow");
        run.fail(message.outcome(Outcome::LostWakeUp).because(
            "No timer and no other task would call this waker: the future must do it itself, at every poll that is pending.",
        ));
    }
    if let Some(fault) = trace.fault() {
        run.fail(fault);
    }
    run.map(|(_, numbers)| numbers)
}

fn in_words(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

/// The first poll is pending, and by then the waker of that poll was called; the second poll is ready.
#[test]
fn yields_once_and_comes_back() {
    struct Seen {
        first: Poll<()>,
        wakes: usize,
        second: Poll<()>,
        wakes_at_the_end: usize,
    }
    let (task, next) = (Wakes::new(), Wakes::new());
    let run = Check::new().by_hand(|| {
        let mut yields = pin!(yield_now());
        let first = yields.as_mut().poll(&mut Context::from_waker(&task.waker()));
        let wakes = task.count();
        let second = match first {
            Poll::Pending => yields.poll(&mut Context::from_waker(&next.waker())),
            Poll::Ready(()) => Poll::Ready(()),
        };
        Seen { first, wakes, second, wakes_at_the_end: task.count() + next.count() }
    });
    let Seen { first, wakes, second, wakes_at_the_end } = run.value();
    run.require(
        first.is_pending(),
        saw("the first poll is ready").expected("Pending").because(
            "`.await` on a future that is ready at once goes straight on: the task keeps its turn, and no other task is \
             polled. `Pending` is the only word that gives the turn away. (`std::thread::yield_now` gives way to other \
             *threads*, and all tasks here are on one.)",
        ),
    );
    run.require(
        *wakes > 0,
        saw("the first poll is pending, and nobody has called its waker")
            .expected("the waker to be called before the poll returns")
            .because(
                "An executor does not poll a task again because it can. It waits for the waker, and here there is no timer \
                 and no other task that would call it: the future must do it itself, with `context.waker()`.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        *wakes == 1,
        saw(format!("the waker was called {wakes} times"))
            .expected("once")
            .because("One turn is asked for with one wake."),
    );
    run.require(
        second.is_ready(),
        saw("the second poll is pending too").expected("Ready").because(
            "The other tasks have had their turns by now. A future has no memory but its own fields: it must note that it \
             has yielded, and for one turn. Otherwise the task gives up two turns for one, or it yields for ever.",
        ),
    );
    run.require(
        *wakes_at_the_end == 1,
        saw("the second poll has called a waker again")
            .expected("no wake: the wait is over")
            .because("Whoever is ready has nothing more to ask for. The task would get a turn for nothing."),
    );
}

/// Two counters on one thread: 0, 0, 1, 1, 2, 2.
#[test]
fn two_counters_alternate() {
    let trace = Trace::new();
    let run = counters(&trace, &["a", "b"], 3);
    run.require(
        *run.value() == [0, 0, 1, 1, 2, 2],
        saw(in_words(run.value())).expected("0, 0, 1, 1, 2, 2").because(
            match run.value()[..] {
                [0, 0, 1, 2, ..] => {
                    "The first yield has worked, and no other one. The counter awaits the same `YieldNow` after each number, \
                     and that remembers its first yield for ever. When a yield is over, the future must be as it was before."
                }
                _ => "After every number the other counter has its turn. With 0, 1, 2, 0, 1, 2 the first one has never let go.",
            },
        ),
    );
    run.require(
        trace.polls("a") == 4 && trace.polls("b") == 4,
        saw(format!("{} and {} polls", trace.polls("a"), trace.polls("b")))
            .expected("4 polls each: one to begin with, and one after each of the three yields")
            .because("One `yield_now().await` gives up one turn, not more."),
    );
}

/// The same, as far as a hundred: no yield is left out, wherever the count stands.
#[test]
fn they_alternate_to_the_end() {
    let trace = Trace::new();
    let run = counters(&trace, &["a", "b"], 100);
    let expected: Vec<u32> = (0..100).flat_map(|number| [number, number]).collect();
    let wrong = run.value().iter().zip(&expected).position(|(number, expected)| number != expected);
    run.require(
        *run.value() == expected,
        saw(match wrong {
            Some(right) => format!("{right} numbers as expected, and then {}", run.value()[right]),
            None => format!("{} numbers", run.value().len()),
        })
        .expected("each number twice, from 0 to 99")
        .because("A task that yields only at its beginning keeps its turn for the rest, and that rest may be long."),
    );
}

/// One future, several yields: each of them is pending once, and wakes whoever has polled.
#[test]
fn each_await_is_a_yield() {
    let tasks = [Wakes::new(), Wakes::new(), Wakes::new()];
    let run = Check::new().by_hand(|| {
        let mut yields = pin!(yield_now());
        let polled = tasks.each_ref().map(|task| {
            let first = task.poll(yields.as_mut());
            (first.is_pending(), first.is_pending() && task.poll(yields.as_mut()).is_ready())
        });
        (polled, tasks.each_ref().map(Wakes::count), tasks.each_ref().map(Wakes::kept))
    });
    let (polled, wakes, kept) = run.value();
    run.require(
        *polled == [(true, true); 3],
        saw(format!(
            "{} of 3 yields by one future, one after the other",
            polled.iter().filter(|polled| **polled == (true, true)).count()
        ))
        .expected("three yields: each pending once and then ready")
        .because(
            "The counter awaits one future after each number. What it remembers of a yield that is over must not count for \
             the next one.",
        ),
    );
    run.require(
        *wakes == [1; 3],
        saw(format!("the three tasks that have yielded were woken {wakes:?} times"))
            .expected("once each")
            .because(
                "A future may go from one task to another between two yields. The one to wake is the one that polls now: \
                 its waker is in `context`, at each poll.",
            )
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        *kept == [0; 3],
        saw("a waker is kept after the yield").expected("no waker to be kept").because(
            "A wake at once needs no clone that stays. Whoever keeps a waker keeps the memory of its task with it.",
        ),
    );
}

/// A counter that is alone has nobody to wait for, and comes to its end.
#[test]
fn a_counter_alone_goes_on() {
    let trace = Trace::new();
    let run = counters(&trace, &["a"], 3);
    run.require(
        *run.value() == [0, 1, 2],
        saw(in_words(run.value()))
            .expected("0, 1, 2")
            .because("To yield is not to wait: if nobody else can run, it is this task's turn."),
    );
}

/// The same two counters on tokio: the waker is all that an executor and a future know of each other.
#[test]
fn it_works_on_tokio() {
    let numbers = Rc::new(RefCell::new(Vec::new()));
    let run = Check::new().run(async || {
        let counter = || {
            let numbers = numbers.clone();
            count(3, move |number| numbers.borrow_mut().push(number))
        };
        let tasks = tokio::task::LocalSet::new();
        tasks.spawn_local(counter());
        tasks.spawn_local(counter());
        tasks.await;
    });
    run.require(
        *numbers.borrow() == [0, 0, 1, 1, 2, 2],
        saw(in_words(&numbers.borrow())).expected("0, 0, 1, 1, 2, 2").because(
            "A future that does its part of the contract (`Pending` only with a wake to come) runs on every executor that \
             does the other part.",
        ),
    );
}

/// The same two counters on an executor that runs inside of a task of tokio.
#[test]
fn it_works_inside_of_tokio() {
    let numbers = Rc::new(RefCell::new(Vec::new()));
    let checked = Check::new().run(async || {
        let counter = || {
            let numbers = numbers.clone();
            let counts = count(3, move |number| numbers.borrow_mut().push(number));
            Box::pin(counts) as Pin<Box<dyn Future<Output = ()>>>
        };
        run(vec![counter(), counter()]);
    });
    checked.require(
        *numbers.borrow() == [0, 0, 1, 1, 2, 2],
        saw(format!("{}, and then nobody was woken", in_words(&numbers.borrow())))
            .expected("0, 0, 1, 1, 2, 2")
            .because(
                "The executor runs inside of one poll of a tokio task, as a `block_on` in there does. `tokio::task::yield_now` and \
                 a task that is spawned to wake leave the wake to tokio, for later: when that poll is over. And the poll waits for \
                 the wake. Call the waker yourself, before you say `Pending`.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}
