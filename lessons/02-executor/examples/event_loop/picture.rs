//! Draws the steps of the event loop: one row for each task, one column for each step.
//!
//! The axis is steps and not time, for most steps of an event loop take no time at all. A
//! player finds the words of each step, the run queue and the timers in the attributes of
//! `g.step`, and where the columns are in those of the `svg`.

use std::fmt::Write;

use lesson_02_executor::runtime::{Event, Outcome, Step, WokenBy};

use timeline::Timeline;

use crate::{lines, words};

const WIDTH: usize = 480;
const LEFT: f64 = 78.0;
const PLOT: f64 = 390.0;
/// The row of the clock; those of the tasks follow.
const TOP: usize = 4;
const ROW: usize = 36;
const BAR: usize = 16;

/// How a task stands right after a step.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Polled,
    Queued,
    WaitsForTimer,
    WaitsForTask,
}

impl State {
    const ALL: [Self; 4] =
        [Self::Polled, Self::Queued, Self::WaitsForTimer, Self::WaitsForTask];

    fn class(self) -> &'static str {
        match self {
            Self::Polled => "running",
            Self::Queued => "queued",
            Self::WaitsForTimer => "waiting",
            Self::WaitsForTask => "idle",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Polled => "is polled",
            Self::Queued => "is in the run queue",
            Self::WaitsForTimer => "waits for its timer",
            Self::WaitsForTask => "waits for a task",
        }
    }
}

/// The whole picture, self-contained. Without a player it shows all steps.
pub(crate) fn svg(steps: &[Step], sentences: &[String], run: &Timeline) -> String {
    let spawned = steps.iter().filter(|step| step.event == Event::Spawned);
    let tasks: Vec<_> = spawned.filter_map(|step| step.task.as_deref()).collect();
    let bottom = TOP + ROW * (tasks.len() + 1);
    Picture { steps, tasks, bottom, run }.draw(sentences)
}

struct Picture<'a> {
    steps: &'a [Step],
    /// In the order in which they were spawned: the order of the rows.
    tasks: Vec<&'a str>,
    /// Where the rows end.
    bottom: usize,
    /// The lines at which the tasks were.
    run: &'a Timeline,
}

