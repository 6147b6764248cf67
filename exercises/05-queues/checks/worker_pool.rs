use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures::future::join_all;
use harness::{Check, Finished, Kept, Outcome, kept_by, numbered, odd, saw, secs, test};
use mock_llm::{Clock, Fault, MockLlm, Model, Sleep, TokioClock, When};
use tokio::{
    runtime::Builder,
    time::{Instant, sleep, timeout},
};

use super::{Answer, Failed, Pool};

harness::checks!();

fn question(number: usize) -> String {
    format!("Question {number}")
}

/// A model whose calls take odd times; these questions make its client panic when the first token would come.
fn model(panics: &[usize]) -> MockLlm {
    let model = (0..300).fold(Model::new("atlas"), |model, number| {
        model
            .time_to_first_token_for(question(number), odd(number % 10))
            .reply_to(question(number), format!("Answer {number}"))
    });
    MockLlm::new([panics
        .iter()
        .fold(model, |model, &number| model.fault(When::Prompt(question(number)), Fault::Panic))])
}

/// A client that falls over itself: tokio's clock, and a panic at the end of each wait.
#[derive(Debug, Default)]
struct Stumbling {
    clock: TokioClock,
    waits: AtomicUsize,
}

fn stumbled(wait: usize) -> String {
    format!("the client stumbled over line {wait}")
}

impl Clock for Stumbling {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn sleep_until(&self, deadline: Duration) -> Sleep {
        let wait = self.waits.fetch_add(1, Ordering::SeqCst) + 1;
        let sleep = self.clock.sleep_until(deadline);
        Box::pin(async move {
            sleep.await;
            panic!("{}", stumbled(wait));
        })
    }
}

type Told = Option<Result<String, Failed>>;

async fn told(answer: Answer) -> Told {
    Some(timeout(secs(3000.0), answer).await.ok()?.ok()?.map(|reply| reply.text))
}

struct Day {
    /// When each question was accepted.
    accepted: Vec<Duration>,
    /// When each question was answered, and with what.
    answers: Vec<(Duration, Told)>,
}

/// So many questions, asked one after another by one asker, as fast as they are accepted.
fn day(questions: usize, workers: usize, capacity: usize, panics: &[usize]) -> Finished<Day> {
    let llm = model(panics);
    let check = if questions <= 12 { Check::new().draws(&llm) } else { Check::new() };
    check.within(secs(9000.0)).run(async || {
        llm.restart();
        let start = Instant::now();
        let pool = Pool::start(&llm, workers, capacity);
        let (mut accepted, mut waiting) = (Vec::new(), Vec::new());
        for number in 0..questions {
            let Ok(answer) = timeout(secs(3000.0), pool.ask(&question(number))).await else { break };
            accepted.push(start.elapsed());
            waiting.push(async move {
                let told = told(answer).await;
                (start.elapsed(), told)
            });
            // The asker looks at all answers while it asks.
        }
        let waiting: Vec<_> = waiting.into_iter().map(tokio::spawn).collect();
        let answers = join_all(waiting).await.into_iter().map(|answer| answer.expect("it only waits")).collect();
        Day { accepted, answers }
    })
}

/// From when to when each question is worked on, if as many are as there are workers.
fn plan(questions: usize, workers: usize) -> Vec<(Duration, Duration)> {
    let mut free = vec![Duration::ZERO; workers];
    (0..questions)
        .map(|number| {
            let worker = (0..workers).min_by_key(|&worker| free[worker]).unwrap_or(0);
            let from = free[worker];
            free[worker] += odd(number % 10);
            (from, free[worker])
        })
        .collect()
}

