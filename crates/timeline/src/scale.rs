//! One time scale for all lanes of a drawing, and instants as words.

use std::time::Duration;

/// An instant as people write it, exact to the nanosecond: `1.000 s`, `350 ms`, `2.5 µs`, `0 s`.
///
/// From one second up it is always seconds with at least three decimals, so that instants below one another compare at
/// a glance.
///
/// ```
/// use std::time::Duration;
/// use timeline::instant;
///
/// assert_eq!(instant(Duration::from_millis(15_200)), "15.200 s");
/// assert_eq!(instant(Duration::from_millis(350)), "350 ms");
/// assert_eq!(instant(Duration::from_nanos(2_500)), "2.5 µs");
/// assert_eq!(instant(Duration::ZERO), "0 s");
/// ```
pub fn instant(at: Duration) -> String {
    if at.is_zero() {
        return "0 s".to_owned();
    }
    let unit = Unit::of(at);
    let least_decimals = if unit.nanos == Unit::SECOND.nanos { 3 } else { 0 };
    format!("{} {}", unit.decimal(at.as_nanos(), least_decimals), unit.name)
}

/// The instant in at most nine columns, rounded and marked as rounded where it must be.
pub(crate) fn about(at: Duration) -> String {
    let exact = instant(at);
    if exact.chars().count() <= 9 {
        return exact;
    }
    let unit = Unit::of(at);
    let rounded = (at.as_nanos() + unit.nanos / 2_000) / (unit.nanos / 1_000).max(1);
    let (whole, thousandths) = (rounded / 1_000, rounded % 1_000);
    if whole > 999 { format!("~{whole:.2e} {}", unit.name) } else { format!("~{whole}.{thousandths:03} {}", unit.name) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    name: &'static str,
    nanos: u128,
}

impl Unit {
    const SECOND: Self = Self { name: "s", nanos: 1_000_000_000 };
    const SMALLER: [Self; 3] =
        [Self { name: "ms", nanos: 1_000_000 }, Self { name: "µs", nanos: 1_000 }, Self { name: "ns", nanos: 1 }];

    /// The largest unit of which `at` is one or more. Seconds for nothing at all.
    fn of(at: Duration) -> Self {
        let nanos = at.as_nanos();
        let fits = |unit: &Self| nanos >= unit.nanos;
        if at.is_zero() || fits(&Self::SECOND) {
            return Self::SECOND;
        }
        Self::SMALLER.into_iter().find(fits).expect("a nanosecond is the smallest duration")
    }

    /// So many nanoseconds in this unit, exact, without trailing zeros beyond the least number of decimals.
    fn decimal(self, nanos: u128, least_decimals: usize) -> String {
        let (whole, rest) = (nanos / self.nanos, nanos % self.nanos);
        let digits = self.nanos.ilog10() as usize;
        let fraction = if digits == 0 { String::new() } else { format!("{rest:0digits$}") };
        let significant = fraction.trim_end_matches('0').len();
        let shown = &fraction[..significant.max(least_decimals.min(fraction.len()))];
        if shown.is_empty() { whole.to_string() } else { format!("{whole}.{shown}") }
    }
}

/// An axis from zero to `extent` with round ticks.
///
/// A tick is a whole number of columns wide, so that ticks stand at even distances and a round instant falls on a column
/// exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    extent: Duration,
    step: u128,
    columns_per_step: u128,
    unit: Unit,
}

/// The blanks that must stand between the labels of two ticks.
const GAP: usize = 2;

impl Scale {
    /// The axis with the closest ticks on which `extent` falls no further right than `columns`.
    pub(crate) fn fit(extent: Duration, columns: usize) -> Self {
        let unit = Unit::of(extent);
        let nanos = extent.as_nanos().max(1);
        for step in round_steps() {
            let columns_per_step = columns as u128 * step / nanos;
            let widest = if step > nanos { 0 } else { tick_label(unit, step, nanos / step * step).chars().count() };
            if columns_per_step >= (widest + GAP) as u128 {
                return Self { extent, step, columns_per_step, unit };
            }
        }
        unreachable!("one of the steps is longer than the longest duration")
    }

    pub(crate) fn extent(&self) -> Duration {
        self.extent
    }

    /// The column that holds the instant `at`. The extent is the largest instant that can be asked for.
    pub(crate) fn column(&self, at: Duration) -> usize {
        let at = at.min(self.extent).as_nanos();
        usize::try_from(at * self.columns_per_step / self.step).expect("columns are few")
    }

    /// The nanoseconds of the cell in `column` that lie between `from` and `to`, in units that are the same for all
    /// cells.
    pub(crate) fn share(&self, column: usize, from: Duration, to: Duration) -> u128 {
        let start = column as u128 * self.step;
        let end = start + self.step;
        let from = (from.as_nanos() * self.columns_per_step).max(start);
        let to = (to.as_nanos() * self.columns_per_step).min(end);
        to.saturating_sub(from)
    }

    /// Column and label of each tick, from the left.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        let count = self.extent.as_nanos() / self.step;
        (0..=count).map(|tick| {
            let column = usize::try_from(tick * self.columns_per_step).expect("columns are few");
            (column, tick_label(self.unit, self.step, tick * self.step))
        })
    }
}

/// Round instants for an axis that is drawn freely, at most `most` of them besides zero.
pub(crate) fn round_ticks(extent: Duration, most: u128) -> Vec<(Duration, String)> {
    let unit = Unit::of(extent);
    let nanos = extent.as_nanos();
    let step = round_steps().find(|step| nanos / step <= most).expect("the steps go beyond every duration");
    (0..=nanos / step).map(|tick| (from_nanos(tick * step), tick_label(unit, step, tick * step))).collect()
}

fn from_nanos(nanos: u128) -> Duration {
    let second = Unit::SECOND.nanos;
    let seconds = u64::try_from(nanos / second).expect("a tick is no later than the extent, which is a duration");
    Duration::new(seconds, (nanos % second) as u32)
}

/// 1, 2, 5, 10, 20, 50, … nanoseconds, to beyond the longest duration.
fn round_steps() -> impl Iterator<Item = u128> {
    (0..33).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u128.pow(power)))
}

/// All labels of an axis have the unit of its end and as many decimals as its step needs.
fn tick_label(unit: Unit, step: u128, at: u128) -> String {
    if at == 0 {
        return format!("0 {}", unit.name);
    }
    let decimals = unit.decimal(step, 0).split_once('.').map_or(0, |(_, fraction)| fraction.len());
    format!("{} {}", unit.decimal(at, decimals), unit.name)
}
