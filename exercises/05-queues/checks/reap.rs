use std::{cell::Cell, time::Duration};

use futures::future::LocalBoxFuture;
use harness::{Check, Finished, Outcome, kept_by, odd, saw, secs, test};
use mock_llm::{Fault, MockLlm, Model, When};
use tokio::{
    runtime::Builder,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{Entries, Log, Question, serve};

harness::checks!();

fn question(number: usize) -> String {
    format!("Question {number}")
}

/// A model whose calls take odd times; these questions make its client panic.
fn model(panics: &[usize]) -> MockLlm {
    let model = (0..40).fold(Model::new("atlas").time_to_first_token(secs(1.423)), |model, number| {
        model.time_to_first_token_for(question(number), odd(number % 10))
    });
    MockLlm::new([panics
        .iter()
        .fold(model, |model, &number| model.fault(When::Prompt(question(number)), Fault::Panic))])
}

/// What the askers saw, and the server's log.
struct Seen {
    /// When each answer came. `None`: nobody answered.
    answers: Vec<Option<Duration>>,
    /// When `serve` returned.
    returned: Option<Duration>,
    log: Log,
}

/// A server with this limit. Question `n` is asked at the given time; the last sender goes with the last of them.
fn day(most: usize, times: &[f64], panics: &[usize]) -> Finished<Seen> {
    let llm = model(panics);
    let times = times.to_vec();
    Check::new().draws(&llm).timers(1000).run(async || {
        let start = Instant::now();
        let log = Log::default();
        let (sender, receiver) = mpsc::channel::<Question>(100);
        let asking = async move {
            let mut waiting: Vec<JoinHandle<Option<Duration>>> = Vec::new();
            for (number, at) in times.into_iter().enumerate() {
                tokio::time::sleep_until(start + secs(at)).await;
                let (asker, answer) = oneshot::channel();
                let _ = sender.send((question(number), asker)).await;
                waiting.push(tokio::spawn(async move { answer.await.ok().map(|_| start.elapsed()) }));
            }
            waiting
        };
        let serving = async {
            let ended = timeout(secs(4000.0), serve(llm.clone(), receiver, most, log.clone())).await;
            ended.ok().map(|()| start.elapsed())
        };
        let (waiting, returned) = tokio::join!(asking, serving);
        let mut answers = Vec::new();
        for asker in waiting {
            answers.push(asker.await.ok().flatten());
        }
        Seen { answers, returned, log: log.clone() }
    })
}

/// Five questions at once, room for all, and then nobody asks any more, but could. What does the log say at these times?
fn night(panics: &[usize], times: &[f64], look: impl Fn(&Entries) -> usize + Copy + 'static) -> Finished<Vec<usize>> {
    let llm = model(panics);
    let times = times.to_vec();
    Check::new().draws(&llm).timers(1000).run(async || {
        let start = Instant::now();
        let log = Log::default();
        let (sender, receiver) = mpsc::channel::<Question>(100);
        let night = async {
            let mut answers = Vec::new();
            for number in 0..5 {
                let (asker, answer) = oneshot::channel();
                let _ = sender.send((question(number), asker)).await;
                answers.push(answer);
            }
            let mut seen = Vec::new();
            for at in times {
                tokio::time::sleep_until(start + secs(at)).await;
                seen.push(log.read(look));
            }
            seen
        };
        tokio::select! {
            seen = night => seen,
            () = serve(llm.clone(), receiver, 50, log.clone()) => Vec::new(),
        }
    })
}

/// All questions are answered, as soon as there is room: a finished task makes room at once.
#[test]
fn a_finished_task_makes_room() {
    let times: Vec<f64> = (0..30).map(|_| 0.0).collect();
    let run = day(3, &times, &[]);
    // Three places, and the next question goes into the one that is free first.
    let mut free = [Duration::ZERO; 3];
    for number in 0..30 {
        let place = (0..3).min_by_key(|&place| free[place]).unwrap_or(0);
        let wanted = free[place] + odd(number % 10);
        free[place] = wanted;
        let seen = run.value().answers[number];
        run.require(
            seen == Some(wanted),
            saw(match seen {
                Some(at) => format!("the answer to question {number} at {:.3} s", at.as_secs_f64()),
                None => format!("no answer to question {number}"),
            })
            .expected(format!("at {:.3} s: three at a time, each as soon as there is room", wanted.as_secs_f64()))
            .because(match seen {
                None if run.value().returned.is_some_and(|at| at < wanted) => {
                    "`serve` returned while this answer was still being written: a `JoinSet` that is dropped aborts its tasks. What \
                     was accepted is answered first."
                }
                None => {
                    "A task that has finished stays in a `JoinSet`, and counts in its `len`, until somebody takes it out with \
                     `join_next`. A server that never does is full after its first questions. And a question that finds no room \
                     waits; it is not thrown away."
                }
                Some(at) if at < wanted => "There was no room yet: more than three answers are written at the same time.",
                Some(_) => {
                    "A question waits for a place, and for nothing else. When a task ends, its place is free: `join_next` says \
                     so at that moment, if somebody waits for it."
                }
            }),
        );
    }
    let seen = run.journal().high_water();
    run.require(
        seen == 3,
        saw(format!("{seen} calls in flight together")).expected("3: that is the limit, and there is work for all").because(
            "The limit is what the model was bought for. More are turned away, and with fewer somebody waits for nothing.",
        ),
    );
}

/// What has finished is taken out, also when no question comes.
#[test]
fn the_set_holds_what_runs() {
    // A question every ten seconds: each has finished long before the next one comes.
    let times: Vec<f64> = (0..25).map(|number| f64::from(number) * 10.0).collect();
    let run = day(50, &times, &[]);
    let most = run.value().log.read(|log| log.most_in_the_set);
    run.require(
        (1..=2).contains(&most),
        saw(match most {
            0 => "no task in the set at any time, if the log is right".to_owned(),
            most => format!("{most} tasks in the set, of which one ran"),
        })
        .expected("2 at most: what runs, and one more")
        .because(if most == 0 {
            "The set had a task in it for every question: the log is told after each change, `tasks.len()` after a task was spawned, \
             and again after one was taken out."
        } else {
            "A finished task keeps its place, with its result, until it is taken out. A server that runs for a year has all the tasks \
             of a year in it."
        }),
    );
    // And in the night: nobody asks, and one after another ends.
    let times = [0.1, 0.5, 1.1, 1.5, 1.8, 60.0];
    let run = night(&[], &times, |log| log.in_the_set);
    let left = run.value().last().copied().unwrap_or(99);
    run.require(
        left <= 1,
        saw(format!("{left} tasks in the set, a minute after the last answer"))
            .expected("none, or one at most")
            .because(
                "Who takes the finished ones out only when the next question comes keeps them all night. Wait for both at the \
                 same time: for a question, and for a task that ends.",
            ),
    );
    for ((at, runs), seen) in times.iter().zip([5, 4, 3, 2, 1, 0]).zip(run.value()) {
        run.require(
            (runs..=runs + 1).contains(seen),
            saw(format!("at {at} s {runs} tasks run, and the log says that {seen} are in the set"))
                .expected(format!("{runs}, or one more"))
                .because(
                    "The log is told `tasks.len()` after each change: after a task was spawned, and after one was taken out. Whoever \
                     reads it at night has nothing else.",
                ),
        );
    }
}

/// Nothing else is kept of what was answered: not a task, not its result.
#[test]
fn nothing_is_kept_of_what_was_answered() {
    let run = Check::new().by_hand(|| {
        let yours = kept_for_each(|llm, receiver| Box::pin(serve(llm, receiver, 3, Log::default())));
        let least = kept_for_each(|llm, mut receiver| {
            Box::pin(async move {
                while let Some((question, asker)) = receiver.recv().await {
                    let _ = asker.send(llm.complete(&question).await.expect("no faults"));
                }
            })
        });
        yours - least
    });
    let kept = *run.value();
    run.require(
        kept < 50,
        saw(format!("with every question that has been answered, {kept} bytes more in memory"))
            .expected("no more than before")
            .because(
                "Something keeps the tasks, whatever the log says of it: a `JoinSet` from which nobody takes them, a list of handles, a \
                 list of results. A task that has ended stays until somebody takes its result out with `join_next`.",
            ),
    );
}

/// The bytes that a server keeps for each question that it has answered, and what the model notes of it.
fn kept_for_each(serve: impl FnOnce(MockLlm, mpsc::Receiver<Question>) -> LocalBoxFuture<'static, ()>) -> isize {
    const QUESTIONS: usize = 40;
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let (sender, receiver) = mpsc::channel::<Question>(1);
    let mut serving = serve(model(&[]), receiver);
    let kept = kept_by(|| {
        runtime.block_on(async {
            let asking = async {
                for number in 0..QUESTIONS {
                    let (asker, answer) = oneshot::channel();
                    let _ = sender.send((question(number % 10), asker)).await;
                    let _ = answer.await;
                    // The server has a moment to take the task out.
                    sleep(secs(0.001)).await;
                }
            };
            tokio::select! {
                () = asking => {}
                () = &mut serving => {}
            }
        })
    });
    // The tasks that it holds are dropped where their runtime is.
    runtime.block_on(async { drop(serving) });
    kept.bytes / QUESTIONS as isize
}

/// A question waits in its channel until there is room: whoever asks too much has to wait.
#[test]
fn a_question_waits_in_its_channel() {
    // A channel with room for fewer questions than there are places, and one with room for more.
    for (most, room) in [(3, 2), (4, 8), (1, 5)] {
        let llm = model(&[]);
        let run = Check::new().draws(&llm).timers(1000).run(async || {
            let (sender, receiver) = mpsc::channel::<Question>(room);
            let sent = Cell::new(0);
            let asking = async {
                let mut answers = Vec::new();
                for number in 0..30 {
                    let (asker, answer) = oneshot::channel();
                    let _ = sender.send((question(number), asker)).await;
                    sent.set(sent.get() + 1);
                    answers.push(answer);
                }
                sleep(secs(0.001)).await;
            };
            // Before the first answer has come.
            let all = async { tokio::join!(asking, serve(llm.clone(), receiver, most, Log::default())) };
            let _ = timeout(secs(0.1), all).await;
            sent.get()
        });
        let (sent, least) = (*run.value(), most + room);
        run.require(
            sent <= least + 1,
            saw(format!("a limit of {most}, a channel with room for {room}, and {sent} questions were taken at once"))
                .expected(format!("{} at most: {most} that are answered, {room} in the channel, and one in the hand", least + 1))
                .because(
                    "The channel is the bound: its `send` makes the askers wait. Whoever takes out every question, or as many as \
                     `recv_many` gives, into a list or into a task that waits for a permit, has a queue of its own behind it, and \
                     that one has another bound, or none. Take the next question when there is room for it.",
                ),
        );
        run.require(
            sent >= least,
            saw(format!("a limit of {most}, a channel with room for {room}, and {sent} questions were taken at once"))
                .expected(format!("{least} at least: {most} that are answered, and {room} in the channel"))
                .because("There is room, and a question waits."),
        );
    }
}

/// A panic is counted when it happens, and disturbs nobody.
#[test]
fn a_panic_is_counted_and_disturbs_nobody() {
    let times: Vec<f64> = (0..12).map(|_| 0.0).collect();
    let run = day(2, &times, &[1, 4, 5]);
    let Seen { answers, log, returned } = run.value();
    let answered: Vec<usize> = (0..12).filter(|&number| answers[number].is_some()).collect();
    let panics = log.read(|log| log.panics);
    run.require(
        answered == [0, 2, 3, 6, 7, 8, 9, 10, 11] && returned.is_some(),
        saw(format!("answers to questions {answered:?}; `serve` has {}", if returned.is_some() { "returned" } else { "not returned" }))
            .expected("to all but 1, 4 and 5, whose tasks panicked")
            .because("A task that panics ends, and its place is free like any other. `join_next` gives an `Err` for it: that is a value."),
    );
    run.require(
        panics == 3,
        saw(format!("{panics} panics in the log")).expected("3").because(
            "Nobody hears of a panic in a task but who takes its result: `Some(Err(error))`, and `error.is_panic()`.",
        ),
    );
    // At night: it is counted in the instant in which it happens.
    let times = [0.2, 0.5, 1.8, 60.0];
    let run = night(&[3, 4], &times, |log| log.panics);
    let seen = run.value();
    run.require(
        *seen == [0, 1, 2, 2],
        saw(format!("{seen:?} panics in the log at {times:?} s"))
            .expected("[0, 1, 2, 2]: each from the moment on in which it happened")
            .because(
                "At night nobody asks, and nobody leaves. A panic that is counted with the next question, or in the end, is told to \
                 nobody who could do something about it. Somebody must wait for the tasks all the time.",
            ),
    );
    // Nobody can ask any more, and then a task panics.
    let run = day(4, &[0.0, 0.0, 0.0], &[0]);
    let Seen { answers, log, returned } = run.value();
    let panics = log.read(|log| log.panics);
    run.require(
        answers.iter().filter(|answer| answer.is_some()).count() == 2 && returned.is_some() && panics == 1,
        saw(format!("a task panics after the last question: {panics} panics in the log")).expected("1").because(
            "What still runs when nobody can ask any more is waited for like anything else, and may panic like anything else. \
             `join_all` gives the panic on, and a `while` that only looks for `Some` throws it away.",
        ),
    );
}

/// When nobody can ask any more, it waits for what runs, and returns.
#[test]
fn it_ends_when_nobody_can_ask_any_more() {
    for times in [vec![0.0; 7], vec![0.0, 0.3, 2.9], Vec::new()] {
        let run = day(4, &times, &[]);
        let last = run
            .value()
            .answers
            .iter()
            .flatten()
            .max()
            .copied()
            .unwrap_or_default()
            .max(secs(times.iter().copied().fold(0.0, f64::max)));
        run.require(
            run.value().returned == Some(last) && run.value().answers.iter().all(Option::is_some),
            saw(match run.value().returned {
                None => "`serve` has not returned after 4000 s".to_owned(),
                Some(at) => format!(
                    "it returned at {:.3} s, with {} of {} answers",
                    at.as_secs_f64(),
                    run.value().answers.iter().flatten().count(),
                    times.len()
                ),
            })
            .expected(format!("it returns at {:.3} s, with all answers", last.as_secs_f64()))
            .because(
                "`recv` gives `None` when the last sender is gone. What was accepted is still answered: take out all tasks, and then \
                 return. A `JoinSet` that is dropped aborts what is in it.",
            )
            .outcome(if run.value().returned.is_none() { Outcome::Deadlock } else { Outcome::Wrong }),
        );
        run.leaves_nothing_behind();
    }
}

/// A server that is dropped takes its tasks along.
#[test]
fn a_server_that_is_dropped_takes_its_tasks_along() {
    let llm = model(&[]);
    let run = Check::new().draws(&llm).timers(1000).run(async || {
        let (sender, receiver) = mpsc::channel::<Question>(100);
        let mut answers = Vec::new();
        for number in 0..6 {
            let (asker, answer) = oneshot::channel();
            let _ = sender.send((question(number), asker)).await;
            answers.push(answer);
        }
        let _ = timeout(secs(0.5), serve(llm.clone(), receiver, 3, Log::default())).await;
        sleep(secs(0.1)).await;
    });
    run.leaves_nothing_behind();
}
