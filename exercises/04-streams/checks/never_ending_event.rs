use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

use futures::{FutureExt, Stream, StreamExt, stream};
use harness::{Check, Finished, counted, kept_by, saw, test};

use super::{TooLong, events};

harness::checks!();

type Item = Result<String, TooLong>;

/// How many bytes `find` has looked at, and how often it will still say that there is an LF.
#[derive(Debug)]
struct Cost {
    bytes: Cell<usize>,
    finds: Cell<usize>,
}

impl Cost {
    /// A `find` that finds so many LFs, and none after them.
    fn new(finds: usize) -> Self {
        Self { bytes: Cell::new(0), finds: Cell::new(finds) }
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        // `contains` is the fast search of std; `position` is not, and a slow decoder must not be a slow check, too.
        let at = if bytes.contains(&b'\n') { bytes.iter().position(|&byte| byte == b'\n') } else { None };
        let at = at.filter(|_| self.finds.get() > 0);
        self.finds.set(self.finds.get() - usize::from(at.is_some()));
        self.bytes.set(self.bytes.get() + at.map_or(bytes.len(), |at| at + 1));
        at
    }
}

/// What came of some chunks.
#[derive(Debug, Default)]
struct Read {
    /// Each item, and how many chunks had been read when it came.
    items: Vec<(usize, Item)>,
    chunks: usize,
    bytes: usize,
    looked_at: usize,
    /// How often the chunks have said that they are at their end.
    ends: usize,
    /// The same, when the reader has asked on after the end.
    ends_then: usize,
}

/// Reads all that comes of the chunks.
async fn read(chunks: impl Iterator<Item = Vec<u8>>, limit: usize, finds: usize) -> Read {
    let (cost, taken, bytes, ends) = (Cost::new(finds), Cell::new(0), Cell::new(0), Cell::new(0));
    let chunks = stream::iter(chunks).inspect(|chunk| {
        taken.set(taken.get() + 1);
        bytes.set(bytes.get() + chunk.len());
    });
    let chunks = chunks.chain(stream::poll_fn(|_| {
        ends.set(ends.get() + 1);
        Poll::Ready(None)
    }));
    let mut events = pin!(events(chunks, limit, |bytes| cost.find(bytes)));
    let mut items = Vec::new();
    while let Some(item) = events.next().await {
        items.push((taken.get(), item));
    }
    let (chunks, bytes, ends_first) = (taken.get(), bytes.get(), ends.get());
    // A stream need not bear this: it may panic.
    let _ = catch_unwind(AssertUnwindSafe(|| events.next().now_or_never()));
    Read { items, chunks, bytes, looked_at: cost.bytes.get(), ends: ends_first, ends_then: ends.get() }
}

fn run(chunks: impl Iterator<Item = Vec<u8>>, limit: usize) -> Finished<Read> {
    Check::new().run(async || read(chunks, limit, usize::MAX).await)
}

/// The bytes in chunks of this size.
fn cut(bytes: &[u8], size: usize) -> impl Iterator<Item = Vec<u8>> {
    bytes.chunks(size).map(<[u8]>::to_vec)
}

/// Items for a message, cut short.
fn told(items: &[(usize, Item)]) -> String {
    const MOST: usize = 5;
    let item = |(chunk, item): &(usize, Item)| {
        let item = match item {
            Ok(text) if text.len() > 40 => format!("an event with a text of {} bytes", text.len()),
            Ok(text) => format!("Ok({text:?})"),
            Err(TooLong) => "Err(TooLong)".to_owned(),
        };
        format!("{item} at chunk {chunk}")
    };
    let mut lines: Vec<String> = items.iter().take(MOST).map(item).collect();
    if items.len() > MOST {
        lines.push(format!("and {} more", items.len() - MOST));
    }
    if lines.is_empty() { "no item".to_owned() } else { lines.join("\n") }
}

fn good(items: &[(usize, &str)]) -> Vec<(usize, Item)> {
    items.iter().map(|(chunk, text)| (*chunk, Ok((*text).to_owned()))).collect()
}

