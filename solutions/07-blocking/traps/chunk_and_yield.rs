//! # Chunk and yield: what people write
//!
//! Each module holds only what differs from the solution, `../chunk_and_yield.rs`.

/// Trap: the whole count in one poll, for the function is `async`.
/// Caught by: gives_way_in_time
/// Says: `async` alone gives nothing away
mod async_alone {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        pieces.iter().map(|piece| tokenizer.count(piece)).sum()
    }
}

/// Trap: it gives way once, before the work begins.
/// Caught by: gives_way_in_time
/// Says: bytes are counted in one or two polls
mod yields_once {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        yield_now().await;
        pieces.iter().map(|piece| tokenizer.count(piece)).sum()
    }
}

/// Trap: `sleep` of zero is ready at once, and gives nothing away.
/// Caught by: gives_way_in_time
/// Says: `sleep(Duration::ZERO)`
mod sleeps_for_zero {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                tokio::time::sleep(std::time::Duration::ZERO).await;
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: a real pause between the slices.
/// Caught by: does_not_sleep
/// Says: stands still, while there is work
mod sleeps_for_a_millisecond {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: a `yield_now` that nobody awaits.
/// Caught by: gives_way_in_time
/// Says: A future gives way when it returns `Pending`
mod not_awaited {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                drop(yield_now());
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: slices of a hundred pieces, whatever their size.
/// Caught by: gives_way_in_time
/// Says: A number of pieces says nothing about it
mod slices_of_pieces {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let mut sum = 0;
        for slice in pieces.chunks(100) {
            sum += slice.iter().map(|piece| tokenizer.count(piece)).sum::<usize>();
            yield_now().await;
        }
        sum
    }
}

/// Trap: it gives way after the piece that was too much.
/// Caught by: gives_way_in_time
/// Says: a large one needs a turn before it as well as after it
mod after_the_piece {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            bytes += piece.len();
            sum += tokenizer.count(piece);
            if bytes >= SLICE {
                yield_now().await;
                bytes = 0;
            }
        }
        sum
    }
}

/// Trap: it gives way after every piece.
/// Caught by: gives_way_no_more_often_than_it_must
/// Says: after every piece
mod after_every_piece {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let mut sum = 0;
        for piece in pieces {
            sum += tokenizer.count(piece);
            yield_now().await;
        }
        sum
    }
}

/// Trap: all pieces in one text, which is cut into slices: the pieces are others.
/// Caught by: the_sum_is_the_same
/// Says: cut at other places
mod cuts_the_text_anew {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let text = pieces.concat();
        let (mut rest, mut sum) = (text.as_str(), 0);
        while !rest.is_empty() {
            let (slice, others) = rest.split_at(rest.len().min(SLICE));
            sum += tokenizer.count(slice);
            rest = others;
            yield_now().await;
        }
        sum
    }
}

/// Trap: tokio's budget decides: it lasts for 128 steps, whatever they cost.
/// Caught by: gives_way_in_time
/// Says: bytes, in
mod the_budget_of_tokio {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let mut sum = 0;
        for piece in pieces {
            tokio::task::consume_budget().await;
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: the pool, which the tokenizer cannot be moved to.
/// Caught by: the compiler
/// Says: cannot be shared between threads safely
mod the_pool {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (tokenizer, pieces) = (tokenizer, pieces.to_vec());
        let count = tokio::task::spawn_blocking(move || pieces.iter().map(|piece| tokenizer.count(piece)).sum());
        count.await.expect("the count does not panic")
    }
}

/// Trap: the bytes of the slice are not counted from zero again: after the first slice it gives way at every piece.
/// Caught by: gives_way_no_more_often_than_it_must
/// Says: fewer bytes than a slice
mod never_begins_anew {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                yield_now().await;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: a slice that is full to the last byte is taken for too much.
/// Caught by: gives_way_no_more_often_than_it_must
/// Says: full to the last byte
mod full_is_too_much {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() >= SLICE {
                yield_now().await;
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: the slice is measured in characters.
/// Caught by: gives_way_in_time
/// Says: measured in bytes here (`len()` of a text)
mod characters {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut length) = (0, 0);
        for piece in pieces {
            let characters = piece.chars().count();
            if length > 0 && length + characters > SLICE {
                yield_now().await;
                length = 0;
            }
            length += characters;
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: `Pending` is returned, and nobody was asked to poll again.
/// Caught by: the_sum_is_the_same
/// Says: promises that somebody will call its waker
mod pending_without_a_wake {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                futures::pending!();
                bytes = 0;
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: what was too much for one slice is counted against the next one, too.
/// Caught by: gives_way_no_more_often_than_it_must
/// Says: that fits
mod carried_over {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0_usize);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                yield_now().await;
                bytes = bytes.saturating_sub(SLICE);
            }
            bytes += piece.len();
            sum += tokenizer.count(piece);
        }
        sum
    }
}

/// Trap: the piece that did not fit is not counted into its slice.
/// Caught by: gives_way_in_time
/// Says: begins with the bytes of the piece that did not fit
mod without_the_first_of_a_slice {
    pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
        let (mut sum, mut bytes) = (0, 0);
        for piece in pieces {
            if bytes > 0 && bytes + piece.len() > SLICE {
                yield_now().await;
                bytes = 0;
            } else {
                bytes += piece.len();
            }
            sum += tokenizer.count(piece);
        }
        sum
    }
}
