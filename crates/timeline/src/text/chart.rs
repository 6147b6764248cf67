//! A gauge as a chart of a few rows: filled up to its depth, with a line at its capacity.

use std::time::Duration;

use super::{
    frame::Frame,
    glyphs::{Glyphs, Used},
};
use crate::{
    Gauge,
    label::{clean, pad, shorten},
};

/// A chart has no more rows than this; where a queue holds more, a row stands for several items.
const MOST_ROWS: usize = 4;

pub(super) fn lines(gauge: &Gauge, end: Duration, frame: &Frame, glyphs: Glyphs, used: &mut Used) -> Vec<String> {
    let top = gauge.top();
    let rows = top.min(MOST_ROWS);
    let row_of = |depth: usize| (depth * rows).div_ceil(top);
    let depths = depths(gauge, end, frame);
    let capacity = gauge.capacity.map(row_of);
    let name = shorten(&clean(&gauge.name, glyphs.ascii), frame.names.saturating_sub(1), glyphs.ascii);
    let mut lines = vec![pad(&name, frame.names) + &shorten(&gauge.most(), frame.plot, glyphs.ascii)];
    lines.extend((1..=rows).rev().map(|row| {
        let cells = depths.iter().map(|depth| match depth {
            Some(depth) if row_of(*depth) >= row => {
                used.depth = true;
                glyphs.depth
            }
            _ if capacity == Some(row) => {
                used.capacity = true;
                glyphs.capacity
            }
            _ => ' ',
        });
        " ".repeat(frame.names) + &cells.collect::<String>()
    }));
    lines
}

/// In each column, the depth that took most of its time.
fn depths(gauge: &Gauge, end: Duration, frame: &Frame) -> Vec<Option<usize>> {
    let scale = &frame.scale;
    let mut most = vec![(0_u128, None); scale.column(scale.extent()) + 1];
    for period in gauge.periods(end) {
        let (first, last) = (scale.column(period.from), scale.column(period.to));
        for (column, (share, depth)) in most.iter_mut().enumerate().take(last + 1).skip(first) {
            let now = scale.share(column, period.from, period.to);
            if now > 0 && now >= *share {
                (*share, *depth) = (now, Some(period.depth));
            }
        }
    }
    most.into_iter().map(|(_, depth)| depth).collect()
}
