//! # SSE events: what people write
//!
//! Each module holds only what differs from the solution, `../sse_events.rs`.

/// Trap: a chunk is text. Half a character at its end becomes U+FFFD, and so does the other half.
/// Caught by: a_character_may_be_cut
/// Says: A chunk is not text
mod lossy_for_each_chunk {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut buffer = String::new();
            let mut lines: Vec<String> = Vec::new();
            let mut is_first = true;
            for await chunk in chunks {
                buffer.push_str(&String::from_utf8_lossy(&chunk));
                while let Some(end) = buffer.find('\n') {
                    let line: String = buffer.drain(..=end).collect();
                    let line = line.trim_end_matches(['\r', '\n']);
                    let line = if is_first { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
                    is_first = false;
                    if let Some(text) = line.strip_prefix("data:") {
                        lines.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if line.is_empty() && !lines.is_empty() {
                        yield std::mem::take(&mut lines).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: a chunk must be UTF-8, and what is not is an error that ends the stream.
/// Caught by: a_character_may_be_cut
/// Says: Events are missing at the end
mod strict_for_each_chunk {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut buffer = String::new();
            let mut lines: Vec<String> = Vec::new();
            let mut is_first = true;
            for await chunk in chunks {
                let Ok(text) = String::from_utf8(chunk) else { return };
                buffer.push_str(&text);
                while let Some(end) = buffer.find('\n') {
                    let line: String = buffer.drain(..=end).collect();
                    let line = line.trim_end_matches(['\r', '\n']);
                    let line = if std::mem::take(&mut is_first) { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
                    if let Some(text) = line.strip_prefix("data:") {
                        lines.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if line.is_empty() && !lines.is_empty() {
                        yield std::mem::take(&mut lines).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: a chunk is a number of whole events, as it is on a developer's machine.
/// Caught by: a_chunk_may_end_anywhere
/// Says: The end of a chunk
mod a_chunk_is_whole_events {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut is_first = true;
            for await chunk in chunks {
                let text = String::from_utf8_lossy(&chunk).replace("\r\n", "\n");
                let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
                let Some((whole, _)) = text.rsplit_once("\n\n") else { continue };
                for event in whole.split("\n\n") {
                    let lines: Vec<&str> = event
                        .split('\n')
                        .filter_map(|line| line.strip_prefix("data:"))
                        .map(|text| text.strip_prefix(' ').unwrap_or(text))
                        .collect();
                    if !lines.is_empty() {
                        yield lines.join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: the lines of each chunk, as if a line never went on in the next one.
/// Caught by: a_chunk_may_end_anywhere
/// Says: The end of a chunk
mod lines_of_a_chunk {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut lines: Vec<String> = Vec::new();
            for await chunk in chunks {
                let text = String::from_utf8_lossy(&chunk);
                for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
                    if let Some(text) = line.strip_prefix("data:") {
                        lines.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if line.is_empty() && !lines.is_empty() {
                        yield std::mem::take(&mut lines).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: an event ends at two LFs, so with CR LF none ever ends.
/// Caught by: reads_the_lines_of_an_event
/// Says: A line may end with CR LF
mod two_line_feeds {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut buffer: Vec<u8> = Vec::new();
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(end) = buffer.windows(2).position(|two| two == b"\n\n") {
                    let event: Vec<u8> = buffer.drain(..end + 2).collect();
                    let event = String::from_utf8_lossy(&event);
                    let lines: Vec<&str> = event
                        .split('\n')
                        .filter_map(|line| line.strip_prefix("data:"))
                        .map(|text| text.strip_prefix(' ').unwrap_or(text))
                        .collect();
                    if !lines.is_empty() {
                        yield lines.join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: `trim` takes the spaces that belong to the token.
/// Caught by: reads_the_lines_of_an_event
/// Says: without it the words grow together
mod trimmed {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.trim().to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: the space after the colon is taken for a part of the field's name.
/// Caught by: reads_the_lines_of_an_event
/// Says: One space after the colon is left out, if there is one
mod with_a_space_only {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data: ") {
                        texts.push(text.to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: the text is what stands between the first colon and the second.
/// Caught by: reads_the_lines_of_an_event
/// Says: Only the first colon ends the name
mod split_at_colons {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts) = (Vec::new(), Vec::new());
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    line.clear();
                    let mut parts = text.trim_end_matches('\r').split(':');
                    match (parts.next().map(|name| name.strip_prefix('\u{feff}').unwrap_or(name)), parts.next()) {
                        (Some("data"), Some(text)) => texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned()),
                        (Some(""), None) if !texts.is_empty() => yield std::mem::take(&mut texts).join("\n"),
                        _ => {}
                    }
                }
            }
        })
    }
}

/// Trap: an event is there when its text is not empty.
/// Caught by: reads_the_lines_of_an_event
/// Says: the event is there, and its text is empty
mod an_empty_text_is_no_event {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut event, mut is_first) = (Vec::new(), String::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        event.push_str(text.strip_prefix(' ').unwrap_or(text));
                        event.push('\n');
                    } else if text.is_empty() {
                        event.pop();
                        if !event.is_empty() {
                            yield std::mem::take(&mut event);
                        }
                    }
                }
            }
        })
    }
}

/// Trap: the byte order mark is a part of the first line, whose name is then another one.
/// Caught by: reads_the_lines_of_an_event
/// Says: A byte order mark before the first line is not a part of it
mod no_byte_order_mark {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts) = (Vec::new(), Vec::new());
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: the byte order mark is looked for in the first chunk, which holds one byte of it.
/// Caught by: a_character_may_be_cut
/// Says: The end of a chunk means nothing
mod a_mark_in_the_first_chunk {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                let bytes = if is_first { chunk.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&chunk) } else { &chunk };
                is_first = false;
                for &byte in bytes {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: the byte order mark is looked for at the beginning of the first text, in place of the first line.
/// Caught by: reads_the_lines_of_an_event
/// Says: not before the first text
mod a_mark_in_the_first_text {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    line.clear();
                    let text = text.strip_suffix('\r').unwrap_or(&text);
                    // Before the name of the first field, or behind it.
                    let text = if is_first { text.replacen('\u{feff}', "", 1) } else { text.to_owned() };
                    is_first = false;
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: the names of fields are like those of HTTP's headers, where capitals do not count.
/// Caught by: reads_the_lines_of_an_event
/// Says: `DATA` and `Data` are other names
mod capitals_do_not_count {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    line.clear();
                    let text = text.strip_suffix('\r').unwrap_or(&text);
                    let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    is_first = false;
                    match text.split_once(':') {
                        Some((name, text)) if name.eq_ignore_ascii_case("data") => {
                            texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                        }
                        None if text.is_empty() && !texts.is_empty() => yield std::mem::take(&mut texts).join("\n"),
                        _ => {}
                    }
                }
            }
        })
    }
}

/// Trap: a byte that is no UTF-8 takes its whole line with it.
/// Caught by: a_character_may_be_cut
/// Says: What stands beside them in the line
mod a_bad_byte_takes_its_line {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let Ok(text) = String::from_utf8(std::mem::take(&mut line)) else { continue };
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
        })
    }
}

/// Trap: what is left at the end is given as if it were whole.
/// Caught by: what_is_not_ended_is_no_event
/// Says: Only a blank line makes an event of it
mod the_rest_is_an_event {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        yield std::mem::take(&mut texts).join("\n");
                    }
                }
            }
            if let Some(text) = String::from_utf8_lossy(&line).strip_prefix("data:") {
                texts.push(text.trim_start().to_owned());
            }
            if !texts.is_empty() {
                yield texts.join("\n");
            }
        })
    }
}

/// Trap: all bytes are collected first, and then they are easy to split.
/// Caught by: each_event_when_its_blank_line_comes
/// Says: All events are given together, when the last chunk has come
mod all_bytes_first {
    use futures::StreamExt;

    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let bytes = chunks.concat().await;
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            let mut texts = Vec::new();
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
            for line in whole.split('\n') {
                if let Some(text) = line.strip_prefix("data:") {
                    texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                } else if line.is_empty() && !texts.is_empty() {
                    yield std::mem::take(&mut texts).join("\n");
                }
            }
        })
    }
}

