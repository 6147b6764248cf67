//! A gauge as a chart: its name and its highest depth in words, and its levels below.

use std::time::Duration;

use super::{
    page::{Page, fitted},
    shapes::{LEFT, PLOT, escaped, text_width, units},
};
use crate::{
    Gauge,
    label::{clean, columns},
};

/// The height of the levels.
const HEIGHT: u32 = 44;

/// `until` is the end of the run: another one in the same picture may last longer.
pub(super) fn draw(gauge: &Gauge, index: usize, until: Duration, page: &mut Page) {
    let y = page.take(HEIGHT + 34);
    let name = escaped(&clean(&gauge.name, false));
    let most = gauge.most();
    let shown = escaped(&fitted(&gauge.name, PLOT - text_width(columns(&most) + 2)));
    page.push(format!(
        "<g class=\"gauge\" data-gauge=\"{name}\" data-gauge-index=\"{index}\" data-plot-y=\"{}\" data-plot-height=\"{HEIGHT}\">",
        y + 24,
    ));
    page.push(format!("<text class=\"name\" x=\"{LEFT}\" y=\"{}\">{shown}</text>", y + 16));
    let right = units(LEFT + PLOT);
    page.push(format!("<text class=\"ending\" x=\"{right}\" y=\"{}\" text-anchor=\"end\">{most}</text>", y + 16));

    let bottom = f64::from(y + 24 + HEIGHT);
    let height = |depth: usize| f64::from(HEIGHT) * depth as f64 / gauge.top() as f64;
    for period in gauge.periods(until.min(page.reach.to)).filter(|period| period.depth > 0) {
        page.legend.depth = true;
        let x = page.x(period.from);
        let (width, tall) = ((page.x(period.to) - x).max(0.5), height(period.depth));
        page.push(format!(
            "<rect class=\"level\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" data-depth=\"{}\" data-from-ns=\"{}\" \
             data-to-ns=\"{}\"/>",
            units(x),
            units(bottom - tall),
            units(width),
            units(tall),
            period.depth,
            period.from.as_nanos(),
            period.to.as_nanos(),
        ));
    }
    page.push(format!("<path class=\"grid\" d=\"M{LEFT} {}h{PLOT}\"/>", units(bottom)));
    if let Some(capacity) = gauge.capacity {
        page.legend.capacity = true;
        let y = units(bottom - height(capacity));
        page.push(format!("<path class=\"capacity\" d=\"M{LEFT} {y}h{PLOT}\"/>"));
    }
    page.push("</g>".to_owned());
}
