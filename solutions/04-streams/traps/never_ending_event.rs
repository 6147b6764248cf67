//! # Never-ending event: what people write
//!
//! Each module holds only what differs from the solution, `../never_ending_event.rs`.

/// Trap: to remember where the line begins is enough. The line itself may be long.
/// Caught by: looks_at_each_byte_twice_at_most
/// Says: one line of 20 000 bytes, in chunks of 16
/// Says: the line is long
mod remembers_where_the_line_begins {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = line;
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: a limit is all that is needed: what is bounded cannot be quadratic for long.
/// Caught by: looks_at_each_byte_twice_at_most
/// Says: Remember how far you have looked
mod remembers_where_the_event_begins {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                (line, looked) = (0, 0);
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: what is fast needs no bound.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: no error, and 601 chunks read
/// Says: nobody can make it keep its word
mod linear_and_unbounded {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
            }
        }
    }
}

/// Trap: the text is what fills the memory, so its length is what is bounded.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: also those of an empty line of data
mod counts_the_text {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                let text = text_of(&buffer).unwrap_or_default();
                if text.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: a line that does not end is the only thing that grows.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: empty `data:` lines
/// Says: no error
mod a_bound_for_the_line {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() - line > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: a comment is no part of the event, so it does not count.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: comments without a blank line, limit 97: no error
mod comments_do_not_count {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                let comments: usize = buffer.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b":")).map(|line| line.len() + 1).sum();
                if buffer.len().saturating_sub(comments) > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: the limit is asked when the chunk has come: whole events count as if they were unfinished.
/// Caught by: only_the_unfinished_event_counts
/// Says: A chunk may bring more bytes than `limit`
mod a_bound_for_the_chunk {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
            }
        }
    }
}

/// Trap: the bytes are counted, and the counter is never set back.
/// Caught by: only_the_unfinished_event_counts
/// Says: Every event here is short
mod a_bound_for_the_connection {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            let mut bytes = 0;
            for await chunk in chunks {
                bytes += chunk.len();
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if bytes > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: the error is an item like others: the bytes are thrown away, and the next event may be good again.
/// Caught by: whole_events_come_before_the_error_and_nothing_after_it
/// Says: nobody knows where the next event begins
mod the_error_and_then_more {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    buffer.clear();
                    (line, looked) = (0, 0);
                }
            }
        }
    }
}

/// Trap: too long: the stream ends, and nobody hears why.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: no error
mod the_end_in_place_of_an_error {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    return;
                }
            }
        }
    }
}

/// Trap: what is too long is cut, and given as if it were whole.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: no error
mod cut_at_the_limit {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    buffer.truncate(limit);
                    looked = limit;
                }
            }
        }
    }
}

