use std::{sync::Arc, time::Duration};

use futures::{future::join_all, join};
use harness::{Check, Finished, Lane, Message, Outcome, Sorted, Timeline, recorder, saw, secs, shown, test};
use mock_llm::{Call, End, Journal, MockLlm, Model, Reply};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Archive, answer_and_summary, answer_now};

harness::checks!();

const LETTER: &str = "Why does my future do nothing?";

/// atlas and birch, which take this long, each with a reply that names the run.
fn two_models(answer: f64, summary: f64) -> MockLlm {
    MockLlm::new([
        Model::new("atlas").time_to_first_token(secs(answer)).reply(format!("An answer that took {answer} s.")),
        Model::new("birch").time_to_first_token(secs(summary)).reply(format!("A summary that took {summary} s.")),
    ])
}

/// The name of the lane that shows when the learner's function returns.
const FUNCTION: &str = "your function";

fn drawing(answer: f64, summary: f64, returns: f64) -> Timeline {
    // A task is polled after the future that spawned it, so the answer is the first of the two lanes.
    Timeline::default()
        .lane(Lane::call("atlas", 0.0, answer))
        .lane(Lane::call("birch", 0.0, summary))
        .lane(Lane::call(FUNCTION, 0.0, returns))
}

/// Runs `answer_and_summary` against models that take this long.
fn ask_both(answer: f64, summary: f64) -> Finished<(Reply, Reply)> {
    let llm = two_models(answer, summary);
    let recorder = recorder();
    let expected = drawing(answer, summary, answer.max(summary));
    let check = Check::new().draws(&llm).draws_futures(&recorder).expects(expected);
    check.run(async || shown(&recorder, FUNCTION, answer_and_summary(&llm, LETTER)).await)
}

/// What `answer_now` returned, and how things stood at that instant.
#[derive(Debug)]
struct Returned {
    reply: Reply,
    journal: Journal,
    /// What was in the archive a moment after the summary was there, and later on.
    kept: [Vec<String>; 2],
    /// Whether anybody still held a clone of the archive in the end.
    held: bool,
}

/// The texts in an archive.
fn texts(archive: &Archive) -> Vec<String> {
    archive.summaries.lock().expect("the archive is sound").iter().map(|summary| summary.text.clone()).collect()
}

/// Runs `answer_now` against models that take this long, and watches until the summary is there, and some time more.
fn ask_now(answer: f64, summary: f64) -> Finished<Returned> {
    let llm = two_models(answer, summary);
    let (recorder, archive) = (recorder(), Archive::default());
    let check = Check::new().draws(&llm).draws_futures(&recorder);
    check.expects(drawing(answer, summary, answer)).run(async || {
        let started = Instant::now();
        let answers = async {
            let reply = shown(&recorder, FUNCTION, answer_now(&llm, LETTER, &archive)).await;
            (reply, llm.journal())
        };
        let looks = async {
            sleep_until(started + secs(summary) + Duration::from_millis(1)).await;
            texts(&archive)
        };
        let ((reply, journal), there) = join!(answers, looks);
        sleep(secs(3.0)).await;
        Returned { reply, journal, kept: [there, texts(&archive)], held: Arc::strong_count(&archive.summaries) > 1 }
    })
}

fn call<'journal>(journal: &'journal Journal, model: &str) -> Option<&'journal Call> {
    journal.calls().iter().find(|call| call.model == model)
}

fn ended(call: &Call) -> Duration {
    call.ended.as_ref().map_or(Duration::MAX, |(at, _)| *at)
}

fn seconds(duration: Duration) -> String {
    // More digits only where a clock that is not the run's own has been at work.
    let digits = if duration.subsec_micros().is_multiple_of(1000) { 3 } else { 6 };
    format!("{:.digits$} s", duration.as_secs_f64())
}

