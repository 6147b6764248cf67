use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use harness::{Check, Finished, saw, secs, test};
use mock_llm::{Fault, MockLlm, Model, When};
use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};

use super::{Busy, Desk, Pen, Save, Transcript};

harness::checks!();

const SAVES: f64 = 5.203;
const ASKED: &str = "Why is the sky blue?";
const NEXT: &str = "And the sea?";
const ANSWER: &str = "Short waves are scattered more than long ones";

const ABORT_ASKS: &str = "`abort` is a request, and returns at once: the task is dropped when the runtime comes to it. It has ended when its handle \
    has been awaited, or when the `shutdown` of a `JoinSet` has returned. To look away for a turn is luck: the runtime may have \
    other things to do first.";

/// Each answer has eight tokens: at 1.037 s, and one each 0.5 s after it. Titles take 3.871 s, or as long as it says here.
fn model(title: f64) -> MockLlm {
    MockLlm::new([script(title)])
}

fn script(title: f64) -> Model {
    let model = Model::new("atlas").time_to_first_token(secs(1.037)).inter_token_latency(secs(0.5)).reply(ANSWER);
    [ASKED, NEXT].into_iter().fold(model, |model, prompt| {
        let wants_a_title = format!("A title for: {prompt}");
        let title_of_one = if prompt == ASKED { "Blue" } else { "Sea" };
        model.reply_to(wants_a_title.clone(), title_of_one).time_to_first_token_for(wants_a_title, secs(title))
    })
}

/// A question, and when its save began and ended.
type Saved = (String, Duration, Option<Duration>);

#[derive(Clone, Default)]
struct Archive {
    saves: Arc<Mutex<Vec<Saved>>>,
}

impl Archive {
    fn save(&self, start: Instant) -> Save {
        let saves = self.saves.clone();
        Box::new(move |prompt| -> BoxFuture<'static, ()> {
            let saves = saves.clone();
            Box::pin(async move {
                let number = {
                    let mut saves = saves.lock().expect("nobody panics with the archive");
                    saves.push((prompt, start.elapsed(), None));
                    saves.len() - 1
                };
                sleep(secs(SAVES)).await;
                saves.lock().expect("nobody panics with the archive")[number].2 = Some(start.elapsed());
            })
        })
    }

    fn shown(&self) -> Vec<Saved> {
        self.saves.lock().expect("nobody panics with the archive").clone()
    }
}

/// All that a story needs.
struct Office {
    llm: MockLlm,
    transcript: Transcript,
    archive: Archive,
    start: Instant,
}

impl Office {
    fn desk(&self) -> Desk {
        Desk::new(self.llm.clone(), self.transcript.clone(), self.archive.save(self.start))
    }

    /// The calls that go on, and whether the pen is back.
    fn now(&self) -> Now {
        Now {
            calls: self.llm.journal().in_flight(),
            pen_is_back: self.transcript.open().is_ok(),
            at: self.start.elapsed(),
        }
    }

