use std::time::Duration;

use harness::{Check, Finished, Outcome, counted, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, timeout};

use super::{Screen, render};

harness::checks!();

/// An answer: how many tokens, when the first one comes, how far apart they are, how slow the screen is, and where it is cut.
#[derive(Debug, Clone, Copy)]
struct Answer {
    tokens: usize,
    first: f64,
    apart: f64,
    takes: f64,
    cut: Option<usize>,
}

const ANSWER: Answer = Answer { tokens: 30, first: 1.187, apart: 0.031, takes: 0.307, cut: None };

/// What was shown and when, and what was returned.
struct Rendered {
    shown: Vec<(Duration, String)>,
    result: Result<(), Error>,
}

impl Answer {
    fn words(self) -> Vec<String> {
        (0..self.tokens)
            .map(|index| format!("{}{}", if index == 0 { "" } else { " " }, index * 7 % self.tokens))
            .collect()
    }

    fn llm(self) -> MockLlm {
        let model = Model::new("atlas").time_to_first_token(secs(self.first)).inter_token_latency(secs(self.apart));
        let model = model.reply(self.words().concat());
        MockLlm::new([self
            .cut
            .into_iter()
            .fold(model, |model, tokens| model.fault(When::Always, Fault::CutAfter(tokens)))])
    }

    fn run(self) -> Finished<Rendered> {
        let llm = self.llm();
        let mut screen = Screen { takes: secs(self.takes), shown: Vec::new() };
        let run = Check::new().draws(&llm).timers(1000).run(async || {
            let start = Instant::now();
            (render(&llm, "What is a stream?", &mut screen).await, start)
        });
        let start = run.value().1;
        let shown = screen.shown.into_iter().map(|(at, text)| (at - start, text)).collect();
        run.map(|(result, _)| Rendered { shown, result })
    }

    /// When a token comes, or what stands in its place.
    fn due(self, index: usize) -> Duration {
        secs(self.first) + secs(self.apart) * index as u32
    }

    /// The pieces that should be shown: each is all that has come when the screen is free.
    fn pieces(self) -> Vec<(Duration, String)> {
        let words = self.words();
        let count = self.cut.unwrap_or(words.len());
        let (mut pieces, mut next, mut free) = (Vec::new(), 0, Duration::ZERO);
        while next < count {
            let at = free.max(self.due(next));
            let end = (next..count).find(|&index| self.due(index) > at).unwrap_or(count);
            pieces.push((at, words[next..end].concat()));
            (next, free) = (end, at + secs(self.takes));
        }
        pieces
    }
}

fn in_words((at, text): &(Duration, String)) -> String {
    format!("{text:?} at {:.3} s", at.as_secs_f64())
}

/// All tokens are shown, once each, in their order.
#[test]
fn every_token_is_shown_once() {
    for answer in [ANSWER, Answer { tokens: 1, ..ANSWER }, Answer { tokens: 47, takes: 0.211, ..ANSWER }] {
        let run = answer.run();
        let text: String = run.value().shown.iter().map(|(_, text)| text.as_str()).collect();
        run.require(
            text == answer.words().concat() && run.value().result == Ok(()) && run.journal().calls().len() == 1,
            saw(format!(
                "{text:?}, then {:?}, with {}",
                run.value().result,
                counted(run.journal().calls().len(), "call")
            ))
                .expected(format!("{:?}, then Ok(()), with one call", answer.words().concat()))
                .because(if run.value().shown.is_empty() && run.value().result == Ok(()) {
                    "Nothing was shown at all. `show` is an `async fn`: to call it makes a future, and a future that nobody awaits \
                     does nothing. The compiler warns of it, where no `let _ =` tells it not to."
                } else {
                    "The pieces together are the answer. A screen may be slow; it must not leave words out."
                }),
        );
        run.leaves_nothing_behind();
    }
}

/// The first token is on the screen when it comes.
#[test]
fn the_first_token_is_shown_when_it_comes() {
    for answer in [ANSWER, Answer { apart: 0.9, takes: 0.1, tokens: 4, ..ANSWER }] {
        let run = answer.run();
        let wanted = answer.due(0);
        let first = run.value().shown.first().map(|(at, _)| *at);
        let is_late = first.is_some_and(|first| first > wanted);
        run.require(
            first == Some(wanted),
            saw(first.map_or("no piece at all".to_owned(), |first| {
                format!("the first piece at {:.3} s", first.as_secs_f64())
            }))
            .expected(format!("at {:.3} s, with the first token", wanted.as_secs_f64()))
            .because(if is_late {
                "This is what a stream is for: a reader who sees something waits gladly for the rest. Whoever collects \
                     tokens before he shows the first has made a plain reply of it."
            } else {
                "A piece is what has come when it is shown, and nothing has come before the first token."
            })
            .outcome(if is_late { Outcome::TooSlow } else { Outcome::Wrong }),
        );
    }
}

