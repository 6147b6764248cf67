use std::{
    cell::Cell,
    future::pending,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

use futures::{
    future::{Either, select},
    join,
};
use harness::{
    Check, Finished, Message, Outcome, a_moment, counting_polls, nothing_happens_for, saw, secs, test,
    with_the_clock_held,
};
use mock_llm::{Error, Fault, MockLlm, Model, Reply, When, blocking::Gate};
use tokio::{sync::Notify, time::advance};

use super::{Sdk, answer_all};

harness::checks!();

type Answers = Vec<Result<Reply, Error>>;

fn prompts(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("question {number}")).collect()
}

/// Every third question is refused. A call is short, because on a runtime of the learner's own it takes real time.
fn llm() -> MockLlm {
    let model = Model::new("atlas").time_to_first_token(secs(0.215));
    let refused = |model: Model, prompt: String| model.fault(When::Prompt(prompt), Fault::Overloaded);
    MockLlm::new([prompts((0..60).filter(|number| number % 3 == 2)).into_iter().fold(model, refused)])
}

fn check(llm: &MockLlm) -> Check {
    Check::new().draws(llm)
}

/// A gate that only the event loop opens.
fn gate() -> Gate {
    // The watchdog comes first, with words of its own.
    Gate::new().safety_bound(Duration::from_secs(60))
}

/// What holds the run up while calls wait at the gate.
fn stuck(llm: &MockLlm, wanted: usize) -> impl Fn(Outcome) -> Option<Message> + Send + Sync + 'static {
    let (llm, event_loop) = (llm.clone(), thread::current().id());
    move |outcome| {
        // This is another thread, and its clock is no matter.
        let journal = llm.journal();
        let here = journal.calls().iter().any(|call| call.thread == Some(event_loop));
        let in_flight = journal.in_flight();
        let expected = format!("{wanted} calls in flight together, on other threads, and an event loop that runs");
        let because = match (here, in_flight) {
            (true, _) => ON_THE_EVENT_LOOP.to_owned(),
            (false, 0) if journal.calls().is_empty() => {
                "No call has begun, and your function waits. A call is made where \
                                                         its job is handed over; a future that nobody polls, and a \
                                                         stream that is told to poll none of its futures \
                                                         (`buffered(0)`), hands nothing over."
                    .to_owned()
            }
            (false, 0) if journal.calls().len() < wanted => return None,
            (false, 0) => "All calls have ended, and your function has not seen it. Who waits for a job awaits its \
                           handle, or a channel: they wake the task when there is something to see."
                .to_owned(),
            (false, few) if few < wanted => format!(
                "{few} of {wanted} calls wait for their answers, and the others have not begun: each is awaited before \
                 the next one is handed over, or two alike share one, or fewer threads than calls take them. A job on \
                 the pool runs from the moment that `spawn_blocking` is called. (An iterator calls it when it is asked \
                 for its next item, and no sooner.) Hand over all of them, and await them after that."
            ),
            _ => "All calls are on threads of their own, and your function holds the thread of the event loop until \
                  they are done: with `join()` of a thread, `recv()` of a `std` channel, a `block_on`. A thread that \
                  waits for a thread waits all the same. What tells the event loop about the end is awaited: the \
                  handle of `spawn_blocking`, a oneshot channel."
                .to_owned(),
        };
        let seen = format!("calls in flight: {in_flight}, and nothing goes on");
        (outcome == Outcome::Blocked).then(|| saw(seen).expected(expected).because(because))
    }
}

const ON_THE_EVENT_LOOP: &str = "A call that is made in an async function, or in an `async` block, is made by its poll, \
                                 and holds the event loop's thread until the answer is there. On a thread of the pool \
                                 runs the body of the closure that `spawn_blocking` takes, and only that. An `async` \
                                 block in it makes a future and runs nothing of it: the future is handed back, and \
                                 whoever awaits it runs the call, here on the event loop. A task (`tokio::spawn`) does \
                                 not help either: its polls run on the event loop's threads. Call the SDK in the closure \
                                 itself, without `async`.";

#[track_caller]
fn require_elsewhere<T>(run: &Finished<T>, calls: usize) {
    let event_loop: ThreadId = thread::current().id();
    let made = run.journal().calls();
    let here = made.iter().filter(|call| call.thread == Some(event_loop)).count();
    run.require(
        here == 0,
        saw(format!("{here} of {} calls on the event loop's own thread", made.len()))
            .expected("none: each call on another thread")
            .because(ON_THE_EVENT_LOOP)
            .outcome(Outcome::Blocked),
    );
    let repeats = made.iter().any(|call| call.attempt > 1);
    run.require(
        made.len() == calls,
        saw(format!("{} calls for {calls} questions", made.len())).expected("one call for each").because(if repeats {
            "A question that failed was asked again, or one that stands in the list twice was mistaken. Each place in \
             the list has its own call, made once."
        } else {
            "Each place in the list has its own call: two people may ask the same."
        }),
    );
}

