use std::time::Duration;

use harness::{
    Check, Finished, Lane, MarkKind, Outcome, Sorted, SpanKind, Timeline, numbered, recorder, saw, secs, test,
};
use mock_llm::{Call, End, MockLlm, Model};
use tokio::time::{Instant, sleep, timeout};

use super::ask_all;

harness::checks!();

/// A call of `show`.
#[derive(Clone, Copy)]
struct Shown {
    at: Duration,
    /// Which question the translation belongs to, from 1; 0 for something else.
    question: usize,
    /// The place that was given with it, from 0.
    place: usize,
}

/// What `ask_all` did.
struct Page {
    shown: Vec<Shown>,
    /// When it returned.
    returned: Duration,
}

fn prompt(question: usize) -> String {
    format!("Question {question}")
}

fn answer(question: usize) -> String {
    format!("This is the answer to question {question}.")
}

fn translation(question: usize) -> String {
    format!("Das ist die Antwort auf Frage {question}.")
}

/// From the first token of a translation to the last, in seconds: seven words.
const WORDS: f64 = 0.6;

/// How long each question's answer takes, and its translation, in seconds.
type Script = [(f64, f64)];

/// Runs `ask_all` for question 1, question 2 and so on. Each has a box on the page, which is drawn as well.
fn ask(script: &Script) -> Finished<Page> {
    let questions = || script.iter().copied().zip(1..);
    let word = secs(WORDS / 6.0);
    let (mut atlas, mut birch) = (Model::new("atlas"), Model::new("birch").inter_token_latency(word));
    for ((seconds, translating), question) in questions() {
        atlas =
            atlas.time_to_first_token_for(prompt(question), secs(seconds)).reply_to(prompt(question), answer(question));
        birch = birch.time_to_first_token_for(answer(question), secs(translating - WORDS));
        birch = birch.reply_to(answer(question), translation(question));
    }
    let llm = MockLlm::new([atlas, birch]);
    let drawn = recorder();
    // Three hundred questions, one after another, take longer than the ten minutes that a run may take.
    let mut check = Check::new().draws(&llm).within(secs(20_000.0));
    // Hundreds of lanes show nothing.
    if script.len() < 10 {
        check = check.draws_futures(&drawn).expects(drawing(script));
    }
    if script.is_empty() {
        check = check
            .a_panic_means("A list without prompts is a list too. Some tools panic when there is nothing to wait for.");
    }
    let prompts: Vec<String> = (1..=script.len()).map(prompt).collect();
    check.run(async || {
        let started = Instant::now();
        // Drawn as lanes that wait until their answers are shown.
        let mut boxes: Vec<_> = questions().map(|(_, question)| Some(drawn.wait(format!("box {question}")))).collect();
        let mut shown = Vec::new();
        let show = |place, text: String| {
            // Its number, without its full stop, is the text's last word.
            let number = text.trim_end_matches('.').rsplit(' ').next().and_then(|number| number.parse().ok());
            let question = number.filter(|&number| text == translation(number)).unwrap_or(0);
            if let Some(wait) = question.checked_sub(1).and_then(|index| boxes.get_mut(index)?.take()) {
                wait.over();
            }
            shown.push(Shown { at: started.elapsed(), question, place });
        };
        ask_all(&llm, &prompts, show).await;
        Page { shown, returned: started.elapsed() }
    })
}

/// The run that is expected: each question begins at once, each translation with its answer.
fn drawing(script: &Script) -> Timeline {
    let questions = || script.iter().copied().zip(1..);
    let asked =
        questions().map(|((seconds, _), question)| Lane::call(format!("atlas: {}", prompt(question)), 0.0, seconds));
    let mut in_order: Vec<_> = questions().collect();
    in_order.sort_by(|((first, _), _), ((second, _), _)| first.total_cmp(second));
    let translated = in_order.into_iter().map(|((from, more), question)| {
        let (first, to) = (from + more - WORDS, from + more);
        let lane = Lane::new(format!("birch: {}", answer(question))).span(SpanKind::Waiting, from, first);
        let lane = lane.span(SpanKind::Streaming, first, to);
        let tokens = (0..7).map(|index| first + WORDS / 6.0 * f64::from(index));
        tokens.fold(lane, |lane, at| lane.mark(MarkKind::Token, at)).mark(MarkKind::Finished, to)
    });
    let boxes =
        questions().map(|((seconds, more), question)| Lane::call(format!("box {question}"), 0.0, seconds + more));
    asked.chain(translated).chain(boxes).fold(Timeline::default(), Timeline::lane)
}