/// As many questions are answered at the same time as there are workers, and `ask` waits for room.
#[test]
fn as_many_at_a_time_as_there_are_workers() {
    for (questions, workers, capacity) in [(9, 3, 20), (120, 7, 200), (10, 1, 20)] {
        let run = day(questions, workers, capacity, &[]);
        let begun =
            |number: usize| run.value().answers.get(number).and_then(|(at, _)| at.checked_sub(odd(number % 10)));
        // The last of all goes before the first that has to wait, though all of them lie in the queue.
        let newest_first = begun(questions - 1).is_some_and(|last| begun(workers).is_some_and(|first| last < first));
        for (number, (_, end)) in plan(questions, workers).into_iter().enumerate() {
            let seen = run.value().answers.get(number);
            run.require(
                seen == Some(&(end, Some(Ok(format!("Answer {number}"))))),
                saw(match seen {
                    Some((at, Some(Ok(text)))) => format!("with {workers} workers, question {number} is answered {text:?} at {:.3} s", at.as_secs_f64()),
                    Some((_, Some(Err(failed)))) => format!("question {number} has failed: {failed:?}"),
                    _ => format!("question {number} is not answered"),
                })
                .expected(format!("\"Answer {number}\" at {:.3} s", end.as_secs_f64()))
                .because(match seen {
                    Some((at, _)) if *at < end => "More questions are answered at the same time than there are workers.",
                    Some((_, Some(_))) if newest_first => {
                        "The newest question is taken first. While others keep coming, who came first waits for ever: take the questions \
                         in the order in which they came."
                    }
                    Some((_, Some(_))) => {
                        "A worker is free, and the question waits for another one that works. Where each worker has a queue of its own, it \
                         waits in the wrong one. And `queue.lock().await.recv().await` in the condition of \
                         a `while let` keeps its guard until the end of the body: take the question in a statement of its own."
                    }
                    _ => "Each question gets an answer.",
                })
                .outcome(match seen {
                    Some((at, Some(Ok(_)))) if *at > end => Outcome::TooSlow,
                    _ => Outcome::Wrong,
                }),
            );
        }
    }
    // The room in the queue: what is neither answered nor begun is `capacity` at most.
    for (workers, capacity) in [(1, 1), (3, 2), (2, 5)] {
        let run = day(12, workers, capacity, &[]);
        let begun: Vec<Duration> = plan(12, workers).iter().map(|(from, _)| *from).collect();
        // All of them one place too early: somebody holds a question in the hand.
        let one_more = (0..12).all(|number| {
            let early = if number <= capacity { Duration::ZERO } else { begun[number - capacity - 1] };
            run.value().accepted.get(number) == Some(&early)
        });
        for number in 0..12 {
            // A question is accepted when the one `capacity` places before it has begun.
            let wanted = if number < capacity { Duration::ZERO } else { begun[number - capacity] };
            let seen = run.value().accepted.get(number).copied();
            run.require(
                seen == Some(wanted),
                saw(match seen {
                    Some(at) => format!("{workers} workers, room for {capacity}: question {number} was accepted at {:.3} s", at.as_secs_f64()),
                    None => format!("{workers} workers, room for {capacity}: question {number} was never accepted"),
                })
                .expected(format!("at {:.3} s", wanted.as_secs_f64()))
                .because(if one_more {
                    "One more than `capacity` waits. Who takes a question out of the queue, and then waits for a free worker, holds it in the \
                     hand: find the worker first, and take the question then."
                } else {
                    "`ask` waits while the queue is full, and no longer. A queue without a limit hides that the workers are too slow."
                }),
            );
        }
    }
}