const ASKS_AGAIN_AND_AGAIN: &str = "Your code asks again and again whether a job has ended (`is_finished()`, or \
                                    `try_recv()`, and a `yield_now()` or a `sleep` in between), and the processor works \
                                    for nothing meanwhile. A handle that is awaited wakes its task when there is \
                                    something to see.";

/// No call runs on the thread of the event loop.
#[test]
fn no_call_on_the_event_loop() {
    let llm = llm();
    let sdk = sdk(&llm);
    for numbers in [vec![1], vec![4, 0, 3, 1, 6]] {
        let prompts = prompts(numbers);
        let words = stuck(&llm, prompts.len());
        let run = check(&llm).when_stuck(words).run(async || {
            let answers = with_the_clock_held(answer_all(&sdk, &prompts));
            match select(pin!(answers), pin!(timers_fire_after(&llm, prompts.len()))).await {
                Either::Left((answers, _)) => answers,
                Either::Right((never, _)) => never,
            }
        });
        require_elsewhere(&run, prompts.len());
    }
}

/// When these calls have ended, the clock goes on: who looks on a timer is told of it by the next check, not by this one.
async fn timers_fire_after(llm: &MockLlm, calls: usize) -> Answers {
    // Who has not seen the end by then does not look at all. Nor does anybody wait here for calls that are never made.
    for _ in 0..250 {
        a_moment().await;
        let journal = llm.journal();
        if journal.calls().len() >= calls && journal.in_flight() == 0 {
            advance(secs(0.1)).await;
        }
    }
    pending().await
}

fn sdk(llm: &MockLlm) -> Sdk {
    let client = llm.blocking();
    Arc::new(move |prompt: &str| client.complete(prompt))
}

/// All calls are in flight together while the event loop goes on, and it lets them end.
#[test]
fn all_at_the_same_time() {
    for count in [5, 50] {
        let llm = llm();
        let (prompts, gate) = (prompts(0..count), gate());
        let client = llm.blocking().gated(&gate);
        let sdk: Sdk = Arc::new(move |prompt: &str| client.complete(prompt));
        let run = check(&llm).when_stuck(stuck(&llm, count)).run(async || {
            let polls = Cell::new(0);
            let answers = counting_polls(&polls, answer_all(&sdk, &prompts));
            let in_vain = async {
                gate.wait_for(count).await;
                a_moment().await;
                // Nobody has a reason to look.
                let before = polls.get();
                nothing_happens_for(secs(10.0)).await;
                gate.open();
                // Who looks on a timer would never see the end: the clock is held.
                if polls.get() == before { pending().await } else { polls.get() - before }
            };
            with_the_clock_held(async {
                match select(pin!(answers), pin!(in_vain)).await {
                    Either::Left(_) => 0,
                    Either::Right((in_vain, _)) => in_vain,
                }
            })
            .await
        });
        let in_vain = *run.value();
        run.require(
            in_vain == 0,
            saw(format!("{in_vain} polls while all calls were on their way and none had ended"))
                .expected("none: nothing has happened")
                .because(ASKS_AGAIN_AND_AGAIN)
                .outcome(Outcome::BusyLoop),
        );
        require_elsewhere(&run, count);
        let high_water = run.journal().high_water();
        run.require(
            high_water == count,
            saw(format!("{high_water} calls in flight together"))
                .expected(format!("{count}"))
                .because("A call that waits in line has not begun."),
        );
        // Two or three for each call, where each has a task, and as many again.
        let polls = run.polls_of_tasks();
        run.require(
            polls <= 4 * count as u64 + 20,
            saw(format!("{polls} polls of tasks while the calls were on their way"))
                .expected("a poll when a call has ended, and few others")
                .because(ASKS_AGAIN_AND_AGAIN)
                .outcome(Outcome::BusyLoop),
        );
    }
}

