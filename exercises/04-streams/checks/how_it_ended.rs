use std::{cell::Cell, rc::Rc, time::Duration};

use async_stream::stream;
use futures::{StreamExt, future::pending};
use harness::{Check, Finished, Outcome, counted, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, sleep, timeout};

use super::{Answer, End, Response, read};

harness::checks!();

const FIRST: f64 = 1.187;
const APART: f64 = 0.271;
/// One of its tokens looks like the mark.
const TEXT: &str = "The mark is [DONE] and no more.";

/// What a server does after its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Close,
    /// The connection stays open, and after a while more events come: a token, and the mark again.
    StayOpen,
}

/// A server: what stands between the tokens and the end of the connection.
#[derive(Debug, Clone, Copy)]
struct Server {
    status: u16,
    /// After so many tokens the model's connection breaks.
    breaks_after: Option<usize>,
    tokens: &'static str,
    last: Option<&'static str>,
    then: Then,
}

const GOOD: Server = Server { status: 200, breaks_after: None, tokens: TEXT, last: Some("[DONE]"), then: Then::Close };

/// What somebody saw of it.
struct Seen {
    /// `None`: it has not ended.
    answer: Option<Answer>,
    shown: Vec<(Duration, String)>,
    dropped_at_the_end: bool,
}

struct Dropped(Rc<Cell<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

impl Server {
    fn run(self) -> Finished<Seen> {
        let model =
            Model::new("atlas").time_to_first_token(secs(FIRST)).inter_token_latency(secs(APART)).reply(self.tokens);
        let llm = MockLlm::new([self
            .breaks_after
            .into_iter()
            .fold(model, |model, tokens| model.fault(When::Always, Fault::CutAfter(tokens)))]);
        Check::new().draws(&llm).timers(20).run(async || {
            let start = Instant::now();
            let dropped = Rc::new(Cell::new(false));
            let guard = Dropped(Rc::clone(&dropped));
            let mut tokens = llm.stream("What ends an answer?");
            let pieces = stream! {
                let _guard = &guard;
                yield Ok("{\"comment\": \"still here\"}".to_owned());
                while let Some(token) = tokens.next().await {
                    match token {
                        Ok(token) => yield Ok(format!("{{\"token\": \"{}\"}}", token.text)),
                        Err(error) => {
                            // Nobody reads on after that. Whoever does finds what looks like a whole answer.
                            yield Err(error);
                            break;
                        }
                    }
                }
                if let Some(last) = self.last {
                    yield Ok(last.to_owned());
                }
                if self.then == Then::StayOpen {
                    sleep(secs(7.7)).await;
                    yield Ok("{\"token\": \"late\"}".to_owned());
                    yield Ok("[DONE]".to_owned());
                    pending::<()>().await;
                }
            };
            seen(start, Response { status: self.status, pieces: pieces.boxed_local() }, dropped).await
        })
    }

    fn words(self, count: usize) -> String {
        mock_llm::tokens(self.tokens).take(count).collect()
    }
}

async fn seen(start: Instant, response: Response, dropped: Rc<Cell<bool>>) -> Seen {
    let mut shown = Vec::new();
    let show = |text: &str| shown.push((start.elapsed(), text.to_owned()));
    let answer = timeout(secs(60.0), read(response, show)).await.ok();
    Seen { answer, shown, dropped_at_the_end: dropped.get() }
}

/// A refusal: its status, and the pieces of its text.
fn refused(status: u16, pieces: &'static [&'static str], breaks: bool) -> Finished<Seen> {
    Check::new().timers(20).run(async || {
        let pieces = stream! {
            for piece in pieces {
                sleep(secs(0.1)).await;
                yield Ok((*piece).to_owned());
            }
            if breaks {
                yield Err(Error::Cut { tokens: 0 });
            }
        };
        seen(Instant::now(), Response { status, pieces: pieces.boxed_local() }, Rc::default()).await
    })
}

