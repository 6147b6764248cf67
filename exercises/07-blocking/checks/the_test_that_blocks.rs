use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use harness::{Check, Finished, Message, Outcome, odd, saw, secs, test};
use mock_llm::{Fault, Limits, MockLlm, Model, When};

use super::{QUESTIONS, five_users_are_answered_together};

harness::checks!();

/// A test may ask as often as it likes: all five in each order, for example. The clock is paused, and it costs nothing.
const A_LONG_TEST: Duration = Duration::from_secs(3 * 60 * 60);

/// How long the answers take, in the order of the questions.
type Times = [Duration; 5];

/// A service under test.
#[derive(Clone, Copy)]
struct Service {
    times: Times,
    /// How many questions it works on at the same time.
    at_once: usize,
    /// Whether it answers the others with an error. Else, they wait.
    turns_away: bool,
    /// The place of a question that it answers with an error.
    fails: Option<usize>,
}

impl Service {
    fn new(times: Times, at_once: usize) -> Self {
        Self { times, at_once, turns_away: false, fails: None }
    }

    fn llm(self) -> MockLlm {
        let places = if self.turns_away { 0 } else { 100 };
        let model = Model::new("atlas").limits(Limits::none().concurrent(self.at_once).queue(places));
        let model = QUESTIONS.iter().zip(self.times).fold(model, |model, (question, time)| {
            model.time_to_first_token_for(*question, time).inter_token_latency(Duration::ZERO)
        });
        let fault = |question: &str| (When::Prompt(question.to_owned()), Fault::Overloaded);
        let fault = self.fails.map(|place| fault(QUESTIONS[place]));
        MockLlm::new([fault.into_iter().fold(model, |model, (when, fault)| model.fault(when, fault))])
    }

    fn in_words(self) -> String {
        let times: Vec<String> = self.times.iter().map(|time| format!("{:.3}", time.as_secs_f64())).collect();
        let times = times.join(", ");
        match (self.at_once, self.fails) {
            (_, Some(place)) => format!("a service that answers question {} with an error", place + 1),
            (at_once, _) if self.turns_away => {
                format!("a service that works on {at_once} at a time, and answers the others with an error ({times} s)")
            }
            (1, _) => format!("a service that answers one after another ({times} s)"),
            (5.., _) => format!("a service that works on all five together ({times} s)"),
            (at_once, _) => format!("a service that works on {at_once} at a time ({times} s)"),
        }
    }

    /// Runs the test against it. `None`: green.
    #[track_caller]
    fn is_tested(self) -> Finished<Option<String>> {
        let llm = self.llm();
        let run = Check::new().draws(&llm).within(A_LONG_TEST).run(async || {
            let tested = AssertUnwindSafe(five_users_are_answered_together(&llm)).catch_unwind().await;
            tested.err().map(|panic| {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
            })
        });
        let held = run.journal().calls().iter().filter(|call| call.thread.is_some()).count();
        run.require(
            held == 0,
            saw(format!("{held} calls by a client that holds its thread"))
                .expected("the calls of `service.complete`, which is awaited")
                .because(
                    "All tasks of this test are on one thread. A client that holds it lets the second user begin when the first has \
                     an answer: the test is serial, whatever the service is. It measures itself. And on threads of the pool, each \
                     call has its own idea of the paused clock. A test of concurrency needs a client that does not block.",
                )
                .outcome(Outcome::Blocked),
        );
        run
    }
}

/// Times that hide something: a long answer among short ones, all of them equal, very short ones.
fn times() -> [Times; 6] {
    [
        [odd(0), odd(1), odd(2), odd(3), odd(4)],
        [1.937; 5].map(secs),
        [0.01; 5].map(secs),
        [47.301, 0.353, 0.353, 0.353, 0.353].map(secs),
        [0.353, 0.811, 0.457, 0.587, 61.7].map(secs),
        [5.2, 4.1, 3.3, 2.9, 0.211].map(secs),
    ]
}

fn green(service: Service, because: &str) -> Message {
    saw(format!("with {}, the test is green", service.in_words())).expected("red: a panic").because(because)
}

/// The test is green when the service works on all five questions at the same time, however long they take.
#[test]
fn green_with_a_service_that_answers_together() {
    for times in times() {
        for at_once in [5, 80] {
            let service = Service::new(times, at_once);
            let run = service.is_tested();
            let asked =
                QUESTIONS.iter().filter(|question| run.journal().calls().iter().any(|call| call.prompt == **question));
            let asked = asked.count();
            run.require(
                asked == 5,
                saw(format!("{asked} of the five questions were asked"))
                    .expected("all of `QUESTIONS`")
                    .because("Each user asks a question of its own: an answer takes as long as its question needs."),
            );
            let together = run.journal().high_water();
            if let Some(words) = run.value() {
                let why = if together < 5 {
                    "Your calls are never all in flight together. A call that is awaited before the next one begins is a queue: \
                     the test lets its users wait for each other, and blames the service."
                } else {
                    "All five were in flight together, and each was answered when it was due. A limit in seconds calls a slow model a \
                     serial service; and five questions take five different times. What is each user's time to be compared \
                     with?"
                };
                run.fail(
                    saw(format!("with {}, the test is red: {words}", service.in_words()))
                        .expected("green")
                        .because(why),
                );
            }
        }
    }
}

/// The test is red when the service answers one question after another, however quick it is.
#[test]
fn red_with_a_service_that_answers_in_turn() {
    for times in times() {
        let service = Service::new(times, 1);
        let run = service.is_tested();
        run.require(
            run.value().is_some(),
            green(
                service,
                "The last user waits for all the others. A test that is green here proves nothing: that all calls were sent \
                 together says what the *test* did, and a short time may only say that the model is quick. Ask how long each user \
                 waits, and how long it would alone.",
            ),
        );
    }
}

/// The test is red when the service works on two, three or four questions at a time.
#[test]
fn red_with_a_service_that_is_half_mended() {
    for times in times() {
        for at_once in [4, 3, 2] {
            let service = Service::new(times, at_once);
            let run = service.is_tested();
            run.require(
                run.value().is_some(),
                green(
                    service,
                    "Somebody has to wait for a place. It need not be seen in the time of all five: a long answer hides that a \
                     short one has waited, and four at a time are nearly as quick as five. Look at each user's own time.",
                ),
            );
        }
    }
}

/// The test is red when one user gets an error.
#[test]
fn red_with_an_error() {
    for place in 0..5 {
        for times in [times()[0], times()[3]] {
            let service = Service { fails: Some(place), ..Service::new(times, 5) };
            let run = service.is_tested();
            run.require(
                run.value().is_some(),
                green(
                    service,
                    "An error comes quickly, and to whoever looks at the time alone it is a very good answer. A test that \
                     throws a result away does not see that nothing was answered.",
                ),
            );
        }
    }
    for times in times() {
        for at_once in [4, 3, 2, 1] {
            let service = Service { turns_away: true, ..Service::new(times, at_once) };
            let run = service.is_tested();
            run.require(
                run.value().is_some(),
                green(
                    service,
                    "Alone, each question is answered. The errors come only when five ask together, and then at once: nobody \
                     who has an answer had to wait. Look at the `Result` of each call, of those that you compare as well.",
                ),
            );
        }
    }
}
