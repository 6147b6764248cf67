//! What an executor must not do to a task, each rule with the words for whoever breaks it.

use verdict::Outcome;

use super::{IN_VAIN, Seen, WITHOUT_END};
use crate::message::{Message, saw};

impl Seen {
    pub(super) fn polled_after_its_end(&self) -> Option<Message> {
        self.polled_after_end.then(|| {
            saw(format!("`{}` was ready, and is polled again", self.name)).expected("no poll after `Ready`").because(
                "`Ready` is the last word of a future: an `async` block that is polled after it panics. Whoever polls a \
                 future to its end drops it, and forgets it.",
            )
        })
    }

    pub(super) fn polled_in_vain(&self, story: &str) -> Option<Message> {
        let Self { name, polls, wakes, in_vain, one_for_each_wake, together, .. } = self;
        if *in_vain == 0 {
            return None;
        }
        if one_for_each_wake == in_vain {
            let message = saw(format!(
                "`{name}` was woken {together} times before its turn came, and had a turn for each:\n{story}"
            ))
            .expected("one turn")
            .because(
                "A wake says that there is something new, and one poll sees all that is new. A task that stands in \
                     the queue is not put there again.",
            );
            return Some(message);
        }
        let spins = *in_vain >= IN_VAIN;
        let story = if spins { String::new() } else { format!(":\n{story}") };
        let message = saw(format!("`{name}` was polled {}, and woken {}{story}", times(*polls), times(*wakes)));
        let message =
            message.expected(format!("at most {}: one to begin with, and one for each wake", times(wakes + 1)));
        Some(if spins {
            message.outcome(Outcome::BusyLoop).because(
                "A future that says `Pending` is polled again and again, and nothing has changed: work to learn nothing, and \
                 a loop of it takes a whole processor. The waker is there for this: do nothing until it is called.",
            )
        } else {
            message.because(
                "A future that has said `Pending` has nothing new to say until its waker is called. Every poll before \
                 that is work for nothing.",
            )
        })
    }

    pub(super) fn polled_without_end(&self) -> Option<Message> {
        (self.polls >= WITHOUT_END).then(|| {
            saw(format!("`{}` was polled {} times and does not end", self.name, self.polls))
                .expected("the task to end")
                .because("Every poll wakes the task again, so there is always one more. Something must change from one poll to the next.")
                .outcome(Outcome::BusyLoop)
        })
    }

    pub(super) fn never_polled(&self) -> Option<Message> {
        (self.polls == 0).then(|| {
            saw(format!("`{}` was never polled", self.name))
                .expected("a first poll of every task")
                .because("The first poll is the one that nobody asks for: before it the future has no waker to call.")
        })
    }

    pub(super) fn dropped_before_its_end(&self) -> Option<Message> {
        (self.dropped && self.polls > 0 && !self.ended && !self.panicked).then(|| {
            saw(format!("`{}` was pending, and its future is gone", self.name))
                .expected("the future to be kept until it is ready")
                .because(
                    "`Pending` is not the end of a task. To drop its future is to cancel it: nothing of it runs any more, and \
                     nobody is told.",
                )
        })
    }

    pub(super) fn lost_wake(&self, story: &str) -> Option<Message> {
        if self.wakes_since == 0 || self.ended {
            return None;
        }
        let name = &self.name;
        let message = if self.woken_during_poll {
            saw(format!("`{name}` was woken while it was polled, and was not polled again:\n{story}")).because(
                "A wake that comes during the poll counts like any other: the future may have looked already, and \
                     seen nothing. Is it thrown away after the poll (a mark that is cleared too late)? Or does the loop \
                     end too soon?",
            )
        } else {
            saw(format!("`{name}` was woken, and was not polled after that:\n{story}")).because(
                "The wake is the only word that the executor will ever hear: something is new, poll me. One that is lost \
                 is a task that waits for ever.",
            )
        };
        Some(message.expected("a poll after the wake").outcome(Outcome::LostWakeUp))
    }

    pub(super) fn kept_after_its_end(&self) -> Option<Message> {
        (self.ended && !self.dropped).then(|| {
            saw(format!("`{}` was ready, and its future is still kept", self.name)).expected("the future to be dropped").because(
                "A future owns what it works with: its buffers, its connections, its locks. Until it is dropped they are \
                 not given back, and an executor that keeps what has ended grows and grows.",
            )
        })
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}
