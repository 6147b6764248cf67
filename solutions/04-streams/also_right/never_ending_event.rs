//! # Never-ending event: what else is right
//!
//! Each module holds only what differs from the solution, `../never_ending_event.rs`.

/// Also right: the search goes through the chunk, before its bytes join what is kept.
mod looks_in_the_chunk {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let mut event: Vec<u8> = Vec::new();
            for await chunk in chunks {
                let mut rest = &chunk[..];
                while let Some(at) = find(rest) {
                    let (line, after) = rest.split_at(at + 1);
                    let is_blank = line.len() == 1 && (event.is_empty() || event.ends_with(b"\n"));
                    event.extend_from_slice(line);
                    rest = after;
                    if event.len() > limit {
                        break;
                    }
                    if is_blank {
                        let text = text_of(&std::mem::take(&mut event));
                        if let Some(text) = text {
                            yield Ok(text);
                        }
                    }
                }
                event.extend_from_slice(rest);
                if event.len() > limit {
                    yield Err(TooLong);
                    break;
                }
            }
        }
    }
}

/// Also right: each line becomes text when it ends; the bytes since the last blank line are counted apart.
mod line_by_line {
    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        mut find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        stream! {
            let (mut line, mut texts, mut unfinished) = (Vec::new(), Vec::new(), 0);
            for await chunk in chunks {
                let mut rest = &chunk[..];
                while let Some(at) = find(rest) {
                    line.extend_from_slice(&rest[..at]);
                    rest = &rest[at + 1..];
                    unfinished += at + 1;
                    if unfinished > limit {
                        yield Err(TooLong);
                        return;
                    }
                    if line.is_empty() {
                        unfinished = 0;
                        if !texts.is_empty() {
                            yield Ok(std::mem::take(&mut texts).join("\n"));
                        }
                    }
                    texts.extend(text_of(&line));
                    line.clear();
                }
                line.extend_from_slice(rest);
                unfinished += rest.len();
                if unfinished > limit {
                    yield Err(TooLong);
                    return;
                }
            }
        }
    }
}

/// Also right: the limit is asked in two places, for an event that ends and for one that does not.
mod asks_when_an_event_ends {
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
                        if line > limit {
                            yield Err(TooLong);
                            return;
                        }
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

/// Also right: `poll_next` by hand, with a queue of the items that are ready.
mod by_hand {
    use std::{
        collections::VecDeque,
        pin::Pin,
        task::{Context, Poll, ready},
    };

    struct Events<S, F> {
        chunks: Pin<Box<S>>,
        limit: usize,
        find: F,
        buffer: Vec<u8>,
        line: usize,
        ready: VecDeque<Result<String, TooLong>>,
        over: bool,
    }

    impl<S, F> Unpin for Events<S, F> {}

    impl<S, F: FnMut(&[u8]) -> Option<usize>> Events<S, F> {
        fn take(&mut self, chunk: &[u8]) {
            let mut looked = self.buffer.len();
            self.buffer.extend_from_slice(chunk);
            while let Some(length) = (self.find)(&self.buffer[looked..]) {
                let end = looked + length + 1;
                if end > self.limit {
                    break;
                }
                if end - 1 == self.line {
                    let rest = self.buffer.split_off(end);
                    let event = std::mem::replace(&mut self.buffer, rest);
                    self.ready.extend(text_of(&event).map(Ok));
                    (self.line, looked) = (0, 0);
                } else {
                    (self.line, looked) = (end, end);
                }
            }
            if self.buffer.len() > self.limit {
                self.ready.push_back(Err(TooLong));
                self.over = true;
            }
        }
    }

    impl<S: Stream<Item = Vec<u8>>, F: FnMut(&[u8]) -> Option<usize>> Stream for Events<S, F> {
        type Item = Result<String, TooLong>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            loop {
                if let Some(item) = self.ready.pop_front() {
                    return Poll::Ready(Some(item));
                }
                if self.over {
                    return Poll::Ready(None);
                }
                match ready!(self.chunks.as_mut().poll_next(cx)) {
                    Some(chunk) => self.take(&chunk),
                    None => self.over = true,
                }
            }
        }
    }

    pub fn events(
        chunks: impl Stream<Item = Vec<u8>>,
        limit: usize,
        find: impl FnMut(&[u8]) -> Option<usize>,
    ) -> impl Stream<Item = Result<String, TooLong>> {
        Box::pin(Events {
            chunks: Box::pin(chunks),
            limit,
            find,
            buffer: Vec::new(),
            line: 0,
            ready: VecDeque::new(),
            over: false,
        })
    }
}