/// When the screen is free, it shows everything that has come by then, in one piece.
#[test]
fn what_has_come_is_shown_in_one_piece() {
    let answers = [
        ANSWER,
        Answer { takes: 0.011, ..ANSWER },
        Answer { apart: 0.503, takes: 0.307, tokens: 5, ..ANSWER },
        Answer { apart: 0.007, takes: 2.3, tokens: 700, ..ANSWER },
    ];
    for answer in answers {
        let run = answer.run();
        let (shown, wanted) = (&run.value().shown, answer.pieces());
        let place = (0..shown.len().max(wanted.len())).find(|&place| shown.get(place) != wanted.get(place));
        let Some(place) = place else {
            run.only_looks_when_woken(shown.len() + 1);
            continue;
        };
        let seen = shown.get(place).map_or("nothing more".to_owned(), in_words);
        let (because, outcome) = match (shown.get(place), wanted.get(place)) {
            (Some((seen, _)), Some((wanted, _))) if seen < wanted => (
                "The screen was still busy with the piece before. It is free when the future of `show` is ready: await it to its end. \
                 Polled once, or dropped, it has not shown its piece for as long as that takes.",
                Outcome::Wrong,
            ),
            (Some((_, seen)), Some((_, wanted))) if seen.len() < wanted.len() => (
                "More than this has come while the screen was busy, and waits in the stream. Ask the stream for all that is there, \
                 without a wait, before you show the next piece. Piece by piece the screen falls behind.",
                Outcome::TooSlow,
            ),
            (Some((seen, _)), Some((wanted, _))) if seen > wanted => (
                "The screen was free, and text was there. What is there is shown at once: the next token may be long in coming.",
                Outcome::TooSlow,
            ),
            _ => ("A piece is all that has come when the screen is free, and nothing that has not.", Outcome::Wrong),
        };
        run.fail(
            saw(format!("piece {}: {seen}", place + 1))
                .expected(wanted.get(place).map_or("nothing more".to_owned(), in_words))
                .because(because)
                .outcome(outcome),
        );
    }
}

/// An error comes after the text that came before it.
#[test]
fn an_error_comes_after_the_text_before_it() {
    let quick = Answer { takes: 0.011, ..ANSWER };
    for answer in
        [0, 1, 13, 29].into_iter().flat_map(|cut| [ANSWER, quick].map(|answer| Answer { cut: Some(cut), ..answer }))
    {
        let cut = answer.cut.unwrap_or_default();
        let run = answer.run();
        let text: String = run.value().shown.iter().map(|(_, text)| text.as_str()).collect();
        let wanted = answer.words()[..cut].concat();
        run.require(
            text == wanted,
            saw(format!("{text:?} from an answer that was cut after {cut} tokens"))
                .expected(format!("{wanted:?}"))
                .because(
                    "Tokens and the error may be there at the same time, when the screen becomes free. The error stands behind \
                     them: show them first.",
                ),
        );
        let empty = run.value().shown.iter().find(|(_, text)| text.is_empty());
        run.require(
            empty.is_none(),
            saw(empty.map_or_else(String::new, |piece| format!("a piece without text: {}", in_words(piece))))
                .expected("no piece where no text has come")
                .because(
                    "The error came alone. A piece of nothing keeps the screen busy all the same, and the error waits for it: show a \
                     piece only if there is text in it.",
                ),
        );
        let calls = run.journal().calls().len();
        run.require(
            calls == 1,
            saw(counted(calls, "call"))
                .expected("one")
                .because("Each call is paid for, and the error came with the first."),
        );
        run.require(
            run.value().result == Err(Error::Cut { tokens: cut }),
            saw(format!("{:?}", run.value().result))
                .expected(format!("{}", Error::Cut { tokens: cut }))
                .because("Half an answer looks like a whole one. The caller must hear that it is none."),
        );
    }
}

/// An empty answer shows nothing.
#[test]
fn an_empty_answer_shows_nothing() {
    let run = Answer { tokens: 0, ..ANSWER }.run();
    let shown = run.value().shown.len();
    run.require(
        shown == 0 && run.value().result == Ok(()),
        saw(format!("{}, then {:?}", counted(shown, "piece"), run.value().result))
            .expected("none, then Ok(())")
            .because("There is nothing to show."),
    );
}

/// A caller who goes away takes the call along.
#[test]
fn a_caller_who_leaves_takes_the_call_along() {
    for seconds in [0.5, 1.3, 1.9] {
        let llm = ANSWER.llm();
        let mut screen = Screen { takes: secs(ANSWER.takes), shown: Vec::new() };
        let run = Check::new()
            .draws(&llm)
            .run(async || timeout(secs(seconds), render(&llm, "What is a stream?", &mut screen)).await.is_ok());
        run.leaves_nothing_behind();
    }
}
