use std::time::Duration;

use harness::{Check, Finished, Lane, MarkKind, Outcome, SpanKind, Timeline, odd, recorder, saw, secs, shown, test};
use mock_llm::{End, Fault, MockLlm, Model, When};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, timeout},
};

use super::{Piece, pipeline};

harness::checks!();

/// From one token to the next.
const TOKEN: Duration = Duration::from_millis(271);

/// The name of the lane that shows when the learner's function returns.
const FUNCTION: &str = "pipeline";

/// What the page saw.
#[derive(Debug, Default)]
struct Page {
    pieces: Vec<(Duration, Piece)>,
    /// When `pipeline` returned, if it did.
    returned: Option<Duration>,
    /// How many tasks were alive when it had been silent for long.
    tasks: usize,
    /// When the check gave up, had it not returned.
    given_up: Duration,
    /// How many tokens the readers had taken each time the page had shown a piece.
    taken: Vec<usize>,
    /// How many calls there were, and how many of them had begun at once.
    calls: (usize, usize),
}

/// Runs `pipeline` with a page that takes `pause` for each piece, and gives up when nothing can come any more.
async fn show_all(llm: &MockLlm, questions: &[String], capacity: usize, pause: Duration) -> Page {
    show_within(secs(400.0), llm, questions, capacity, pause).await
}

async fn show_within(limit: Duration, llm: &MockLlm, questions: &[String], capacity: usize, pause: Duration) -> Page {
    let started = Instant::now();
    let (mut pieces, mut taken) = (Vec::new(), Vec::new());
    let show = async |piece: Piece| {
        pieces.push((started.elapsed(), piece));
        if !pause.is_zero() {
            sleep(pause).await;
            taken.push(llm.journal().calls().iter().map(|call| call.delivered).sum());
        }
    };
    let returned = timeout(limit, pipeline(llm, questions, capacity, show)).await.ok().map(|()| started.elapsed());
    let tasks = Handle::current().metrics().num_alive_tasks();
    let calls = llm.journal().calls().to_vec();
    let at_once = calls.iter().filter(|call| call.started.is_zero()).count();
    Page { pieces, returned, tasks, given_up: started.elapsed(), taken, calls: (calls.len(), at_once) }
}

/// A list of questions, all different.
fn questions(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("question {number}")).collect()
}

/// The answer to question `number`: some have a key in them, and no two are equally long.
fn answer(number: usize) -> String {
    let words = (0..3 + number % 5).map(|word| format!("{number}-{word}"));
    let key = (number % 3 == 1).then(|| format!("sk-{number}"));
    words.chain(key).chain(["end".to_owned()]).collect::<Vec<String>>().join(" ")
}

/// A model with an answer of its own to each question, which begins after `first`.
fn model(count: usize, first: impl Fn(usize) -> Duration) -> Model {
    (0..count).fold(Model::new("atlas").inter_token_latency(TOKEN), |model, number| {
        let question = format!("question {number}");
        model.reply_to(question.clone(), answer(number)).time_to_first_token_for(question, first(number))
    })
}

/// What the page is to show of one answer.
fn wanted(number: usize) -> Vec<String> {
    let text = answer(number);
    mock_llm::tokens(&text).map(|token| if token.contains("sk-") { " ***" } else { token }.to_owned()).collect()
}

/// When the last token of an answer comes.
fn end_of(number: usize, first: Duration) -> Duration {
    first + TOKEN * (wanted(number).len() as u32 - 1)
}

fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

fn drawing(count: usize, first: impl Fn(usize) -> Duration) -> Timeline {
    let mut drawing = Timeline::default();
    let mut last = 0.0_f64;
    for number in 0..count {
        let (begins, ends) = (first(number).as_secs_f64(), end_of(number, first(number)).as_secs_f64());
        last = last.max(ends);
        let lane = Lane::new(format!("question {number}")).span(SpanKind::Waiting, 0.0, begins).span(
            SpanKind::Streaming,
            begins,
            ends,
        );
        let tokens = (0..wanted(number).len()).map(|index| begins + TOKEN.as_secs_f64() * index as f64);
        let lane = tokens.fold(lane, |lane, at| lane.mark(MarkKind::Token, at));
        drawing = drawing.lane(lane.mark(MarkKind::Finished, ends));
    }
    drawing.lane(Lane::call(FUNCTION, 0.0, last))
}