impl Picture<'_> {
    fn draw(&self, sentences: &[String]) -> String {
        let (height, bottom) = (self.bottom + 78, self.bottom);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"event-loop\" \
             class=\"timeline event-loop\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"event-loop-title\" aria-describedby=\"event-loop-desc\" \
             data-steps=\"{}\" data-plot-x=\"{LEFT}\" data-plot-width=\"{PLOT}\" \
             data-plot-y=\"{TOP}\" data-plot-height=\"{}\"{}>\n\
             <title id=\"event-loop-title\">The event loop, step by step</title>\n\
             <desc id=\"event-loop-desc\">{}</desc>\n{STYLE}",
            self.steps.len(),
            bottom - TOP,
            self.run.code_attribute(),
            escaped(&self.description()),
        );
        for (number, (step, words)) in self.steps.iter().zip(sentences).enumerate() {
            let _ = writeln!(
                svg,
                "<g class=\"step\" data-at-ns=\"{}\" data-words=\"{}\" \
                 data-polling=\"{}\" data-queue=\"{}\" data-timers=\"{}\" \
                 data-lines=\"{}\"></g>",
                step.at.as_nanos(),
                escaped(words),
                escaped(step.polling.as_deref().unwrap_or_default()),
                escaped(&step.queue.join(", ")),
                escaped(&words::timers(step).join(", ")),
                escaped(&lines::at(number, step, self.run)),
            );
        }
        self.draw_clock(&mut svg);
        for (number, task) in self.tasks.iter().enumerate() {
            self.draw_task(&mut svg, number + 1, task);
        }
        self.draw_wakes(&mut svg);
        draw_legend(&mut svg, bottom);
        svg + "</svg>\n"
    }

    fn description(&self) -> String {
        let mut words = format!("{} steps.", self.steps.len());
        for task in &self.tasks {
            let of_task =
                || self.steps.iter().filter(|step| step.task.as_deref() == Some(task));
            let polls = of_task().filter(|step| step.event == Event::PollBegins).count();
            let wakes =
                of_task().filter(|step| matches!(step.event, Event::Woken { .. })).count();
            let _ = write!(words, " {task}: woken {wakes} times, polled {polls} times.");
        }
        words
    }

    /// The clock says a new time at the step at which it has jumped.
    fn draw_clock(&self, svg: &mut String) {
        let y = middle(0);
        let _ = writeln!(svg, "<text class=\"name\" x=\"8\" y=\"{}\">clock</text>", y + 5);
        let mut said = None;
        for (number, step) in self.steps.iter().enumerate() {
            if said.replace(step.at) == Some(step.at) {
                continue;
            }
            let (x, millis) = (self.x(number), step.at.as_millis());
            let unit = if millis == 0 { " ms" } else { "" };
            let _ = writeln!(
                svg,
                "<g class=\"jump\" data-step=\"{number}\">\
                 <path class=\"grid\" d=\"M{x:.1} {}V{}\"/>\
                 <text class=\"axis\" x=\"{:.1}\" y=\"{}\">{millis}{unit}</text></g>",
                y - 14,
                self.bottom,
                x + 4.0,
                y + 2,
            );
        }
    }

    fn draw_task(&self, svg: &mut String, row: usize, task: &str) {
        let (y, name) = (middle(row), escaped(task));
        let _ = writeln!(
            svg,
            "<g class=\"lane\" data-lane=\"{name}\">\
             <text class=\"name\" x=\"8\" y=\"{}\">{name}</text>",
            y + 5
        );
        let states = self.states(task);
        let mut from = 0;
        for same in states.chunk_by(|one, other| one == other) {
            let to = from + same.len();
            if let Some(state) = same[0] {
                let tall = if state == State::WaitsForTask { 2 } else { BAR };
                let _ = writeln!(
                    svg,
                    "<rect class=\"span {}\" x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" \
                     height=\"{tall}\"/>",
                    state.class(),
                    self.x(from),
                    y - tall / 2,
                    self.x(to) - self.x(from),
                );
            }
            from = to;
        }
        svg.push_str("</g>\n");
    }

    /// `None`: not spawned yet, or ended.
    fn states(&self, task: &str) -> Vec<Option<State>> {
        let (mut spawned, mut ended) = (false, false);
        let state = |step: &Step| {
            if step.task.as_deref() == Some(task) {
                spawned |= step.event == Event::Spawned;
                ended |=
                    matches!(step.event, Event::Polled(how) if how != Outcome::Pending);
            }
            if !spawned || ended {
                None
            } else if step.polling.as_deref() == Some(task) {
                Some(State::Polled)
            } else if step.queue.iter().any(|queued| queued == task) {
                Some(State::Queued)
            } else if step.timers.iter().any(|(_, owner)| owner == task)
                || step.event == Event::TimerFired && step.task.as_deref() == Some(task)
            {
                Some(State::WaitsForTimer)
            } else {
                Some(State::WaitsForTask)
            }
        };
        self.steps.iter().map(state).collect()
    }

    /// Arrows from whoever wakes or spawns, to the task that is queued.
    fn draw_wakes(&self, svg: &mut String) {
        let mut polled_last = 0;
        for (number, step) in self.steps.iter().enumerate() {
            let (target, actor) = (self.row(&step.task), self.row(&step.polling));
            let (kind, source) = match step.event {
                Event::Polled(_) => {
                    polled_last = target;
                    continue;
                }
                Event::Spawned if actor > 0 => ("spawn", actor),
                Event::Woken { by: WokenBy::Task } => ("wake", actor),
                Event::Woken { by: WokenBy::Finish } => ("wake", polled_last),
                Event::Woken { by: WokenBy::Timer | WokenBy::AnotherThread } => ("wake", 0),
                _ => continue,
            };
            let x = (self.x(number) + self.x(number + 1)) / 2.0;
            let (from, to, head) = if source < target {
                (middle(source) + BAR / 2, middle(target) - BAR / 2, -6)
            } else {
                (middle(source) - BAR / 2, middle(target) + BAR / 2, 6)
            };
            let _ = writeln!(
                svg,
                "<g class=\"mark {kind}\" data-step=\"{number}\">\
                 <path class=\"line\" d=\"M{x:.1} {from}V{to}\"/>\
                 <path d=\"M{x:.1} {to}l-3.5 {head}h7z\"/></g>",
            );
        }
    }

    /// The row of a task; that of the clock if there is none.
    fn row(&self, task: &Option<String>) -> usize {
        let number = self.tasks.iter().position(|name| Some(*name) == task.as_deref());
        number.map_or(0, |number| number + 1)
    }

    /// Where the column of a step begins.
    fn x(&self, step: usize) -> f64 {
        LEFT + PLOT * step as f64 / self.steps.len() as f64
    }
}