/// The answer, which must be there.
fn answer(run: &Finished<Seen>) -> &Answer {
    run.value().answer.as_ref().unwrap_or_else(|| {
        run.fail(
            saw(format!("{} shown, and no end after 60 s", counted(run.value().shown.len(), "token")))
                .expected("the end, with the mark or the error")
                .because(
                    "The mark is the end, and so is an error. The connection may stay open: it is kept for the next question. Who \
                     waits until it closes waits for ever.",
                )
                .outcome(Outcome::TooSlow),
        )
    })
}

fn require_end(run: &Finished<Seen>, wanted: &Answer, because: &str) {
    let seen = answer(run);
    run.require(
        seen.end == wanted.end && seen.text == wanted.text,
        saw(format!("{:?} with the text {:?}", seen.end, seen.text))
            .expected(format!("{:?} with the text {:?}", wanted.end, wanted.text))
            .because(because),
    );
}

/// The mark is the end, whether or not the connection stays open; a text that looks like it is a text.
#[test]
fn the_mark_is_the_end() {
    let count = mock_llm::tokens(TEXT).count();
    for then in [Then::Close, Then::StayOpen] {
        let run = Server { then, ..GOOD }.run();
        let because = if matches!(answer(&run).end, End::Failed(_)) {
            "The server sent a sign of life, so that the connection stays open. What nobody knows is skipped: the next version of \
             the protocol will have more of it."
        } else if answer(&run).text.contains("late") {
            "What comes after the mark belongs to nobody. The answer ended before it."
        } else {
            "The mark came, so it is whole. A token whose *text* is `[DONE]` is a token: the mark is an event of its own."
        };
        require_end(&run, &Answer { text: TEXT.to_owned(), end: End::Whole, may_ask_again: false }, because);
        let end = secs(FIRST) + secs(APART) * (count as u32 - 1);
        run.require(
            run.elapsed() == end && run.value().dropped_at_the_end,
            saw(format!(
                "the end at {:.3} s, the connection {}",
                run.elapsed().as_secs_f64(),
                if run.value().dropped_at_the_end { "dropped" } else { "still held" }
            ))
            .expected(format!("at {:.3} s, with the mark, and the connection dropped", end.as_secs_f64()))
            .because("Nothing more is wanted of it: who holds it on keeps somebody else waiting."),
        );
    }
    // An answer without a word is whole, too, if its mark comes.
    let run = Server { tokens: "", ..GOOD }.run();
    require_end(
        &run,
        &Answer { text: String::new(), end: End::Whole, may_ask_again: false },
        "The mark says it, and not the words.",
    );
}

/// Each token is shown when it comes, and nothing else is.
#[test]
fn each_token_is_shown_when_it_comes() {
    let run = Server { then: Then::StayOpen, ..GOOD }.run();
    let wanted: Vec<_> = mock_llm::tokens(TEXT)
        .enumerate()
        .map(|(index, word)| (secs(FIRST) + secs(APART) * index as u32, word.to_owned()))
        .collect();
    let _ = answer(&run);
    let shown = &run.value().shown;
    run.require(
        *shown == wanted,
        saw(format!("{shown:?}")).expected(format!("{wanted:?}")).because(
            "The reader watches the answer while it is written. Signs of life, errors and marks are no text of it.",
        ),
    );
}

/// A connection that ends without the mark has cut the answer, gently or not.
#[test]
fn without_the_mark_it_was_cut() {
    for tokens in [0, 1, 4] {
        let run = Server { breaks_after: Some(tokens), ..GOOD }.run();
        let text = GOOD.words(tokens);
        require_end(
            &run,
            &Answer { text, end: End::Cut, may_ask_again: tokens == 0 },
            "The connection broke: what came is kept, and it is not all.",
        );
    }
    for words in ["", "Only this"] {
        let run = Server { tokens: words, last: None, ..GOOD }.run();
        require_end(
            &run,
            &Answer { text: words.to_owned(), end: End::Cut, may_ask_again: words.is_empty() },
            "The connection closed without a word of why. A proxy that gives up does this, and it looks like an end. Only the mark \
             says that nothing is missing.",
        );
    }
}