/// It returned, and at this instant.
#[track_caller]
fn require_return<T>(run: &Finished<T>, page: &Page, at: Duration) {
    let Some(returned) = page.returned else { never_returned(run, page) };
    let late = if returned > at { Outcome::TooSlow } else { Outcome::Wrong };
    let mut seen = format!("`pipeline` returned at {}", seconds(returned));
    let (calls, at_once) = page.calls;
    let why = if returned < at {
        "It returned while an answer was still coming. Silence is no end: a queue has ended when all of its senders are gone."
    } else if at_once < calls {
        seen += &format!("; {at_once} of {calls} calls had begun at 0 s");
        "All questions are asked at the same time. Here some readers wait before they ask: for the end of another answer, or for \
         a place in the queue (`reserve`). A place is needed when there is a token, and whoever takes one earlier keeps it, empty, \
         from all others."
    } else {
        "With the last piece there is nothing left to wait for: the last reader drops its sender then, and each queue down \
         the pipeline ends at the same instant."
    };
    let expected = format!("it returns at {}", seconds(at));
    run.require(returned == at, saw(seen).expected(expected).because(why).outcome(late));
}

/// Names the sender that is still alive.
#[track_caller]
fn never_returned<T>(run: &Finished<T>, page: &Page) -> ! {
    let shown = match page.pieces.last() {
        Some((at, _)) => format!("the last piece was shown at {}", seconds(*at)),
        None => "no piece was shown".to_owned(),
    };
    let what = format!("{shown}, and `pipeline` never returned");
    // A call that the function itself reads is dropped with the function, when the check gives up.
    let is_in_flight = |ended: &Option<(Duration, End)>| ended.as_ref().is_none_or(|(at, _)| *at >= page.given_up);
    let all_calls_over = run.journal().calls().iter().all(|call| !is_in_flight(&call.ended));
    let (alive, why) = match page.tasks {
        _ if run.journal().calls().is_empty() => (
            "no call has begun",
            "The readers are there, and nobody polls them. A future does nothing until it is awaited or spawned, and here the \
             page is waited for first: it waits for pieces, and the readers for their first poll. Whatever stands behind the \
             page's loop comes too late. All stations must run while the page reads: spawn them, or poll them together with \
             the page.",
        ),
        _ if !all_calls_over => (
            "calls are still in flight",
            "Somebody waits for a place in a queue that nobody empties, or for a task that waits for such a place. The page \
             must take pieces *while* the readers read: a bounded queue makes its senders wait.",
        ),
        0 if run.tasks_spawned() == 0 => (
            "the calls are over, and a sender is still alive in the function",
            "Here the function polls the stations itself, so the sender that is left is one of its own. `pieces` is one: each \
             reader has a clone, and the original lives to the end of the function, unless it is dropped or moved. As long as it \
             is there, `hide_keys` waits for what it might send, and keeps `clean`; the page waits for that one, and the \
             function for the page. It is the same with a `clean` of which `hide_keys` got a clone.",
        ),
        0 => (
            "no task is left, and somebody still holds a sender for the page's queue",
            "All tasks are gone, and their senders with them. The sender that is still alive is one of the function's own: \
             the original `clean`, from which the task got a clone. As long as it is there, somebody might send, and `recv` \
             waits for it. \"All tasks have ended\" is not \"the queue has ended\". (Where the page waits for an end mark \
             instead: whoever should have sent it has ended without it.)",
        ),
        1 => (
            "one task is left, which waits as well",
            "The readers are gone, and `hide_keys` still waits for pieces, because a sender for *its* queue is alive: the \
             original `pieces`, in the function, from which the readers got their clones. As long as it is there, somebody \
             might send. \"All readers have ended\" is not \"the queue has ended\". (Where a task waits for an end mark \
             instead: whoever should have sent it has ended without it.)",
        ),
        _ => (
            "tasks are left, which wait as well",
            "Each of these tasks waits for something that nobody will send. A queue ends when its last sender is gone, and \
             every task that keeps one, and every variable, keeps it open.",
        ),
    };
    run.fail(
        saw(format!("{what}: {alive}"))
            .expected("each queue ends when its last sender is gone, and then `pipeline` returns")
            .because(why)
            .outcome(Outcome::Deadlock),
    )
}