/// Wherever a chunk ends, the events are the same, and each comes with the chunk that holds its blank line.
#[test]
fn gives_every_event_with_its_blank_line() {
    let bytes = "data: The\n\n: ping\n\ndata: für\ndata: 東京\n\n\ndata:\n\nid: 7\ndata: sky\n\ndata: th".as_bytes();
    let texts =
        [("The", "data: The\n\n"), ("für\n東京", "data: 東京\n\n"), ("", "data:\n\n"), ("sky", "data: sky\n\n")];
    let ends = texts.map(|(text, last)| {
        let at = bytes.windows(last.len()).position(|window| window == last.as_bytes()).expect("it is there");
        (at + last.len(), text)
    });
    let because = "The end of a chunk is not the end of a line. Whatever you remember of the last chunk (where a line begins, how far \
                   you have looked) must hold for the bytes of the next one, too, and for those that are left when an event is out.";
    let mut cuts: Vec<Vec<Vec<u8>>> =
        (1..bytes.len()).map(|a| vec![bytes[..a].to_vec(), bytes[a..].to_vec()]).collect();
    cuts.extend((1..9).map(|size| cut(bytes, size).collect()));
    cuts.push(vec![bytes.to_vec()]);
    for chunks in cuts {
        let chunk_with = |end: usize| {
            let mut length = 0;
            1 + chunks.iter().take_while(|chunk| (length += chunk.len(), length < end).1).count()
        };
        let wanted = good(&ends.map(|(end, text)| (chunk_with(end), text)));
        let lengths: Vec<String> = chunks.iter().take(4).map(|chunk| chunk.len().to_string()).collect();
        let run = run(chunks.into_iter(), 10_000);
        let seen = &run.value().items;
        run.require(
            *seen == wanted,
            saw(format!("chunks of {} … bytes:\n{}", lengths.join(", "), told(seen)))
                .expected(told(&wanted))
                .because(because),
        );
        run.require(
            run.value().ends == 1,
            saw(format!(
                "the chunks were asked {}",
                if run.value().ends == 0 { "not to their end" } else { "once more after their end" }
            ))
            .expected("them to be asked until they say `None`, and not again")
                .because(
                    "`None` is the last that a stream says. It promises nothing to whoever asks it again: it may panic, it may wait for \
                     ever, it may begin anew.",
                ),
        );
        run.require(
            run.value().ends_then == 1,
            saw("the reader asked on after the end, and so the chunks were asked once more after their end")
                .expected("the chunks to be left alone: they had said `None`")
                .because(
                    "`None` is the last that a stream says. It promises nothing to whoever asks it again: it may panic, it may wait for \
                     ever, it may begin anew. A `poll_next` by hand must remember that the end has come; `chunks.fuse()` remembers it, \
                     too.",
                ),
        );
    }
}