    /// Hundreds of tasks that are ready, each for some turns: whatever else is ready comes after them.
    fn is_busy(&self) {
        for _ in 0..300 {
            tokio::spawn(async {
                for _ in 0..3 {
                    yield_now().await;
                }
            });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Now {
    calls: usize,
    pen_is_back: bool,
    at: Duration,
}

impl Now {
    fn shown(&self) -> String {
        let pen = if self.pen_is_back { "the pen is back" } else { "the pen is not back" };
        let calls = match self.calls {
            0 => "no call goes on",
            1 => "one call goes on",
            _ => "two calls go on",
        };
        format!("{calls}, and {pen} (it is {:.3} s)", self.at.as_secs_f64())
    }
}

/// Runs a story, and then waits until every save could be over.
#[track_caller]
fn story<T>(llm: &MockLlm, tell: impl AsyncFnOnce(&Office) -> T) -> Finished<(T, Archive, Transcript)> {
    Check::new().draws(llm).timers(60).within(secs(900.0)).run(async || {
        let office = Office {
            llm: llm.clone(),
            transcript: Transcript::default(),
            archive: Archive::default(),
            start: Instant::now(),
        };
        let told = tell(&office).await;
        sleep(secs(60.0)).await;
        (told, office.archive, office.transcript)
    })
}

/// Begins a question, which must start.
#[track_caller]
fn began<T>(run: &Finished<T>, asked: Result<(), Busy>, which: &str) {
    run.require(
        asked == Ok(()),
        saw(format!("{which}: `ask` says `Busy`")).expected("Ok(())").because(
            "The pen of the question before it was not back: its task had been asked to end, and had not ended. `abort` is a \
             request. Wait for the end, and open the transcript then.",
        ),
    );
}

/// An answer, its title and its save start at once, and come to their ends.
#[test]
fn all_three_go_on_side_by_side() {
    for (title, is_over) in [(3.871, 4.537), (9.331, 4.537)] {
        let llm = model(title);
        let run = story(&llm, async |office| {
            let mut desk = office.desk();
            let asked = desk.ask(ASKED).await;
            let returned = office.start.elapsed();
            sleep(secs(is_over + 0.001)).await;
            let now = office.now();
            sleep(secs(30.0)).await;
            let before = office.start.elapsed();
            desk.stop().await;
            let stopped = office.start.elapsed() == before;
            (asked, returned, now, stopped)
        });
        let ((asked, returned, now, stopped), archive, transcript) = run.value();
        began(&run, *asked, "the first question");
        run.require(
            *returned == Duration::ZERO,
            saw(format!("`ask` returned after {:.3} s", returned.as_secs_f64()))
                .expected("at once")
                .because("It starts the three, and waits for none."),
        );
        run.require(
            transcript.text() == ANSWER && transcript.title().as_deref() == Some("Blue"),
            saw(format!("the text {:?}, the title {:?}", transcript.text(), transcript.title()))
                .expected(format!("{ANSWER:?}, Some(\"Blue\")"))
                .because("What nobody ends comes to its end."),
        );
        run.require(
            now.pen_is_back,
            saw(format!("when the last token has come: {}", now.shown()))
                .expected("the pen is back")
                .because("The answer is over, and others may write. Whoever holds the pen until the title has come, too, holds it for nothing."),
        );
        run.require(
            archive.shown() == [(ASKED.to_owned(), Duration::ZERO, Some(secs(SAVES)))],
            saw(format!("saves (begun, ended): {:?}", archive.shown()))
                .expected(format!("one of the question, from 0 s to {SAVES} s"))
                .because("The three go on side by side."),
        );
        run.require(
            *stopped,
            saw("a `stop` with nothing to end takes time")
                .expected("it returns at once")
                .because("What has ended need not be waited for; the save is none of its business."),
        );
    }
}

/// When `stop` returns, answer and title have ended.
#[test]
fn they_have_ended_when_stop_returns() {
    for (at, title, story_of) in [
        (2.3, 3.871, "the desk is stopped at 2.3 s"),
        (0.0, 3.871, "the desk is stopped as soon as the question was asked"),
        (4.9, 9.331, "the desk is stopped after the answer, before the title"),
    ] {
        for is_busy in [false, true] {
            let llm = model(title);
            let run = story(&llm, async |office| {
                let mut desk = office.desk();
                let asked = desk.ask(ASKED).await;
                sleep(secs(at)).await;
                if is_busy {
                    office.is_busy();
                }
                desk.stop().await;
                let now = office.now();
                desk.stop().await;
                let again = desk.ask(NEXT).await;
                sleep(secs(0.9)).await;
                let again = again.and(desk.ask(ASKED).await);
                sleep(secs(1.7)).await;
                if is_busy {
                    office.is_busy();
                }
                desk.stop().await;
                (asked, now, again, office.now())
            });
            let ((asked, now, again, then), _, transcript) = run.value();
            let busy = if is_busy { ", while three hundred other tasks are ready" } else { "" };
            began(&run, *asked, "the first question");
            run.require(
                *now == Now { calls: 0, pen_is_back: true, at: secs(at) },
                saw(format!("{story_of}{busy}: when `stop` has returned, {}", now.shown()))
                    .expected(format!("no call goes on, the pen is back, and it is {at:.3} s"))
                    .because(if now.at != secs(at) {
                        "`stop` ends what goes on. It does not wait until that is over by itself, or for a time."
                    } else if now.calls == 1 && now.pen_is_back && title > at && at > 4.537 {
                        "The answer was over, and its title was not: `stop` ends what is left of the two, also where that is the title \
                         alone."
                    } else if now.calls == 1 && now.pen_is_back {
                        "The title goes on. A task that was spawned by the one that is aborted is not its child: it goes on by itself. A \
                         `JoinSet` inside it is dropped with it, and that only *asks* the title to end. Wait for the end of each."
                    } else {
                        ABORT_ASKS
                    }),
            );
            began(&run, *again, "two questions after the stop");
            run.require(
                then.calls == 0 && then.pen_is_back,
                saw(format!("{story_of}{busy}; then two more questions, and another stop: when that has returned, {}", then.shown()))
                    .expected("no call goes on, and the pen is back")
                    .because(
                        "An end that one stop has not taken out of the set is taken by the next one for the end of what goes on now: wait until \
                         the set is empty.",
                    ),
            );
            run.require(
                title < at || transcript.title().is_none(),
                saw(format!("{story_of}{busy}: later it has the title {:?}", transcript.title()))
                    .expected("no title")
                    .because("The title was to end with the answer. A task that is spawned is nobody's child."),
            );
        }
    }
}

/// A new question ends the one before it, and writes where that had stopped.
#[test]
fn a_new_question_ends_the_one_before_it() {
    for is_busy in [false, true] {
        let llm = model(3.871);
        let run = story(&llm, async |office| {
            let mut desk = office.desk();
            let first = desk.ask(ASKED).await;
            sleep(secs(2.3)).await;
            if is_busy {
                office.is_busy();
            }
            let second = desk.ask(NEXT).await;
            let calls = office.llm.journal().in_flight();
            sleep(secs(20.0)).await;
            (first, second, calls)
        });
        let ((first, second, calls), _, transcript) = run.value();
        began(&run, *first, "the first question");
        began(&run, *second, "a question at 2.3 s, while the answer to the first is being written");
        let ended = *calls <= 2 && llm.journal().dropped().count() == 2;
        let wanted = format!("Short waves are{ANSWER}");
        run.require(
            transcript.text() == wanted && transcript.title().as_deref() == Some("Sea") && ended,
            saw(format!(
                "the text {:?}, the title {:?}; calls that were ended: {}",
                transcript.text(),
                transcript.title(),
                llm.journal().dropped().count()
            ))
            .expected(format!("{wanted:?}, Some(\"Sea\"); 2: the answer and the title of the first question"))
            .because("Both calls of the first question end, and then the second one begins."),
        );
    }
    // The answer is over, and its title still on its way.
    let llm = model(9.331);
    let run = story(&llm, async |office| {
        let mut desk = office.desk();
        let first = desk.ask(ASKED).await;
        sleep(secs(6.0)).await;
        let second = desk.ask(NEXT).await;
        sleep(secs(20.0)).await;
        (first, second)
    });
    let ((first, second), _, transcript) = run.value();
    began(&run, *first, "the first question");
    began(&run, *second, "a question at 6 s, after the answer to the first");
    let ended = llm.journal().dropped().count();
    run.require(
        ended == 1 && transcript.title().as_deref() == Some("Sea"),
        saw(format!("a question after an answer, before its title: the title {:?}; calls that were ended: {ended}", transcript.title()))
            .expected("Some(\"Sea\"); 1: the title of the first question")
            .because("What a question before it has left is also a title alone. It may come after the new one, and take its place."),
    );
}

/// While somebody else writes, a question starts nothing.
#[test]
fn busy_starts_nothing() {
    let llm = model(3.871);
    let run = story(&llm, async |office| {
        let mut desk = office.desk();
        let other: Result<Pen, Busy> = office.transcript.open();
        let asked = desk.ask(ASKED).now_or_never();
        sleep(secs(1.0)).await;
        drop(other);
        let again = desk.ask(ASKED).await;
        sleep(secs(20.0)).await;
        (asked, again)
    });
    let ((asked, again), archive, _) = run.value();
    run.require(
        *asked == Some(Err(Busy)),
        saw(match asked {
            None => "the transcript is open elsewhere, and `ask` waits".to_owned(),
            Some(asked) => format!("the transcript is open elsewhere, and `ask` says {asked:?}"),
        })
        .expected("Err(Busy), at once")
        .because("Whoever has it open may have it for hours."),
    );
    began(&run, *again, "after the other one has closed it");
    run.require(
        archive.shown().len() == 1 && llm.journal().calls().len() == 2,
        saw(format!(
            "one refused question and one good one: {} saves, {} calls",
            archive.shown().len(),
            llm.journal().calls().len()
        ))
        .expected("1 save, 2 calls")
        .because("What is refused starts nothing. Open the transcript first."),
    );

    // The answer is over, its title is on its way, and somebody else opens the transcript.
    let llm = model(9.331);
    let run = story(&llm, async |office| {
        let mut desk = office.desk();
        let first = desk.ask(ASKED).await;
        sleep(secs(6.0)).await;
        let other: Result<Pen, Busy> = office.transcript.open();
        let asked = desk.ask(NEXT).await;
        let calls = office.llm.journal().in_flight();
        sleep(secs(20.0)).await;
        drop(other);
        (first, asked, calls)
    });
    let ((first, asked, calls), _, transcript) = run.value();
    began(&run, *first, "the first question");
    run.require(
        *asked == Err(Busy) && *calls == 0 && transcript.title().is_none(),
        saw(format!(
            "the answer is over, its title is not, and the transcript is open elsewhere: the next question says {asked:?}; calls that \
             go on then: {calls}; later the title is {:?}",
            transcript.title()
        ))
        .expected("Err(Busy); 0; no title")
        .because(
            "`ask` ends what is left of the question before, and then opens the transcript. Whoever opens first and leaves with `Busy` \
             lets the old title go on.",
        ),
    );
}

/// A question is saved whatever happens to its answer.
#[test]
fn a_question_is_saved_whatever_happens() {
    for (ends, story_of) in [
        (0, "stopped at 1.5 s"),
        (1, "the desk is dropped at 1.5 s"),
        (2, "stopped as soon as it was asked"),
        (3, "another question at 1.5 s"),
    ] {
        let llm = model(3.871);
        let run = story(&llm, async |office| {
            let mut desk = office.desk();
            let asked = desk.ask(ASKED).await;
            if ends != 2 {
                sleep(secs(1.5)).await;
            }
            match ends {
                1 => drop(desk),
                3 => {
                    let _ = desk.ask(NEXT).await;
                    sleep(secs(20.0)).await;
                }
                _ => desk.stop().await,
            }
            (asked, office.start.elapsed())
        });
        let ((asked, _), archive, _) = run.value();
        began(&run, *asked, "the first question");
        let saved = archive.shown();
        let first = saved.iter().find(|(prompt, _, _)| prompt == ASKED);
        run.require(
            matches!(first, Some((_, _, Some(ended))) if *ended == secs(SAVES)),
            saw(match first {
                None => format!("{story_of}: the question was never saved"),
                Some((_, begun, None)) => format!("{story_of}: the save began at {:.3} s, and was dropped half-way", begun.as_secs_f64()),
                Some((_, begun, Some(ended))) => {
                    format!("{story_of}: it was saved from {:.3} to {:.3} s", begun.as_secs_f64(), ended.as_secs_f64())
                }
            })
            .expected(format!("saved from 0 to {SAVES} s"))
            .because(
                "A task is dropped with all that it owns, and a set ends all that is in it. What must come to its end belongs to \
                 neither: spawn it by itself, and let go of the handle.",
            ),
        );
        if ends != 3 {
            continue;
        }
        let next = saved.iter().find(|(prompt, _, _)| prompt == NEXT);
        run.require(
            matches!(next, Some((_, begun, Some(ended))) if *begun == secs(1.5) && *ended == secs(1.5 + SAVES)),
            saw(match next {
                None => format!("{story_of}: that one was never saved"),
                Some((_, begun, None)) => format!("{story_of}: its save began at {:.3} s, and has no end", begun.as_secs_f64()),
                Some((_, begun, Some(ended))) => {
                    format!("{story_of}: that one was saved from {:.3} to {:.3} s", begun.as_secs_f64(), ended.as_secs_f64())
                }
            })
            .expected(format!("saved from 1.5 to {:.3} s", 1.5 + SAVES))
            .because("`ask` starts its save at once: two saves may go on side by side. One worker for all makes the second wait for the first."),
        );
    }
}

/// When the desk is dropped, answer and title end.
#[test]
fn they_end_with_the_desk() {
    let llm = model(9.331);
    let run = story(&llm, async |office| {
        let mut desk = office.desk();
        let asked = desk.ask(ASKED).await;
        sleep(secs(2.3)).await;
        drop(desk);
        sleep(secs(0.001)).await;
        (asked, office.now())
    });
    let ((asked, now), _, transcript) = run.value();
    began(&run, *asked, "the first question");
    run.require(
        now.calls == 0 && now.pen_is_back,
        saw(format!("the desk is dropped at 2.3 s: {}", now.shown())).expected("no call goes on, and the pen is back").because(
            "A `JoinHandle` that is dropped lets its task go on: it is detached. A `JoinSet` that is dropped aborts its tasks; for a \
             handle, write `Drop`.",
        ),
    );
    run.require(
        transcript.text() == "Short waves are",
        saw(format!("later the transcript says {:?}", transcript.text()))
            .expected("\"Short waves are\"")
            .because("Nobody is there for whom it would be written."),
    );
}

/// A stop that was given up leaves nothing that cannot be ended.
#[test]
fn a_stop_can_be_given_up() {
    for (with_another_question, title) in [(false, 3.871), (true, 3.871), (false, 1.503), (true, 1.503)] {
        let llm = model(title);
        let run = story(&llm, async |office| {
            let mut desk = office.desk();
            let asked = desk.ask(ASKED).await;
            sleep(secs(2.3)).await;
            office.is_busy();
            // Polled once, and dropped.
            let _ = desk.stop().now_or_never();
            if with_another_question {
                (asked, desk.ask(NEXT).await, None)
            } else {
                desk.stop().await;
                (asked, Ok(()), Some(office.now()))
            }
        });
        let ((asked, again, now), _, _) = run.value();
        began(&run, *asked, "the first question");
        run.require(
            *again == Ok(()),
            saw("a `stop` was given up before it returned; the next `ask` says `Busy`").expected("Ok(())").because(
                "The handle was taken out of the desk, and went with the `stop` that was dropped: nobody can wait for that task any \
                 more. Leave it in its place until the task has ended.",
            ),
        );
        run.require(
            now.is_none_or(|now| now.calls == 0 && now.pen_is_back),
            saw(format!(
                "a `stop` was given up before it returned; when the next one has returned, {}",
                now.map_or(String::new(), |now| now.shown())
            ))
            .expected("no call goes on, and the pen is back")
            .because(
                "The handle was taken out of the desk, and went with the `stop` that was dropped: nobody can wait for that task any \
                 more. Leave it in its place until the task has ended.",
            ),
        );
    }
}

/// A panic of the answer or of the title stays there: the next stop and the next question do their work.
#[test]
fn a_panic_stays_where_it_was() {
    for (panics, which) in [
        (ASKED.to_owned(), "the answer panicked at 1.037 s"),
        (format!("A title for: {ASKED}"), "the title panicked at 3.871 s"),
    ] {
        for asks_again in [false, true] {
            let llm = MockLlm::new([script(3.871).fault(When::Prompt(panics.clone()), Fault::Panic)]);
            let then = if asks_again { "question" } else { "`stop`" };
            let run = story(&llm, async |office| {
                let mut desk = office.desk();
                let asked = desk.ask(ASKED).await;
                sleep(secs(4.1)).await;
                let next = async {
                    if asks_again {
                        desk.ask(NEXT).await
                    } else {
                        desk.stop().await;
                        Ok(())
                    }
                };
                let next = AssertUnwindSafe(next).catch_unwind().await;
                let now = office.now();
                (asked, next.ok(), now)
            });
            let ((asked, next, now), _, _) = run.value();
            began(&run, *asked, "the first question");
            let Some(next) = next else {
                run.fail(
                    saw(format!("{which}; the next {then} panics")).expected("no panic").because(
                        "Whoever awaits a handle gets the panic of its task as a `JoinError`. The task has ended, and more is not asked \
                         here: look at the error, or leave it, but do not make a panic of it again.",
                    ),
                );
            };
            began(&run, *next, "a question after a panic");
            run.require(
                asks_again || now.calls == 0 && now.pen_is_back,
                saw(format!("{which}; when the next {then} has returned, {}", now.shown()))
                    .expected("no call goes on, and the pen is back")
                    .because("A panic ends one task. What is left of the other one is still to be ended."),
            );
        }
    }
}
