//! # Ring deadlock: what people write
//!
//! Each module holds only what differs from the solution, `../ring_deadlock.rs`.

/// Trap: send all, then receive: the queues are long enough for the piles of the test.
/// Caught by: the_ring_never_stops
/// Says: Both queues are full, and each waits for the other
mod all_sent_before_one_is_read {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut with_the_writer = 0;
        for letter in pile {
            to_writer.send(letter).await.expect("the writer is there");
            with_the_writer += 1;
        }
        while with_the_writer > 0 {
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

/// Trap: a longer queue mends a ring.
/// Caught by: the_ring_never_stops
/// Says: A longer queue only needs more letters
mod a_longer_queue {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity + 32);
        let (to_editor, mut drafts) = mpsc::channel(capacity + 32);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut with_the_writer = 0;
        for letter in pile {
            to_writer.send(letter).await.expect("the writer is there");
            with_the_writer += 1;
        }
        while with_the_writer > 0 {
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

/// Trap: a queue without an end mends a ring: nobody waits, and the pile moves into memory.
/// Caught by: the_queues_do_not_grow_with_the_pile
/// Says: only moved from the pile into memory
mod unbounded {
    async fn writer(llm: MockLlm, mut letters: mpsc::UnboundedReceiver<String>, drafts: mpsc::UnboundedSender<Draft>) {
        while let Some(letter) = letters.recv().await {
            let reply = llm.complete(&letter).await.expect("the script of this exercise has no faults");
            let _ = drafts.send(Draft { letter, text: reply.text });
        }
    }

    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::unbounded_channel();
        let (to_editor, mut drafts) = mpsc::unbounded_channel();
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut with_the_writer = 0;
        for letter in pile {
            to_writer.send(letter).expect("the writer is there");
            with_the_writer += 1;
        }
        while with_the_writer > 0 {
            let draft: Draft = drafts.recv().await.expect("the writer is there");
            if draft.text.contains("hm") {
                to_writer.send(once_more(&draft.letter)).expect("the writer is there");
            } else {
                with_the_writer -= 1;
                print(draft).await;
            }
        }
    }
}

/// Trap: only one queue without an end: there is no ring any more, and no limit either.
/// Caught by: the_queues_do_not_grow_with_the_pile
/// Says: only moved from the pile into memory
mod one_unbounded {
    async fn writer(llm: MockLlm, mut letters: Receiver<String>, drafts: mpsc::UnboundedSender<Draft>) {
        while let Some(letter) = letters.recv().await {
            let reply = llm.complete(&letter).await.expect("the script of this exercise has no faults");
            let _ = drafts.send(Draft { letter, text: reply.text });
        }
    }

    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::unbounded_channel();
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut with_the_writer = 0;
        for letter in pile {
            to_writer.send(letter).await.expect("the writer is there");
            with_the_writer += 1;
        }
        while with_the_writer > 0 {
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

/// Trap: a task for each letter waits for its place, so that the editor need not.
/// Caught by: the_queues_do_not_grow_with_the_pile
/// Says: a task for each letter lets nobody wait
mod a_task_for_each_letter {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut with_the_writer = 0;
        for letter in pile {
            let to_writer = to_writer.clone();
            tokio::spawn(async move { to_writer.send(letter).await });
            with_the_writer += 1;
        }
        while with_the_writer > 0 {
            let draft: Draft = drafts.recv().await.expect("the writer is there");
            if draft.text.contains("hm") {
                let to_writer = to_writer.clone();
                tokio::spawn(async move { to_writer.send(once_more(&draft.letter)).await });
            } else {
                with_the_writer -= 1;
                print(draft).await;
            }
        }
    }
}

/// Trap: sending and receiving side by side, and the receiver sends too: what goes round again waits for a place.
/// Caught by: the_ring_never_stops
/// Says: Whoever is in a ring must go on taking while it waits for a place
mod the_receiver_sends_too {
    use std::cell::Cell;

    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let (open, done) = (Cell::new(1_usize), tokio::sync::Notify::new());
        let finish = || {
            open.set(open.get() - 1);
            if open.get() == 0 {
                done.notify_one();
            }
        };
        let send = async {
            for letter in pile {
                open.set(open.get() + 1);
                to_writer.send(letter).await.expect("the writer is there");
            }
            finish();
            std::future::pending::<()>().await;
        };
        let receive = async {
            while let Some(draft) = drafts.recv().await {
                let draft: Draft = draft;
                if draft.text.contains("hm") {
                    to_writer.send(once_more(&draft.letter)).await.expect("the writer is there");
                } else {
                    print(draft).await;
                    finish();
                }
            }
        };
        tokio::select! {
            _ = send => {}
            _ = receive => {}
            () = done.notified() => {}
        }
    }
}

/// Trap: one letter at a time: the ring is never full, and always somebody has nothing to do.
/// Caught by: the_writer_goes_on_while_the_editor_prints
/// Says: One letter at a time stops no ring
mod one_at_a_time {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        for letter in pile {
            let mut letter = letter;
            loop {
                to_writer.send(letter).await.expect("the writer is there");
                let draft: Draft = drafts.recv().await.expect("the writer is there");
                if !draft.text.contains("hm") {
                    print(draft).await;
                    break;
                }
                letter = once_more(&draft.letter);
            }
        }
    }
}

/// Trap: `try_send`, and what finds no place is lost.
/// Caught by: the_ring_never_stops
/// Says: A letter has been lost
mod what_finds_no_place_is_lost {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut with_the_writer = 0;
        for letter in pile {
            if to_writer.try_send(letter).is_ok() {
                with_the_writer += 1;
            }
        }
        while with_the_writer > 0 {
            let draft: Draft = drafts.recv().await.expect("the writer is there");
            if draft.text.contains("hm") {
                if to_writer.try_send(once_more(&draft.letter)).is_err() {
                    with_the_writer -= 1;
                }
            } else {
                with_the_writer -= 1;
                print(draft).await;
            }
        }
    }
}

