//! The decoder against the HTML standard, rule by rule, against all ways to cut its input,
//! and against another decoder.

use std::time::Duration;

use futures::{FutureExt, StreamExt, executor::block_on, stream};
use lesson_04_streams::sse::{Decoder, Error, Event, Events, StreamError};
use proptest::{collection::vec, prelude::*, sample::select};

fn event(kind: &str, data: &str, id: &str) -> Event {
    Event { event: kind.to_owned(), data: data.to_owned(), id: id.to_owned() }
}

fn message(data: &str) -> Event {
    event("message", data, "")
}

/// All events of an input in one piece, and what the stream says of waiting.
fn whole(bytes: &[u8]) -> (Vec<Event>, Option<Duration>) {
    let mut decoder = Decoder::new();
    let events = decoder.push(bytes).expect("the input is short");
    (events, decoder.retry())
}

fn cut<'bytes>(
    pieces: impl IntoIterator<Item = &'bytes [u8]>,
) -> (Vec<Event>, Option<Duration>) {
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(decoder.push(piece).expect("the input is short"));
    }
    (events, decoder.retry())
}

/// A rule by its name, an input, its events, and the wait that it asks for in milliseconds.
type Rule<'input> = (&'input str, &'input [u8], Vec<Event>, Option<u64>);

/// Each rule by its name: an input, its events, and the wait that it asks for.
#[test]
fn every_rule_of_the_standard() {
    let none = Vec::new;
    let table: &[Rule<'_>] = &[
        ("nothing", b"", none(), None),
        ("an event", b"data: hi\n\n", vec![message("hi")], None),
        ("two events", b"data: a\n\ndata: b\n\n", vec![message("a"), message("b")], None),
        ("no end", b"data: hi\n", none(), None),
        ("no line end", b"data: hi\n\ndata: lost", vec![message("hi")], None),
        ("CR", b"data: hi\r\r", vec![message("hi")], None),
        ("CRLF", b"data: hi\r\n\r\n", vec![message("hi")], None),
        (
            "line ends of all kinds",
            b"data: a\rdata: b\ndata: c\r\n\r\n",
            vec![message("a\nb\nc")],
            None,
        ),
        (
            "LF after CRLF",
            b"data: a\r\n\ndata: b\r\n\r\n",
            vec![message("a"), message("b")],
            None,
        ),
        ("a byte order mark", b"\xef\xbb\xbfdata: hi\n\n", vec![message("hi")], None),
        ("two of them", b"\xef\xbb\xbf\xef\xbb\xbfdata: hi\n\n", none(), None),
        (
            "one in the middle",
            b"data: a\n\n\xef\xbb\xbfdata: b\n\n",
            vec![message("a")],
            None,
        ),
        ("one in the data", b"data: \xef\xbb\xbfa\n\n", vec![message("\u{feff}a")], None),
        ("one and an empty line", b"\xef\xbb\xbf\ndata: a\n\n", vec![message("a")], None),
        ("comments", b": hi\n:\ndata: a\n: there\n\n", vec![message("a")], None),
        ("one space is taken off", b"data:  a\n\n", vec![message(" a")], None),
        ("and only a space", b"data:\ta\n\n", vec![message("\ta")], None),
        ("no space", b"data:a:b\n\n", vec![message("a:b")], None),
        ("no colon", b"data\n\n", vec![message("")], None),
        ("two without", b"data\ndata\n\n", vec![message("\n")], None),
        (
            "an empty line of data",
            b"data: a\ndata:\ndata: b\n\n",
            vec![message("a\n\nb")],
            None,
        ),
        ("no data", b"event: x\nid: 1\n\n", none(), None),
        (
            "no data, and the id stays",
            b"id: 1\n\ndata: a\n\n",
            vec![event("message", "a", "1")],
            None,
        ),
        (
            "no data, and the kind does not",
            b"event: x\n\ndata: a\n\n",
            vec![message("a")],
            None,
        ),
        (
            "a kind",
            b"event: x\ndata: a\n\ndata: b\n\n",
            vec![event("x", "a", ""), message("b")],
            None,
        ),
        (
            "the last kind",
            b"event: x\nevent: y\ndata: a\n\n",
            vec![event("y", "a", "")],
            None,
        ),
        ("no kind", b"event: x\nevent\ndata: a\n\n", vec![message("a")], None),
        (
            "an id is kept",
            b"id: 7\ndata: a\n\ndata: b\n\n",
            vec![event("message", "a", "7"), event("message", "b", "7")],
            None,
        ),
        (
            "until the next",
            b"id: 7\ndata: a\n\nid\ndata: b\n\n",
            vec![event("message", "a", "7"), message("b")],
            None,
        ),
        (
            "an id with NUL",
            b"id: 7\nid: 8\x009\ndata: a\n\n",
            vec![event("message", "a", "7")],
            None,
        ),
        ("retry", b"retry: 1500\n", none(), Some(1500)),
        (
            "retry, not all digits",
            b"retry: 10\nretry: 20ms\nretry: -3\nretry:\nretry: +4\nretry: 1_0\n",
            none(),
            Some(10),
        ),
        (
            "retry, too many digits",
            b"retry: 10\nretry: 99999999999999999999999\n",
            none(),
            Some(10),
        ),
        ("other fields", b"date: a\nDATA: b\ndata : c\n data: d\n\n", none(), None),
        (
            "bytes that are no UTF-8",
            b"data: a\xff\xf0\x9fb\n\n",
            vec![message("a\u{fffd}\u{fffd}b")],
            None,
        ),
        (
            "a character cut by a line",
            b"data: \xe6\x97\ndata: \xa5\n\n",
            vec![message("\u{fffd}\n\u{fffd}")],
            None,
        ),
        ("NUL in data", b"data: a\x00b\n\n", vec![message("a\0b")], None),
        (
            "other line ends are none",
            "data: a\u{2028}b\u{85}c\x0bd\n\n".as_bytes(),
            vec![message("a\u{2028}b\u{85}c\x0bd")],
            None,
        ),
    ];
    for (rule, bytes, events, retry) in table {
        let expected = (events.clone(), retry.map(Duration::from_millis));
        assert_eq!(whole(bytes), expected, "{rule}");
        assert_eq!(cut(bytes.chunks(1)), expected, "{rule}, byte by byte");
        for place in 0..=bytes.len() {
            let (one, other) = bytes.split_at(place);
            assert_eq!(cut([one, other]), expected, "{rule}, cut at {place}");
            assert_eq!(
                cut([one, &[], other]),
                expected,
                "{rule}, cut at {place}, and nothing"
            );
        }
    }
}

