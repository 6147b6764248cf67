//! # Budget: what people write
//!
//! Each module holds only what differs from the solution, `../budget.rs`.

/// Trap: each buffer counts for itself.
/// Caught by: the_budget_is_the_tasks
/// Says: A budget for each buffer is none
mod a_budget_for_each_buffer {
    impl Executor {
        fn no_tokens_yet(&self) -> Tokens {
            // Its own one, and full from the beginning.
            let budget = Budget::default();
            budget.refill();
            Tokens { arrived: RefCell::default(), is_open: Cell::new(true), reader: Cell::default(), budget }
        }
    }

    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Poll::Ready(())
                }
                None => {
                    self.refill();
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: the task gives up its turn after every token. Fair, and slow.
/// Caught by: a_turn_has_sixteen_tokens
/// Says: a turn costs more than a token
mod a_turn_for_each_token {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.replace(1) {
                1 => {
                    self.left.set(0);
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                _ => Poll::Ready(()),
            }
        }
    }
}

/// Trap: the waker is called at every token, and not only when the turn ends.
/// Caught by: a_turn_has_sixteen_tokens
/// Says: Only the one who says `Pending` needs a wake
mod a_wake_for_each_token {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            context.waker().wake_by_ref();
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Poll::Ready(())
                }
                None => Poll::Pending,
            }
        }
    }
}

/// Trap: the task is woken when the budget is spent, and goes on all the same.
/// Caught by: the_other_task_has_its_turns
/// Says: the executor cannot take it away
mod awake_and_ready {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Poll::Ready(())
                }
                None => {
                    context.waker().wake_by_ref();
                    Poll::Ready(())
                }
            }
        }
    }
}

/// Trap: the budget ends when one is left.
/// Caught by: a_turn_has_sixteen_tokens
/// Says: A budget of sixteen pays for sixteen
mod fifteen {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            self.left.set(self.left.get() - 1);
            match self.left.get() {
                0 => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                _ => Poll::Ready(()),
            }
        }
    }
}

/// Trap: what is there is given at once, as always. The reader keeps the thread until the buffer is empty.
/// Caught by: the_other_task_has_its_turns
/// Says: the executor cannot take it away
mod never_pending {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    self.reader.set(Some(context.waker().clone()));
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: the turn is over, and nobody asks for the next one.
/// Caught by: the_other_task_has_its_turns
/// Says: Who ends the turn must ask for the next one
mod no_wake {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Poll::Ready(())
                }
                None => Poll::Pending,
            }
        }
    }
}

/// Trap: when the budget is spent, the reader gets what it gets at the end of the tokens. It goes home.
/// Caught by: the_other_task_has_its_turns
/// Says: was told that the tokens are at an end after 16 of them
mod none_for_pending {
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
                return Poll::Ready(None);
            }
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: the token is taken out of the buffer first. When the budget is spent, it is gone.
/// Caught by: no_token_is_lost
/// Says: pay first, and take after that
mod taken_before_it_is_paid {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    self.reader.set(Some(context.waker().clone()));
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            let token = self.arrived.borrow_mut().pop_front();
            ready!(self.budget.spend(context));
            Poll::Ready(token)
        }
    }
}

/// Trap: the chapter's code, renamed: whoever asks pays first. A look into an empty buffer costs a token.
/// Caught by: a_look_is_free
/// Says: has six left for the busy one
mod the_chapters_code {
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
            ready!(self.budget.spend(context));
            let token = self.arrived.borrow_mut().pop_front();
            if token.is_none() && self.is_open.get() {
                self.reader.set(Some(context.waker().clone()));
                return Poll::Pending;
            }
            Poll::Ready(token)
        }
    }
}

/// Trap: the budget is filled again when it is spent. Another reader in the same poll goes on with it.
/// Caught by: two_readers_in_one_task_share_a_turn
/// Says: it alone fills the budget
mod refilled_at_pending {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Poll::Ready(())
                }
                None => {
                    context.waker().wake_by_ref();
                    self.refill();
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: one is left over after the refusal, so that the count does not fall below zero.
/// Caught by: two_readers_in_one_task_share_a_turn
/// Says: must be refused like the first one
mod one_left_after_pending {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            if self.left.get() == 0 {
                self.left.set(1);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.left.set(self.left.get() - 1);
            Poll::Ready(())
        }
    }
}

/// Trap: a reader that finds nothing yields, and looks again at its next turn, without end.
/// Caught by: what_arrives_later_is_read
/// Says: the one who is to wake the reader
mod looks_again_and_again {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            ready!(self.budget.spend(context));
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: the end costs one, like a token.
/// Caught by: the_end_is_free
/// Says: has been given nothing to pay for
mod the_end_costs_one {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() && self.is_open.get() {
                self.reader.set(Some(context.waker().clone()));
                return Poll::Pending;
            }
            ready!(self.budget.spend(context));
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: the first waker is kept. A reader that moves to another task is not found.
/// Caught by: the_newest_reader_is_woken
/// Says: leaves its own waker
mod the_first_waker_is_kept {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    let first = self.reader.take().unwrap_or_else(|| context.waker().clone());
                    self.reader.set(Some(first));
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            ready!(self.budget.spend(context));
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: the last token of the budget brings the wake, and the refusal after it brings none.
/// Caught by: each_refusal_wakes_its_own_waker
/// Says: before any reader was refused
mod woken_with_the_sixteenth_token {
    impl Budget {
        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    if left == 0 {
                        context.waker().wake_by_ref();
                    }
                    Poll::Ready(())
                }
                None => Poll::Pending,
            }
        }
    }
}

/// Trap: one wake for each turn that is over. A second reader that is refused in that turn has another waker.
/// Caught by: each_refusal_wakes_its_own_waker
/// Says: their wakers were called [1, 0] times
/// Says: Each `Pending` needs a wake
mod one_wake_for_each_turn {
    #[derive(Clone, Default)]
    struct Budget {
        left: Rc<Cell<u32>>,
        is_over: Rc<Cell<bool>>,
    }

    impl Budget {
        fn refill(&self) {
            self.left.set(BUDGET);
            self.is_over.set(false);
        }

        fn spend(&self, context: &mut Context<'_>) -> Poll<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Poll::Ready(())
                }
                None => {
                    if !self.is_over.replace(true) {
                        context.waker().wake_by_ref();
                    }
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: only where more than one token is there, it is paid for.
/// Caught by: two_readers_in_one_task_share_a_turn
/// Says: without asking `spend`
mod the_last_token_is_free {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    self.reader.set(Some(context.waker().clone()));
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            if self.arrived.borrow().len() > 1 {
                ready!(self.budget.spend(context));
            }
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: a reader that finds nothing wakes itself when the budget is spent.
/// Caught by: only_who_finds_nothing_waits_for_a_token
/// Says: a new turn would bring no token
mod looks_again_when_the_budget_is_spent {
    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            if self.arrived.borrow().is_empty() {
                if self.is_open.get() {
                    self.reader.set(Some(context.waker().clone()));
                    if self.budget.left.get() == 0 {
                        context.waker().wake_by_ref();
                    }
                    return Poll::Pending;
                }
                return Poll::Ready(None);
            }
            ready!(self.budget.spend(context));
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}

/// Trap: a reader that is refused leaves its waker with the buffer too, as if it waited for a token.
/// Caught by: only_who_finds_nothing_waits_for_a_token
/// Says: is for whoever finds nothing
mod the_refused_one_waits_too {
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
                self.reader.set(Some(context.waker().clone()));
                return Poll::Pending;
            }
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }
}
