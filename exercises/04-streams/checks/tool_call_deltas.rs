use std::time::Duration;

use async_stream::stream;
use futures::{StreamExt, future::pending};
use harness::{Check, Finished, Outcome, counted, saw, secs, test};
use mock_llm::{Error, Fault, MockLlm, Model, When};
use tokio::time::{Instant, timeout};

use super::{Call, Delta, calls};

harness::checks!();

/// A fragment: index, id, name, arguments.
type Fragment = (usize, Option<&'static str>, Option<&'static str>, &'static str);

fn call(id: &str, name: &str, arguments: &str) -> Call {
    Call { id: id.to_owned(), name: name.to_owned(), arguments: arguments.to_owned() }
}

/// Each item, and when it came.
type Seen = Vec<(Duration, Result<Call, Error>)>;

/// What came, and whether the end did.
struct Read {
    seen: Seen,
    ended: bool,
}

/// An answer of these fragments. A token of the model brings each of them; before every second one comes a piece of text.
#[derive(Clone, Copy)]
struct Answer {
    fragments: &'static [Fragment],
    finished: bool,
    /// The connection stays open when everything has come.
    stays_open: bool,
    /// The connection breaks after so many fragments.
    breaks_after: Option<usize>,
}

const fn whole(fragments: &'static [Fragment]) -> Answer {
    Answer { fragments, finished: true, stays_open: false, breaks_after: None }
}

impl Answer {
    /// When the last piece comes.
    fn end(self) -> Duration {
        secs(1.187) + secs(0.271) * (self.fragments.len() as u32)
    }

    fn run(self) -> Finished<Read> {
        let words = vec!["word"; self.fragments.len() + 1].join(" ");
        let model = Model::new("atlas").time_to_first_token(secs(1.187)).inter_token_latency(secs(0.271)).reply(words);
        let llm = MockLlm::new([self
            .breaks_after
            .into_iter()
            .fold(model, |model, tokens| model.fault(When::Always, Fault::CutAfter(tokens)))]);
        Check::new().draws(&llm).timers(20).run(async || {
            let start = Instant::now();
            let mut tokens = llm.stream("Do it.");
            let deltas = stream! {
                let mut left = self.fragments.iter();
                while let Some(token) = tokens.next().await {
                    let token = match token {
                        Ok(token) => token,
                        Err(error) => {
                            yield Err(error);
                            return;
                        }
                    };
                    if token.index % 2 == 0 {
                        yield Ok(Delta::Text(token.text));
                    }
                    match left.next() {
                        Some(&(index, id, name, arguments)) => yield Ok(Delta::Fragment {
                            index,
                            id: id.map(str::to_owned),
                            name: name.map(str::to_owned),
                            arguments: arguments.to_owned(),
                        }),
                        None if self.finished => yield Ok(Delta::Finished),
                        None => {}
                    }
                }
                if self.stays_open {
                    pending::<()>().await;
                }
            };
            let mut calls = Box::pin(calls(deltas));
            let mut seen = Vec::new();
            let all = async {
                while let Some(item) = calls.next().await {
                    seen.push((start.elapsed(), item));
                }
            };
            let ended = timeout(secs(60.0), all).await.is_ok();
            Read { seen, ended }
        })
    }
}

fn seen(run: &Finished<Read>) -> &Seen {
    let Read { seen, ended } = run.value();
    run.require(
        *ended,
        if seen.is_empty() {
            saw("the model has finished, and after 60 s no call has come").expected("the calls, with `Finished`").because(
                "`Finished` says that the calls are whole: hand them on then. Whoever waits for the end of the deltas waits for as \
                 long as the connection stays open, and that may be long.",
            )
        } else {
            saw("the model has finished, the calls have come, and the stream of calls has not ended after 60 s")
                .expected("the end, with `Finished`")
                .because("Nothing comes after `Finished`, says the task. The connection may stay open for long.")
        }
        .outcome(Outcome::TooSlow),
    );
    seen
}

fn require_calls(run: &Finished<Read>, wanted: &[Call], because: &str) {
    let seen: Vec<_> = seen(run).iter().map(|(_, item)| item.clone()).collect();
    let wanted: Vec<_> = wanted.iter().cloned().map(Ok).collect();
    run.require(seen == wanted, saw(format!("{seen:?}")).expected(format!("{wanted:?}")).because(because));
}

/// One call, in many fragments; an answer without calls has none.
#[test]
fn the_fragments_of_one_call_are_put_together() {
    let run =
        whole(&[(0, Some("a"), Some("weather"), ""), (0, None, None, "{\"city\": \""), (0, None, None, "Oslo\"}")])
            .run();
    require_calls(&run, &[call("a", "weather", "{\"city\": \"Oslo\"}")], "Joined, the fragments are the arguments.");
    let run = whole(&[(0, Some("a"), Some("now"), "")]).run();
    require_calls(&run, &[call("a", "now", "")], "A tool may have no arguments.");
    let run = whole(&[]).run();
    require_calls(&run, &[], "The model only spoke.");
}

/// Two calls whose fragments are mixed: each finds its call by its index.
#[test]
fn mixed_fragments_find_their_calls() {
    let run = whole(&[
        (0, Some("a"), Some("weather"), "{\"city\""),
        (1, Some("b"), Some("time"), "{\"zone\""),
        (0, None, None, ": \"Oslo\"}"),
        (2, Some("c"), Some("time"), "{}"),
        (1, None, None, ": \"CET\"}"),
    ])
    .run();
    require_calls(
        &run,
        &[
            call("a", "weather", "{\"city\": \"Oslo\"}"),
            call("b", "time", "{\"zone\": \"CET\"}"),
            call("c", "time", "{}"),
        ],
        "A fragment without an id does not belong to the call that was begun last. Its index says whose it is.",
    );
    // The index is a name, and no place in the order: the one that was begun first comes first.
    let run = whole(&[
        (7, Some("late"), Some("one"), "1"),
        (2, Some("early"), Some("two"), "2"),
        (7, None, None, "1"),
        (2, None, None, "2"),
    ])
    .run();
    require_calls(
        &run,
        &[call("late", "one", "11"), call("early", "two", "22")],
        "Calls are handed on in the order in which they were begun, and not in that of their indices. An index may be any number.",
    );
}

/// The same id once more, and an empty one, go on with their call; another id at the same index begins another one.
#[test]
fn an_id_says_whether_a_call_goes_on() {
    let run = whole(&[
        (0, Some("a"), Some("weather"), "{\"c"),
        (0, Some("a"), Some("weather"), "ity\""),
        (0, Some(""), None, ": \"Oslo\"}"),
    ])
    .run();
    require_calls(
        &run,
        &[call("a", "weather", "{\"city\": \"Oslo\"}")],
        "Some servers repeat id and name with each fragment, and some send an empty id. It is one call, and its name comes once.",
    );
    let run = whole(&[
        (0, Some("a"), Some("weather"), "{\"c"),
        (0, None, Some("weather"), "ity\""),
        (0, Some(""), Some("weather"), ": \"Oslo"),
        (0, Some("a"), Some(""), "\"}"),
    ])
    .run();
    require_calls(
        &run,
        &[call("a", "weather", "{\"city\": \"Oslo\"}")],
        "A name may be repeated with the id, with an empty one or with none, and an empty name says nothing. Whether a name is new \
         does not depend on the id beside it: a call that has its name keeps it as it is.",
    );
    let run = whole(&[
        (0, Some("a"), Some("weather"), "{\"city\": "),
        (0, None, None, "\"Oslo\"}"),
        (0, Some("b"), Some("time"), "{\"zone\": "),
        (0, None, None, "\"CET\"}"),
    ])
    .run();
    require_calls(
        &run,
        &[call("a", "weather", "{\"city\": \"Oslo\"}"), call("b", "time", "{\"zone\": \"CET\"}")],
        "Some servers give every call the index 0. Another id is another call, and what follows belongs to it.",
    );
    // Two calls may be alike in all but their id.
    let run = whole(&[(0, Some("a"), Some("roll"), "{}"), (1, Some("b"), Some("roll"), "{}")]).run();
    require_calls(
        &run,
        &[call("a", "roll", "{}"), call("b", "roll", "{}")],
        "The id says which call is which, and not the name.",
    );
}

/// Each call is whole, whoever repeats an id: in another call's turn, or at another index.
#[test]
fn a_repeated_id_is_no_new_call() {
    let run = whole(&[
        (0, Some("a"), Some("weather"), "{\"city\""),
        (1, Some("b"), Some("time"), "{\"zone\""),
        (0, Some("a"), Some("weather"), ": \"Oslo\"}"),
        (1, Some("b"), Some("time"), ": \"CET\"}"),
    ])
    .run();
    require_calls(
        &run,
        &[call("a", "weather", "{\"city\": \"Oslo\"}"), call("b", "time", "{\"zone\": \"CET\"}")],
        "The id is repeated, in turn with that of another call. It is a new call only if the call *of this index* has another id.",
    );
    let run = whole(&[
        (0, Some("same"), Some("weather"), "{\"city\""),
        (1, Some("same"), Some("time"), "{}"),
        (0, None, None, ": \"Oslo\"}"),
    ])
    .run();
    require_calls(
        &run,
        &[call("same", "weather", "{\"city\": \"Oslo\"}"), call("same", "time", "{}")],
        "Two calls of two indices, though a careless server gave both the same id. A fragment belongs to the call of its index.",
    );
}

/// Nothing is handed on before the model has finished, and then all of it at once, even if the connection stays open.
#[test]
fn calls_come_when_the_model_has_finished() {
    let answer = Answer {
        stays_open: true,
        ..whole(&[
            (0, Some("a"), Some("remove"), "{\"path\": \"/tmp"),
            (1, Some("b"), Some("now"), "{}"),
            (0, None, None, "/old\"}"),
        ])
    };
    let run = answer.run();
    let times: Vec<f64> = seen(&run).iter().map(|(at, _)| at.as_secs_f64()).collect();
    run.require(
        seen(&run).iter().all(|(at, _)| *at == answer.end()) && times.len() == 2,
        saw(format!("calls at {times:?} s"))
            .expected(format!("two, at {:.3} s, when the model has finished", answer.end().as_secs_f64()))
            .because(
                "The next call has begun, or the arguments happen to be JSON: neither says that a call is whole. Half of this one \
                 removes `/tmp`.",
            ),
    );
    require_calls(
        &run,
        &[call("a", "remove", "{\"path\": \"/tmp/old\"}"), call("b", "now", "{}")],
        "All fragments belong to it, also the late ones.",
    );
}

/// Of an answer that did not come to its end, no call is made.
#[test]
fn nothing_of_a_broken_answer_is_run() {
    const FRAGMENTS: &[Fragment] = &[
        (0, Some("a"), Some("remove"), "{\"path\": \"/tmp\"}"),
        (1, Some("b"), Some("now"), "{}"),
        (1, None, None, ""),
        (2, Some("c"), Some("now"), "{}"),
    ];
    let run = Answer { finished: false, ..whole(FRAGMENTS) }.run();
    require_calls(
        &run,
        &[],
        "The connection closed, and `Finished` had not come. Nobody knows whether the arguments are whole, not even if they are \
         JSON: do not run what was cut.",
    );
    for tokens in [0, 1, 3] {
        let run = Answer { breaks_after: Some(tokens), ..whole(FRAGMENTS) }.run();
        let items: Vec<_> = seen(&run).iter().map(|(_, item)| item.clone()).collect();
        run.require(
            items == [Err(Error::Cut { tokens })],
            saw(format!("{items:?} from an answer that broke after {tokens} fragments"))
                .expected(format!("the error alone: {}", Error::Cut { tokens }))
                .because(
                    "The caller must hear of the error, and must not run a call of an answer that was cut: it will ask again, and \
                     the call would be made twice, or by half.",
                ),
        );
    }
}

/// After an error nothing more is read, and a call whose index was taken by another one is not handed on early.
#[test]
fn an_error_is_the_end_whatever_follows() {
    let because =
        "An error ends the answer. What a source gives after it belongs to nothing, and `Finished` does not mend it.";
    let fragment = |id: &str| {
        Ok(Delta::Fragment {
            index: 0,
            id: Some(id.to_owned()),
            name: Some("remove".to_owned()),
            arguments: "{\"path\": \"/tmp\"}".to_owned(),
        })
    };
    let error = || Err(Error::Malformed { tokens: 2 });
    for (deltas, stays_open, story) in [
        (
            vec![fragment("a"), error(), fragment("a"), Ok(Delta::Finished)],
            false,
            "a source that goes on after its error",
        ),
        (vec![fragment("a"), fragment("b"), error()], false, "two calls at one index, and an error"),
        (vec![fragment("a"), error()], true, "a source that stays open after its error"),
    ] {
        let run = Check::new().run(async || {
            let open = futures::stream::iter(stays_open.then_some(())).then(|()| pending());
            let mut calls = Box::pin(calls(futures::stream::iter(deltas).chain(open)));
            let mut items = Vec::new();
            let all = async {
                while let Some(item) = calls.next().await {
                    items.push(item);
                }
            };
            let ended = timeout(secs(60.0), all).await.is_ok();
            (items, ended)
        });
        let (items, ended) = run.value();
        run.require(
            *items == [Err(Error::Malformed { tokens: 2 })],
            saw(format!("{story}: {items:?}")).expected("the error, and then the end").because(because),
        );
        run.require(
            *ended,
            saw(format!("{story}: the error, and after 60 s no end"))
                .expected("the error, and then the end")
                .because(
                    "After the error you went on to read, and the end of the deltas may be long in coming. The error is the last \
                     item: leave with it.",
                )
                .outcome(Outcome::TooSlow),
        );
    }
}

/// Hundreds of calls, whose fragments come in turn.
#[test]
fn hundreds_of_calls() {
    let run = Check::new().run(async || {
        let deltas = (0..2000_usize).map(|number| {
            let (index, round) = (number * 7 % 400, number / 400);
            let id = (round == 0).then(|| format!("call {index}"));
            let name = id.as_ref().map(|_| format!("tool {}", index % 3));
            Ok(Delta::Fragment { index, id, name, arguments: format!("{round}") })
        });
        let deltas = deltas.chain([Ok(Delta::Finished)]);
        Box::pin(calls(futures::stream::iter(deltas))).collect::<Vec<_>>().await
    });
    let wanted: Vec<_> = (0..400_usize)
        .map(|number| number * 7 % 400)
        .map(|index| Ok(call(&format!("call {index}"), &format!("tool {}", index % 3), "01234")))
        .collect();
    let wrong = run.value().iter().zip(&wanted).find(|(seen, wanted)| seen != wanted);
    run.require(
        *run.value() == wanted,
        saw(format!("{}; the first wrong one: {:?}", counted(run.value().len(), "call"), wrong.map(|(seen, _)| seen)))
            .expected(format!("400 calls; there: {:?}", wrong.map(|(_, wanted)| wanted)))
            .because("Each call keeps its fragments, and its place in the order in which they were begun."),
    );
}