/// The two calls, if there are two and one is for each model. Why not, where not.
#[track_caller]
fn the_two_calls<T>(run: &Finished<T>) -> (&Call, &Call) {
    let journal = run.journal();
    let asked: Vec<&str> = journal.calls().iter().map(|call| call.model.as_str()).collect();
    let asked = asked.sorted();
    let message = saw(format!("calls to {asked:?}")).expected("one call to atlas and one to birch");
    match (call(journal, "atlas"), call(journal, "birch")) {
        (Some(atlas), Some(birch)) if asked.len() == 2 => (atlas, birch),
        (Some(_), None) => run.fail(message.because(
            "The summary never began. `summarise(..)` makes a future, and a future does nothing until it is polled: \
             whoever drops it instead drops the work. Where your code does begin it: is that line reached before the answer is \
             there, which may be at once? And a task that an earlier run has left in a `static` has ended with its \
             runtime. The compiler warns where a future is made and left alone; \
             `let _ =` keeps it quiet and drops the future all the same. Give the future to the runtime that is running, \
             with `tokio::spawn`.",
        )),
        (None, _) => run.fail(message.because("The main work is missing: the answer comes from atlas.")),
        _ => run.fail(message.because(
            "Every call costs money: none is repeated. A call that is dropped before its reply is there, when the other one \
             was quicker, has to be made again: keep its future.",
        )),
    }
}

/// The runtime makes the summary, and not a thread beside it, which has not come to its end when all tasks have.
#[track_caller]
fn require_no_thread(run: &Finished<Returned>, summary: f64) {
    let birch = call(run.journal(), "birch");
    let is_made = birch.is_some_and(|birch| birch.started.is_zero() && ended(birch) == secs(summary));
    run.require(
        is_made || !run.value().held,
        saw("nothing is left to do for the runtime, and somebody still holds the archive, without a summary for it")
            .expected(format!("the summary in the archive at {}", seconds(secs(summary))))
            .because(
                "A thread is at work beside the runtime, with a runtime and a clock of its own, or with `block_on`. It holds a \
                 whole thread for one wait, and so do three hundred letters. What can be polled needs no thread: give the \
                 future to the runtime that is running, with `tokio::spawn`.",
            ),
    );
}

/// Why the calls do not overlap, if they do not.
fn in_turn(atlas: &Call, birch: &Call) -> Option<&'static str> {
    if ended(birch) <= atlas.started {
        return Some(
            "The main work begins when the summary is there. An `.await` holds up all lines below it, and so does an \
             `.await` on the handle of a task that goes on by itself. Start the task, do the main work, and only then \
             `.await` the handle.",
        );
    }
    if ended(atlas) <= birch.started {
        return Some(
            "The summary begins only when the answer is there. Was its future made before the main work? That starts \
             nothing: a future does nothing until it is polled. `tokio::spawn` gives it to the runtime, which polls it \
             while your function waits for something else. So spawn it before the main work.",
        );
    }
    None
}

/// 1 s of main work and 2 s of work in the background take 2 s.
#[test]
fn the_summary_is_made_meanwhile() {
    let run = ask_both(1.0, 2.0);
    let (atlas, birch) = the_two_calls(&run);
    run.takes(
        secs(2.0),
        in_turn(atlas, birch).unwrap_or(
            "The calls overlap, but something else takes time. Whoever waits for both is done when the slower one is.",
        ),
    );
    run.takes_each_reply_when_it_is_there();
    let run = ask_both(1.0, 0.5);
    the_two_calls(&run);
    run.takes_each_reply_when_it_is_there();
    run.takes(secs(1.0), "A summary that is there before the answer costs no time at all.");
}

/// The answer comes first, then the summary, and each is what its model wrote.
#[test]
fn returns_the_answer_and_the_summary() {
    let run = ask_both(1.0, 2.0);
    let (answer, summary) = run.value();
    run.require(
        answer.text == "An answer that took 1 s." && summary.text == "A summary that took 2 s.",
        saw(format!("({:?}, {:?})", answer.text, summary.text))
            .expected("(the answer of atlas, the summary of birch)")
            .because(
                "The caller tells the two replies apart by their places. The value of a task comes out of its handle, \
                 when you `.await` that.",
            ),
    );
}

/// `answer_now` returns at the instant at which the answer is there.
#[test]
fn returns_with_the_answer() {
    let run = ask_now(1.0, 2.0);
    let Returned { reply, journal, .. } = run.value();
    let why = match (call(journal, "atlas"), call(journal, "birch")) {
        (Some(atlas), Some(birch)) if in_turn(atlas, birch).is_some() => in_turn(atlas, birch).unwrap_or_default(),
        (_, Some(birch)) if ended(birch) <= journal.taken() => {
            "The function waits for the summary too. `join!`, and an `.await` on the handle, wait until the work is done. \
             A task needs nobody who waits for it: the runtime polls it, not you."
        }
        _ => "The caller gets the answer when atlas has written it.",
    };
    run.require(journal.taken() == secs(1.0), returned_at(journal.taken(), secs(1.0)).because(why));
    run.require(
        reply.text == "An answer that took 1 s.",
        saw(format!("the reply {:?}", reply.text))
            .expected("the answer of atlas")
            .because("The caller has asked for the answer. The summary is for the archive."),
    );
}

