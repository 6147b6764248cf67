use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, resume_unwind},
    rc::Rc,
    time::Duration,
};

use futures::FutureExt;
use harness::{Check, Finished, Outcome, odd, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, sleep, timeout};

use super::{Provider, converse};

harness::checks!();

const OPENING: f64 = 0.117;
const CLOSING: f64 = 0.211;
const PROMPTS: [&str; 3] = ["One", "Two", "Three"];

/// What became of the sessions of a house, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Closing,
    Closed,
    Abandoned,
    Lost,
}

type Book = Rc<RefCell<Vec<(Duration, Fate)>>>;

struct House {
    book: Book,
    start: Cell<Option<Instant>>,
    refuses: bool,
    /// How long a goodbye takes.
    closing: f64,
    opened: Cell<usize>,
}

struct Session {
    book: Book,
    start: Instant,
    given_back: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.given_back {
            self.book.borrow_mut().push((self.start.elapsed(), Fate::Lost));
        }
    }
}

impl House {
    fn new() -> Self {
        Self { book: Book::default(), start: Cell::new(None), refuses: false, closing: CLOSING, opened: Cell::new(0) }
    }

    fn start(&self) -> Instant {
        self.start.get().unwrap_or_else(Instant::now)
    }
}

impl Provider for House {
    type Session = Session;

    async fn open(&self) -> Result<Session, Error> {
        self.opened.set(self.opened.get() + 1);
        sleep(secs(OPENING)).await;
        if self.refuses {
            return Err(Error::Refused);
        }
        Ok(Session { book: Rc::clone(&self.book), start: self.start(), given_back: false })
    }

    async fn close(&self, mut session: Session) {
        session.given_back = true;
        self.book.borrow_mut().push((self.start().elapsed(), Fate::Closing));
        sleep(secs(self.closing)).await;
        self.book.borrow_mut().push((self.start().elapsed(), Fate::Closed));
    }

    fn abandon(&self, mut session: Session) {
        session.given_back = true;
        self.book.borrow_mut().push((self.start().elapsed(), Fate::Abandoned));
    }
}

struct Story {
    fates: Vec<(Duration, Fate)>,
    /// `None` if it was dropped before its end.
    answers: Option<Result<Vec<String>, Error>>,
    panicked: bool,
    /// How often `open` was called.
    opened: usize,
}

/// The latency of each prompt.
fn model() -> Model {
    PROMPTS.iter().enumerate().fold(Model::new("atlas"), |model, (place, prompt)| {
        model.time_to_first_token_for(*prompt, odd(place)).reply_to(*prompt, format!("Answer {place}"))
    })
}

/// A conversation that is dropped at this time, if it has not ended.
fn run(model: Model, house: &House, prompts: &[&str], dropped_at: Option<f64>) -> Finished<Story> {
    let llm = MockLlm::new([model]);
    Check::new().draws(&llm).timers(20).within(secs(9000.0)).run(async || {
        house.start.set(Some(Instant::now()));
        let conversation = AssertUnwindSafe(converse(house, &llm, prompts)).catch_unwind();
        let ended = match dropped_at {
            Some(at) => timeout(secs(at), conversation).await.ok(),
            None => Some(conversation.await),
        };
        sleep(secs(3.0)).await;
        let ended = match ended {
            // Another panic than that of the model is told as what it is.
            Some(Err(panic)) if !is_the_models(&*panic) => resume_unwind(panic),
            ended => ended,
        };
        Story {
            fates: house.book.take(),
            panicked: matches!(ended, Some(Err(_))),
            answers: ended.and_then(Result::ok),
            opened: house.opened.get(),
        }
    })
}

/// The panic that a script asks for.
fn is_the_models(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.is_some_and(|text| text.contains("the client library panicked"))
}

fn told(fates: &[(Duration, Fate)]) -> String {
    if fates.is_empty() {
        return "nothing became of it".to_owned();
    }
    let parts: Vec<String> = fates
        .iter()
        .map(|(at, fate)| {
            let what = match fate {
                Fate::Closing => "`close` begins",
                Fate::Closed => "closed",
                Fate::Abandoned => "abandoned",
                Fate::Lost => "lost",
            };
            format!("{what} at {:.3} s", at.as_secs_f64())
        })
        .collect();
    parts.join(", ")
}

