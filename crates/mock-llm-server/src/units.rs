//! Lengths of time and shares, as people write them: `400ms`, `1.5s`, `10%`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// A length of time, written as a number and a unit: `250us`, `400ms`, `1.5s`, `2m`, `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

/// A share of a whole, from 0 to 1: `0.1`, or `10%`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "ShareForm", into = "f64")]
pub struct Share(pub f64);

/// What is wrong with a length of time or a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseUnitError {
    /// Not a length of time.
    #[error("`{0}` is not a length of time: write a number and a unit, such as 400ms, 1.5s or 2m")]
    Span(String),
    /// Not a share.
    #[error("`{0}` is not a share: write a number from 0 to 1, such as 0.1, or a percentage, such as 10%")]
    Share(String),
}

/// Nanoseconds of each unit, longest first, so that a length is written in the largest one that fits.
const UNITS: [(&str, u64); 6] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl FromStr for Span {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseUnitError::Span(text.to_owned());
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(wrong)?;
        let (number, unit) = trimmed.split_at(digits);
        let unit = unit.trim().replace('µ', "u");
        let nanos = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1;
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let seconds = number * nanos as f64 / 1e9;
        // A year is longer than any test, and short enough for every clock.
        if !(0.0..=31_536_000.0).contains(&seconds) {
            return Err(wrong());
        }
        Ok(Self(Duration::from_nanos((number * nanos as f64).round() as u64)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX);
        let fits = |unit: &&(&str, u64)| nanos >= unit.1 && nanos.is_multiple_of(unit.1);
        match UNITS.iter().find(fits) {
            Some((name, unit)) => write!(f, "{}{name}", nanos / unit),
            None => f.write_str("0s"),
        }
    }
}

impl TryFrom<String> for Span {
    type Error = ParseUnitError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// A file may say `0.1` as a number or `"10%"` as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum ShareForm {
    Number(f64),
    Text(String),
}

impl TryFrom<ShareForm> for Share {
    type Error = ParseUnitError;

    fn try_from(form: ShareForm) -> Result<Self, Self::Error> {
        match form {
            ShareForm::Number(number) => number.to_string().parse(),
            ShareForm::Text(text) => text.parse(),
        }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl FromStr for Share {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseUnitError::Share(text.to_owned());
        let share = match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
            None => text.trim().parse(),
        };
        let share = share.map_err(|_| wrong())?;
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(wrong()) }
    }
}

/// A wait as the rate-limit headers write it: `1s`, `6m0s`, `120ms`.
pub(crate) fn reset(duration: Duration) -> String {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    match (millis / 60_000, millis % 60_000) {
        (0, millis) if millis < 1_000 => format!("{millis}ms"),
        (0, millis) => format!("{}s", decimal_seconds(millis)),
        (minutes, millis) => format!("{minutes}m{}s", decimal_seconds(millis)),
    }
}

fn decimal_seconds(millis: u128) -> String {
    let text = format!("{}.{:03}", millis / 1_000, millis % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_read_and_written() {
        let table = [
            ("400ms", 400_000, "400ms"),
            ("1.5s", 1_500_000, "1500ms"),
            ("2m", 120_000_000, "2m"),
            ("250us", 250, "250us"),
            ("250µs", 250, "250us"),
            ("1h", 3_600_000_000, "1h"),
            (" 7 s ", 7_000_000, "7s"),
            ("0ms", 0, "0s"),
        ];
        for (text, micros, written) in table {
            let span: Span = text.parse().expect(text);
            assert_eq!((span.0, span.to_string().as_str()), (Duration::from_micros(micros), written));
        }
        for wrong in ["", "400", "ms", "-1s", "1 fortnight", "1..5s", "1e9s", "99999h", "NaNs"] {
            assert_eq!(wrong.parse::<Span>(), Err(ParseUnitError::Span(wrong.to_owned())));
        }
    }

    #[test]
    fn a_share_is_a_number_or_a_percentage() {
        for (text, share) in [("0.1", 0.1), ("10%", 0.1), ("1", 1.0), ("0", 0.0), ("100 %", 1.0)] {
            assert_eq!(text.parse(), Ok(Share(share)));
        }
        for wrong in ["10", "-0.1", "101%", "some", "NaN", ""] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reset_is_written_as_the_headers_write_it() {
        let table =
            [(0, "0ms"), (120, "120ms"), (1_000, "1s"), (1_500, "1.5s"), (360_000, "6m0s"), (61_250, "1m1.25s")];
        for (millis, text) in table {
            assert_eq!(reset(Duration::from_millis(millis)), text);
        }
        assert_eq!(reset(Duration::from_nanos(1)), "1ms", "never too early");
    }
}
