//! Feeds the decoder with inputs that nobody would write, cut where nobody would cut.
//!
//! Each input is decoded in one piece, then in random pieces, then byte by byte. The events and
//! the retry time must be the same, no byte may be looked at more than three times, and a
//! decoder with a small limit must give the same events as far as it gets.
//!
//! Run: `cargo run -p lesson-04-streams --example fuzz_the_decoder`
//! An hour: `cargo run --release -p lesson-04-streams --example fuzz_the_decoder -- --seconds 3600 --seed 7`

use std::{
    env,
    time::{Duration, Instant},
};

use lesson_04_streams::sse::{Decoder, Error, Event};

const INPUTS: u64 = 20_000;

const PIECES: [&[u8]; 22] = [
    b"data",
    b"data:",
    b"data: ",
    b"event: ",
    b"id:",
    b"id: ",
    b"retry: ",
    b"12",
    b":",
    b" ",
    b"\n",
    b"\n\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xEF\xBB",
    b"\xF0\x9F\xA6\x80",
    b"\xF0\x9F",
    b"\xE4\xBD\xA0",
    b"\xFF",
    b"[DONE]",
];

fn main() {
    let seed = argument("--seed").unwrap_or(4);
    let limit = argument("--seconds").map(Duration::from_secs);
    let (start, mut dice) = (Instant::now(), Dice(seed));
    let (mut inputs, mut bytes, mut events, mut stopped) = (0_u64, 0_u64, 0_u64, 0_u64);
    while limit.map_or(inputs < INPUTS, |limit| start.elapsed() < limit) {
        let input = dice.input();
        let whole = check(&mut dice, &input);
        stopped += u64::from(stops_at_its_limit(&mut dice, &input, &whole));
        inputs += 1;
        bytes += input.len() as u64;
        events += whole.len() as u64;
    }
    println!(
        "seed {seed}: {inputs} inputs, {bytes} bytes, {events} events, {stopped} stopped at a limit"
    );
}

/// The events of the input, the same in every cut.
fn check(dice: &mut Dice, input: &[u8]) -> Vec<Event> {
    let (whole, retry) = decode(std::iter::once(input), input);
    assert_eq!(
        decode(input.chunks(1), input),
        (whole.clone(), retry),
        "byte by byte: {input:?}"
    );
    let pieces = dice.cut(input);
    assert_eq!(
        decode(pieces.iter().copied(), input),
        (whole.clone(), retry),
        "cut into {pieces:?}"
    );
    whole
}

fn decode<'a>(
    pieces: impl Iterator<Item = &'a [u8]>,
    input: &[u8],
) -> (Vec<Event>, Option<Duration>) {
    let mut decoder = Decoder::new();
    let mut events = vec![];
    for piece in pieces {
        events.extend(
            decoder.push(piece).unwrap_or_else(|error| panic!("{error}: {input:?}")),
        );
    }
    assert!(decoder.inspected() <= 3 * input.len() as u64, "looks too often: {input:?}");
    (events, decoder.retry())
}

/// A small limit may end the stream early. What came before is the same, and the error stays.
fn stops_at_its_limit(dice: &mut Dice, input: &[u8], whole: &[Event]) -> bool {
    let limit = dice.below(40);
    let mut decoder = Decoder::with_limit(limit);
    let mut events = vec![];
    for piece in dice.cut(input) {
        match decoder.push(piece) {
            Ok(new) => events.extend(new),
            Err(error) => {
                assert_eq!(error, Error::TooLong { limit });
                assert_eq!(decoder.push(b"\n\ndata: x\n\n"), Err(error), "an error stays");
                break;
            }
        }
    }
    let failed = decoder.push(b"").is_err();
    assert!(whole.starts_with(&events), "limit {limit}: {input:?}");
    assert!(
        failed || events.len() == whole.len(),
        "limit {limit} lost an event: {input:?}"
    );
    failed
}

fn argument(name: &str) -> Option<u64> {
    let value = env::args().skip_while(|argument| argument != name).nth(1)?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} takes a whole number, not {value}")),
    )
}

/// Random numbers that are the same for a seed on every machine: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn input(&mut self) -> Vec<u8> {
        let mut input = vec![];
        for _ in 0..self.below(60) {
            match self.below(8) {
                0 => input.push(self.next() as u8),
                _ => input.extend_from_slice(PIECES[self.below(PIECES.len())]),
            }
        }
        input
    }

    fn cut<'a>(&mut self, mut input: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = vec![];
        while !input.is_empty() {
            let (piece, rest) = input.split_at(1 + self.below(input.len().min(12)));
            pieces.push(piece);
            input = rest;
        }
        pieces
    }
}