fn middle(row: usize) -> usize {
    TOP + ROW * row + ROW / 2
}

fn draw_legend(svg: &mut String, bottom: usize) {
    svg.push_str("<g class=\"legend\">");
    let place = |number: usize| (8 + number % 2 * 236, bottom + 8 + number / 2 * 22);
    for (number, state) in State::ALL.into_iter().enumerate() {
        let (x, y) = place(number);
        let tall = if state == State::WaitsForTask { 2 } else { 12 };
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{x}\" y=\"{}\" width=\"24\" height=\"{tall}\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            state.class(),
            y + 8 - tall / 2,
            x + 32,
            y + 13,
            state.meaning(),
        );
    }
    for (number, (kind, meaning)) in [(4, ("wake", "wakes")), (5, ("spawn", "spawns"))] {
        let (x, y) = place(number);
        let _ = write!(
            svg,
            "<g class=\"mark {kind}\"><path class=\"line\" d=\"M{0} {y}v14\"/>\
             <path d=\"M{0} {1}l-3.5 -6h7z\"/></g><text x=\"{2}\" y=\"{3}\">{meaning}</text>",
            x + 12,
            y + 16,
            x + 32,
            y + 13,
        );
    }
    svg.push_str("</g>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// The colours and patterns of the book's other pictures. Each rule names the picture, because
/// a style that is inlined into a page holds for the whole page.
const STYLE: &str = r##"<style>
svg#event-loop{width:100%;max-width:600px;height:auto;--queued:#7c828c;--waiting:#2f83c5;--running:#d4532f}
svg:root#event-loop{color:#1f2328;background:#fff}
.navy #event-loop,.coal #event-loop,.ayu #event-loop{--queued:#9aa1ab;--waiting:#5aa7e4;--running:#f07a55}
@media (prefers-color-scheme:dark){svg:root#event-loop{color:#e4e6eb;background:#17191e;--queued:#9aa1ab;--waiting:#5aa7e4;--running:#f07a55}}
#event-loop text{font:14px system-ui,sans-serif;fill:currentColor}
#event-loop .axis{font-size:12px}
#event-loop .grid{fill:none;stroke:currentColor;stroke-width:1;opacity:.35;stroke-dasharray:3 3}
#event-loop .queued{fill:url(#event-loop-queued);stroke:var(--queued);stroke-dasharray:2 2}
#event-loop .waiting{fill:url(#event-loop-waiting);stroke:var(--waiting)}
#event-loop .running{fill:var(--running);stroke:var(--running)}
#event-loop .idle{fill:var(--queued)}
#event-loop .mark{fill:currentColor}
#event-loop .mark .line{fill:none;stroke:currentColor;stroke-width:1.6}
#event-loop .spawn .line{stroke-dasharray:3 2}
</style>
<defs>
<pattern id="event-loop-queued" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.1" style="fill:var(--queued)"/></pattern>
<pattern id="event-loop-waiting" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" style="fill:var(--waiting);opacity:.3"/><path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" style="stroke:var(--waiting);stroke-width:1.6"/></pattern>
</defs>
"##;