/// The call to this model with this prompt.
fn call<'run>(run: &'run Finished<Page>, model: &str, prompt: &str) -> Option<&'run Call> {
    run.journal().calls().iter().find(|call| call.model == model && call.prompt == prompt)
}

/// When this call ended.
fn ended(call: Option<&Call>) -> Duration {
    call.and_then(|call| call.ended.as_ref()).map_or(Duration::MAX, |(at, _)| *at)
}

/// When the translation for a question was whole, if it was.
fn whole(run: &Finished<Page>, question: usize) -> Duration {
    ended(call(run, "birch", &answer(question)))
}

/// Which questions were asked, and the answers of which were translated: two lists, each in order.
fn calls_for(run: &Finished<Page>, questions: usize) -> [Vec<usize>; 2] {
    let of = |model: &str, text: fn(usize) -> String| {
        let calls = run.journal().calls().iter().filter(|call| call.model == model);
        let question = |call: &Call| (1..=questions).find(|&question| call.prompt == text(question)).unwrap_or(0);
        calls.map(question).collect::<Vec<usize>>().sorted()
    };
    [of("atlas", prompt), of("birch", answer)]
}

/// Answers after 3 s, 1 s and 2 s, and 1.5 s more for each translation.
const THREE: &Script = &[(3.0, 1.5), (1.0, 1.5), (2.0, 1.5)];

/// Each question is asked once, each answer is translated once, and each translation is shown once.
#[test]
fn shows_every_translation_once() {
    let run = ask(THREE);
    require_all_calls_finished(&run);
    let all = vec![1, 2, 3];
    let [asked, translated] = calls_for(&run, 3);
    run.require(
        asked == all,
        saw(format!("calls to atlas for {}", numbered("question", &asked)))
            .expected("one for each of questions 1, 2, 3")
            .because("Every call costs money: none is repeated, and none is left out."),
    );
    run.require(
        translated == all,
        saw(format!("calls to birch for the answers to {}", numbered("question", &translated)))
            .expected("one for each of questions 1, 2, 3")
            .because("Each answer is translated once, and it is the answer that birch gets, not the prompt."),
    );
    let shown: Vec<usize> = run.value().shown.iter().map(|shown| shown.question).collect();
    let shown = shown.sorted();
    run.require(
        shown == all,
        saw(format!("`show` called with the translations for {}", numbered("question", &shown)))
            .expected("`show` called once for each of questions 1, 2, 3")
            .because(SHOWN_ONCE),
    );
    run.leaves_nothing_behind();
}

const SHOWN_ONCE: &str = "Each box on the page waits for its answer, in German and whole.";

/// Every call has brought its reply.
#[track_caller]
fn require_all_calls_finished(run: &Finished<Page>) {
    let lost = run.journal().calls().iter().filter(|call| !matches!(call.ended, Some((_, End::Finished))));
    let lost: Vec<String> = lost.map(|call| format!("{} for {:?}", call.model, call.prompt)).collect();
    let more = if lost.len() > 3 { " …" } else { "" };
    run.require(
        lost.is_empty(),
        saw(format!("calls that did not end with a reply: {}{more}", lost[..lost.len().min(3)].join(", ")))
            .expected("every call to go on until its reply is there, however long it takes")
            .because(why_lost(run)),
    );
}

/// The mistake behind calls that bring no reply.
fn why_lost(run: &Finished<Page>) -> &'static str {
    let calls = run.journal().calls();
    if calls.iter().any(|call| call.ended.is_none()) {
        "They were still in flight when `ask_all` returned, and nobody waits for them any more. Wait until the last \
         translation is shown."
    } else if calls.iter().all(|call| call.attempt == 1) {
        "The futures of these calls were dropped before they were done, and to drop a future is to cancel it: when another \
         result came, or a limit of time was over, or your function returned. Keep them, and wait again for whichever is next."
    } else {
        "When another result came, the futures of these calls were dropped, and new calls were made for the same texts. \
         Make the futures once, before the loop, and keep those that are not done."
    }
}