/// An error in the middle of a good response is an end of its own.
#[test]
fn an_error_inside_is_no_text_and_no_cut() {
    for (tokens, then) in [(TEXT, Then::StayOpen), ("", Then::Close), ("One", Then::Close)] {
        let run = Server { tokens, last: Some("{\"error\": \"overloaded\"}"), then, ..GOOD }.run();
        require_end(
            &run,
            &Answer {
                text: tokens.to_owned(),
                end: End::Failed("overloaded".to_owned()),
                may_ask_again: tokens.is_empty(),
            },
            "The status was 200 before the server knew. Its error comes as an event, in place of a token: it is the end, and its \
             message is what the caller needs.",
        );
    }
}

/// A refusal has the text of its error, in all its pieces.
#[test]
fn a_refusal_says_why() {
    for breaks in [false, true] {
        let run = refused(400, &["The question ", "is too", " long."], breaks);
        let wanted = End::Refused(400, "The question is too long.".to_owned());
        require_end(
            &run,
            &Answer { text: String::new(), end: wanted, may_ask_again: false },
            "With another status than 200 the pieces are no events: together they say what was wrong. \"Status 400\" alone helps \
             nobody, and whatever has come is better than nothing.",
        );
        run.require(
            run.value().shown.is_empty(),
            saw(format!("{:?} shown", run.value().shown)).expected("nothing").because("An error is no answer."),
        );
    }
    // The pieces of a refusal are not read as events, whatever they look like.
    let run = refused(502, &["[DONE]"], false);
    require_end(
        &run,
        &Answer { text: String::new(), end: End::Refused(502, "[DONE]".to_owned()), may_ask_again: true },
        "The status decides what the pieces are.",
    );
}

/// Whether the question may be asked again: not after a token was shown, nor where the question itself was wrong.
#[test]
fn ask_again_only_where_nothing_is_lost() {
    // Only 200 is an answer, and only 429 and what begins with a 5 may be better the next time.
    let statuses = [201, 204, 302, 399, 400, 404, 408, 418, 422, 428, 429, 430, 499, 500, 503, 599];
    let refusals = statuses.map(|status| {
        let run = refused(status, &["{\"error\": \"No.\"}"], false);
        let text = "{\"error\": \"No.\"}".to_owned();
        let wanted = Answer { text: String::new(), end: End::Refused(status, text), may_ask_again: true };
        require_end(
            &run,
            &wanted,
            "The status was not 200, so the pieces are the text of the error, whatever they look like.",
        );
        (run, status == 429 || status >= 500)
    });
    let cut = |tokens| Server { breaks_after: Some(tokens), ..GOOD }.run();
    let failed = |tokens| Server { tokens, last: Some("{\"error\": \"overloaded\"}"), ..GOOD }.run();
    let empty = Server { tokens: "", ..GOOD }.run();
    let others = [
        (GOOD.run(), false),
        (empty, false),
        (cut(0), true),
        (cut(1), false),
        (failed(""), true),
        (failed("One two"), false),
    ];
    for (run, wanted) in refusals.iter().chain(&others) {
        let seen = answer(run);
        run.require(
            seen.may_ask_again == *wanted,
            saw(format!("`may_ask_again` is {} after {:?} with the text {:?}", seen.may_ask_again, seen.end, seen.text))
                .expected(wanted.to_string())
                .because(if matches!(seen.end, End::Refused(..400, _)) {
                    "A status below 400 is no fault of the server's that passes with time: a 302 says that the answer is somewhere else, \
                     and says so again. Only 429, and what begins with a 5, may be asked again."
                } else if seen.end == End::Whole {
                    "The mark came, and so the answer is whole, also if it has no words. There is nothing to ask for: the same question \
                     would get the same answer, and it would be paid for twice."
                } else if *wanted {
                    "Nothing was shown, and the fault was not the question's: another try may well succeed."
                } else {
                    "Asked again, the answer begins anew: the reader would see its first words twice. And a question that was \
                     refused for what it is will be refused again."
                }),
        );
    }
}
