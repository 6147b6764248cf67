//! What the learner's code leaves behind when it returns.

use mock_llm::{Call, Journal};
use tokio::runtime::Handle;

use crate::{
    message::{Message, saw},
    pulse::{Pulse, Task},
};

/// What is still there when everything has run that was ready to run: a task that was aborted is gone by then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Left {
    /// How many tasks have not ended.
    pub(crate) tasks: usize,
    /// Those of them that are known by name.
    named: Vec<Task>,
    /// The models of the calls that are still in flight.
    pub(crate) calls: Vec<String>,
}

/// Rounds of the scheduler without the end of a task, after which whatever still runs is not going to be ready soon. In one
/// round some sixty tasks have their turn.
const MOST_ROUNDS: usize = 64;

impl Left {
    /// To be asked on the runtime, when the learner's future has ended. No time passes.
    pub(crate) async fn settle(pulse: &Pulse) -> Self {
        let alive = || Handle::current().metrics().num_alive_tasks();
        let (mut seen, mut fewest, mut rounds) = (None, usize::MAX, 0);
        while rounds < MOST_ROUNDS {
            tokio::task::yield_now().await;
            let now = (alive(), pulse.beats());
            if seen.replace(now) == Some(now) {
                break;
            }
            rounds = if now.0 < fewest { 0 } else { rounds + 1 };
            fewest = fewest.min(now.0);
        }
        let tasks = alive();
        let named = if tasks == 0 { Vec::new() } else { pulse.tasks().into_iter().map(|(_, task)| task).collect() };
        Self { tasks, named, calls: Vec::new() }
    }

    pub(crate) fn calls_of(&mut self, journals: &[Journal]) {
        let calls = journals.iter().flat_map(Journal::calls).filter(|call| call.ended.is_none());
        self.calls = calls.map(|Call { model, .. }| model.clone()).collect();
    }

    /// The words for it, if there is anything.
    pub(crate) fn fault(&self) -> Option<Message> {
        if self.tasks == 0 && self.calls.is_empty() {
            return None;
        }
        let mut lines: Vec<String> = Vec::new();
        match self.tasks {
            0 => {}
            1 => lines.push("one task".to_owned()),
            tasks => lines.push(format!("{tasks} tasks")),
        }
        match &self.calls[..] {
            [] => {}
            [model] => lines.push(format!("the call to `{model}`")),
            calls => lines.push(format!("{} calls", calls.len())),
        }
        let mut what = format!(
            "the function has returned, and {} still there",
            match &lines[..] {
                [one] if self.tasks + self.calls.len() == 1 => format!("{one} is"),
                [one] => format!("{one} are"),
                both => format!("{} are", both.join(" and ")),
            }
        );
        const SHOWN: usize = 3;
        for task in self.named.iter().take(SHOWN) {
            what.push_str(&format!("\n- {task}, has not ended"));
        }
        Some(saw(what).expected("nothing left behind").because(
            "A task that was spawned belongs to the runtime: it goes on when its handle is dropped, and when the function that \
             spawned it returns. Whoever spawns a task awaits it or aborts it. Dropping a `JoinSet` aborts its tasks; \
             dropping a `JoinHandle` does not.",
        ))
    }
}