/// Answers after 3, 1 and 2 s, each translated in 1.5 s: the second is shown at 2.5 s, the third at 3.5 s, the first at 4.5 s.
#[test]
fn shows_each_translation_when_it_is_whole() {
    let run = ask(THREE);
    let Page { shown, returned, .. } = run.value();
    let seen: Vec<(usize, Duration)> = shown.iter().map(|shown| (shown.question, shown.at)).collect();
    if seen != [(2, secs(2.5)), (3, secs(3.5)), (1, secs(4.5))] {
        let all_are_shown = seen.iter().map(|(question, _)| *question).collect::<Vec<_>>().sorted() == [1, 2, 3];
        let (because, outcome) =
            if all_are_shown { (why_late(&run, THREE), Outcome::TooSlow) } else { (SHOWN_ONCE, Outcome::Wrong) };
        run.fail(
            saw(if shown.is_empty() { "nothing shown".to_owned() } else { instants(&run, shown) })
                .expected("question 2 shown at 2.500 s, question 3 at 3.500 s, question 1 at 4.500 s")
                .because(because)
                .outcome(outcome),
        );
    }
    run.require(
        *returned == secs(4.5),
        saw(format!("`ask_all` returned at {}", seconds(*returned)))
            .expected("4.500 s")
            .because("It ends with the last translation: there is nothing left to wait for.")
            .outcome(Outcome::TooSlow),
    );
}

fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