fn returned_at(seen: Duration, expected: Duration) -> Message {
    let outcome = if seen > expected { Outcome::TooSlow } else { Outcome::Wrong };
    saw(format!("`answer_now` returned at {}", seconds(seen))).expected(seconds(expected)).outcome(outcome)
}

/// The summary begins at once, and its call finishes although its handle is gone.
#[test]
fn the_summary_goes_on_without_anybody_waiting() {
    // In the second run the summary is there first, in the third the answer is there before anything else runs, and in the
    // last both take their time.
    for (answer, summary) in [(1.0, 2.0), (3.0, 2.0), (0.0, 2.0), (45.083, 401.707)] {
        let run = ask_now(answer, summary);
        require_no_thread(&run, summary);
        let (atlas, birch) = the_two_calls(&run);
        run.require(
            birch.started == Duration::ZERO,
            saw(format!("the call for the summary begins at {}", seconds(birch.started)))
                .expected("0.000 s, together with the main work")
                .because(in_turn(atlas, birch).unwrap_or(
                    "Something holds the summary up. On one thread, a task that is spawned begins when the function \
                     that spawned it waits for the first time. (A runtime on a thread of its own has a clock of its own, too.)",
                )),
        );
        run.require(
            !matches!(birch.ended, Some((_, End::Dropped))),
            saw(format!("the call for the summary is dropped at {}, unfinished", seconds(ended(birch))))
                .expected(format!("it goes on and finishes at {}", seconds(secs(summary))))
                .because(
                    "Somebody owned the work, and dropped it. A future that your function polls (in `select!`, for \
                     example) is dropped with it, and one that has a `timeout` is dropped when the time is over. A `JoinSet` \
                     aborts its tasks when it is dropped, and `abort` asks a task to end. But the handle that `tokio::spawn` \
                     returns owns nothing: when it is dropped, the task goes on.",
                ),
        );
        run.require(
            ended(birch) == secs(summary),
            saw(birch.ended.as_ref().map_or("the call for the summary never ends".to_owned(), |(at, _)| {
                format!("the call for the summary ends at {}", seconds(*at))
            }))
            .expected(seconds(secs(summary)))
            .because("Whoever polls a future must go on until it is done. For a task, the runtime does that."),
        );
        let returned = run.value().journal.taken();
        run.require(
            returned == secs(answer),
            returned_at(returned, secs(answer)).because("The caller gets the answer when atlas has written it."),
        );
        // This check waits twice.
        run.only_looks_when_woken(2);
    }
}

/// The summary is in the archive when it is there, once.
#[test]
fn the_summary_comes_into_the_archive() {
    for (answer, summary) in [(1.0, 2.0), (3.0, 2.0), (1.0, 300.303)] {
        let run = ask_now(answer, summary);
        require_no_thread(&run, summary);
        the_two_calls(&run);
        let wanted = [format!("A summary that took {summary} s.")];
        let [there, later] = &run.value().kept;
        let because = match &there[..] {
            [] if !later.is_empty() => {
                "It comes late. Whoever keeps it must be woken by the summary: not look now and then, and not wait for the \
                 answer first."
            }
            [] => {
                "The call was made and paid for, and its reply is nowhere. Nobody joins a task whose handle is dropped, so \
                 what it returns is lost. What such a task has to say, it must say itself: give it a clone of the archive, \
                 and let it call `keep`."
            }
            [text] if text.starts_with("An answer") => "It is the summary that is kept, and not the answer.",
            _ => "One letter has one summary.",
        };
        let at = secs(summary);
        run.require(
            *there == wanted,
            saw(format!("in the archive at {}: {there:?}", seconds(at)))
                .expected(format!("{wanted:?}"))
                .because(because),
        );
        run.require(
            *later == wanted,
            saw(format!("in the archive three seconds later: {later:?}"))
                .expected(format!("{wanted:?}"))
                .because("One letter has one summary, and what is in the archive stays there."),
        );
    }
}

