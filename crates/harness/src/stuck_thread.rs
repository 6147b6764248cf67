//! Where a thread is that does not come back from a poll.
//!
//! Another thread cannot look at its stack, but it can look itself: a signal interrupts it, wherever it is, and the handler
//! of the signal walks up the stack. That is more than a handler may do in a program that goes on (it takes locks and
//! memory, which the thread may hold already). Here the process is about to end in any case: if the handler gets stuck,
//! the watchdog waits for it in vain for a moment, and the message has a line less.

/// A thread that may be asked where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// A `pthread_t`, which is a number on one system and a pointer on another.
    #[cfg(unix)]
    thread: usize,
}

/// What a thread is in that does not come back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct In {
    /// The learner's function: `Executor::run`.
    pub(crate) function: Option<String>,
    /// Its line, where the program has line tables.
    pub(crate) line: Option<String>,
}

impl In {
    /// `, in `Executor::run` at exercises/…`. Nothing where nothing is known.
    pub(crate) fn words(&self) -> String {
        let function = self.function.as_ref().map(|function| format!("in `{function}`"));
        let line = self.line.as_ref().map(|line| format!("at {line}"));
        let known: Vec<String> = function.into_iter().chain(line).collect();
        if known.is_empty() { String::new() } else { format!("\n- your code is {}", known.join(", ")) }
    }
}

#[cfg(not(unix))]
impl Asked {
    pub(crate) fn this_thread() -> Self {
        Self {}
    }

    pub(crate) fn answer(self, _check: &crate::check_function::Reporter) -> In {
        In::default()
    }
}

#[cfg(unix)]
mod asked {
    use std::{backtrace::Backtrace, mem, sync::OnceLock, thread, time::Duration};

    use super::{Asked, In};
    use crate::{check_function::Reporter, stuck_at};

    /// The stack of the thread that was asked. Once: the process ends then.
    static STACK: OnceLock<Backtrace> = OnceLock::new();

    impl Asked {
        /// The thread that calls this.
        pub(crate) fn this_thread() -> Self {
            // SAFETY: it has no preconditions.
            Self { thread: unsafe { libc::pthread_self() } as usize }
        }

        /// Where the thread is. To be asked by another one, at the end of the process, while the thread is alive.
        pub(crate) fn answer(self, check: &Reporter) -> In {
            extern "C" fn looks(_signal: libc::c_int) {
                let _ = STACK.set(Backtrace::force_capture());
            }
            // SAFETY: a zeroed `sigaction` is a valid one without flags and with an empty mask. The handler is a function of
            // this program. The thread is alive: it is in the poll that the watchdog watches. The signal has no other use in
            // here.
            let is_sent = unsafe {
                let mut action: libc::sigaction = mem::zeroed();
                action.sa_sigaction = looks as extern "C" fn(libc::c_int) as usize;
                action.sa_flags = libc::SA_RESTART;
                libc::sigaction(libc::SIGUSR2, &raw const action, std::ptr::null_mut()) == 0
                    && libc::pthread_kill(self.thread as libc::pthread_t, libc::SIGUSR2) == 0
            };
            if !is_sent {
                return In::default();
            }
            for _ in 0..100 {
                if let Some(stack) = STACK.get() {
                    return stuck_at::learners_function(stack, check.module());
                }
                thread::sleep(Duration::from_millis(5));
            }
            In::default()
        }
    }
}
