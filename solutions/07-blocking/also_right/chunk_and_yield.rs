//! # Chunk and yield: what else is right
//!
//! Each module holds only what differs from the solution, `../chunk_and_yield.rs`.

/// Also right: the first piece of each slice is looked for, and the slices are counted in turn.
mod slices_first {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let mut slices = vec![Vec::new()];
        let mut bytes = 0;
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                slices.push(Vec::new());
                bytes = 0;
            }
            bytes += piece.len();
            slices.last_mut().expect("there is one").push(piece);
        }
        let mut sum = 0;
        for slice in slices {
            sum += slice.into_iter().map(|piece| tokenizer.count(piece)).sum::<usize>();
            yield_now().await;
        }
        sum
    }
}

/// Also right: a future of one's own, which wakes itself and returns `Pending` once.
mod by_hand {
    use std::{future::poll_fn, task::Poll};

    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                let mut was_polled = false;
                poll_fn(|context| {
                    if was_polled {
                        return Poll::Ready(());
                    }
                    was_polled = true;
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Also right: what is left of the slice is counted down.
mod what_is_left_of_the_slice {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut left) = (0, SLICE);
        for piece in pieces {
            if piece.len() > left && left < SLICE {
                yield_now().await;
                left = SLICE;
            }
            left = left.saturating_sub(piece.len());
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Also right: before every piece that does not fit, be it the first one: one turn too many does no harm.
mod before_a_large_first_one {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes + piece.len() > SLICE {
                yield_now().await;
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Also right: a future that goes on where it was, and counts a slice in each poll.
mod a_slice_for_each_poll {
    use std::{
        pin::Pin,
        slice,
        task::{Context, Poll},
    };

    struct Count<'a, T> {
        tokenizer: &'a T,
        pieces: slice::Iter<'a, String>,
        sum: usize,
    }

    impl<T: Tokenizer> Future for Count<'_, T> {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
            let mut bytes = 0;
            while let Some(piece) = self.pieces.as_slice().first() {
                if bytes > 0 && bytes + piece.len() > SLICE {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                self.pieces.next();
                bytes += piece.len();
                self.sum += self.tokenizer.count(piece);
            }
            Poll::Ready(self.sum)
        }
    }

    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        Count { tokenizer, pieces: pieces.iter(), sum: 0 }.await
    }
}
