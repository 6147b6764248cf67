//! # Budget: what else is right
//!
//! Each module holds only what differs from the solution, `../budget.rs`.

/// Also right: `poll_next` calls the waker when `spend` refuses.
mod a_yield_between {
    impl Budget {
        fn spend(&self, _context: &mut Context<'_>) -> Poll<()> {
            match self.left.get() {
                0 => Poll::Pending,
                left => {
                    self.left.set(left - 1);
                    Poll::Ready(())
                }
            }
        }
    }

    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    self.reader.set(Some(context.waker().clone()));
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            if self.budget.spend(context).is_pending() {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Also right: look, pay, take, with the token in view all the time.
mod looks_at_the_first_one {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            let mut arrived = self.arrived.borrow_mut();
            let Some(token) = arrived.front().copied() else {
                if !self.is_open.get() {
                    return Poll::Ready(None);
                }
                self.reader.set(Some(context.waker().clone()));
                return Poll::Pending;
            };
            ready!(self.budget.spend(context));
            arrived.pop_front();
            Poll::Ready(Some(token))
        }
    }
}

/// Also right: what was paid for nothing is given back, as tokio does it.
mod paid_back {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            let left = self.budget.left.get();
            if left == 0 && !self.arrived.borrow().is_empty() {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let _ = self.budget.left.replace(left.saturating_sub(1));
            let token = self.arrived.borrow_mut().pop_front();
            if token.is_none() {
                self.budget.left.set(left);
                if self.is_open.get() {
                    self.reader.set(Some(context.waker().clone()));
                    return Poll::Pending;
                }
            }
            Poll::Ready(token)
        }
    }
}
