use std::pin::Pin;

use futures::{Stream, StreamExt};
use harness::{Check, Finished, more_turns, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, Token, When};
use tokio::time::{Instant, sleep};

use super::{Ended, Ledger, billed};

harness::checks!();

type Answer = Pin<Box<dyn Stream<Item = Result<Token, Error>>>>;
type Entry = (String, usize, Ended);

const WORDS: usize = 5;

fn model() -> Model {
    Model::new("atlas")
        .time_to_first_token(secs(1.187))
        .inter_token_latency(secs(0.271))
        .reply("one two three four five")
}

fn anna(tokens: usize, ended: Ended) -> Vec<Entry> {
    vec![("anna".to_owned(), tokens, ended)]
}

/// What a reader saw: the items, and the ledger when the last of them was there, when the stream was gone, and when all tasks
/// had had a turn after that.
struct Read {
    items: Vec<Option<Result<String, Error>>>,
    then: Vec<Entry>,
    dropped: Vec<Entry>,
    later: Vec<Entry>,
}

/// Polls an answer for `items` items, the end among them; after a second it is dropped.
fn read(model: Model, items: usize) -> Finished<Read> {
    let llm = MockLlm::new([model]);
    Check::new().draws(&llm).timers(4).run(async || {
        let ledger = Ledger::default();
        let mut answer: Answer = Box::pin(billed(llm.stream("Count."), "anna", &ledger));
        let mut seen = Vec::new();
        for _ in 0..items {
            seen.push(answer.next().await.map(|token| token.map(|token| token.text)));
        }
        let then = ledger.entries();
        sleep(secs(1.0)).await;
        drop(answer);
        let dropped = ledger.entries();
        more_turns(3).await;
        Read { items: seen, then, dropped, later: ledger.entries() }
    })
}

const COMES_LATER: &str = "The entry came after the drop: a destructor has left it to a task, or to a thread. That one may never \
                           have its turn, for the program may end first. To push onto a list needs no `await`: book in the \
                           destructor itself.";

/// The tokens come as they are written, then the end; an error comes once, and then the end.
#[test]
fn hands_everything_on_as_it_comes() {
    let llm = MockLlm::new([model()]);
    let run = Check::new().draws(&llm).run(async || {
        let start = Instant::now();
        let answer: Answer = Box::pin(billed(llm.stream("Count."), "anna", &Ledger::default()));
        answer.map(|token| (start.elapsed(), token.map(|token| token.index))).collect::<Vec<_>>().await
    });
    let wanted: Vec<_> = (0..WORDS).map(|index| (secs(1.187) + secs(0.271) * index as u32, Ok(index))).collect();
    run.require(
        *run.value() == wanted,
        saw(format!("{:?}", run.value())).expected(format!("{wanted:?}")).because(
            "The reader wants each token when it is written. A bill must not hold up an answer, nor change it.",
        ),
    );
    let run = read(model().fault(When::Always, Fault::CutAfter(3)), 6);
    let seen = &run.value().items;
    run.require(
        seen[3] == Some(Err(Error::Cut { tokens: 3 })) && seen[4..] == [None, None],
        saw(format!("after three tokens: {:?}", &seen[3..]))
            .expected("the error, and then the end, as often as it is asked for")
            .because("The reader must hear of the error, once."),
    );
}