fn lasts(prompts: usize) -> f64 {
    OPENING + (0..prompts).map(|place| odd(place).as_secs_f64()).sum::<f64>()
}

#[track_caller]
fn require_fates(run: &Finished<Story>, story: &str, wanted: &[(f64, Fate)], because: &str) {
    let wanted: Vec<(Duration, Fate)> = wanted.iter().map(|&(at, fate)| (secs(at), fate)).collect();
    let Story { fates: seen, opened, .. } = run.value();
    run.require(
        *opened == 1,
        saw(format!("{story}: {opened} sessions were asked for"))
            .expected("one, and all prompts are asked in it, if there are any")
            .because("A session belongs to a conversation, and not to a prompt. It is opened first, and an error of `open` ends all."),
    );
    run.require(
        run.journal().high_water() <= 1,
        saw(format!("{story}: {} prompts were asked at the same time", run.journal().high_water()))
            .expected("one after another")
            .because("A conversation is a row of questions and answers. The next prompt is sent when the last one has its answer."),
    );
    run.require(
        *seen == wanted,
        saw(format!("{story}: the session: {}", told(seen))).expected(told(&wanted)).because(match (&seen[..], &wanted[..]) {
            ([(at, Fate::Abandoned)], [(end, Fate::Closing), ..]) if at < end => {
                "The session was abandoned while the conversation went on: what owned it was dropped before. `let _ =` drops its value at \
                 once, and a block what was made in it. A guard with a name stays to the end of its block."
            }
            ([(at, Fate::Closing), ..], [(end, Fate::Closing), ..]) if at > end => {
                "The conversation went on after its end. An error ends it at once: no further prompt is sent, and the session is closed now."
            }
            ([(_, Fate::Closing)], [(_, Fate::Closing), (_, Fate::Closed)]) => {
                "The goodbye was begun, and dropped before its end. Nothing is lost by waiting for it: await it to its end."
            }
            _ => because,
        }),
    );
}

/// When all goes well the session is closed, and the answers come after that.
#[test]
fn a_session_is_closed_when_all_goes_well() {
    let because = "The good end says goodbye: `close(session).await`, after the last answer, with the session that the guard gives back. A \
                   future that is made and not awaited says nothing.";
    for count in [3, 1, 0] {
        let run = run(model(), &House::new(), &PROMPTS[..count], None);
        let end = lasts(count);
        require_fates(
            &run,
            &format!("{count} prompts"),
            &[(end, Fate::Closing), (end + CLOSING, Fate::Closed)],
            because,
        );
        let wanted: Vec<String> = (0..count).map(|place| format!("Answer {place}")).collect();
        run.require(
            run.value().answers == Some(Ok(wanted.clone())),
            saw(format!("{:?}", run.value().answers))
                .expected(format!("{wanted:?}"))
                .because("All answers, in the order of the prompts."),
        );
        run.leaves_nothing_behind();
    }
    // A goodbye may take an hour.
    let house = House { closing: 3600.0, ..House::new() };
    let run = run(model(), &house, &PROMPTS[..1], None);
    let end = lasts(1);
    require_fates(&run, "a goodbye that takes an hour", &[(end, Fate::Closing), (end + 3600.0, Fate::Closed)], because);
}

