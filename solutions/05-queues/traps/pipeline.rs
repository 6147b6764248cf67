//! # Pipeline: what people write
//!
//! Each module holds only what differs from the solution, `../pipeline.rs`.

/// Trap: all tasks have ended, so the queue has: both originals are still there.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: one task is left, which waits as well
/// Says: the original `pieces`
mod both_originals_stay {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        tokio::spawn(hide_keys(from_readers, clean.clone()));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: the chapter's mend, `drop` of the sender that was cloned in the loop, and the second queue is forgotten.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: the original `clean`
mod only_the_first_queue_mended {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean.clone()));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: `let _ = pieces` looks like a drop, and is none: the variable is not moved.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: the original `pieces`
mod an_underscore_is_no_drop {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        let _ = pieces;
        tokio::spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: an end mark from each reader, counted, as in a queue of Python. A reader that panics sends none.
/// Caught by: a_reader_that_dies_takes_nobody_with_it
/// Says: whoever should have sent it has ended without it
mod an_end_mark_from_each_reader {
    async fn read(question: usize, mut tokens: TokenStream, pieces: Sender<Option<Piece>>) {
        while let Some(Ok(token)) = tokens.next().await {
            let _ = pieces.send(Some(Piece { question, text: token.text })).await;
        }
        let _ = pieces.send(None).await;
    }