/// Trap: an event is whole when the next one begins, so the last one waits for a successor.
/// Caught by: reads_the_lines_of_an_event
/// Says: ["The"]
mod when_the_next_one_begins {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_ended, mut is_first) = (Vec::new(), Vec::new(), false, true);
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        if std::mem::take(&mut is_ended) {
                            yield std::mem::take(&mut texts).join("\n");
                        }
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        is_ended = true;
                    }
                }
            }
        })
    }
}

/// Trap: each chunk is made into its events, and they are given when the next chunk is asked for.
/// Caught by: each_event_when_its_blank_line_comes
/// Says: These events are whole before you give them
mod a_chunk_too_late {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            let mut whole = Vec::new();
            for await chunk in chunks {
                for event in std::mem::take(&mut whole) {
                    yield event;
                }
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        whole.push(std::mem::take(&mut texts).join("\n"));
                    }
                }
            }
            for event in whole {
                yield event;
            }
        })
    }
}

/// Trap: chunks are read two at a time, so that the next one is there already.
/// Caught by: reads_a_chunk_only_for_a_reader
/// Says: from one chunk
mod reads_ahead {
    use std::{collections::VecDeque, pin::pin};

    use futures::{FutureExt, StreamExt};

    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut line, mut texts, mut is_first) = (Vec::new(), Vec::new(), true);
            let mut chunks = pin!(chunks);
            while let Some(mut bytes) = chunks.next().await {
                if let Some(Some(more)) = chunks.next().now_or_never() {
                    bytes.extend(more);
                }
                let mut whole = VecDeque::new();
                for byte in bytes {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let text = text.trim_end_matches('\r');
                    let text = if std::mem::take(&mut is_first) { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    line.clear();
                    if let Some(text) = text.strip_prefix("data:") {
                        texts.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
                    } else if text.is_empty() && !texts.is_empty() {
                        whole.push_back(std::mem::take(&mut texts).join("\n"));
                    }
                }
                while let Some(event) = whole.pop_front() {
                    yield event;
                }
            }
        })
    }
}