/// Each answer from its first piece to its last, in order, without its keys.
#[track_caller]
fn require_pieces<T>(run: &Finished<T>, page: &Page, number: usize, wanted: &[String]) {
    let of_question = page.pieces.iter().filter(|(_, piece)| piece.question == number);
    let seen: Vec<String> = of_question.map(|(_, piece)| piece.text.clone()).collect();
    let why = if seen.iter().any(|text| text.contains("sk-")) {
        "A key went past `hide_keys`. Every piece goes through all stations."
    } else if seen.len() < wanted.len() {
        "Pieces are lost. A queue that is full is no reason to drop one (`try_send` gives it back, `send` waits), the end of \
         one answer is not the end of the others, and an error in one neither."
    } else if seen.len() > wanted.len() {
        "The page shows more than the models wrote. A queue in Rust needs no end mark: it ends with its last sender."
    } else {
        "One reader sends its pieces in order, and a queue keeps it."
    };
    run.require(
        seen == wanted,
        saw(format!("of the answer to question {number}: {seen:?}")).expected(format!("{wanted:?}")).because(why),
    );
}

/// It returns with the last piece, and each queue has ended by then: no sender is left.
#[test]
fn ends_when_the_last_sender_is_gone() {
    let first = |number: usize| odd(number);
    let (llm, recorder) = (MockLlm::new([model(3, first)]), recorder());
    let check = Check::new().draws(&llm).draws_futures(&recorder).expects(drawing(3, first));
    let run = check.run(async || {
        // Not longer, so that the drawing of a run that never ends can be read.
        shown(&recorder, FUNCTION, show_within(secs(20.0), &llm, &questions(3), 2, Duration::ZERO)).await
    });
    let end = (0..3).map(|number| end_of(number, odd(number))).max().unwrap_or_default();
    require_return(&run, run.value(), end);
    run.leaves_nothing_behind();
    // The check has one timer.
    run.only_looks_when_woken(1);
}

/// Each piece is shown when it comes, in order, and without its keys.
#[test]
fn shows_each_piece_when_it_comes() {
    for (count, capacity) in [(4, 1), (7, 5), (2, 64)] {
        let first = |number: usize| odd(number + 1);
        let llm = MockLlm::new([model(count, first)]);
        let check = Check::new().draws(&llm).expects(drawing(count, first));
        let run = check.run(async || show_all(&llm, &questions(count), capacity, Duration::ZERO).await);
        for number in 0..count {
            require_pieces(&run, run.value(), number, &wanted(number));
            let shown_at = run.value().pieces.iter().filter(|(_, piece)| piece.question == number).map(|(at, _)| *at);
            let seen: Vec<String> = shown_at.map(seconds).collect();
            let due = (0..seen.len() as u32).map(|index| seconds(first(number) + TOKEN * index));
            let due: Vec<String> = due.collect();
            run.require(
                seen == due,
                saw(format!("the pieces of question {number} shown at {}", seen.join(", ")))
                    .expected(due.join(", "))
                    .because(
                        "All questions are asked at the same time, and a page that is quick shows each piece at the instant \
                         at which its token comes. Who collects first, or reads one answer after another, shows it too late.",
                    )
                    .outcome(Outcome::TooSlow),
            );
        }
    }
}

/// A reader that fails or panics is gone, with its sender: the others go on, and the pipeline ends.
#[test]
fn a_reader_that_dies_takes_nobody_with_it() {
    let first = |number: usize| odd(number);
    for fault in [Fault::Panic, Fault::CutAfter(2), Fault::RateLimited { retry_after: None }] {
        for dies in [0, 3] {
            let model = model(4, first).fault(When::Prompt(format!("question {dies}")), fault);
            let llm = MockLlm::new([model]);
            let run = Check::new().draws(&llm).run(async || show_all(&llm, &questions(4), 1, Duration::ZERO).await);
            for number in (0..4).filter(|number| *number != dies) {
                require_pieces(&run, run.value(), number, &wanted(number));
            }
            let before = if fault == Fault::CutAfter(2) { 2 } else { 0 };
            require_pieces(&run, run.value(), dies, &wanted(dies)[..before]);
            let ends = (0..4).filter(|number| *number != dies).map(|number| end_of(number, first(number)));
            require_return(&run, run.value(), ends.max().unwrap_or_default());
            run.leaves_nothing_behind();
        }
    }
}