/// An event is handed on with the byte that ends it, and not with the one after it.
#[test]
fn an_event_does_not_wait_for_more() {
    for end in ["\n\n", "\r\n\r\n", "\r\r"] {
        let bytes = format!("data: a{end}");
        let mut decoder = Decoder::new();
        let last = bytes.len() - 1;
        // CRLF CRLF is complete with its second CR.
        let complete = if end == "\r\n\r\n" { last - 1 } else { last };
        for (place, byte) in bytes.bytes().enumerate() {
            let events = decoder.push(&[byte]).expect("it is short").len();
            assert_eq!(events, usize::from(place == complete), "{end:?} at {place}");
        }
    }
}

/// Pieces of which streams are made: fields, line ends, characters of all lengths, and what
/// is none.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    const PARTS: &[&[u8]] = &[
        b"data",
        b"event",
        b"id",
        b"retry",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"data: ",
        b"\xef\xbb\xbf",
        b"a",
        b"12",
        "ü".as_bytes(),
        "日本".as_bytes(),
        "🦀".as_bytes(),
        b"\xff",
        b"\xe6\x97",
        b"\x00",
        b"event: x\n",
        b"id: 9\n",
        b": c\n",
    ];
    vec(select(PARTS), 0..40).prop_map(|parts| parts.concat())
}