/// An answer that is read to its end is booked with all its tokens, when the reader hears of the end.
#[test]
fn a_whole_answer_is_booked_at_its_end() {
    for (model, tokens) in [(model(), WORDS), (model().reply(""), 0)] {
        let run = read(model.clone(), tokens + 1);
        let Read { then, dropped, .. } = run.value();
        run.require(
            *dropped == anna(tokens, Ended::Whole),
            saw(format!("{dropped:?}")).expected(format!("one entry: {:?}", anna(tokens, Ended::Whole))).because(
                if tokens > 0 && *dropped == anna(0, Ended::Left) {
                    "The bill was booked as it was made: no token, no end. Perhaps it was dropped where `billed` returns. A closure or a \
                     generator takes along only the fields that it names, and a number as a copy: with `bill.count += 1` inside, it \
                     counts its copy, and the rest of `bill` stays outside. Have it name the whole: `let mut bill = bill;` as the first \
                     line inside moves all of it, and so does a method that is called there."
                } else {
                    "One stream, one bill: with every token that was handed on, and with the end that it came to."
                },
            ),
        );
        run.require(
            *then == *dropped,
            saw(format!("{then:?} when the reader had heard of the end, {dropped:?} a second later"))
                .expected("the entry with the end")
                .because(
                    "A stream that is over may lie about for a long time: in a variable, in a list. What is dropped with it \
                     comes late.",
                ),
        );
        // And only once, if the reader goes on to ask.
        let run = read(model, tokens + 3);
        let Read { items, dropped, .. } = run.value();
        run.require(
            items[tokens..].iter().all(Option::is_none),
            saw(format!("{:?}, asked three times after {tokens} tokens", &items[tokens..]))
                .expected("the end, each time")
                .because("After the end of the answer there is nothing more to hand on."),
        );
        run.require(
            *dropped == anna(tokens, Ended::Whole),
            saw(format!("{dropped:?} from a reader who asked on after the end"))
                .expected(format!("one entry: {:?}", anna(tokens, Ended::Whole)))
                .because(
                    "Whoever asks after the end gets the end again, and it was booked when it came first. Remember that it was: a \
                     bill that is gone, or a flag.",
                ),
        );
    }
}

/// A reader who leaves pays for what was handed on, the last token included.
#[test]
fn a_reader_who_leaves_pays_for_what_came() {
    for tokens in 1..=WORDS {
        let run = read(model(), tokens);
        let Read { then, dropped, later, .. } = run.value();
        run.require(
            then.is_empty(),
            saw(format!("{then:?} after {tokens} tokens, with the stream still open"))
                .expected("no entry yet")
                .because("The reader may go on to read. Only a drop says that nobody will."),
        );
        run.require(
            *dropped == anna(tokens, Ended::Left),
            saw(format!("{dropped:?} from a reader who left after {tokens} of {WORDS} tokens"))
                .expected(format!("{:?}", anna(tokens, Ended::Left)))
                .because(if run.tasks_left() > 0 {
                    "A task reads on, for nobody, and the customer will pay for it. The model writes as long as somebody reads."
                } else if dropped.iter().any(|(_, count, ended)| *count == tokens && *ended != Ended::Left) {
                    "The tokens are right. But the reader left before it heard of an end: whether more would have come, \
                     nobody knows."
                } else if dropped.is_empty() && !later.is_empty() {
                    COMES_LATER
                } else if dropped.is_empty() {
                    "The reader dropped the stream, at a `yield`. No line below that `yield` runs any more: of a generator that \
                     is dropped, only destructors run."
                } else {
                    "The generator stands *in* the `yield` until it is polled again. What has to happen for a token that was \
                     handed on stands before its `yield`."
                }),
        );
        run.leaves_nothing_behind();
    }
}

/// What waits in the stream is not given yet: a slow reader pays for what was handed on.
#[test]
fn what_was_not_handed_on_is_not_billed() {
    let llm = MockLlm::new([model()]);
    let run = Check::new().draws(&llm).timers(4).run(async || {
        let ledger = Ledger::default();
        let mut answer: Answer = Box::pin(billed(llm.stream("Count."), "anna", &ledger));
        let _ = answer.next().await;
        // All tokens have come meanwhile.
        sleep(secs(9.0)).await;
        let _ = answer.next().await;
        drop(answer);
        ledger.entries()
    });
    run.require(
        *run.value() == anna(2, Ended::Left),
        saw(format!("{:?} from a slow reader, who was given two tokens", run.value()))
            .expected(format!("{:?}", anna(2, Ended::Left)))
            .because("Tokens that were read ahead have not been sent to the customer."),
    );
}