/// Where the page is slow, the queues fill up, and then the readers wait. Nothing is lost.
#[test]
fn a_slow_page_makes_the_readers_wait() {
    for capacity in [1, 4, 9, 20] {
        let words: String = (0..60).map(|word| format!(" word{word}")).collect();
        let llm = MockLlm::new([Model::new("atlas").inter_token_latency(secs(0.001)).reply(&words)]);
        let run = Check::new().run(async || {
            llm.restart();
            show_all(&llm, &questions(2), capacity, secs(0.731)).await
        });
        let page = run.value();
        if page.returned.is_none() {
            never_returned(&run, page);
        }
        let wanted: Vec<String> = mock_llm::tokens(&words).map(str::to_owned).collect();
        for number in 0..2 {
            require_pieces(&run, page, number, &wanted);
        }
        // A piece in the hands of each reader and of `hide_keys`, and two full queues.
        let most = 2 * capacity + 3;
        // One at least is as long as it should be.
        let least = capacity;
        for (index, taken) in page.taken.iter().take(60).enumerate() {
            let ahead = taken.saturating_sub(index + 1);
            let message = saw(format!(
                "with a capacity of {capacity}: {} pieces shown, and {taken} tokens taken from the models: {ahead} on their way",
                index + 1
            ));
            run.require(
                ahead <= most,
                message.clone().expected(format!("{most} at most: two full queues, and one piece in three hands")).because(
                    "The page is slow and the models are not. What the page has not shown yet is kept somewhere, and grows \
                     for as long as the answer does. A bounded queue makes whoever sends wait; an unbounded one, a list, or \
                     a task for each piece does not.",
                ),
            );
            // Who hides the keys where tokens are read has one queue and no third hand, and that is right, too. With a third hand there
            // are two queues.
            let two_queues = ahead >= capacity + 4;
            run.require(
                !two_queues || ahead >= 2 * capacity,
                message.clone().expected(format!("{} at least: two queues for {capacity}", 2 * capacity)).because(
                    "The readers wait although there is room: one of the two queues is not as long as the caller has asked for. \
                     `capacity` is for each queue between two stations.",
                ),
            );
            run.require(
                ahead >= least,
                message.expected(format!("{least} at least: the caller has asked for queues of this length")).because(
                    "The readers wait although there is room. A queue is there to let them read on while the page is busy, \
                     and its capacity is the caller's to choose.",
                ),
            );
        }
        require_return(&run, page, secs(0.731) * 120);
    }
}

/// Hundreds of questions, none at all, a silent minute, and a second pipeline after the first.
#[test]
fn any_number_and_any_silence() {
    let first =
        |number: usize| if number == 150 { secs(97.3) } else { Duration::from_millis(37 * (number as u64 * 7 % 100)) };
    let llm = MockLlm::new([model(300, first)]);
    for (count, capacity) in [(300, 1), (0, 3), (151, 20), (1, 1)] {
        let run = Check::new().run(async || {
            llm.restart();
            show_all(&llm, &questions(count), capacity, Duration::ZERO).await
        });
        for number in 0..count {
            require_pieces(&run, run.value(), number, &wanted(number));
        }
        let end = (0..count).map(|number| end_of(number, first(number))).max().unwrap_or_default();
        require_return(&run, run.value(), end);
        run.leaves_nothing_behind();
    }
    // Two answers of an hour, with thousands of tokens.
    let words: String = (0..2500).map(|word| format!(" word{word}")).collect();
    let llm = MockLlm::new([Model::new("atlas").inter_token_latency(secs(1.301)).reply(&words)]);
    let run = Check::new()
        .within(secs(9000.0))
        .run(async || show_within(secs(8000.0), &llm, &questions(2), 3, Duration::ZERO).await);
    for number in 0..2 {
        let shown = run.value().pieces.iter().filter(|(_, piece)| piece.question == number);
        let (count, last) = shown.fold((0, Duration::ZERO), |(count, _), (at, _)| (count + 1, *at));
        run.require(
            count == 2500,
            saw(format!(
                "an answer of 2500 tokens, 1.301 s apart: {count} of them were shown, the last at {}",
                seconds(last)
            ))
            .expected("all of them")
            .because("An answer may be of any length, and may take any time: its end is where its stream ends."),
        );
    }
    require_return(&run, run.value(), secs(1.301) * 2499);
}
