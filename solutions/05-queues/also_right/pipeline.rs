//! # Pipeline: what else is right
//!
//! Each module holds only what differs from the solution, `../pipeline.rs`.

/// Also right: a block makes the clones, and the original goes at its end.
mod a_block_for_the_clones {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        {
            let (pieces, from_readers) = mpsc::channel(capacity);
            for (question, text) in questions.iter().enumerate() {
                tokio::spawn(read(question, llm.stream(text), pieces.clone()));
            }
            tokio::spawn(hide_keys(from_readers, clean));
        }
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Also right: a `JoinSet` for the tasks, which are joined when the queue has ended. It ends them if the caller gives up.
mod a_join_set {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let mut tasks = tokio::task::JoinSet::new();
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tasks.spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tasks.spawn(hide_keys(from_readers, clean));
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
        while tasks.join_next().await.is_some() {}
    }
}

/// Also right: the function itself polls `hide_keys`, beside the page.
mod hide_keys_beside_the_page {
    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (pieces, from_readers) = mpsc::channel(capacity);
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        drop(pieces);
        tokio::join!(hide_keys(from_readers, clean), async {
            while let Some(piece) = for_the_page.recv().await {
                show(piece).await;
            }
        });
    }
}

/// Also right: a function of its own that spawns: its variables go when it returns, and it returns only the receiver.
mod a_function_that_spawns {
    fn start(llm: &MockLlm, questions: &[String], capacity: usize) -> Receiver<Piece> {
        let (pieces, from_readers) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), pieces.clone()));
        }
        let (clean, for_the_page) = mpsc::channel(capacity);
        tokio::spawn(hide_keys(from_readers, clean));
        for_the_page
    }

    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let mut for_the_page = start(llm, questions, capacity);
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}

/// Also right: no task in the middle: keys are hidden where tokens are read, and one queue is left.
mod one_queue {
    async fn read(question: usize, mut tokens: TokenStream, clean: Sender<Piece>) {
        while let Some(Ok(token)) = tokens.next().await {
            let text = if token.text.contains("sk-") { " ***".to_owned() } else { token.text };
            if clean.send(Piece { question, text }).await.is_err() {
                return;
            }
        }
    }

    pub async fn pipeline(llm: &MockLlm, questions: &[String], capacity: usize, mut show: impl AsyncFnMut(Piece)) {
        let (clean, mut for_the_page) = mpsc::channel(capacity);
        for (question, text) in questions.iter().enumerate() {
            tokio::spawn(read(question, llm.stream(text), clean.clone()));
        }
        drop(clean);
        while let Some(piece) = for_the_page.recv().await {
            show(piece).await;
        }
    }
}