/// An answer that nobody began to read is booked, too.
#[test]
fn a_stream_that_was_never_polled_is_booked() {
    let run = read(model(), 0);
    let Read { dropped, later, .. } = run.value();
    run.require(
        *dropped == anna(0, Ended::Left),
        saw(format!("{dropped:?} from a stream that was dropped before its first poll"))
            .expected(format!("{:?}", anna(0, Ended::Left)))
            .because(if dropped.is_empty() && !later.is_empty() {
                COMES_LATER
            } else {
                "A generator does nothing before its first poll, so what is made in its first line was never made. (And a \
                 closure or a generator takes along only the fields that it names: with `bill.count += 1` inside, the rest of \
                 `bill` stays outside, and is dropped there.)"
            }),
    );
}

/// An error is booked with the tokens before it, when the reader hears of it.
#[test]
fn a_failed_answer_is_booked_with_its_error() {
    for tokens in [0, 1, 3] {
        let run = read(model().fault(When::Always, Fault::CutAfter(tokens)), tokens + 1);
        let Read { then, dropped, .. } = run.value();
        run.require(
            *dropped == anna(tokens, Ended::Failed) && then == dropped,
            saw(format!("{then:?} when the reader had the error, {dropped:?} when the stream was gone"))
                .expected(format!("{:?}, with the error", anna(tokens, Ended::Failed)))
                .because(
                    "Most readers stop at an error and never poll again: a line below its `yield` does not run for them. Book \
                     it before the error is handed on.",
                ),
        );
        // And only once, if the reader goes on to ask.
        let run = read(model().fault(When::Always, Fault::CutAfter(tokens)), tokens + 3);
        let dropped = &run.value().dropped;
        run.require(
            *dropped == anna(tokens, Ended::Failed),
            saw(format!("{dropped:?} from a reader who asked on after the error"))
                .expected(format!("{:?}", anna(tokens, Ended::Failed)))
                .because("It has ended with its error. Whatever comes later is no second end."),
        );
    }
}

/// Two hundred answers for fifty customers, some of whom leave: each answer has one bill, with the right name.
#[test]
fn two_hundred_answers_have_two_hundred_bills() {
    let llm = MockLlm::new([model()]);
    let run = Check::new().draws(&llm).run(async || {
        let ledger = Ledger::default();
        let readers = (0..200_usize).map(|number| {
            let answer: Answer = Box::pin(billed(llm.stream("Count."), &format!("customer {}", number % 50), &ledger));
            async move {
                let mut answer = answer.take(number % 7);
                while answer.next().await.is_some() {}
            }
        });
        futures::future::join_all(readers).await;
        ledger.entries()
    });
    let mut wanted: Vec<Entry> = (0..200_usize)
        .map(|number| {
            let tokens = (number % 7).min(WORDS);
            (format!("customer {}", number % 50), tokens, if number % 7 > WORDS { Ended::Whole } else { Ended::Left })
        })
        .collect();
    wanted
        .sort_by(|one, other| (&one.0, one.1, one.2 == Ended::Left).cmp(&(&other.0, other.1, other.2 == Ended::Left)));
    let mut seen = run.value().clone();
    seen.sort_by(|one, other| (&one.0, one.1, one.2 == Ended::Left).cmp(&(&other.0, other.1, other.2 == Ended::Left)));
    let first = seen.iter().zip(&wanted).find(|(seen, wanted)| seen != wanted);
    run.require(
        seen == wanted,
        saw(format!("{} entries; the first wrong one: {:?}", seen.len(), first.map(|(seen, _)| seen)))
            .expected(format!("200 entries; there: {:?}", first.map(|(_, wanted)| wanted)))
            .because("Every stream keeps its own count, and has its own bill."),
    );
    run.leaves_nothing_behind();
}