/// Trap: `limit` bytes are too many.
/// Caught by: an_event_without_an_end_is_an_error
/// Says: The unfinished event had `limit` bytes or less
mod one_byte_too_strict {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() >= limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: the numbers move on, and the buffer keeps all that has ever come.
/// Caught by: keeps_nothing_of_what_was_given
/// Says: An index that moves on says where you look next, and frees nothing
mod never_lets_go {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut event, mut line, mut looked) = (0, 0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line - event > limit {
                        break;
                    }
                    if is_blank {
                        let text = text_of(&buffer[event..line]);
                        event = line;
                        if let Some(text) = text {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() - event > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: another search, which nobody counts.
/// Caught by: looks_at_each_byte_twice_at_most
/// Says: each LF to be found by `find`
mod looks_by_itself {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = buffer[looked..].iter().position(|byte| *byte == b'\n') {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: a line that ends at the beginning of a chunk looks like a blank one.
/// Caught by: gives_every_event_with_its_blank_line
/// Says: The end of a chunk is not the end of a line
mod a_line_within_a_chunk {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                (line, looked) = (buffer.len(), buffer.len());
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: when an event is out, the place to look is still the old one.
/// Caught by: gives_every_event_with_its_blank_line
/// Says: and for those that are left when an event is out
mod the_old_place_in_a_new_buffer {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, line.min(buffer.len()));
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: after one event the next chunk is read, although a second event is whole.
/// Caught by: gives_every_event_with_its_blank_line
/// Says: Ok(
mod only_one_event_for_a_chunk {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                        break;
                    }
                }
                if line > 0 { looked = buffer.len(); }
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: the events of a chunk are collected, and thrown away when what follows them is too long.
/// Caught by: whole_events_come_before_the_error_and_nothing_after_it
/// Says: The events before it are whole
mod the_events_of_a_chunk_first_collected {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                let mut whole = Vec::new();
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            whole.push(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
                for text in whole {
                    yield Ok(text);
                }
            }
        }
    }
}

/// Trap: an event that is whole can be given, however long it is. What the limit allows then hangs on where the network cuts.
/// Caught by: an_event_that_ends_too_late_is_an_error
/// Says: where the network cuts
mod a_whole_event_may_be_longer {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: `find` is called for each byte once, and another search goes through the whole event with every chunk.
/// Caught by: looks_at_each_byte_twice_at_most
/// Says: something else has found the blank line
mod finds_the_blank_line_by_itself {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer: Vec<u8> = Vec::new();
            for await chunk in chunks {
                let (mut rest, mut has_a_line_end) = (&chunk[..], false);
                while let Some(at) = find(rest) {
                    rest = &rest[at + 1..];
                    has_a_line_end = true;
                }
                buffer.extend(&chunk);
                while has_a_line_end {
                    let end = if buffer.starts_with(b"\n") {
                        Some(1)
                    } else {
                        buffer.windows(2).position(|bytes| bytes == b"\n\n").map(|at| at + 2)
                    };
                    let Some(end) = end.filter(|end| *end <= limit) else { break };
                    let event: Vec<u8> = buffer.drain(..end).collect();
                    if let Some(text) = text_of(&event) {
                        yield Ok(text);
                    }
                }
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: at the end the rest is thrown away, and the loop goes round once more, as if `None` came as often as one asks.
/// Caught by: gives_every_event_with_its_blank_line
/// Says: asked once more after their end
mod asks_again_after_the_end {
    use futures::StreamExt;

    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut chunks = std::pin::pin!(chunks);
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            loop {
                match chunks.next().await {
                    Some(chunk) => buffer.extend(chunk),
                    None if buffer.is_empty() => return,
                    None => {
                        buffer.clear();
                        continue;
                    }
                }
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Trap: the buffer is emptied when all of it has been given. Where each chunk begins an event, that is never.
/// Caught by: keeps_nothing_of_what_was_given
/// Says: each chunk ends one event and begins the next one
/// Says: wherever a chunk ends
mod emptied_when_all_was_given {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut event, mut line, mut looked) = (0, 0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line - event > limit {
                        break;
                    }
                    if is_blank {
                        let text = text_of(&buffer[event..line]);
                        event = line;
                        if let Some(text) = text {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() - event > limit {
                    yield Err(TooLong);
                    return;
                }
                if event == buffer.len() {
                    buffer.clear();
                    (event, line, looked) = (0, 0, 0);
                }
            }
        }
    }
}

/// Trap: by hand, and without a note that the chunks have ended: whoever asks on asks them once more.
/// Caught by: gives_every_event_with_its_blank_line
/// Says: the reader asked on after the end
mod the_end_is_not_remembered {
    use std::task::{Poll, ready};

    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        let mut chunks = Box::pin(chunks);
        let mut buffer = Vec::new();
        let (mut line, mut looked) = (0, 0);
        let mut failed = false;
        futures::stream::poll_fn(move |cx| {
            loop {
                if failed {
                    return Poll::Ready(None);
                }
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if line > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            return Poll::Ready(Some(Ok(text)));
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    failed = true;
                    return Poll::Ready(Some(Err(TooLong)));
                }
                match ready!(chunks.as_mut().poll_next(cx)) {
                    Some(chunk) => buffer.extend(chunk),
                    None => return Poll::Ready(None),
                }
            }
        })
    }
}

/// Trap: the LF of the blank line is not counted where it comes: an event may have one byte more.
/// Caught by: an_event_that_ends_too_late_is_an_error
/// Says: an event of 98 bytes, limit 97
/// Says: its LF is the last byte of the event
mod without_the_last_lf {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut buffer = Vec::new();
            let (mut line, mut looked) = (0, 0);
            for await chunk in chunks {
                buffer.extend(chunk);
                while let Some(length) = find(&buffer[looked..]) {
                    let end = looked + length;
                    let is_blank = end == line;
                    (line, looked) = (end + 1, end + 1);
                    if end > limit {
                        break;
                    }
                    if is_blank {
                        let event: Vec<u8> = buffer.drain(..line).collect();
                        (line, looked) = (0, 0);
                        if let Some(text) = text_of(&event) {
                            yield Ok(text);
                        }
                    }
                }
                looked = buffer.len();
                if buffer.len() > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}