/// In all its calls together, `find` looks at no more than twice the bytes that have come.
#[test]
fn looks_at_each_byte_twice_at_most() {
    let long = format!("data: {}\n\n", "x".repeat(20_000));
    let lines = format!("{}\n", "data: line\n".repeat(1_000));
    let many = "data: word\n\n".repeat(1_000);
    let in_small_chunks = "Each chunk is new, and everything before it has been looked at: there was no LF. Remember how far you have \
                           looked, and give `find` only what comes after that. (To remember where the line begins is not enough: \
                           the line is long.)";
    let many_lines = "Each chunk brings a line, and all lines of the event before it are looked at once more. Remember where you are in \
                      the event, not only where the event begins.";
    let cases = [
        ("one line of 20 000 bytes, in chunks of 16", &long, 16, in_small_chunks),
        ("one line of 20 000 bytes, in chunks of 1000", &long, 1_000, in_small_chunks),
        ("an event of 1000 lines, a line in each chunk", &lines, 11, many_lines),
        ("an event of 1000 lines, in chunks of 7 bytes", &lines, 7, many_lines),
        (
            "1000 short events, in chunks of 100 bytes",
            &many,
            100,
            "What is whole has been given: it need not be looked at again.",
        ),
        (
            "1000 short events, in one chunk",
            &many,
            100_000,
            "What is whole has been given: it need not be looked at again.",
        ),
        ("1000 short events, byte by byte", &many, 1, "What is whole has been given: it need not be looked at again."),
    ];
    for (what, text, size, because) in cases {
        let run = run(cut(text.as_bytes(), size), 1_000_000);
        let Read { bytes, looked_at, items, .. } = run.value();
        run.premise(
            items.len() == text.matches("\n\n").count(),
            "Not all events have come, so there is nothing to count. Another check says what is missing.",
        );
        run.require(
            *looked_at <= 2 * bytes,
            saw(format!("{what}: {bytes} bytes have come, and `find` has looked at {looked_at}"))
                .expected(format!("at most {}", 2 * bytes))
                .because(because),
        );
        run.require(
            2 * looked_at >= *bytes,
            saw(format!("{what}: {bytes} bytes have come, and `find` has looked at {looked_at}"))
                .expected("each LF to be found by `find`")
                .because(
                    "Something else looks for the ends of lines. Nobody can count what that looks at, and it is the same work.",
                ),
        );
    }
    // A `find` that finds the first LF and no other: whoever has only this one knows of no blank line.
    let text = b"data: one\ndata: two\n\ndata: three\n\n";
    for size in [text.len(), 20, 10, 1] {
        let run = Check::new().run(async || read(cut(text, size), 1_000, 1).await);
        let items = &run.value().items;
        run.require(
            items.is_empty(),
            saw(format!("`find` was made to find the first LF and no other, and all the same:\n{}", told(items)))
                .expected("no item")
                .because(
                    "Then something else has found the blank line. Nobody counts the bytes that it looks at, and it is this search that \
                     goes through a long event again and again.",
                ),
        );
    }
}

/// Neither a chunk with many events nor a connection that lives long is an error, nor an event of `limit` bytes.
#[test]
fn only_the_unfinished_event_counts() {
    let whole = "Every event here is short. A chunk may bring more bytes than `limit`, and a connection many more: take out the events that \
                 are whole, and count the bytes since the last blank line.";
    let just =
        "With its blank line, each event has `limit` bytes. That is allowed, also while the last LF is still missing.";
    let word = "data: word\n\n";
    let just_100 = format!("data: {}\n\n", "x".repeat(92));
    let two = format!("{just_100}{just_100}: {}\n\n", "x".repeat(96));
    let half = "data: half an event, which goes on";
    let cases = [
        ("300 events in one chunk", word.repeat(300), 10_000, 300, whole),
        ("300 events, two in each chunk", word.repeat(300), 24, 300, whole),
        ("500 heartbeats, one in each chunk", ": ping\n\n".repeat(500), 8, 0, whole),
        ("300 events and a half in one chunk", word.repeat(300) + half, 10_000, 300, whole),
        ("500 blank lines, and an event", "\n".repeat(500) + word, 40, 1, whole),
        ("events of 100 bytes, byte by byte", two.clone(), 1, 2, just),
        ("events of 100 bytes, in chunks of 99", two.clone(), 99, 2, just),
        ("events of 100 bytes, in chunks of 90", two.clone(), 90, 2, just),
        ("events of 100 bytes, in one chunk", two, 10_000, 2, just),
    ];
    for (what, text, size, wanted, because) in cases {
        let run = run(cut(text.as_bytes(), size), 100);
        let items = &run.value().items;
        let good = items.iter().filter(|(_, item)| item.is_ok()).count();
        run.require(
            good == wanted && items.len() == wanted,
            saw(format!(
                "{what}, limit 100: {}{}",
                counted(good, "event"),
                if items.len() > good { ", and an error" } else { "" }
            ))
            .expected(counted(wanted, "event"))
            .because(because),
        );
    }
}