/// Trap: `send` in a `select!`: when the draft comes first, the letter that waited for its place is dropped.
/// Caught by: the_ring_never_stops
/// Says: Was a letter lost
mod send_in_a_select {
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
        let (mut with_the_writer, mut next) = (0_usize, None);
        loop {
            next = next.or_else(|| again.pop()).or_else(|| pile.next());
            if with_the_writer == 0 && next.is_none() {
                return;
            }
            let has_next = next.is_some();
            with_the_writer += usize::from(has_next);
            tokio::select! {
                biased;
                Some(draft) = drafts.recv() => {
                    let draft: Draft = draft;
                    with_the_writer -= 1;
                    if draft.text.contains("hm") {
                        again.push(once_more(&draft.letter));
                    } else {
                        print(draft).await;
                    }
                }
                _ = to_writer.send(next.take().unwrap_or_default()), if has_next => {}
            }
        }
    }
}

/// Trap: new letters before those that go round again: the list of these grows with the pile.
/// Caught by: the_queues_do_not_grow_with_the_pile
/// Says: only moved from the pile into memory
mod new_letters_first {
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
        let (mut with_the_writer, mut pile_is_done) = (0_usize, false);
        while with_the_writer > 0 || !again.is_empty() || !pile_is_done {
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
                place = to_writer.reserve(), if !again.is_empty() || !pile_is_done => {
                    match pile.next().or_else(|| again.pop_front()) {
                        Some(letter) => {
                            place.expect("the writer is there").send(letter);
                            with_the_writer += 1;
                        }
                        None => pile_is_done = true,
                    }
                }
            }
        }
    }
}

/// Trap: queues of one, whatever the caller has asked for.
/// Caught by: the_queues_do_not_grow_with_the_pile
/// Says: never more than
mod queues_of_one {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        _capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(1);
        let (to_editor, mut drafts) = mpsc::channel(1);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut pile = pile.fuse();
        let mut again: Vec<String> = Vec::new();
        let (mut with_the_writer, mut pile_is_done) = (0_usize, false);
        while with_the_writer > 0 || !again.is_empty() || !pile_is_done {
            tokio::select! {
                // A draft first: what is on its way comes to its end before anything new begins.
                biased;
                Some(draft) = drafts.recv() => {
                    let draft: Draft = draft;
                    with_the_writer -= 1;
                    if draft.text.contains("hm") {
                        again.push(once_more(&draft.letter));
                    } else {
                        print(draft).await;
                    }
                }
                place = to_writer.reserve(), if !again.is_empty() || !pile_is_done => {
                    match again.pop().or_else(|| pile.next()) {
                        Some(letter) => {
                            place.expect("the writer is there").send(letter);
                            with_the_writer += 1;
                        }
                        None => pile_is_done = true,
                    }
                }
            }
        }
    }
}

/// Trap: after ten drafts any draft is good enough.
/// Caught by: a_pile_may_be_small
/// Says: A draft that is not good is not printed
mod the_tenth_draft_is_good_enough {
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
        let (mut with_the_writer, mut pile_is_done) = (0_usize, false);
        while with_the_writer > 0 || !again.is_empty() || !pile_is_done {
            tokio::select! {
                // A draft first: what is on its way comes to its end before anything new begins.
                biased;
                Some(draft) = drafts.recv() => {
                    let draft: Draft = draft;
                    with_the_writer -= 1;
                    if draft.text.contains("hm") && !draft.letter.ends_with("!!!!!!!!!!") {
                        again.push(once_more(&draft.letter));
                    } else {
                        print(draft).await;
                    }
                }
                place = to_writer.reserve(), if !again.is_empty() || !pile_is_done => {
                    match again.pop().or_else(|| pile.next()) {
                        Some(letter) => {
                            place.expect("the writer is there").send(letter);
                            with_the_writer += 1;
                        }
                        None => pile_is_done = true,
                    }
                }
            }
        }
    }
}

/// Trap: the editor fills the queue, and waits for a draft alone: the place that the writer makes is not seen.
/// Caught by: the_writer_goes_on_while_the_editor_prints
/// Says: wait for a place and for a draft at the same time
mod fills_and_then_waits_for_a_draft {
    pub async fn edit(
        llm: &MockLlm,
        pile: impl Iterator<Item = String>,
        capacity: usize,
        mut print: impl AsyncFnMut(Draft),
    ) {
        let (to_writer, letters) = mpsc::channel(capacity);
        let (to_editor, mut drafts) = mpsc::channel(capacity);
        tokio::spawn(writer(llm.clone(), letters, to_editor));
        let mut pile = pile.peekable();
        let mut again: Vec<String> = Vec::new();
        let mut with_the_writer = 0_usize;
        loop {
            while (!again.is_empty() || pile.peek().is_some())
                && let Ok(place) = to_writer.try_reserve()
            {
                place.send(again.pop().or_else(|| pile.next()).expect("there is one"));
                with_the_writer += 1;
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