/// Each answer or error stands at the place of its question, also where the last one is ready first.
#[test]
fn each_answer_at_its_place() {
    let llm = llm();
    // Some twice, and some that fail.
    let prompts = prompts([7, 2, 7, 0, 5, 2, 9, 1, 8, 3, 7, 4]);
    let (gates, done) = ([(); 10].map(|()| gate()), Arc::new(Notify::new()));
    let clients: Vec<_> = gates.iter().map(|gate| llm.blocking().gated(gate)).collect();
    let asked = [(); 10].map(|()| AtomicUsize::new(0));
    let sdk: Sdk = Arc::new({
        let done = done.clone();
        move |prompt: &str| {
            let number: usize = prompt.trim_start_matches("question ").parse().expect("one of this check's questions");
            // A model does not answer twice in the same words.
            let time = asked[number].fetch_add(1, Ordering::Relaxed) + 1;
            let mut answer = clients[number].complete(prompt);
            if let Ok(reply) = &mut answer {
                reply.text += &format!(", call {time}");
            }
            done.notify_one();
            answer
        }
    });
    let order = [4, 3, 8, 1, 9, 5, 0, 2, 7];
    let run = check(&llm).when_stuck(stuck(&llm, prompts.len())).run(async || {
        let opens = async {
            for number in order {
                gates[number].wait_for(prompts.iter().filter(|prompt| ends_with(prompt, number)).count()).await;
            }
            for number in order {
                gates[number].open();
                done.notified().await;
            }
        };
        with_the_clock_held(async { join!(answer_all(&sdk, &prompts), opens).0 }).await
    });
    require_elsewhere(&run, prompts.len());
    let is_right = |answer: &Result<Reply, Error>, prompt: &str| match answer {
        Ok(reply) => reply.text.starts_with(&format!("atlas answers: {prompt}, call ")),
        Err(error) => {
            *error == Error::Status(503) && (ends_with(prompt, 2) || ends_with(prompt, 5) || ends_with(prompt, 8))
        }
    };
    let told = |answer: &Result<Reply, Error>| match answer {
        Ok(reply) => format!("\"{}\"", reply.text),
        Err(error) => format!("the error \"{error}\""),
    };
    let answers: &Answers = run.value();
    run.require(
        answers.len() == prompts.len(),
        saw(format!("answers: {}, questions: {}", answers.len(), prompts.len()))
            .expected("one answer for each question")
            .because("An error is a result too: left out, it moves all that come after it to another place."),
    );
    let wrong = answers.iter().zip(&prompts).enumerate().find(|(_, (answer, prompt))| !is_right(answer, prompt));
    if let Some((place, (answer, prompt))) = wrong {
        run.fail(
            saw(format!("at place {}, for \"{prompt}\": {}", place + 1, told(answer)))
                .expected("the answer to the question at this place, or its error")
                .because(
                    "The calls end in another order than they began: threads owe each other no order. What takes them \
                     as they come (`JoinSet::join_next`, `FuturesUnordered`, a channel) loses the places. A list of \
                     handles keeps them, and so does a number that travels with each call.",
                ),
        );
    }
    let of_sevens: Vec<&str> =
        answers.iter().flatten().map(|reply| &*reply.text).filter(|text| text.contains("question 7,")).collect();
    let all_different = (1..of_sevens.len()).all(|place| !of_sevens[..place].contains(&of_sevens[place]));
    run.require(
        all_different,
        saw(format!("for three questions that are alike: {of_sevens:?}"))
            .expected("the answers of three calls, each at one place")
            .because(
                "Each was asked, and then an answer was lost: a map by question has one place for all that are alike. \
                 The same words are not the same question: its place in the list tells it from the others.",
            ),
    );
}

fn ends_with(prompt: &str, number: usize) -> bool {
    prompt == format!("question {number}")
}

/// Nothing asked, nothing answered.
#[test]
fn no_questions_no_answers() {
    let llm = llm();
    let sdk = sdk(&llm);
    let waits_for_ever = |outcome: Outcome| {
        let message = saw("no question is asked, no answer is there, and nothing goes on");
        let message = message.expected("an empty list, at once").outcome(Outcome::Deadlock).because(
            "Your function waits for an answer that nobody will give. A channel whose sender is kept does so, and so does a \
             stream that is told to poll none of its futures: `buffered(0)`.",
        );
        (outcome == Outcome::Blocked).then_some(message)
    };
    // A thread of one's own may be started for nothing, too. It needs its time, and no clock must run away meanwhile.
    let run = check(&llm).when_stuck(waits_for_ever).run(async || with_the_clock_held(answer_all(&sdk, &[])).await);
    require_elsewhere(&run, 0);
    let count = run.value().len();
    run.require(count == 0, saw(format!("{count} answers")).expected("none").because("There is nothing to ask."));
}