/// Three hundred letters at the same time, some of them twice, and some more in turn: each summary comes into the archive.
#[test]
fn many_letters_are_summed_up_together() {
    let birch = (0..300).fold(Model::new("birch"), |birch, number| {
        let letter = format!("letter {number}");
        let birch = birch.reply_to(letter.clone(), format!("sum {number}"));
        birch.time_to_first_token_for(letter, Duration::from_millis(2000 + 37 * (number * 7 % 100)))
    });
    let llm = MockLlm::new([Model::new("atlas").time_to_first_token(secs(0.113)), birch]);
    let archive = Archive::default();
    let letters: Vec<String> = (0..300).map(|index| format!("letter {}", index * 7 % 200)).collect();
    // So many are not drawn.
    let run = Check::new().run(async || {
        llm.restart();
        join_all(letters[..250].iter().map(|letter| answer_now(&llm, letter, &archive))).await;
        for letter in &letters[250..] {
            answer_now(&llm, letter, &archive).await;
        }
        let answered = llm.journal().taken();
        sleep(secs(10.0)).await;
        (answered, llm.journal())
    });
    let (answered, journal) = run.value();
    let of_birch = || journal.calls().iter().filter(|call| call.model == "birch");
    let cut = of_birch().filter(|call| matches!(call.ended, Some((_, End::Dropped)))).count();
    run.require(
        cut == 0,
        saw(format!("{cut} of {} calls for a summary dropped, unfinished", of_birch().count()))
            .expected("none")
            .because(
                "The summary of one letter ends that of another. Each call of `answer_now` has a task of its own, and these \
                 know nothing of each other.",
            ),
    );
    let at_once = of_birch().filter(|call| call.started.is_zero()).count();
    run.require(
        at_once == 250,
        saw(format!("at 0.000 s summaries of {at_once} letters begun, of 250")).expected("250").because(
            "Each summary begins together with its answer. Nobody asked for a limit, and a letter that comes twice \
                      is summed up twice.",
        ),
    );
    // The last fifty letters take 0.113 s each, one after another.
    run.require(
        *answered == secs(51.0 * 0.113),
        returned_at(*answered, secs(51.0 * 0.113)).because(
            "Each caller gets its answer when atlas has written it. None waits for the answer of another, nor for a summary.",
        ),
    );
    let kept = texts(&archive);
    let kept = kept.iter().map(String::as_str).collect::<Vec<&str>>().sorted();
    let wanted: Vec<String> = letters.iter().map(|letter| letter.replace("letter", "sum")).collect();
    let wanted = wanted.iter().map(String::as_str).collect::<Vec<&str>>().sorted();
    run.require(
        kept == wanted,
        saw(format!("{} summaries in the archive, for 300 letters", kept.len()))
            .expected("one for each letter")
            .because("Each letter has its summary in the archive, also one that comes twice."),
    );
}

/// A caller who gives up gets no answer, and the archive gets its summary all the same.
#[test]
fn the_archive_is_served_also_where_the_caller_gives_up() {
    let llm = two_models(1.0, 2.0);
    let archive = Archive::default();
    let expected = Timeline::default().lane(Lane::dropped("atlas", 0.0, 0.4)).lane(Lane::call("birch", 0.0, 2.0));
    let run = Check::new().draws(&llm).expects(expected).run(async || {
        let given_up = timeout(secs(0.4), answer_now(&llm, LETTER, &archive)).await.is_err();
        sleep(secs(2.6)).await;
        given_up
    });
    let kept = texts(&archive);
    run.require(
        *run.value() && kept.len() == 1,
        saw(format!("the caller gives up at 0.400 s, and the archive has {} summaries at 3.000 s", kept.len()))
            .expected("1")
            .because(
                "When the caller drops the future of `answer_now`, no line of it runs any more. The summary must be in other \
                 hands by then: those of the runtime.",
            ),
    );
}

/// The letter reaches both models as it was written, from both functions.
#[test]
fn passes_the_letter_on() {
    let llm = two_models(0.1, 0.2);
    let letter = "A letter of another day.";
    let run = Check::new().draws(&llm).run(async || {
        answer_and_summary(&llm, letter).await;
        answer_now(&llm, letter, &Archive::default()).await;
        sleep(secs(1.0)).await;
    });
    run.premise(run.journal().calls().len() == 4, "There are not four calls whose letters could be compared.");
    for call in run.journal().calls() {
        run.require(
            call.prompt == letter,
            saw(format!("{} was asked {:?}", call.model, call.prompt))
                .expected(format!("{letter:?}"))
                .because("The functions get the letter from their caller."),
        );
    }
}