/// A panic is the result of one question, and the workers stay as many as they were.
#[test]
fn a_panic_is_the_result_of_one_question() {
    let panics = [0, 3, 4, 11, 12, 13, 14, 20];
    let run = day(40, 3, 50, &panics);
    for (number, (_, end)) in plan(40, 3).into_iter().enumerate() {
        let (at, told) = &run.value().answers[number];
        if panics.contains(&number) {
            let words = "the client library panicked, as its script says";
            run.require(
                *told == Some(Err(Failed::Panicked(words.to_owned()))),
                saw(match told {
                    None => format!("the asker of question {number}, whose call panics, hears nothing, or that its place is gone"),
                    Some(told) => format!("the asker of question {number}, whose call panics, is told {told:?}"),
                })
                .expected(format!("`Failed::Panicked({words:?})`"))
                .because(
                    if told.is_none() {
                        "The panic has unwound the worker, and the place for the answer went with it. Let the call panic in a task of its \
                         own, or catch it, and send its words."
                    } else {
                        "Whoever asked wants to know why. The payload of a panic is an `Any` that holds a `&str` or a `String`: \
                     `JoinError::into_panic` and `catch_unwind` both give it."
                    },
                ),
            );
        } else {
            run.require(
                *told == Some(Ok(format!("Answer {number}"))) && *at == end,
                saw(match told {
                    None => format!("{} calls panicked, and question {number} is never answered", panics.iter().filter(|&&one| one < number).count()),
                    Some(told) => format!("question {number}: {told:?} at {:.3} s", at.as_secs_f64()),
                })
                .expected(format!("\"Answer {number}\" at {:.3} s", end.as_secs_f64()))
                .because(
                    "A panic unwinds the task in which it happens. If that is the worker, there is one worker less for ever. Let the call \
                     panic in a task of its own, or catch it.",
                ),
            );
        }
    }
    // The words may be put together at run time: then the payload is a `String`.
    let run = Check::new().run(async || {
        let llm = MockLlm::builder()
            .model(Model::new("atlas").time_to_first_token(secs(0.353)))
            .clock(Stumbling::default())
            .build();
        let pool = Pool::start(&llm, 1, 1);
        told(pool.ask("One").await).await
    });
    let words = stumbled(1);
    run.require(
        *run.value() == Some(Err(Failed::Panicked(words.clone()))),
        saw(format!("a panic whose words are put together: {:?}", run.value()))
            .expected(format!("`Failed::Panicked({words:?})`"))
            .because(
                "`panic!(\"…\")` gives a `&str`, and `panic!(\"… {number}\")` a `String`. Most panics that tell something are of the second \
                 kind: ask the `Any` for both.",
            ),
    );
    // One worker is all of the pool.
    let run = Check::new().run(async || {
        let llm = MockLlm::new([Model::new("atlas").fault(When::Call(1), Fault::Panic)]);
        let pool = Pool::start(&llm, 1, 1);
        let (first, second) = (pool.ask("One").await, pool.ask("Two").await);
        (told(first).await, told(second).await)
    });
    run.require(
        matches!(run.value(), (Some(Err(Failed::Panicked(_))), Some(Ok(_)))),
        saw(format!("one worker, and the first of two calls panics: {:?}", run.value()))
            .expected("the second one is answered")
            .because("One worker is all of the pool here. It must survive."),
    );
}

/// Who leaves is not worked for any more.
#[test]
fn who_leaves_is_not_worked_for() {
    // Three questions for one worker: the first asker leaves while it is worked for, the second while it waits.
    let llm = model(&[]);
    let run = Check::new().draws(&llm).timers(10).run(async || {
        let start = Instant::now();
        let pool = Pool::start(&llm, 1, 10);
        let first = pool.ask(&question(0)).await;
        let second = pool.ask(&question(4)).await;
        let third = pool.ask(&question(2)).await;
        sleep(secs(0.617)).await;
        drop(first);
        drop(second);
        let told = told(third).await;
        (start.elapsed(), told)
    });
    let calls: Vec<String> = run.journal().calls().iter().map(|call| call.prompt.clone()).collect();
    run.require(
        calls == [question(0), question(2)],
        saw(format!("the model was asked {}", calls.join(", "))).expected("Question 0, which was dropped, and Question 2").because(
            "Nobody waits for the answer to Question 4: its asker left while it was in the queue. Before a call, look whether the \
             place for the answer is still there (`Sender::is_closed`).",
        ),
    );
    let wanted = secs(0.617) + odd(2);
    let (at, _) = run.value();
    run.require(
        *at == wanted,
        saw(format!("the third question is answered at {:.3} s", at.as_secs_f64()))
            .expected(format!("at {:.3} s: the worker is free when the first asker leaves, at 0.617 s", wanted.as_secs_f64()))
            .because(if *at > wanted {
                "The worker goes on for somebody who has left. Wait for two things beside each other: for the call, and for \
                 `asker.closed()`."
            } else {
                "There is one worker, and up to then it works for the first asker."
            })
            .outcome(if *at > wanted { Outcome::TooSlow } else { Outcome::Wrong }),
    );
    let dropped = run.journal().dropped().count();
    run.require(
        dropped == 1,
        saw(format!("{dropped} calls were dropped")).expected("1: the one that ran when its asker left").because(
            "A call that runs on in a task of its own costs money until its end. A `JoinHandle` that is dropped detaches its task; one in a \
             `JoinSet` is aborted.",
        ),
    );
    run.only_looks_when_woken(10);
    // Many who leave while they wait in the queue: none of them is asked, and not by luck.
    let llm = model(&[]);
    let run = Check::new().timers(10).run(async || {
        let pool = Pool::start(&llm, 1, 30);
        let first = pool.ask(&question(0)).await;
        for number in 1..20 {
            drop(pool.ask(&question(number)).await);
        }
        (told(first).await, told(pool.ask(&question(20)).await).await)
    });
    let asked =
        llm.journal().calls().iter().filter(|call| call.prompt != question(0) && call.prompt != question(20)).count();
    run.require(
        asked == 0 && matches!(run.value(), (Some(Ok(_)), Some(Ok(_)))),
        saw(format!("19 askers left while they waited, and the model was asked for {asked} of them"))
            .expected("for none of them")
            .because(
                "The place for the answer was gone before the call began. `select!` without `biased` looks at its branches in an order of \
                 chance, so the call may be polled first: look at the asker before that.",
            ),
    );
}