/// After an error the session is closed too, and the error is told.
#[test]
fn a_session_is_closed_after_an_error() {
    let because = "An error is an end like any other, and there is time to say goodbye. `?` leaves the function at once, past all that \
                   stands below it: let it leave a block, and close after the block.";
    for (place, prompt) in PROMPTS.into_iter().enumerate() {
        let run = run(model().fault(When::Prompt(prompt.to_owned()), Fault::Overloaded), &House::new(), &PROMPTS, None);
        let end = lasts(place + 1);
        require_fates(
            &run,
            &format!("an error in call {}", place + 1),
            &[(end, Fate::Closing), (end + CLOSING, Fate::Closed)],
            because,
        );
        run.require(
            run.value().answers == Some(Err(Error::Status(503))),
            saw(format!("{:?}", run.value().answers))
                .expected("the error of the model")
                .because("The caller wants to know why."),
        );
    }
    // No error is tried again, also where the next try would be answered.
    for (fault, error, end) in [
        (
            Fault::RateLimited { retry_after: Some(secs(0.353)) },
            Error::RateLimited { retry_after: Some(secs(0.353)) },
            lasts(1),
        ),
        (Fault::Refused, Error::Refused, lasts(1)),
        (Fault::InternalError, Error::Status(500), lasts(2)),
    ] {
        let run = run(model().fault(When::PromptAttempt("Two".to_owned(), 1), fault), &House::new(), &PROMPTS, None);
        run.require(
            run.journal().calls().len() == 2 && run.value().answers == Some(Err(error.clone())),
            saw(format!(
                "`{error}` in the second call: {} calls, and {:?}",
                run.journal().calls().len(),
                run.value().answers
            ))
            .expected("2 calls, and that error")
            .because("An error ends the conversation at once, this one too: nobody asked for another try."),
        );
        require_fates(
            &run,
            &format!("`{error}` in the second call"),
            &[(end, Fate::Closing), (end + CLOSING, Fate::Closed)],
            because,
        );
    }
    // A house that lends nothing has nothing to get back.
    let house = House { refuses: true, ..House::new() };
    let run = run(model(), &house, &PROMPTS, None);
    run.require(
        run.value().fates.is_empty()
            && run.value().opened == 1
            && run.value().answers == Some(Err(Error::Refused))
            && run.journal().calls().is_empty(),
        saw(format!(
            "a house that lends no session: {:?}, {} calls, asked {}, {}",
            run.value().answers,
            run.journal().calls().len(),
            match run.value().opened {
                1 => "once".to_owned(),
                times => format!("{times} times"),
            },
            told(&run.value().fates)
        ))
        .expected("its error, no call, asked once")
        .because("Without a session there is no conversation, and nothing to give back. Its error ends it at once."),
    );
}

/// A conversation that is dropped abandons its session, at that moment.
#[test]
fn a_session_is_abandoned_when_the_conversation_is_dropped() {
    let because = "A future that is dropped ends where it stands: no line after that `.await` runs, and `drop` cannot await. What must happen \
                   then stands in the `Drop` of a value that owns the session from the moment when it is there.";
    // In each of the three calls, near its start and near its end.
    for (place, name) in ["first", "second", "third"].into_iter().enumerate() {
        for (at, when) in [(lasts(place) + 0.001, "has just begun"), (lasts(place + 1) - 0.001, "is nearly over")] {
            let run = run(model(), &House::new(), &PROMPTS, Some(at));
            require_fates(&run, &format!("dropped when the {name} call {when}"), &[(at, Fate::Abandoned)], because);
            run.leaves_nothing_behind();
        }
    }
    // While it opens there is no session yet; while it closes it is given back already.
    let opening = run(model(), &House::new(), &PROMPTS, Some(OPENING / 2.0));
    require_fates(&opening, "dropped while it opens", &[], "There is no session yet that could be given back.");
    let end = lasts(3);
    let closing = run(model(), &House::new(), &PROMPTS, Some(end + CLOSING / 2.0));
    require_fates(
        &closing,
        "dropped while it closes",
        &[(end, Fate::Closing)],
        "`close` has the session, and has begun: it is given back once.",
    );
}

/// A panic abandons the session, and goes on.
#[test]
fn a_panic_abandons_the_session() {
    let run = run(model().fault(When::Prompt("Two".to_owned()), Fault::Panic), &House::new(), &PROMPTS, None);
    require_fates(
        &run,
        "the client panics in the second call",
        &[(lasts(2), Fate::Abandoned)],
        if run.value().fates.first().is_some_and(|(_, fate)| *fate == Fate::Closing) {
            "The panic was caught, and `close` was called. After a panic there is no goodbye: leave the session in its guard, which \
             abandons it at that moment, and let the panic go on."
        } else {
            "A panic unwinds through `converse` and drops what is alive there, so a guard sees it as well."
        },
    );
    run.require(
        run.value().panicked,
        saw(format!("the panic ended in {:?}", run.value().answers))
            .expected("the panic goes on to whoever called")
            .because("A mistake in the program is no answer. Clean up, and let it pass.")
            .outcome(Outcome::Wrong),
    );
}
