//! Divides the width between names, bars and what stands behind the bars.

use super::panel::Panel;
use crate::{
    label::{clean, columns},
    reach::Reach,
    scale::Scale,
};

/// What all rows of a drawing have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Columns for names, with the blank behind them.
    pub(super) names: usize,
    /// Columns for bars and what stands behind them.
    pub(super) plot: usize,
    pub(super) scale: Scale,
    /// Whether something lies beyond the end of the scale.
    pub(super) is_cut: bool,
}

impl Frame {
    /// The frame with the longest bars in which the ends of all lanes can be written behind them.
    ///
    /// Fuller words behind the bars make the bars shorter. They are chosen as long as the bars keep half of the room or
    /// more; where they would not, shorter words are.
    pub(super) fn fit(panels: &[&Panel<'_>], width: usize) -> Self {
        let widest = panels.iter().flat_map(|panel| &panel.rows).map(|row| columns(&row.name));
        let gauges =
            panels.iter().flat_map(|panel| &panel.timeline.gauges).map(|gauge| columns(&clean(&gauge.name, false)));
        let widest = widest.chain(gauges).max().unwrap_or(0);
        let names = match widest.min((width * 3 / 10).clamp(8, 28)) {
            0 => 0,
            name => name + 1,
        };
        let plot = width - names;
        let reach = Reach::of(&panels.iter().map(|panel| panel.timeline).collect::<Vec<_>>());
        let extent = reach.to;
        let fits = |scale: &Scale, level: usize| {
            let mut rows = panels.iter().flat_map(|panel| &panel.rows);
            rows.all(|row| row.columns(scale, level) <= plot)
        };
        let longest = |level: usize| {
            let scales = (1..plot).rev().map(|columns| Scale::fit(extent, columns));
            scales.into_iter().find(|scale| fits(scale, level))
        };
        // With each level, the part of the room that it must leave to the bars, in tenths.
        let levels = [(3, 6), (2, 5), (1, 5), (0, 0)];
        let leaves_room = |&(level, tenths): &(usize, usize)| {
            longest(level).filter(|scale| scale.column(extent) * 10 >= plot * tenths)
        };
        let scale = levels.iter().find_map(leaves_room);
        Self { names, plot, is_cut: reach.is_cut, scale: scale.unwrap_or_else(|| Scale::fit(extent, plot - 1)) }
    }

    pub(super) fn width(&self) -> usize {
        self.names + self.plot
    }
}
