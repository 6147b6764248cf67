//! Panics of the learner's code are part of the verdict, so they are noted, and not printed.

use std::{
    any::Any,
    cell::RefCell,
    panic::{self, PanicHookInfo},
    sync::{Arc, Once},
};

use crate::pulse::{Panic, Pulse};

/// What a failed check panics with: its message has been told already.
pub(crate) struct Told;

thread_local! {
    /// The run that the code on this thread belongs to.
    static RUN: RefCell<Option<Arc<Pulse>>> = const { RefCell::new(None) };
}

/// From now on, panics on this thread belong to the run.
pub(crate) fn note_panics_of(pulse: &Arc<Pulse>) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| note(info, &*default)));
    });
    RUN.set(Some(pulse.clone()));
}

/// The run that the code on this thread belongs to.
pub(crate) fn run_of_this_thread() -> Option<Arc<Pulse>> {
    RUN.try_with(|run| run.borrow().clone()).ok().flatten()
}

/// The run is over: a panic on this thread is the check's own.
pub(crate) fn stop_noting() {
    RUN.set(None);
}

fn note(info: &PanicHookInfo<'_>, default: &dyn Fn(&PanicHookInfo<'_>)) {
    if info.payload().is::<Told>() {
        return;
    }
    // A panic may come while the thread ends: then there is none.
    let Some(run) = run_of_this_thread() else { return default(info) };
    let place = info
        .location()
        .map(|at| format!("{}:{}:{}", crate::stuck_at::from_workspace(at.file()), at.line(), at.column()));
    run.panicked(Panic { message: text(info.payload()), place, in_a_waker: run.waker() });
}

/// The words of a panic.
pub(crate) fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic with a value that is no text").to_owned()
}

impl Panic {
    /// The words of the `todo!` that was reached, if that is what happened.
    pub(crate) fn todo(&self) -> Option<&str> {
        let rest = self
            .message
            .strip_prefix("not yet implemented")
            .or_else(|| self.message.strip_prefix("not implemented"))?;
        Some(rest.strip_prefix(": ").unwrap_or(rest))
    }
}
