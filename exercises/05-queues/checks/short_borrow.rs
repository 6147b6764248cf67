use std::{future::poll_fn, pin::pin, time::Duration};

use harness::{Check, Finished, Message, Outcome, odd, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::translate;

harness::checks!();

fn page(number: usize) -> String {
    format!("page {number}")
}

/// A service: so many pages, and the edits of the prompt, each at its time. The first one is there from the beginning.
struct Service {
    pages: usize,
    edits: Vec<(f64, &'static str)>,
    /// The editor goes after the last edit, or stays.
    editor_goes: bool,
    fault: Option<(usize, Fault)>,
}

/// What came out, and how long each edit took in virtual time.
struct Seen {
    result: Result<Vec<String>, Error>,
    edits_took: Vec<Duration>,
    done: Duration,
}

impl Service {
    fn new(pages: usize, edits: &[(f64, &'static str)]) -> Self {
        Self { pages, edits: edits.to_vec(), editor_goes: false, fault: None }
    }

    fn run(&self) -> Finished<Seen> {
        let prompts = [
            "Translate.",
            "Be brief.",
            "Be kind.",
            "stop",
            "",
            "Never stop early.",
            "stop words too",
            "Stop",
            " stop\n",
        ];
        let model = (0..self.pages).fold(Model::new("atlas"), |model, number| {
            prompts.iter().fold(model, |model, prompt| {
                let sent = format!("{prompt}\n{}", page(number));
                let model =
                    model.time_to_first_token_for(&sent, odd(number)).reply_to(&sent, format!("[{prompt}] {number}"));
                match self.fault {
                    Some((failing, fault)) if failing == number => model.fault(When::Prompt(sent), fault),
                    _ => model,
                }
            })
        });
        let llm = MockLlm::new([model]);
        let pages: Vec<String> = (0..self.pages).map(page).collect();
        let (first, later) = self.edits.split_first().expect("there is a first prompt");
        Check::new().draws(&llm).timers(100).when_stuck(blocked).run(async || {
            let start = Instant::now();
            let (sender, receiver) = watch::channel(first.1.to_owned());
            let edit = async {
                let mut took = Vec::new();
                for (at, prompt) in later {
                    sleep_until(start + secs(*at)).await;
                    let before = Instant::now();
                    sender.send_replace((*prompt).to_owned());
                    took.push(before.elapsed());
                }
                if self.editor_goes {
                    drop(sender);
                    (took, None)
                } else {
                    (took, Some(sender))
                }
            };
            let work = async {
                let result = translate(&llm, &pages, receiver).await;
                (result, start.elapsed())
            };
            let ((edits_took, _sender), (result, done)) = tokio::join!(edit, work);
            Seen { result, edits_took, done }
        })
    }

    /// The translations that should come out, and when the last call has ended.
    fn wanted(&self) -> (Vec<String>, Duration) {
        let (mut now, mut wanted) = (Duration::ZERO, Vec::new());
        for number in 0..self.pages {
            let newest = self.edits.iter().rev().find(|(at, _)| secs(*at) <= now).map_or("", |(_, prompt)| *prompt);
            if newest == "stop" {
                break;
            }
            now += odd(number);
            wanted.push(format!("[{newest}] {number}"));
        }
        (wanted, now)
    }

    fn require(&self, because: &str) -> Finished<Seen> {
        let run = self.run();
        let (wanted, done) = self.wanted();
        let seen = run.value();
        run.require(
            seen.result == Ok(wanted.clone()),
            saw(format!("{:?}", seen.result)).expected(format!("{wanted:?}")).because(because),
        );
        run.require(
            seen.done == done,
            saw(format!("it was done at {:.3} s", seen.done.as_secs_f64()))
                .expected(format!("at {:.3} s, when the last call had ended", done.as_secs_f64()))
                .because("The pages are translated one after another, and nothing else takes time.")
                .outcome(if seen.done > done { Outcome::TooSlow } else { Outcome::Wrong }),
        );
        run
    }
}

/// Words for an edit that waits for a borrow.
fn blocked(outcome: Outcome) -> Option<Message> {
    (outcome == Outcome::Blocked).then(|| {
        saw("somebody edits the prompt, and the whole thread stands still: the edit waits for a borrow that is kept across an `.await`")
            .expected("an edit that never waits")
            .because(
                "`borrow()` gives no copy. It holds a read lock until it is dropped, and `send` wants to write. On one thread the \
                 call that would end the borrow can never go on. Take a copy of the text, and let the borrow end in the same line.",
            )
            .outcome(outcome)
    })
}

/// Each page is sent with the prompt that is the newest when its call begins.
#[test]
fn each_page_has_the_newest_prompt() {
    Service::new(5, &[(0.0, "Translate.")]).require("Nobody edits: each page is sent with the one prompt.");
    let run = Service::new(7, &[(0.0, "Translate."), (2.0, "Be brief."), (2.1, "Be kind."), (4.9, "Translate.")]).require(
        "The newest prompt is asked for when a call begins: not once for all pages, and not one edit after another. A watch channel \
         holds the newest value alone.",
    );
    let calls = run.journal().high_water();
    run.require(
        calls == 1,
        saw(format!("{calls} calls in flight together"))
            .expected("1: the pages are translated one after another")
            .because("A call that begins early has an old prompt."),
    );
    // Somebody edits whenever there is a turn, and knows which calls have begun by then.
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(odd(1))]);
    let run = Check::new().draws(&llm).timers(100).when_stuck(blocked).run(async || {
        let (sender, receiver) = watch::channel("Edit 0".to_owned());
        let pages: Vec<String> = (0..5).map(page).collect();
        let mut work = pin!(translate(&llm, &pages, receiver));
        // The newest edit before each call, so far.
        let mut newest = vec!["Edit 0".to_owned()];
        let mut edits = vec![0];
        poll_fn(|context| {
            let polled = work.as_mut().poll(context);
            let begun = llm.journal().calls().len();
            // Three times for each call and no more: who listens for edits is woken by each of them.
            edits.resize(begun + 1, 0);
            newest.resize(begun + 1, String::new());
            if edits[begun] < 3 {
                edits[begun] += 1;
                newest[begun] = format!("Edit {begun}.{}", edits[begun]);
                sender.send_replace(newest[begun].clone());
            }
            polled
        })
        .await
        .map(|_| newest)
    });
    let prompts = run.journal().calls().iter().map(|call| call.prompt.clone());
    let wanted = run.value().iter().flatten().enumerate().map(|(number, edit)| format!("{edit}\n{}", page(number)));
    for (sent, wanted) in prompts.zip(wanted) {
        run.require(
            sent == wanted,
            saw(format!("an edit came just before a call began, and {sent:?} was sent")).expected(format!("{wanted:?}")).because(
                "Between the copy of the prompt and the call somebody else had a turn: there is an `.await` between the two, or the call \
                 is a task that begins later. Copy the prompt in the last moment, with nothing between the copy and the call.",
            ),
        );
    }
}

/// An edit never waits, whether or not a call is in flight.
#[test]
fn an_edit_never_waits() {
    let edits: Vec<(f64, &'static str)> =
        (0..40).map(|edit| (f64::from(edit) * 0.191, ["Be brief.", "Be kind."][edit as usize % 2])).collect();
    let run = Service::new(6, &edits).require("Forty edits, and each page takes the newest of them.");
    let longest = run.value().edits_took.iter().max().copied().unwrap_or_default();
    run.require(
        longest == Duration::ZERO,
        saw(format!("an edit that took {:.3} s", longest.as_secs_f64()))
            .expected("no time")
            .because("Nobody holds the lock for longer than it takes to copy a text."),
    );
}

/// The prompt "stop" begins no further page; one that is stopped from the beginning begins none.
#[test]
fn stop_begins_no_further_page() {
    let because = "The call that is in flight goes on to its end, and its translation counts. Then the newest prompt is looked at, and it \
                   says that there is no next page.";
    Service::new(6, &[(0.0, "Translate."), (2.3, "stop")]).require(because);
    Service::new(4, &[(0.0, "stop")]).require("It was stopped before it began: nothing is asked.");
    // A stop that was taken back between two pages stops nothing.
    Service::new(5, &[(0.0, "Translate."), (2.2, "stop"), (2.6, "Be kind.")])
        .require("Only the newest prompt counts: \"stop\" came and went while a call was in flight.");
    for prompt in ["Never stop early.", "stop words too", "Stop", " stop\n", ""] {
        Service::new(4, &[(0.0, "Translate."), (2.3, prompt)]).require(
            "Only the prompt that is \"stop\", letter for letter, stops. This one is another text, and goes before the pages like all.",
        );
    }
}

/// When the editor goes, the last prompt stays.
#[test]
fn the_last_prompt_stays_when_the_editor_goes() {
    let because = "The channel is closed, and its value is still there: `borrow` works as before. Nobody may edit it any more, and that is \
                   no reason to stop.";
    let service = Service { editor_goes: true, ..Service::new(6, &[(0.0, "Translate."), (1.1, "Be kind.")]) };
    let all_are_there = service.run().value().result.as_ref().is_ok_and(|pages| pages.len() == service.pages);
    service.require(if all_are_there {
        "The last edit came just before its editor went, and nobody took it. `has_changed` and `changed` give an error once the sender \
         has gone, also if there is a value that was not seen yet. `borrow` gives the newest value, whoever is there."
    } else {
        because
    });
    Service { editor_goes: true, ..Service::new(4, &[(0.0, "Be brief.")]) }.require(because);
}

/// An error is returned at once, and an empty list takes no time.
#[test]
fn an_error_is_returned() {
    let run = Service { fault: Some((2, Fault::Overloaded)), ..Service::new(6, &[(0.0, "Translate.")]) }.run();
    run.require(
        run.value().result == Err(Error::Status(503)) && run.journal().calls().len() == 3,
        saw(format!("{:?} after {} calls", run.value().result, run.journal().calls().len()))
            .expected(format!("{} of the third call", Error::Status(503)))
            .because(match &run.value().result {
                Ok(pages) if pages.len() == 2 => {
                    "The list ends before the page that failed, and looks like a whole one. Who gets it takes it for all."
                }
                _ => "A page that is missing in the middle would be found by its reader only.",
            }),
    );
    Service::new(0, &[(0.0, "Translate.")]).require("There is nothing to translate.");
}

/// Says of a future whether it can be sent: the method of the type goes before that of the trait, where its bound holds.
struct Probe<T>(T);

#[allow(dead_code, reason = "it is asked of futures that cannot be sent")]
trait CannotBeSent {
    fn can_be_sent(&self) -> bool {
        false
    }
}

impl<T> CannotBeSent for Probe<T> {}

impl<T: Send> Probe<T> {
    fn can_be_sent(&self) -> bool {
        true
    }
}

/// The future can be sent to another thread.
#[test]
fn the_future_can_be_spawned() {
    let run = Check::new().run(async || {
        let llm = MockLlm::new([Model::new("atlas")]);
        let (_sender, receiver) = watch::channel(String::new());
        let pages: Vec<String> = Vec::new();
        Probe(translate(&llm, &pages, receiver)).can_be_sent()
    });
    run.require(
        *run.value(),
        saw("a future that cannot be sent to another thread, and so cannot be spawned")
            .expected("one that is `Send`")
            .because(
                "Something that stays on its thread lives across an `.await`: the borrow of the watch channel is the guard of a lock, \
                 and a lock must be freed by the thread that took it. Let it end before the `.await`, in a block or in one line.",
            ),
    );
}
