//! What a future waits in: the tool of tokio or of futures whose frames stand below the learner's line in a backtrace.

use crate::stuck_at::Frame;

/// A tool to wait with, and how such a wait ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// What the learner calls it.
    pub(crate) name: &'static str,
    /// Who ends this wait.
    pub(crate) ends: &'static str,
}

/// How a wait is recognised: a part of a function's path, or of the path of its file.
type Sign = &'static [&'static str];

/// The first that fits is meant: those built on others stand before them.
const WAITS: [(Sign, Wait); 11] = [
    (
        &["sync::barrier", "sync/barrier.rs"],
        Wait {
            name: "`Barrier::wait`",
            ends: "A barrier opens when as many wait at it as it was made for. Who has not arrived?",
        },
    ),
    (
        &["sync::watch", "sync/watch.rs"],
        Wait {
            name: "a `watch::Receiver`",
            ends: "`changed` waits for a value that is newer than the last one seen, and `wait_for` for one that fits. Who \
                   sends it?",
        },
    ),
    (
        &["sync::broadcast", "sync/broadcast.rs"],
        Wait {
            name: "`broadcast::Receiver::recv`",
            ends: "A receiver waits for the next message, or for the last sender to go. What was sent before it \
                   subscribed is not for it.",
        },
    ),
    (
        &["task::join_set", "task/join_set.rs"],
        Wait {
            name: "a `JoinSet`",
            ends: "The set waits for a task to end. Those that have not ended are in the list above: what do they wait for?",
        },
    ),
    (
        &["task::join::JoinHandle", "runtime/task/join.rs"],
        Wait {
            name: "a `JoinHandle`",
            ends: "A handle waits for the end of its task. A task that has not ended is in the list above: what does it wait \
                   for?",
        },
    ),
    (&["sync::oneshot", "futures_channel::oneshot"], ANSWER),
    (&["sync::mpsc", "sync/mpsc/", "futures_channel::mpsc", "futures-channel"], MESSAGE),
    (
        &["sync::mutex", "sync/mutex.rs"],
        Wait {
            name: "`Mutex::lock`",
            ends: "Somebody holds the guard of this lock. A guard lives to the end of its block, across every `.await` in it; \
                   perhaps this very task holds it.",
        },
    ),
    (
        &["sync::rwlock", "sync/rwlock.rs"],
        Wait {
            name: "a lock of a `RwLock`",
            ends: "Somebody holds a guard of this lock. A writer waits for all readers to go, and a reader waits behind a \
                   writer that waits.",
        },
    ),
    (
        &["sync::semaphore", "sync/semaphore.rs"],
        Wait {
            name: "`Semaphore::acquire`",
            ends: "All permits are out. A permit comes back when it is dropped: who holds them?",
        },
    ),
    (
        &["sync::notify::Notified", "sync/notify.rs"],
        Wait {
            name: "`Notify::notified`",
            ends: "`notify_waiters` wakes those that wait at that moment, and `notify_one` leaves one note at most. What came \
                   before the wait began may be gone: make the `notified()` future first, then look whether there is still \
                   something to wait for.",
        },
    ),
];

const ANSWER: Wait = Wait {
    name: "a `oneshot::Receiver`",
    ends: "A receiver waits until its sender sends or is dropped. Who holds the sender, and what does that one wait \
           for?",
};

const MESSAGE: Wait = Wait {
    name: "a channel's `Receiver`",
    ends: "A receiver waits for a message, and gives `None` only when the last sender is gone. Is one still alive? \
           The one from which the others were cloned counts, too.",
};

const FULL: Wait = Wait {
    name: "`Sender::send`",
    ends: "The channel is full, and `send` waits until the receiver takes something out. Who receives, and has it begun?",
};

/// The wait behind these frames: those of what the learner's line has called.
pub(crate) fn recognise(frames: &[Frame]) -> Option<Wait> {
    let has = |sign: &str| frames.iter().any(|frame| frame.function.contains(sign) || frame.place.contains(sign));
    let (_, wait) = WAITS.iter().find(|(signs, _)| signs.iter().any(|sign| has(sign)))?;
    if *wait != ANSWER && *wait != MESSAGE {
        return Some(*wait);
    }
    // A channel has two ends, and its sender can wait as well: for room, or for the receiver to go.
    let calls = |name: &str| frames.iter().any(|frame| frame.function.contains(name));
    if calls("recv") || calls("poll_next") {
        Some(*wait)
    } else if calls("batch_semaphore") || calls("poll_ready") {
        Some(FULL)
    } else {
        None
    }
}

/// The lines of a source text at which something is made that never comes: `pending()` and `pending!()`. Such a future looks at
/// no waker, so nothing is seen of it when it is polled; but there is only one reason to write it.
pub(crate) fn never_comes(source: &str) -> Vec<usize> {
    let code = |line: &str| !line.trim_start().starts_with("//");
    let is_whole_name =
        |line: &str, at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
    let makes = |line: &str, sign: &str| line.match_indices(sign).any(|(at, _)| is_whole_name(line, at));
    let lines = source.lines().zip(1..).filter(|(line, _)| code(line));
    let lines = lines.filter(|(line, _)| ["pending()", "pending::<", "pending!("].iter().any(|sign| makes(line, sign)));
    lines.map(|(_, number)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_comes_is_found_in_the_source() {
        let source = "// pending()\nstd::future::pending().await;\nlet a = is_pending();\npoll.pending();\n\
                      pending::<()>().await; // here\nfutures::pending!();\nfn f() {}\n";
        assert_eq!(never_comes(source), [2, 5, 6]);
    }
}