/// Trap: all byte order marks before the first line are taken away.
/// Caught by: reads_the_lines_of_an_event
/// Says: A second one does
mod all_the_marks {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut line = Vec::new();
            let mut event: Option<String> = None;
            let mut is_first = true;
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = String::from_utf8_lossy(&line);
                    let text = text.strip_suffix('\r').unwrap_or(&text);
                    let text = if is_first { text.trim_start_matches('\u{feff}') } else { text };
                    is_first = false;
                    if text.is_empty() {
                        if let Some(event) = event.take() {
                            yield event;
                        }
                    } else if let Some(data) = text.strip_prefix("data:") {
                        let data = data.strip_prefix(' ').unwrap_or(data);
                        match &mut event {
                            Some(event) => event.extend(["\n", data]),
                            None => event = Some(data.to_owned()),
                        }
                    }
                    line.clear();
                }
            }
        })
    }
}

/// Trap: each byte that is no UTF-8 becomes a U+FFFD of its own.
/// Caught by: a_character_may_be_cut
/// Says: become one together
mod a_mark_for_each_bad_byte {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let mut line = Vec::new();
            let mut event: Option<String> = None;
            let mut is_first = true;
            for await chunk in chunks {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let (mut text, mut rest) = (String::new(), &line[..]);
                    while let Err(error) = std::str::from_utf8(rest) {
                        let (good, bad) = rest.split_at(error.valid_up_to());
                        text.push_str(&String::from_utf8_lossy(good));
                        text.push('\u{fffd}');
                        rest = &bad[1..];
                    }
                    text.push_str(&String::from_utf8_lossy(rest));
                    let text = text.strip_suffix('\r').unwrap_or(&text);
                    let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                    is_first = false;
                    if text.is_empty() {
                        if let Some(event) = event.take() {
                            yield event;
                        }
                    } else if let Some(data) = text.strip_prefix("data:") {
                        let data = data.strip_prefix(' ').unwrap_or(data);
                        match &mut event {
                            Some(event) => event.extend(["\n", data]),
                            None => event = Some(data.to_owned()),
                        }
                    }
                    line.clear();
                }
            }
        })
    }
}

/// Trap: an event ends at LF LF or at CR LF CR LF, so one whose blank line has another end than its last line never does.
/// Caught by: a_chunk_may_end_anywhere
/// Says: Look for lines one by one
mod two_ends_that_are_alike {
    pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
        Box::pin(stream! {
            let (mut buffer, mut is_first) = (Vec::new(), true);
            for await chunk in chunks {
                buffer.extend(chunk);
                loop {
                    let end_of = |ends: &[u8]| buffer.windows(ends.len()).position(|at| at == ends).map(|at| at + ends.len());
                    let ends = [end_of(b"\n\n"), end_of(b"\r\n\r\n")];
                    let Some(end) = ends.into_iter().flatten().min() else { break };
                    let event: Vec<u8> = buffer.drain(..end).collect();
                    let text = String::from_utf8_lossy(&event);
                    let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
                    is_first = false;
                    let lines = text.lines().filter_map(|line| line.strip_prefix("data:"));
                    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
                    if !lines.is_empty() {
                        yield lines.join("\n");
                    }
                }
            }
        })
    }
}
