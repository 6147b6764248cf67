use std::{pin::pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use harness::{Check, Finished, Message, Outcome, saw, secs, test};
use mock_llm::{End, MockLlm, Model, TokenStream};
use tokio::time::{Instant, sleep};

use super::events;

harness::checks!();

/// Bytes, the events in them, and what somebody believes who reads them otherwise.
type Case = (&'static str, &'static [&'static str], &'static str);

/// Reads the chunks, and gives every event.
async fn read(chunks: Vec<Vec<u8>>) -> Vec<String> {
    events(stream::iter(chunks)).collect().await
}

/// Chunks as a learner would write them, cut short.
fn shown(chunks: &[Vec<u8>]) -> String {
    const MOST: usize = 4;
    let text = |chunk: &Vec<u8>| match std::str::from_utf8(chunk) {
        Ok(text) => format!("{text:?}"),
        Err(_) => format!("b\"{}\"", chunk.escape_ascii()),
    };
    let mut texts: Vec<String> = chunks.iter().take(MOST).map(text).collect();
    if chunks.len() > MOST {
        texts.push(format!("and {} more", chunks.len() - MOST));
    }
    texts.join(", ")
}

fn told(events: &[String]) -> String {
    match events {
        [] => "no event".to_owned(),
        events => format!("{events:?}"),
    }
}

/// Each case is one chunk, and then nothing more comes.
#[track_caller]
fn require_cases(cases: &[Case]) {
    for &(bytes, wanted, because) in cases {
        let run = Check::new().run(async || read(vec![bytes.into()]).await);
        run.require(
            run.value() == wanted,
            saw(format!("from {bytes:?}: {}", told(run.value())))
                .expected(told(&wanted.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()))
                .because(because),
        );
    }
}

/// The lines of an event: texts to the letter, several lines, empty lines, CR LF, other fields.
#[test]
fn reads_the_lines_of_an_event() {
    let several = "A chunk may hold several events: a blank line ends one, and the next begins.";
    let spaces = "One space after the colon is left out, if there is one. Any further space is text: tokens begin with one, and \
                  without it the words grow together.";
    let joined = "Several `data:` lines are one text: joined by LF, without one at the end.";
    let skipped = "Only a field with the name `data` holds text. A comment, another field, or a name that begins alike says nothing \
                   here.";
    let capitals =
        "A field's name is compared to the letter: `DATA` and `Data` are other names, and their lines are skipped.";
    let endings =
        "A line may end with CR LF. Then the CR belongs to the end of the line, and a line of a CR alone is blank.";
    let empty = "A `data:` line without text is a line: the event is there, and its text is empty. It is another thing that no \
                 `data:` line stood before the blank line.";
    require_cases(&[
        ("data: The\n\ndata: sky\n\n", &["The", "sky"], several),
        ("data:The\n\ndata:   sky \n\n", &["The", "  sky "], spaces),
        ("data: one\ndata: two\n\ndata: three\n\n", &["one\ntwo", "three"], joined),
        (
            "data: {\"n\": 1, \"t\": \"data: x\"}\n\n",
            &["{\"n\": 1, \"t\": \"data: x\"}"],
            "Only the first colon ends the name.",
        ),
        ("data: [DONE]\n\ndata: x\n\n", &["[DONE]", "x"], "What a text means is for the reader of the events."),
        (
            "data: one\n \ndata: two\n\n",
            &["one\ntwo"],
            "A line with a space in it is not blank. It is a field without a value.",
        ),
        ("data: a\u{2028}b\u{85}c\n\n", &["a\u{2028}b\u{85}c"], "Only LF and CR LF end a line."),
        (": hello\n\nid: 7\nevent: token\ndata: x\nretry: 10\ndatabase: y\n data: z\nother\n\n", &["x"], skipped),
        ("DATA: a\n\ndata: x\nData: b\n\n", &["x"], capitals),
        ("data: one\r\ndata:\r\ndata: three\r\n\r\ndata: four\r\n\r\n", &["one\n\nthree", "four"], endings),
        ("data:\n\ndata: \n\ndata:\ndata:\n\n", &["", "", "\n"], empty),
        ("\n\n\r\n: x\n\n\ndata: x\n\n\n", &["x"], "Blank lines with no `data:` line before them end no event."),
        (
            "\u{feff}data: x\n\ndata: \u{feff}y\n\n\u{feff}data: z\n\n",
            &["x", "\u{feff}y"],
            "A byte order mark before the first line is not a part of it. Everywhere else U+FEFF is a character like others.",
        ),
        (
            "\u{feff}\u{feff}data: x\n\ndata: y\n\n",
            &["y"],
            "One byte order mark does not belong to the first line. A second one does, so that line does not begin with `data:`. \
             `strip_prefix` takes one, `trim_start_matches` takes all.",
        ),
        (
            "data: \u{feff}x\n\n",
            &["\u{feff}x"],
            "U+FEFF is a byte order mark only where the bytes begin: before the first line, not before the first text. Here it belongs \
             to the text.",
        ),
    ]);
}

/// What is wrong with events from chunks that end in strange places, or from one that holds everything.
fn why(chunks: &[Vec<u8>], seen: &[String], wanted: &[String]) -> &'static str {
    const BAD: char = '\u{fffd}';
    let (all_seen, all_wanted) = (seen.concat(), wanted.concat());
    if chunks.len() == 1 {
        return if all_seen.matches(BAD).count() > all_wanted.matches(BAD).count() {
            "It is the number of U+FFFD: the bytes of one character that is cut short become one together, and not one each. \
             `String::from_utf8_lossy` makes it so."
        } else if all_wanted.contains(BAD) {
            "Bytes that are no UTF-8 become U+FFFD. What stands beside them in the line is text as before, and so are the other lines."
        } else {
            "All of it came in one chunk, so no cut is the cause. Both ends of a line may stand in one event: here a line ends with LF, and \
             the blank line behind it with CR LF. Look for lines one by one, and not for two ends that are alike."
        };
    }
    if all_seen.contains('\u{fffd}') && !all_wanted.contains('\u{fffd}') {
        "A chunk is not text: it may end in the middle of a character, and each half alone is no UTF-8. Keep bytes until the \
         line is whole. Then make a text of it."
    } else if seen.len() < wanted.len() && all_wanted.starts_with(&all_seen) {
        "Events are missing at the end. What a chunk leaves unfinished must be kept: it goes on with the next chunk. (And a line may \
         end with CR LF, cut between the two.)"
    } else if all_seen == all_wanted && seen.len() > wanted.len() {
        "The end of a chunk is taken for the end of a line, or of an event. Only the bytes say where a line ends."
    } else {
        "The end of a chunk means nothing. A line goes on where the last chunk has left it, and so do an event, a CR LF, and a \
         character."
    }
}

/// The bytes in one chunk, then cut in every way at one and at two places, then single bytes with empty chunks between them.
#[track_caller]
fn require_any_cut(bytes: &[u8], wanted: &[&str]) {
    let wanted: Vec<String> = wanted.iter().map(|&text| text.to_owned()).collect();
    let run = Check::new().run(async || {
        let length = bytes.len();
        let whole = vec![bytes.to_vec()];
        let seen = read(whole.clone()).await;
        if seen != wanted {
            return Some((whole, seen));
        }
        for (a, b) in (0..=length).flat_map(|a| (a..=length).map(move |b| (a, b))) {
            let chunks: Vec<Vec<u8>> = [&bytes[..a], &bytes[a..b], &bytes[b..]].map(<[u8]>::to_vec).into();
            let seen = read(chunks.clone()).await;
            if seen != wanted {
                return Some((chunks, seen));
            }
        }
        let chunks: Vec<Vec<u8>> = bytes.iter().flat_map(|&byte| [vec![byte], Vec::new()]).collect();
        let seen = read(chunks.clone()).await;
        (seen != wanted).then_some((chunks, seen))
    });
    if let Some((chunks, seen)) = run.value() {
        let because = why(chunks, seen, &wanted);
        run.fail(saw(format!("from {}: {}", shown(chunks), told(seen))).expected(told(&wanted)).because(because));
    }
}

/// Wherever the chunks end, the events are the same: cut at one place, at two, and after every byte.
#[test]
fn a_chunk_may_end_anywhere() {
    require_any_cut(b"data: The\n\n: ping\n\ndata:  sky\ndata: is\n\ndata:\n\n", &["The", " sky\nis", ""]);
    require_any_cut(b"id: 1\r\ndata: a: b\r\ndata:c\r\n\r\ndata: d\n\r\n", &["a: b\nc", "d"]);
}

/// A character may be cut, too: its bytes come together again. What is no UTF-8 becomes U+FFFD, and only that.
#[test]
fn a_character_may_be_cut() {
    require_any_cut("data: für 東京 🌉\n\n".as_bytes(), &["für 東京 🌉"]);
    require_any_cut("\u{feff}data: für 東京\ndata: 🌉é\n\n\u{feff}data: no\n\n".as_bytes(), &["für 東京\n🌉é"]);
    require_any_cut(b"data: a\xff b\n\ndata: \xe6\x9d\n\ndata: c\n\n", &["a\u{fffd} b", "\u{fffd}", "c"]);
}

/// What no blank line ends is no event.
#[test]
fn what_is_not_ended_is_no_event() {
    let because = "The connection has ended in the middle of an event. What came of it is a part, and nobody knows of what: a part \
                   of a number is another number. Only a blank line makes an event of it.";
    require_cases(&[
        ("data: one\n\ndata: tw", &["one"], because),
        ("data: one\n\ndata: two\n", &["one"], because),
        ("data: one\n\ndata: two\r\n: end\r\n", &["one"], because),
        ("data: one", &[], because),
        ("", &[], "There is nothing."),
    ]);
}

const REPLY: &str = "Die Brücke über den Fluß 東京 ist 🌉 offen";
const FIRST: f64 = 0.811;
const NEXT: f64 = 0.137;

fn llm() -> MockLlm {
    MockLlm::new([Model::new("atlas").time_to_first_token(secs(FIRST)).inter_token_latency(secs(NEXT)).reply(REPLY)])
}

/// The tokens of a model as the bytes of events. Each chunk leaves its last bytes, so many of them, to the next one.
fn bytes_of(tokens: TokenStream, late: usize) -> impl Stream<Item = Vec<u8>> {
    let mut kept = Vec::new();
    tokens.map(move |token| {
        let text = token.map_or_else(|error| error.to_string(), |token| token.text);
        kept.extend(format!("data: {text}\n\n").into_bytes());
        let ready = kept.len() - late;
        kept.drain(..ready).collect()
    })
}

fn at(token: usize) -> Duration {
    secs(FIRST) + secs(NEXT) * token as u32
}

fn timed(events: &[(Duration, String)]) -> String {
    let lines: Vec<String> = events.iter().map(|(at, text)| format!("{text:?} at {:.3} s", at.as_secs_f64())).collect();
    if lines.is_empty() { "no event".to_owned() } else { lines.join("\n") }
}

/// Reads all events of a model, each with its instant.
fn read_model(late: usize) -> Finished<Vec<(Duration, String)>> {
    let llm = llm();
    Check::new().draws(&llm).run(async || {
        let started = Instant::now();
        let events = events(bytes_of(llm.stream("What is open?"), late));
        events.map(|text| (started.elapsed(), text)).collect().await
    })
}

/// Each event is given as soon as its blank line is there: no chunk later, and not at the end.
#[test]
fn each_event_when_its_blank_line_comes() {
    let tokens: Vec<&str> = mock_llm::tokens(REPLY).collect();
    for late in [0, 1, 2, 3] {
        let run = read_model(late);
        let (shift, count) = if late == 0 { (0, tokens.len()) } else { (1, tokens.len() - 1) };
        let wanted: Vec<(Duration, String)> = tokens
            .iter()
            .take(count)
            .enumerate()
            .map(|(place, text)| (at(place + shift), (*text).to_owned()))
            .collect();
        let seen = run.value();
        let is_late = seen.iter().zip(&wanted).any(|((seen, _), (wanted, _))| seen > wanted);
        let because = if seen.len() > 2 && seen.iter().all(|(at, _)| *at == seen[0].0) {
            "All events are given together, when the last chunk has come. The reader looks at an empty page up to then: `yield` an \
             event when it is whole, and read on after that."
        } else if is_late {
            "These events are whole before you give them: the blank line is there, and needs no further chunk behind it."
        } else {
            "An event is given when its blank line is there, and not before."
        };
        let outcome = if is_late { Outcome::TooSlow } else { Outcome::Wrong };
        run.require(*seen == wanted, saw(timed(seen)).expected(timed(&wanted)).because(because).outcome(outcome));
        run.only_looks_when_woken(0);
    }
}

/// Where two events come in one chunk, both are given before the next chunk is read.
#[test]
fn reads_a_chunk_only_for_a_reader() {
    let llm = llm();
    let run = Check::new().draws(&llm).run(async || {
        let mut events = pin!(events(bytes_of(llm.stream("What is open?"), 0)));
        sleep(secs(1.0)).await;
        let before = llm.journal().calls().len();
        events.next().await;
        sleep(secs(7.0)).await;
        (before, llm.journal().calls().first().map_or(0, |call| call.delivered))
    });
    let (before, delivered) = *run.value();
    run.require(before == 0, read_ahead("the model was called before anybody asked for an event", "no call"));
    let seen = format!("the reader took one event and paused, and {delivered} chunks had been read");
    run.require(delivered == 1, read_ahead(&seen, "1 chunk"));

    let run = Check::new().run(async || {
        let mut taken = 0;
        let chunks = [&b"data: 1\n\ndata: 2\n\ndata:"[..], b" 3\n\n: ping\n\ndata: 4\n\n", b"data: 5\n\n"];
        let chunks = stream::iter(chunks.map(<[u8]>::to_vec)).inspect(|_| taken += 1);
        let mut events = Box::pin(events(chunks));
        let first = [events.next().await, events.next().await].map(Option::unwrap_or_default);
        drop(events);
        (first, taken)
    });
    let (first, taken) = run.value();
    let seen = format!("the first two events are {first:?}, chunks read for them: {taken}");
    run.require(*first == ["1", "2"] && *taken == 1, read_ahead(&seen, "[\"1\", \"2\"], from one chunk"));
}

fn read_ahead(seen: &str, expected: &str) -> Message {
    saw(seen).expected(expected).because(
        "A stream works when it is polled. What reads on by itself, in a task or in an inner loop, fills the memory for a reader who \
         is slow: read the next chunk when all events of the last one are given.",
    )
}

/// The reader leaves in the middle, and the model is told at once.
#[test]
fn a_reader_who_leaves_stops_the_model() {
    let llm = llm();
    let run = Check::new().draws(&llm).run(async || {
        let mut events = Box::pin(events(bytes_of(llm.stream("What is open?"), 1)));
        events.next().await;
        drop(events);
        sleep(secs(5.0)).await;
    });
    let ended = run.journal().calls().first().and_then(|call| call.ended.clone());
    let seen = match &ended {
        Some((at, end)) => format!("the call ended at {:.3} s: {end:?}", at.as_secs_f64()),
        None => "no end of the call".to_owned(),
    };
    run.require(
        ended == Some((at(1), End::Dropped)),
        saw(seen).expected(format!("the call dropped at {:.3} s, when the reader left", at(1).as_secs_f64())).because(
            "Nobody reads any more, and somebody still owns the chunks: a task that was spawned, perhaps. Let the stream of \
             events own the stream of chunks. Then both are dropped together.",
        ),
    );
}
