//! The same program with other parameters: a run for each value.

use crate::{Timeline, code, reach::Reach, svg};

/// Runs of one program, each with other values of its parameters, for a page in which a reader moves them.
///
/// ```
/// use timeline::{Grid, Lane, Timeline};
///
/// let run = |seconds| Timeline::new("one call").lane(Lane::call("atlas", 0.0, seconds));
/// let grid = Grid::new(&["latency"]).run(&["1 s"], &[&run(1.0)]).run(&["2 s"], &[&run(2.0)]);
/// assert!(grid.html().starts_with("<div class=\"timeline-grid\" data-parameters=\"latency\">\n<svg "));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Grid {
    parameters: Vec<String>,
    runs: Vec<Run>,
}

#[derive(Debug, Clone)]
struct Run {
    values: Vec<String>,
    timelines: Vec<Timeline>,
}

impl Grid {
    /// A grid without runs, with these parameters.
    ///
    /// # Panics
    /// Without a parameter.
    pub fn new(parameters: &[&str]) -> Self {
        assert!(!parameters.is_empty(), "a grid has at least one parameter");
        Self { parameters: parameters.iter().map(|name| (*name).to_owned()).collect(), runs: Vec::new() }
    }

    /// Adds the run for these values, one for each parameter: a timeline, or two that stand above one another. The first run is
    /// what a page shows without a script.
    ///
    /// # Panics
    /// Where there are more values than parameters or fewer, where a run for them is there already, and without a timeline or
    /// with more than two.
    #[must_use]
    pub fn run(mut self, values: &[&str], timelines: &[&Timeline]) -> Self {
        assert_eq!(values.len(), self.parameters.len(), "a value for each of the parameters {:?}", self.parameters);
        assert!(matches!(timelines.len(), 1 | 2), "a picture has one run, or two to be compared");
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        assert!(self.runs.iter().all(|run| run.values != values), "a second run for {values:?}");
        self.runs.push(Run { values, timelines: timelines.iter().map(|&timeline| timeline.clone()).collect() });
        self
    }

    /// The picture of the first run, for where there is no script.
    pub fn svg(&self) -> String {
        self.pictures().next().map_or_else(String::new, |(_, picture)| picture)
    }

    /// All pictures on one time scale, as a part of a page: the first to be seen, the others at hand for a script. A page shows
    /// it in a `figure`; see [`Timeline::svg`] for what a script finds in it.
    ///
    /// The element has `data-parameters`, the names with a `|` between them; each picture has `data-values`.
    ///
    /// # Panics
    /// Where a combination of values has no run: the reader could choose it.
    pub fn html(&self) -> String {
        let values = |parameter: usize| {
            let mut values: Vec<&str> = self.runs.iter().map(|run| run.values[parameter].as_str()).collect();
            values.sort_unstable();
            values.dedup();
            values.len()
        };
        let wanted: usize = (0..self.parameters.len()).map(values).product();
        assert_eq!(self.runs.len(), wanted, "a run for each combination of the values of {:?}", self.parameters);
        let mut html =
            format!("<div class=\"timeline-grid\" data-parameters=\"{}\">\n", attribute(&self.parameters.join("|")));
        for (number, (run, picture)) in self.pictures().enumerate() {
            let values = format!("data-values=\"{}\"", attribute(&run.values.join("|")));
            if number == 0 {
                html.push_str(&picture.replacen("<svg ", &format!("<svg {values} "), 1));
            } else {
                // In a script of an unknown kind a picture is text: it costs nothing until it is asked for, and its
                // identifiers are not those of the page.
                let picture = picture.replacen("<svg ", &format!("<svg {values} "), 1);
                html.push_str(&format!("<script type=\"image/svg+xml\" {values}>\n{picture}</script>\n"));
            }
        }
        html + "</div>\n"
    }

    /// The code beside the pictures, as [`code_as_markdown`](crate::code_as_markdown) writes it.
    pub fn code_as_markdown(&self) -> String {
        code::code_as_markdown(&self.timelines())
    }

    /// All timelines of all runs.
    pub fn timelines(&self) -> Vec<&Timeline> {
        self.runs.iter().flat_map(|run| &run.timelines).collect()
    }

    fn pictures(&self) -> impl Iterator<Item = (&Run, String)> {
        let all = self.timelines();
        let (reach, code) = (Reach::of(&all), code::of_all(&all));
        self.runs.iter().map(move |run| {
            let timelines: Vec<&Timeline> = run.timelines.iter().collect();
            (run, svg::draw(&timelines, code.clone(), reach))
        })
    }
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lane;

    fn run(seconds: f64) -> Timeline {
        Timeline::new("one").lane(Lane::call("atlas", 0.0, seconds))
    }

    #[test]
    fn all_pictures_have_one_scale_and_the_first_is_seen() {
        let grid = Grid::new(&["latency", "form"]).run(&["1", "a"], &[&run(1.0)]).run(&["2", "a"], &[&run(2.0)]);
        let html = grid.html();
        assert_eq!(html.matches("data-extent-ns=\"2000000000\"").count(), 2);
        assert_eq!(html.matches("<script type=\"image/svg+xml\" data-values=\"2|a\">").count(), 1);
        assert_eq!(html.matches("<svg data-values=\"1|a\" ").count(), 1);
        assert!(html.lines().all(|line| !line.trim().is_empty()), "Markdown ends a block at an empty line");
        assert_eq!(
            grid.svg(),
            html.lines()
                .skip(1)
                .take_while(|line| !line.starts_with("<script"))
                .fold(String::new(), |svg, line| svg + &line.replace(" data-values=\"1|a\"", "") + "\n")
        );
    }

    #[test]
    #[should_panic(expected = "a run for each combination")]
    fn a_hole_in_the_grid_is_refused() {
        let grid = Grid::new(&["latency", "form"]).run(&["1", "a"], &[&run(1.0)]).run(&["2", "b"], &[&run(2.0)]);
        grid.html();
    }
}