/// Chunks that are all alike: more than any limit here allows, and not so many that a slow answer takes long.
fn again(chunk: &str) -> impl Iterator<Item = Vec<u8>> {
    std::iter::repeat_n(chunk.as_bytes().to_vec(), 600)
}

/// An event that does not end is an error as soon as it has more than `limit` bytes, whatever these say.
#[test]
fn an_event_without_an_end_is_an_error() {
    let grows = "The peer promises a blank line, and nobody can make it keep its word. What is unfinished is kept, so it needs a bound.";
    let all_count = "It is the bytes that fill the memory and that have to be looked at: also those of an empty line of data, of a comment, \
                     of a field that you skip. Count what has come since the last blank line, not the text in it.";
    let begins = [
        ("a line without an end", "data: ", "xxxxxxxxxxxxxxxx", grows),
        ("empty `data:` lines", "", "data:\n", all_count),
    ];
    let more = [
        ("empty `data:` lines, a hundred in each chunk", "", &*"data:\n".repeat(100), all_count),
        ("comments without a blank line", "data: x\n", ": ping\n", all_count),
        ("lines of another field", "", "id: 1\n", all_count),
        ("lines of text, after a whole event", "data: x\n\n", "data: y\n", grows),
        ("a line without an end that is not even a field", "\n", "x", grows),
    ];
    for (what, first, chunk, because) in begins.into_iter().chain(more) {
        for limit in [97, 500, 512, 5_000] {
            let chunks =
                || std::iter::once(first.as_bytes().to_vec()).filter(|chunk| !chunk.is_empty()).chain(again(chunk));
            let unfinished = if first.ends_with("\n\n") || first == "\n" { 0 } else { first.len() };
            let before = usize::from(!first.is_empty());
            let needed = before + (limit + 1 - unfinished).div_ceil(chunk.len());
            if needed > 600 {
                continue;
            }
            let run = run(chunks(), limit);
            let Read { items, chunks: taken, .. } = run.value();
            let error = items.iter().find(|(_, item)| item.is_err());
            let seen = match error {
                Some((chunk, _)) => format!("`Err(TooLong)` at chunk {chunk}"),
                None => format!("no error, and {taken} chunks read"),
            };
            let because = if error.is_some_and(|(at, _)| *at < needed) {
                "The unfinished event had `limit` bytes or less: that is allowed. Only what came since the last blank line counts."
            } else if error.is_some() {
                all_count
            } else {
                because
            };
            run.require(
                error.is_some_and(|(at, _)| *at == needed),
                saw(format!("{what}, limit {limit}: {seen}"))
                    .expected(format!(
                        "`Err(TooLong)` at chunk {needed}, the first with which it has more than {limit} bytes"
                    ))
                    .because(because),
            );
        }
    }
}

/// The events that are whole come before the error. After the error comes the end, and no chunk is read any more.
#[test]
fn whole_events_come_before_the_error_and_nothing_after_it() {
    let bytes = format!("data: one\n\ndata: two\n\n: ping\n\ndata: three\n\ndata: {}", "x".repeat(200));
    let next = b"\n\ndata: four\n\n".to_vec();
    let run = run([bytes.into_bytes(), next.clone(), next].into_iter(), 100);
    let Read { items, chunks, .. } = run.value();
    let wanted: Vec<(usize, Item)> =
        good(&[(1, "one"), (1, "two"), (1, "three")]).into_iter().chain([(1, Err(TooLong))]).collect();
    let because = if items.len() < wanted.len() && items.iter().any(|(_, item)| item.is_err()) {
        "The events before it are whole: they have been paid for, and the reader wants them. Take out what is whole, and look at \
         the length of what is left."
    } else if items.len() > wanted.len() || *chunks > 1 {
        "After the error nobody knows where the next event begins: what comes is the rest of the one that was too long. The stream \
         ends, and reads no further chunk."
    } else {
        "Take out what is whole, and look at the length of what is left. If that is too long, the error is the last item."
    };
    run.require(
        *items == wanted && *chunks == 1,
        saw(format!("{}\nchunks read: {chunks}", told(items)))
            .expected(format!("{}\nchunks read: 1", told(&wanted)))
            .because(because),
    );
}

