//! # Ring deadlock: what else is right
//!
//! Each module holds only what differs from the solution, `../ring_deadlock.rs`.

/// Also right: a limit on what is with the writer: there is always a place, and no `send` has to wait for the ring.
mod a_limit_on_what_is_on_its_way {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut pile = pile.fuse();
        let mut with_the_writer = 0;
        loop {
            while with_the_writer < capacity + 1 {
                let Some(letter) = pile.next() else { break };
                to_writer.send(letter).await.expect("the writer is there");
                with_the_writer += 1;
            }
            if with_the_writer == 0 {
                return;
            }
            let draft: Draft = drafts.recv().await.expect("the writer is there");
            if draft.text.contains("hm") {
                to_writer.send(once_more(&draft.letter)).await.expect("the writer is there");
            } else {
                with_the_writer -= 1;
                print(draft).await;
            }
        }
    }
}

/// Also right: `select!` in any order, with the next letter at hand before there is a place for it.
mod the_next_letter_at_hand {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut pile = pile.fuse();
        let mut again = std::collections::VecDeque::new();
        let mut with_the_writer = 0_usize;
        let mut next = pile.next();
        while with_the_writer > 0 || next.is_some() {
            tokio::select! {
                Some(draft) = drafts.recv() => {
                    let draft: Draft = draft;
                    with_the_writer -= 1;
                    if draft.text.contains("hm") {
                        again.push_back(once_more(&draft.letter));
                    } else {
                        print(draft).await;
                    }
                }
                Ok(place) = to_writer.reserve(), if next.is_some() => {
                    place.send(next.take().expect("there is one"));
                    with_the_writer += 1;
                }
            }
            next = next.or_else(|| again.pop_front()).or_else(|| pile.next());
        }
    }
}

/// Also right: `try_reserve` for as long as there is a place, then a draft; a draft is waited for only when one will come.
mod try_reserve {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut pile = pile.fuse();
        let mut again: Vec<String> = Vec::new();
        let mut with_the_writer = 0_usize;
        loop {
            // What is with the writer may not fill both queues: the writer's hand would be the only place left.
            while with_the_writer <= capacity {
                let Ok(place) = to_writer.try_reserve() else { break };
                let Some(letter) = again.pop().or_else(|| pile.next()) else { break };
                place.send(letter);
                with_the_writer += 1;
                tokio::task::yield_now().await;
            }
            if with_the_writer == 0 {
                return;
            }
            let draft: Draft = drafts.recv().await.expect("the writer is there");
            with_the_writer -= 1;
            if draft.text.contains("hm") {
                again.push(once_more(&draft.letter));
            } else {
                print(draft).await;
            }
        }
    }
}