fn pieces<'bytes>(bytes: &'bytes [u8], cuts: &[prop::sample::Index]) -> Vec<&'bytes [u8]> {
    let mut places: Vec<usize> =
        cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    /// However the bytes are cut, the events are the same.
    #[test]
    fn the_cuts_change_nothing(bytes in inputs(), cuts in vec(any::<prop::sample::Index>(), 0..12)) {
        prop_assert_eq!(cut(pieces(&bytes, &cuts)), whole(&bytes));
        prop_assert_eq!(cut(bytes.chunks(1)), whole(&bytes));
    }

    /// Whatever comes, it is read in linear time, and a low limit is kept.
    #[test]
    fn work_and_memory_are_bounded(bytes in vec(any::<u8>(), 0..2000), length in 1_usize..50, limit in 1_usize..60) {
        let mut decoder = Decoder::new();
        let mut small = Decoder::with_limit(limit);
        let mut refused = false;
        for piece in bytes.chunks(length) {
            decoder.push(piece).expect("the input is short");
            match small.push(piece) {
                Ok(events) => {
                    prop_assert!(!refused, "after an error, always the error");
                    prop_assert!(events.iter().all(|event| event.data.len() <= 3 * limit));
                }
                Err(error) => {
                    refused = true;
                    prop_assert_eq!(error, Error::TooLong { limit });
                }
            }
        }
        prop_assert!(decoder.inspected() <= 3 * bytes.len() as u64);
        prop_assert!(small.inspected() <= 3 * bytes.len() as u64);
    }

    /// `sse-stream` finds the same events, wherever the two mean the same. It hands on blocks without data, keeps no id
    /// from one event to the next, and ends where a value is no UTF-8: the standard says otherwise.
    #[test]
    fn another_decoder_agrees(bytes in inputs(), length in 1_usize..20) {
        let chunks = bytes.chunks(length).map(Ok::<_, std::io::Error>);
        let theirs = block_on(sse_stream::SseByteStream::new(stream::iter(chunks)).collect::<Vec<_>>());
        let is_whole = theirs.iter().all(Result::is_ok);
        let mut last_id = String::new();
        let theirs: Vec<Event> = theirs
            .into_iter()
            .map_while(Result::ok)
            .filter_map(|block| {
                last_id = block.id.unwrap_or_else(|| std::mem::take(&mut last_id));
                let kind = block.event.filter(|kind| !kind.is_empty()).unwrap_or_else(|| "message".to_owned());
                Some(event(&kind, &block.data?, &last_id))
            })
            .collect();
        let ours = whole(&bytes).0;
        prop_assert!(ours.len() >= theirs.len());
        prop_assert_eq!(&ours[..theirs.len()], &theirs[..]);
        prop_assert!(!is_whole || ours.len() == theirs.len());
    }
}

/// One line of a mebibyte in chunks of 4 KiB: a decoder that begins again with every chunk
/// looks at 128 MiB.
#[test]
fn a_long_line_is_read_in_linear_time() {
    let mut line = b"data: ".to_vec();
    line.resize(1 << 20, b'x');
    line.extend(b"\n\n");
    let mut decoder = Decoder::new();
    let mut events = 0;
    for chunk in line.chunks(4096) {
        events += decoder.push(chunk).expect("it is below the limit").len();
    }
    assert_eq!(events, 1);
    assert!(
        decoder.inspected() <= 3 * line.len() as u64,
        "{} of {}",
        decoder.inspected(),
        line.len()
    );
}

#[test]
fn an_event_without_an_end_is_an_error_at_the_limit() {
    let endless = |piece: &[u8]| {
        let mut decoder = Decoder::with_limit(10_000);
        let pushed = (1..).find(|_| decoder.push(piece).is_err()).expect("it has an end");
        assert_eq!(
            decoder.push(b"\n\ndata: a\n\n"),
            Err(Error::TooLong { limit: 10_000 }),
            "for good"
        );
        pushed * piece.len()
    };
    // A line that does not end, and lines of an event that does not end.
    assert_eq!(endless(&[b'x'; 100]), 10_100);
    assert!(endless(b"data: 0123456789\n") < 20_000);
    // A decoder that counts only what stands behind the colon never stops here.
    assert!(endless(b"data:\n") <= 60_006, "each empty line is a line feed in the event");
    assert!(endless(b"data\r") <= 50_005);

    // Comments and fields that are replaced are not kept: they may go on for ever.
    let mut decoder = Decoder::with_limit(1000);
    for _ in 0..10_000 {
        assert_eq!(
            decoder.push(b": keep-alive\nevent: x\nid: 1\nretry: 3\n"),
            Ok(Vec::new())
        );
    }
}

