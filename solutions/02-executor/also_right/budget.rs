//! # Budget: what else is right
//!
//! Each module holds only what differs from the solution, `../budget.rs`.

/// Also right: `next` yields by hand when nothing is left, and asks again.
mod a_yield_between {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
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
            if self.budget.spend(context).is_pending() {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let token = self.arrived.borrow_mut().pop_front();
            Poll::Ready(token)
        }
    }
}

/// Also right: the end of the buffer costs nothing, and what is looked at is taken after it was paid for.
mod the_end_is_free {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            if self.left.get() == 0 {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.left.set(self.left.get() - 1);
            Poll::Ready(())
        }
    }

    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                return Poll::Ready(None);
            }
            self.budget.spend(context).map(|()| self.arrived.borrow_mut().pop_front())
        }
    }
}