/// `shut_down` returns when all that was accepted is answered, and nothing is left then.
#[test]
fn shut_down_waits_for_what_was_accepted() {
    for (questions, workers) in [(8, 3), (5, 1), (1, 4), (0, 3)] {
        let llm = model(&[]);
        let run = Check::new().draws(&llm).within(secs(9000.0)).run(async || {
            let start = Instant::now();
            let pool = Pool::start(&llm, workers, 20);
            let mut answers = Vec::new();
            for number in 0..questions {
                answers.push(pool.ask(&question(number)).await);
            }
            let returned = timeout(secs(3000.0), pool.shut_down()).await.ok().map(|()| start.elapsed());
            // Whatever is not there yet has not been waited for.
            let ready = answers.iter_mut().filter_map(|answer| answer.try_recv().ok()).filter(Result::is_ok).count();
            (returned, ready)
        });
        let end = plan(questions, workers).into_iter().map(|(_, end)| end).max().unwrap_or_default();
        let (returned, ready) = *run.value();
        run.require(
            ready == questions && returned == Some(end),
            saw(match returned {
                None => format!("{workers} workers, {questions} questions: `shut_down` never returns"),
                Some(at) => format!("{workers} workers, {questions} questions: `shut_down` returned at {:.3} s, with {ready} answers", at.as_secs_f64()),
            })
            .expected(format!("it returns at {:.3} s, with {}", end.as_secs_f64(), numbered("answer", &[questions]).replace("answer ", "all answers: ")))
            .because(match returned {
                None => {
                    "The workers end when the queue does, and the queue ends with its last sender. The pool itself holds one: drop it \
                     before you wait for the workers."
                }
                Some(at) if at > end => {
                    "All was answered before that. Wait for the workers themselves: they end when the queue is empty and its sender is gone."
                }
                Some(_) => "What was accepted was promised. Drop the sender, so that the workers end when the queue is empty, and wait for all of them.",
            })
            .outcome(if returned.is_none() { Outcome::Deadlock } else { Outcome::Wrong }),
        );
        run.leaves_nothing_behind();
    }
    // Somebody asks, has to wait for room, and gives up: that question was not accepted.
    let llm = model(&[]);
    let run = Check::new().draws(&llm).timers(10).within(secs(9000.0)).run(async || {
        let start = Instant::now();
        let pool = Pool::start(&llm, 1, 1);
        let first = pool.ask(&question(0)).await;
        sleep(secs(0.2)).await;
        let second = pool.ask(&question(4)).await;
        let third = timeout(secs(0.3), pool.ask(&question(2))).await;
        let returned = timeout(secs(3000.0), pool.shut_down()).await.ok().map(|()| start.elapsed());
        (returned, third.is_err(), told(first).await, told(second).await)
    });
    let (returned, gave_up, first, second) = run.value();
    let asked: Vec<String> = run.journal().calls().iter().map(|call| call.prompt.clone()).collect();
    let end = odd(0) + odd(4);
    run.require(
        *gave_up && *returned == Some(end) && asked == [question(0), question(4)],
        saw(match returned {
            _ if !*gave_up => "one worker, room for one question: three were accepted at once".to_owned(),
            None => "two questions are accepted, and a third `ask` is given up while it waits for room: `shut_down` never \
                     returns"
                .to_owned(),
            Some(at) => format!(
                "two questions are accepted, and a third `ask` is given up while it waits for room: the model was asked {}, \
                 `shut_down` returned at {:.3} s, with {first:?} and {second:?}",
                asked.join(", "),
                at.as_secs_f64()
            ),
        })
        .expected(format!("two questions are asked, and `shut_down` returns at {:.3} s", end.as_secs_f64()))
        .because(
            "An `ask` is a future, and whoever awaits it may drop it while it waits for room. What was not handed in will not be \
             answered: count nothing before there is room for it.",
        )
        .outcome(if returned.is_none() { Outcome::Deadlock } else { Outcome::Wrong }),
    );
}