/// Each event has the last id. A long one would be copied for each of many short events.
#[test]
fn an_id_has_a_limit_of_its_own() {
    let longest = "x".repeat(1024);
    let (events, _) = whole(format!("id: {longest}\ndata: a\n\n").as_bytes());
    assert_eq!(events, [event("message", "a", &longest)]);
    let mut decoder = Decoder::new();
    let bytes = format!("data: a\n\nid: {longest}x\ndata: b\n\n");
    assert_eq!(decoder.push(bytes.as_bytes()), Ok(vec![message("a")]));
    assert_eq!(decoder.push(b""), Err(Error::IdTooLong), "and it stays");
}

/// What was complete before the limit is handed on first.
#[test]
fn events_before_the_limit_are_not_lost() {
    let mut decoder = Decoder::with_limit(100);
    let mut bytes = b"data: a\n\ndata: b\n\ndata: ".to_vec();
    bytes.resize(1000, b'x');
    assert_eq!(decoder.push(&bytes), Ok(vec![message("a"), message("b")]));
    assert_eq!(decoder.push(b""), Err(Error::TooLong { limit: 100 }));
    assert_eq!(
        Error::TooLong { limit: 100 }.to_string(),
        "an event has more than 100 bytes and no end"
    );
    // The limit is for what is not complete: many whole events in one chunk are no reason.
    let many = b"data: 0123456789\n\n".repeat(1000);
    assert_eq!(Decoder::with_limit(100).push(&many).map(|events| events.len()), Ok(1000));
}

#[test]
fn a_stream_of_bytes_is_a_stream_of_events_and_ends_once() {
    type Chunk = Result<&'static [u8], &'static str>;
    let read = |chunks: Vec<Chunk>| {
        block_on(Events::new(stream::iter(chunks)).collect::<Vec<_>>())
    };
    let event = |data: &str| Ok::<_, StreamError<&str>>(message(data));
    let chunks: Vec<Chunk> = vec![Ok(b"data: a\n\nda"), Ok(b"ta: b\n"), Ok(b"\ndata: c\n")];
    assert_eq!(read(chunks), [event("a"), event("b")]);
    let broken: Vec<Chunk> = vec![Ok(b"data: a\n\n"), Err("reset"), Ok(b"data: b\n\n")];
    assert_eq!(read(broken), [event("a"), Err(StreamError::Bytes("reset"))]);
    let mut events = Events::new(stream::iter([Ok::<_, &str>(b"data: a\n\n")]));
    block_on(async {
        assert!(events.next().await.is_some());
        for _ in 0..3 {
            assert_eq!(events.next().await, None, "after the end, always the end");
        }
    });
}

#[test]
fn what_passes_a_limit_behind_an_event_is_told_before_another_chunk_comes() {
    let mut chunk = b"data: a\n\nid: ".to_vec();
    chunk.resize(2000, b'x');
    chunk.push(b'\n');
    let one = stream::iter([Ok::<_, &str>(chunk)]);
    let expected = [Ok(message("a")), Err(StreamError::Events::<&str>(Error::IdTooLong))];
    // The connection ends there, or says nothing more and stays open.
    let ended = block_on(Events::new(one.clone()).collect::<Vec<_>>());
    assert_eq!(ended, expected);
    let silent = Events::new(one.chain(stream::pending()));
    assert_eq!(silent.collect::<Vec<_>>().now_or_never().as_deref(), Some(&expected[..]));
}
