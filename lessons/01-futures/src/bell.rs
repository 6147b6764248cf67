//! A future that waits for somebody else: it keeps the waker of the last poll, and the one who rings uses it.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

// ANCHOR: bell
/// A bell that can be rung, and waited for. Clones are the same bell. For one thread and one listener: lesson 02 needs more.
#[derive(Debug, Clone, Default)]
pub struct Bell {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    rung: u32,
    /// Whoever polled last.
    listener: Option<Waker>,
}

impl Bell {
    /// Rings, and wakes the listener.
    pub fn ring(&self) {
        let listener = {
            let mut inner = self.inner.borrow_mut();
            inner.rung += 1;
            inner.listener.take()
        };
        // Outside of the borrow: a waker may also poll the future that borrows the bell.
        if let Some(listener) = listener {
            listener.wake();
        }
    }

    /// A future that is ready when the bell has been rung so many times, counted from its beginning.
    pub fn rings(&self, wanted: u32) -> Rings {
        Rings { bell: self.clone(), wanted }
    }
}

/// Waits for a [`Bell`].
#[derive(Debug)]
pub struct Rings {
    bell: Bell,
    wanted: u32,
}

impl Future for Rings {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        let newest = cx.waker().clone();
        let mut inner = self.bell.inner.borrow_mut();
        if inner.rung >= self.wanted {
            return Poll::Ready(inner.rung);
        }
        // The waker of this poll, whatever stood there before: the future may have moved to another task.
        let former = inner.listener.replace(newest);
        // Wakers are cloned, called and dropped outside of the borrow: a waker may do anything.
        drop(inner);
        drop(former);
        Poll::Pending
    }
}
// ANCHOR_END: bell