/// A pool that is dropped takes its tasks along.
#[test]
fn a_dropped_pool_takes_its_tasks_along() {
    for (questions, workers) in [(6, 3), (0, 2)] {
        let llm = model(&[]);
        let run = Check::new().draws(&llm).timers(10).run(async || {
            let pool = Pool::start(&llm, workers, 20);
            let mut answers = Vec::new();
            for number in 0..questions {
                answers.push(pool.ask(&question(number)).await);
            }
            sleep(secs(0.2)).await;
            drop(pool);
            sleep(secs(0.1)).await;
            drop(answers);
        });
        let calls = run.journal().dropped().count();
        run.require(
            calls == questions.min(workers),
            saw(format!("0.1 s after the pool was dropped, {calls} of {} running calls had been dropped", questions.min(workers)))
                .expected("all of them")
                .because(
                    "Who owns the workers ends them. Tasks that are spawned and forgotten go on, whatever becomes of their pool: keep them \
                     in a `JoinSet`.",
                ),
        );
        run.leaves_nothing_behind();
        // Somebody shuts the pool down, and does not wait for the end.
        let run = Check::new().draws(&llm).timers(10).run(async || {
            let pool = Pool::start(&llm, workers, 20);
            let mut answers = Vec::new();
            for number in 0..questions {
                answers.push(pool.ask(&question(number)).await);
            }
            let _ = timeout(secs(0.31), pool.shut_down()).await;
            sleep(secs(0.1)).await;
            drop(answers);
        });
        let calls = run.journal().dropped().count();
        run.require(
            calls == questions.min(workers),
            saw(format!(
                "`shut_down` was dropped before it had returned: 0.1 s later {calls} of {} running calls had been dropped",
                questions.min(workers)
            ))
            .expected("all of them")
            .because(
                "`shut_down` has taken the workers out of the pool, and then was dropped while it waited for them. To drop a \
                 `JoinHandle` ends no task. Wait in such a way that their owner goes with the wait: a `JoinSet` aborts what is \
                 left in it.",
            ),
        );
        run.leaves_nothing_behind();
    }
}

/// Nothing is kept for a question that is over.
#[test]
fn nothing_is_kept() {
    let run = Check::new().by_hand(|| {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let llm = MockLlm::builder().model(Model::new("atlas")).journal_limit(1).build();
        let pool = runtime.block_on(async { Pool::start(&llm, 2, 4) });
        let kept = kept_by(|| {
            runtime.block_on(async {
                for _ in 0..40 {
                    let answer = pool.ask("Question").await;
                    let _ = answer.await;
                }
            });
        });
        runtime.block_on(async { drop(pool) });
        kept
    });
    let kept = *run.value();
    run.require(
        kept == Kept::default(),
        saw(format!("40 questions that are over keep {} bytes in {} pieces", kept.bytes, kept.blocks)).expected("nothing").because(
            "A pool that lives for a year keeps a year of these. A handle, a finished task in a set, a list of what was asked: let each \
             go when its question is over.",
        ),
    );
}
