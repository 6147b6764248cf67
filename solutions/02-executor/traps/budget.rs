//! # Budget: what people write
//!
//! Each module holds only what differs from the solution, `../budget.rs`.

/// Trap: each buffer counts for itself.
/// Caught by: the_budget_is_the_tasks
/// Says: A budget for each buffer is none
mod a_budget_for_each_buffer {
    struct Tokens {
        arrived: RefCell<VecDeque<u32>>,
        budget: Budget,
        given: Cell<u32>,
    }

    impl Tokens {
        fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<u32>> {
            let given = self.given.get();
            if given == BUDGET {
                self.given.set(0);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.given.set(given + 1);
            Poll::Ready(self.arrived.borrow_mut().pop_front())
        }
    }

    impl Executor {
        fn tokens(&self, tokens: impl IntoIterator<Item = u32>) -> Tokens {
            Tokens {
                arrived: RefCell::new(tokens.into_iter().collect()),
                budget: self.budget.clone(),
                given: Cell::new(0),
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
            let token = self.arrived.borrow_mut().pop_front();
            ready!(self.budget.spend(context));
            Poll::Ready(token)
        }
    }
}