/// An event that is longer than `limit` is an error also where its blank line comes with the last bytes, wherever the chunks end.
#[test]
fn an_event_that_ends_too_late_is_an_error() {
    const LIMIT: usize = 97;
    let word = "data: word\n\n";
    let cases = [
        ("an event of 180 bytes", String::new(), format!("data: {}\n\n", "x".repeat(172))),
        ("an event of 98 bytes", String::new(), format!("data: {}\n\n", "x".repeat(90))),
        ("three short events, and one of 121 bytes", word.repeat(3), "data: a line\n".repeat(9) + "id: 1\n" + "\n"),
        ("a short event, and a comment of 98 bytes", word.to_owned(), format!(": {}\n\n", "x".repeat(94))),
    ];
    for (what, first, long) in cases {
        let before = first.matches("\n\n").count();
        let bytes = format!("{first}{long}{word}");
        for size in [bytes.len(), 90, 49, 7, 1] {
            let run = run(cut(bytes.as_bytes(), size), LIMIT);
            let Read { items, chunks, .. } = run.value();
            let chunked = if size == bytes.len() { "one chunk".to_owned() } else { format!("chunks of {size} bytes") };
            let too_long = (first.len() + LIMIT + 1).div_ceil(size);
            let is_error = |(at, item): &(usize, Item)| item.is_err() && *at == too_long;
            run.require(
                items.len() == before + 1 && items.last().is_some_and(is_error) && *chunks == too_long,
                saw(format!("{what}, limit {LIMIT}, in {chunked}:\n{}", told(items)))
                    .expected(format!(
                        "{}`Err(TooLong)` at chunk {too_long}, and no further chunk read",
                        match before {
                            0 => String::new(),
                            before => format!("{before} short, and then "),
                        }
                    ))
                    .because(if long.len() == LIMIT + 1 && items.get(before).is_some_and(|(_, item)| item.is_ok()) {
                        "It is one byte too long. All that has come since the last blank line counts, and the event's own blank line, \
                         too: its LF is the last byte of the event."
                    } else {
                        "The limit is for an event, not for what is left of it at the end of a chunk. Otherwise the same bytes are an \
                         event today and an error tomorrow, and it is where the network cuts that decides. Look at its length where its \
                         line ends, too."
                    }),
            );
        }
    }
}

/// Nothing is kept of events that have been given, on a connection that lives long.
#[test]
fn keeps_nothing_of_what_was_given() {
    const EVENTS: usize = 100;
    let text = "x".repeat(500);
    let shapes = [
        ("each chunk is an event", format!("data: {text}{text}\n\n")),
        ("each chunk ends one event and begins the next one", format!("{text}\n\ndata: {text}")),
    ];
    for (what, chunk) in shapes {
        let run = Check::new().by_hand(|| {
            let cost = Cost::new(usize::MAX);
            let chunks = stream::repeat_with(|| chunk.as_bytes().to_vec());
            let mut events: std::pin::Pin<Box<dyn Stream<Item = Item>>> =
                Box::pin(events(chunks, 10_000, |bytes| cost.find(bytes)));
            kept_by(|| (0..EVENTS).for_each(|_| drop(events.next().now_or_never())))
        });
        let kept = run.value().bytes;
        run.require(
            kept < 50_000,
            saw(format!("{what}: with every {EVENTS} events of 1000 bytes, {kept} bytes more in memory"))
                .expected("no more than before: each event was given")
                .because(
                    "A connection lives for days. What has been given must leave your buffer, too, wherever a chunk ends. An index \
                     that moves on says where you look next, and frees nothing; and a buffer that is emptied only when nothing is \
                     left over may never be.",
                ),
        );
    }
}