    async fn hide_keys(mut pieces: Receiver<Option<Piece>>, clean: Sender<Piece>, mut readers: usize) {
        while readers > 0 {
            match pieces.recv().await.expect("the function keeps a sender") {
                Some(mut piece) => {
                    if piece.text.contains("sk-") {
                        piece.text = " ***".to_owned();
                    }
                    let _ = clean.send(piece).await;
                }
                None => readers -= 1,
            }
        }
    }

    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        tokio::spawn(hide_keys(from_readers, clean, questions.len()));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: whoever is silent for ten seconds has ended.
/// Caught by: any_number_and_any_silence
/// Says: Pieces are lost
mod silence_taken_for_the_end {
    use std::time::Duration;
    use tokio::time::timeout;

    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        while let Ok(Some(piece)) = timeout(Duration::from_secs(10), for_the_page.recv()).await {
            show(piece).await;
        }
    }
}

/// Trap: the readers are awaited first, and only then does the page read: a bounded queue is full long before.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: The page must take pieces *while* the readers read
mod the_readers_awaited_first {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        let mut readers = Vec::new();
        for (question, text) in questions.iter().enumerate() {
            readers.push(tokio::spawn(read(question, llm.stream(text), pieces.clone())));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        for reader in readers {
            let _ = reader.await;
        }
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: unbounded queues: nobody waits, and memory grows as long as the page is slow.
/// Caught by: a_slow_page_makes_the_readers_wait
/// Says: is kept somewhere, and grows
mod unbounded {
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

    async fn read(question: usize, mut tokens: TokenStream, pieces: UnboundedSender<Piece>) {
        while let Some(Ok(token)) = tokens.next().await {
            let _ = pieces.send(Piece { question, text: token.text });
        }
    }

    async fn hide_keys(mut pieces: UnboundedReceiver<Piece>, clean: UnboundedSender<Piece>) {
        while let Some(mut piece) = pieces.recv().await {
            if piece.text.contains("sk-") {
                piece.text = " ***".to_owned();
            }
            let _ = clean.send(piece);
        }
    }

    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::unbounded_channel();
        let (clean, mut for_the_page) = mpsc::unbounded_channel();
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: `try_send` does not wait, and what finds no place is lost.
/// Caught by: a_slow_page_makes_the_readers_wait
/// Says: `try_send` gives it back, `send` waits
mod what_finds_no_place_is_lost {
    async fn read(question: usize, mut tokens: TokenStream, pieces: Sender<Piece>) {
        while let Some(Ok(token)) = tokens.next().await {
            let _ = pieces.try_send(Piece { question, text: token.text });
        }
    }
}

/// Trap: a queue of the author's own length, in place of the caller's.
/// Caught by: a_slow_page_makes_the_readers_wait
/// Says: two full queues, and one piece in three hands
mod a_length_of_ones_own {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], _capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(16);
        let (clean, mut for_the_page) = mpsc::channel(16);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: the first reader that has ended ends the pipeline.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: It returned while an answer was still coming
mod the_first_end_ends_all {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        let mut readers = tokio::task::JoinSet::new();
        for (question, text) in questions.iter().enumerate() {
            readers.spawn(read(question, llm.stream(text), pieces.clone()));
        }
        tokio::spawn(hide_keys(from_readers, clean));
        loop {
            tokio::select! {
                biased;
                Some(piece) = for_the_page.recv() => show(piece).await,
                _ = readers.join_next() => return,
            }
        }
    }
}

/// Trap: one answer after another, each with a pipeline of its own.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: `pipeline` returned at
mod one_question_after_another {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        for (question, text) in questions.iter().enumerate() {
            let (pieces, from_readers) = mpsc::channel(capacity);
            let (clean, mut for_the_page) = mpsc::channel(capacity);
            tokio::spawn(read(question, llm.stream(text), pieces));
            tokio::spawn(hide_keys(from_readers, clean));
            while let Some(piece) = for_the_page.recv().await {
                show(piece).await;
            }
        }
    }
}

/// Trap: the stations are joined in the end, behind the loop of the page. Until then nobody polls them.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: no piece was shown
/// Says: A future does nothing until it is awaited or spawned
mod joined_behind_the_page {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        let ask = |(question, text): (usize, &String)| read(question, llm.stream(text), pieces.clone());
        let readers: Vec<_> = questions.iter().enumerate().map(ask).collect();
        drop(pieces);
        let hides = hide_keys(from_readers, clean);
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
        tokio::join!(futures::future::join_all(readers), hides);
    }
}

/// Trap: the stations are joined before the page reads: both queues are full long before.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: calls are still in flight
/// Says: The page must take pieces *while* the readers read
mod joined_before_the_page {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        let ask = |(question, text): (usize, &String)| read(question, llm.stream(text), pieces.clone());
        let readers: Vec<_> = questions.iter().enumerate().map(ask).collect();
        drop(pieces);
        tokio::join!(futures::future::join_all(readers), hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: all three stations are joined, as they should be, and the original sender stands beside them.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: a sender is still alive in the function
/// Says: `pieces` is one
mod joined_with_the_original_beside_them {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        let ask = |(question, text): (usize, &String)| read(question, llm.stream(text), pieces.clone());
        let readers: Vec<_> = questions.iter().enumerate().map(ask).collect();
        let page = async {
            while let Some(piece) = for_the_page.recv().await {
                show(piece).await;
            }
        };
        tokio::join!(futures::future::join_all(readers), hide_keys(from_readers, clean), page);
    }
}

/// Trap: all pieces are collected, and then shown.
/// Caught by: shows_each_piece_when_it_comes
/// Says: Who collects first
mod collects_first {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        let mut all = Vec::new();
        while let Some(piece) = for_the_page.recv().await {
            all.push(piece);
        }
        for piece in all {
            show(piece).await;
        }
    }
}

/// Trap: the second queue has room for one piece, whatever the caller has asked for.
/// Caught by: a_slow_page_makes_the_readers_wait
/// Says: one of the two queues is not as long
mod a_second_queue_of_one {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(1);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: whoever reads for ten minutes has read enough.
/// Caught by: any_number_and_any_silence
/// Says: An answer may be of any length
mod ten_minutes_are_enough {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            let reader = read(question, llm.stream(text), pieces.clone());
            tokio::spawn(tokio::time::timeout(std::time::Duration::from_secs(600), reader));
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: an answer ends after a thousand tokens.
/// Caught by: any_number_and_any_silence
/// Says: An answer may be of any length
mod a_thousand_tokens_are_enough {
    async fn read(question: usize, tokens: TokenStream, pieces: Sender<Piece>) {
        let mut tokens = tokens.take(1000);
        while let Some(Ok(token)) = tokens.next().await {
            if pieces.send(Piece { question, text: token.text }).await.is_err() {
                return;
            }
        }
    }
}

/// Trap: a hundred answers at a time, and the next question waits for the end of one.
/// Caught by: any_number_and_any_silence
/// Says: calls had begun at 0 s
mod a_hundred_at_a_time {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let limit = std::sync::Arc::new(tokio::sync::Semaphore::new(100));
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            let (limit, reader) = (limit.clone(), read(question, llm.stream(text), pieces.clone()));
            tokio::spawn(async move {
                let _permit = limit.acquire_owned().await;
                reader.await;
            });
        }
        drop(pieces);
        tokio::spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Trap: a reader takes its place in the queue before it has a token, and a silent one keeps it from the others.
/// Caught by: ends_when_the_last_sender_is_gone
/// Says: A place is needed when there is a token
mod a_place_before_a_token {
    async fn read(question: usize, mut tokens: TokenStream, pieces: Sender<Piece>) {
        while let Ok(place) = pieces.reserve().await {
            let Some(Ok(token)) = tokens.next().await else { return };
            place.send(Piece { question, text: token.text });
        }
    }
}