/// When the answers came, and when their translations were whole and were shown: a line for each.
fn instants(run: &Finished<Page>, shown: &[Shown]) -> String {
    let line = |shown: &Shown| {
        let question = shown.question;
        if question == 0 {
            return format!("a text that is no whole translation, shown at {}", seconds(shown.at));
        }
        let answered = ended(call(run, "atlas", &prompt(question)));
        let (answered, whole, shown) = (seconds(answered), seconds(whole(run, question)), seconds(shown.at));
        format!("question {question}: answered at {answered}, translated at {whole}, shown at {shown}")
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many of the questions were asked at once.
fn asked_at_once(run: &Finished<Page>) -> usize {
    run.journal().calls().iter().filter(|call| call.model == "atlas" && call.started.is_zero()).count()
}

/// The mistake behind translations that are not shown when they could be.
fn why_late(run: &Finished<Page>, script: &Script) -> &'static str {
    let questions = || script.iter().copied().zip(1..);
    let asked = |question| call(run, "atlas", &prompt(question));
    let translated = |question| call(run, "birch", &answer(question));
    if asked_at_once(run) == 1 {
        return "The questions are asked one after another: the next one begins when the one before it has ended. Either it \
                is made and awaited in turn, or all of them share something that one at a time may have: a lock whose guard \
                is kept over an `.await`, a semaphore. Start all of them first, and let them share nothing.";
    }
    if asked_at_once(run) < script.len() {
        return "Some questions wait until others are answered. Nobody asked for a limit. Start all of them first.";
    }
    let unseen = |((seconds, _), question): ((f64, f64), usize)| ended(asked(question)) != secs(seconds);
    if questions().any(unseen) {
        return "atlas had answered, and nobody polled the call to see it: your code awaited something else meanwhile, a \
                translation perhaps. What is not polled makes no progress. While the loop's body waits, nobody is in \
                `next()`. Let each future do both steps, question and translation: then the loop has nothing to await but \
                `next()`.";
    }
    let begun = |question| translated(question).map_or(Duration::MAX, |call| call.started);
    let waited = |((seconds, _), question): ((f64, f64), usize)| begun(question) != secs(seconds);
    if questions().any(waited) {
        let last = questions().map(|((seconds, _), _)| secs(seconds)).max().unwrap_or_default();
        return if questions().all(|(_, question)| begun(question) >= last) {
            "All answers are waited for, and only then the first translation begins. A step for all, then the next step for \
             all: so each answer waits for the slowest. Let each future do both steps for its own question."
        } else {
            "An answer is there, and its translation does not begin, because another one is going on. Translations are waits \
             too, and they can overlap. Whoever takes an answer and then awaits its translation before taking the next one \
             does them one after another. Let each future, or each task, do both steps for its own question."
        };
    }
    let unseen = |((seconds, more), question): ((f64, f64), usize)| whole(run, question) != secs(seconds) + secs(more);
    if questions().any(unseen) {
        return "birch had written all tokens of a translation, and nobody polled the stream to take them: your code awaited \
                something else. What is not polled makes no progress.";
    }
    let shown = &run.value().shown;
    let is_answer = |at: Duration| questions().any(|((seconds, _), _)| secs(seconds) == at);
    if shown.iter().any(|shown| shown.at != whole(run, shown.question) && is_answer(shown.at)) {
        return "A translation was whole, and your code was waiting for an answer. You wait in two places, and while you wait \
                in one you do not hear of the other. Wait in one place, for whichever translation is whole next.";
    }
    let is_moment = |at: Duration| questions().any(|(_, question)| whole(run, question) == at);
    if !run.value().shown.iter().all(|shown| is_moment(shown.at)) {
        return LOOKED_LATER;
    }
    let last = questions().map(|(_, question)| whole(run, question)).max().unwrap_or_default();
    if run.value().shown.iter().any(|shown| shown.at != last) {
        return "The translations are handed on in groups: a whole one waits until enough others are whole too. Take one at a \
                time (`next()`, not `chunks`).";
    }
    // Where the first question is the fastest, code that waits in the order of the list shows it in time; code that
    // waits for all of them does not.
    let in_order = ask(&[(1.0, 1.5), (3.0, 1.5), (2.0, 1.5)]);
    if in_order.value().shown.first().is_none_or(|shown| shown.at != secs(2.5)) {
        return "Your code waits for all translations, and shows them when the last one is whole. Whatever it does with them \
                then, in whichever order: the time is lost. `show` must be called while others are still in flight.";
    }
    if run.tasks_spawned() > 0 {
        "The tasks run by themselves, and your code waits for their handles in the order of the list. The first is the \
         slowest here, and the other translations wait behind it, though they are there. Wait for whichever comes next."
    } else {
        "Your code waits for the results in the order of the list. The first is the slowest here, and the others wait \
         behind it, though they are there. Wait for whichever comes next."
    }
}

const LOOKED_LATER: &str = "The translations were whole, and your code looked later. Whoever looks at certain times is late \
                            for all that comes in between, and a shorter interval only costs more. A future that is \
                            `.await`ed is woken when there is something new.";

/// The place of a translation is the place of its prompt, whenever it comes.
#[test]
fn shows_each_translation_at_the_place_of_its_prompt() {
    let runs = [
        ask(THREE),
        ask(&[(2.0, 1.5), (3.0, 1.5), (1.0, 1.5)]),
        ask(&[(1.0, 1.5), (3.0, 1.5), (2.0, 1.5)]),
        // The second answer comes first, and its translation last.
        ask(&[(1.2, 0.8), (0.4, 3.1), (0.9, 1.9), (2.2, 0.7)]),
    ];
    let overtaken = |run: &Finished<Page>| !run.value().shown.is_sorted_by_key(|shown| shown.question);
    runs[0].premise(
        runs.iter().any(overtaken),
        "The translations come in the order of the prompts, so that a wrong place could not be told from a right one.",
    );
    let counts = |run: &Finished<Page>| run.value().shown.iter().enumerate().all(|(count, shown)| shown.place == count);
    let counted = runs.iter().all(counts);
    for run in &runs {
        let shown = &run.value().shown;
        let from_one = shown.iter().all(|shown| shown.place == shown.question);
        for shown in shown {
            let wanted = shown.question.saturating_sub(1);
            run.require(
                shown.place == wanted,
                saw(format!("the translation for question {} with place {}", shown.question, shown.place))
                    .expected(format!("place {wanted}"))
                    .because(if from_one {
                        "Places count from 0: the first prompt has place 0."
                    } else if counted {
                        "The translations are numbered in the order in which they came. That number says which was the \
                         fastest, and not which question it belongs to: it goes into the wrong box. Each future must \
                         bring the place of its prompt along."
                    } else {
                        "The translation goes into the wrong box. A number that a tool gives you may count something \
                         else than the prompts: what is left in a list, for one, whose places change when something is \
                         taken out. And answers do not come in the order in which their translations are whole. Let each \
                         future bring the place of its prompt along."
                    }),
            );
        }
    }
}

/// More than anybody would write into the code as a limit.
const MANY: usize = 1100;

/// More than a thousand questions at odd instants: all at once, each shown when it is whole, and nobody looks for nothing.
#[test]
fn shows_any_number_at_any_instant() {
    let milliseconds = |number: usize| number as f64 / 1000.0;
    let one = |index: usize| (milliseconds(37 + 113 * (index * 7 % 150)), milliseconds(619 + 211 * (index * 11 % 13)));
    let script: Vec<(f64, f64)> = (0..MANY).map(one).collect();
    let run = ask(&script);
    let together = asked_at_once(&run);
    run.require(
        together == MANY,
        saw(format!("{together} of {MANY} questions asked at 0.000 s"))
            .expected(MANY.to_string())
            .because(if together < MANY {
                "The number of prompts is known only when the program runs: a number in the code is a limit that \
                 nobody asked for."
            } else {
                "Every call costs money: none is repeated."
            })
            .outcome(if together < MANY { Outcome::TooSlow } else { Outcome::Wrong }),
    );
    require_all_calls_finished(&run);
    let shown = &run.value().shown;
    let is_late = |shown: &&Shown| {
        let (answering, translating) = script.get(shown.question.wrapping_sub(1)).copied().unwrap_or_default();
        shown.at != secs(answering) + secs(translating)
    };
    let late: Vec<Shown> = shown.iter().filter(is_late).copied().collect();
    if !late.is_empty() {
        let (because, outcome) = if late.iter().all(|shown| shown.question > 0) {
            (why_late(&run, &script), Outcome::TooSlow)
        } else {
            (SHOWN_ONCE, Outcome::Wrong)
        };
        run.fail(
            saw(instants(&run, &late[..late.len().min(3)]))
                .expected("each translation to be shown at the instant at which it can be whole")
                .because(because)
                .outcome(outcome),
        );
    }
    let places: Vec<usize> = shown.iter().map(|shown| shown.place).collect();
    run.require(
        places.sorted() == (0..MANY).collect::<Vec<_>>() && shown.iter().all(|shown| shown.question == shown.place + 1),
        saw(format!("`show` called {} times, not each time with the right place", shown.len()))
            .expected(format!("{MANY} times, once for each place, with the translation that belongs there"))
            .because("Each box waits for its own answer."),
    );
    run.only_looks_when_woken(0);
}

/// Nothing asked, nothing shown.
#[test]
fn no_prompts_nothing_shown() {
    let run = ask(&[]);
    let number = run.value().shown.len();
    run.require(
        number == 0,
        saw(format!("`show` called {number} times")).expected("no call").because("There is nothing to show."),
    );
    run.takes(secs(0.0), "To wait for all of nothing takes no time.");
}

/// A prompt that stands in the list twice is asked twice, and has two places.
#[test]
fn the_same_prompt_twice_has_two_places() {
    let atlas = Model::new("atlas").time_to_first_token(secs(1.0));
    let llm = MockLlm::new([atlas, Model::new("birch").time_to_first_token(secs(0.7))]);
    let prompts = [1, 2, 1].map(prompt);
    let run = Check::new().draws(&llm).run(async || {
        let mut places = Vec::new();
        ask_all(&llm, &prompts, |place, _| places.push(place)).await;
        places.sorted()
    });
    let places = run.value();
    run.require(
        *places == [0, 1, 2],
        saw(format!("translations shown at places {places:?}")).expected("one at each of the places 0, 1, 2").because(
            "The text of a prompt does not name its place: two boxes may ask the same. What tells them apart is the \
             place in the list.",
        ),
    );
    let asked = run.journal().calls().iter().filter(|call| call.model == "atlas").count();
    run.require(
        asked == 3,
        saw(format!("{asked} questions asked for 3 prompts")).expected("3").because(
            "A model that is asked the same twice may give two different answers, and each box wants its own.",
        ),
    );
    let translated = run.journal().calls().iter().filter(|call| call.model == "birch").count();
    run.require(
        translated == 3,
        saw(format!("{translated} answers translated for 3 boxes")).expected("3").because(
            "The answers of two boxes may be equal. Each box has a translation of its own: a key that is made of the text \
             takes two boxes for one.",
        ),
    );
}

/// When the caller gives up, nothing goes on: no question, and no translation.
#[test]
fn a_caller_who_gives_up_leaves_no_call_behind() {
    // In the middle of the questions, and in the middle of the translations.
    for seconds in [0.613, 1.337] {
        let atlas = Model::new("atlas").time_to_first_token(secs(1.0));
        let llm = MockLlm::new([atlas, Model::new("birch").time_to_first_token(secs(0.7))]);
        let prompts: Vec<String> = (1..=40).map(prompt).collect();
        let run = Check::new().run(async || {
            let mut shown = 0;
            let given_up = timeout(secs(seconds), ask_all(&llm, &prompts, |_, _| shown += 1)).await.is_err();
            // An aborted task ends in the next turn of the runtime.
            sleep(secs(0.01)).await;
            let (in_flight, made) = (llm.journal().in_flight(), llm.journal().calls().len());
            sleep(secs(5.0)).await;
            (given_up, in_flight, llm.journal().calls().len() - made)
        });
        let (given_up, in_flight, made) = *run.value();
        run.premise(given_up, "`ask_all` had returned before its translations were whole.");
        run.require(
            in_flight == 0 && made == 0,
            saw(format!("the caller gave up at {seconds:.3} s, {in_flight} calls went on, and {made} were made after that"))
                .expected("no call in flight, and none made")
                .because(
                    "A future that is dropped drops what it owns, and nothing else. A task goes on when its handle is \
                     dropped. Futures that live in `ask_all` end with it, and so do the tasks of a `JoinSet` that does.",
                ),
        );
    }
}
