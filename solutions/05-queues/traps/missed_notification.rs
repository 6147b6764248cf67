//! What people write for `missed_notification`, and what it is told.

/// Trap: the first draft of `follow`: what changes between the look and the wait is lost.
/// Caught by: nothing_is_missed_while_the_store_is_asked
/// Says: `notify_waiters` wakes those who wait at
mod looks_then_waits {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            changed.notified().await;
        }
    }
}

/// Trap: the wait comes first, in the hope that nothing changes meanwhile.
/// Caught by: nothing_is_missed_while_the_store_is_asked
/// Says: `notify_waiters` wakes those who wait at
mod waits_then_looks {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            changed.notified().await;
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
        }
    }
}

/// Trap: `notified()` is made before the tokens are shown, but after the store has looked.
/// Caught by: nothing_is_missed_while_the_store_is_asked
/// Says: `notify_waiters` wakes those who wait at
mod made_after_the_look {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            let page = store.read(shown).await;
            let news = changed.notified();
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            news.await;
        }
    }
}

/// Trap: `notified()` is made before the look, and once more after the tokens were shown: the first is thrown away.
/// Caught by: nothing_is_missed_while_the_store_is_asked
/// Says: `notify_waiters` wakes those who wait at
mod made_for_the_showing {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            // From here on a notification is kept, even while nobody polls.
            let news = changed.notified();
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            drop(news);
            changed.notified().await;
        }
    }
}

/// Trap: one `Notified` for all turns: once it has ended, it is ready for ever.
/// Caught by: the_store_is_asked_when_something_has_changed
/// Says: A waiter that wakes by itself
mod one_for_all_turns {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        let mut news = std::pin::pin!(changed.notified());
        loop {
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            std::future::poll_fn(|cx| news.as_mut().poll(cx)).await;
            tokio::task::yield_now().await;
        }
    }
}

/// Trap: a wait with a time limit: whatever was missed is seen at the next look.
/// Caught by: the_store_is_asked_when_something_has_changed
/// Says: A waiter that wakes by itself
mod looks_again_after_a_while {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            let _ = tokio::time::timeout(std::time::Duration::from_millis(100), changed.notified()).await;
        }
    }
}

/// Trap: each look reads the whole answer.
/// Caught by: nothing_is_missed_while_the_store_is_asked
/// Says: Each token is shown once. The
mod reads_from_the_start {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        loop {
            // From here on a notification is kept, even while nobody polls.
            let news = changed.notified();
            let page = store.read(0).await;
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            news.await;
        }
    }
}

/// Trap: the end is looked at before the tokens that came with it.
/// Caught by: nothing_is_missed_while_the_store_is_asked
/// Says: The last tokens and the end
mod ends_without_the_rest {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            // From here on a notification is kept, even while nobody polls.
            let news = changed.notified();
            let page = store.read(shown).await;
            if page.ended {
                return;
            }
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            news.await;
        }
    }
}

/// Trap: a reader that hears of a change rings for the others with `notify_one`, which stays for itself.
/// Caught by: the_store_is_asked_when_something_has_changed
/// Says: A waiter that wakes by itself
mod passes_it_on {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            changed.notified().await;
            changed.notify_one();
        }
    }
}

/// Trap: the first draft of `answer_all`: a ring, a question.
/// Caught by: two_questions_may_ring_once
/// Says: `notify_one` leaves one permit when nobody
mod one_a_ring {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            inbox.bell.notified().await;
            let Some((question, asker)) = inbox.take() else {
                if inbox.is_closed() {
                    return;
                }
                continue;
            };
            let reply = llm.complete(&question).await.expect("the model answers");
            // The asker may have gone.
            let _ = asker.send(reply);
        }
    }
}

/// Trap: all are taken at a ring, but whether the inbox is closed is asked only if it was empty at once.
/// Caught by: two_questions_may_ring_once
/// Says: The bell for the end may
mod looks_at_the_end_after_the_ring {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            inbox.bell.notified().await;
            let mut any = false;
            while let Some((question, asker)) = inbox.take() {
                any = true;
                let reply = llm.complete(&question).await.expect("the model answers");
                let _ = asker.send(reply);
            }
            if !any && inbox.is_closed() {
                return;
            }
        }
    }
}

/// Trap: after a ring there must be a question.
/// Caught by: two_questions_may_ring_once
/// Says: A ring may be left over
mod a_ring_is_a_question {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            // Two questions may have rung once.
            while let Some((question, asker)) = inbox.take() {
                let reply = llm.complete(&question).await.expect("the model answers");
                // The asker may have gone.
                let _ = asker.send(reply);
            }
            if inbox.is_closed() {
                return;
            }
            inbox.bell.notified().await;
            let (question, asker) = inbox.take().expect("the bell rang");
            let reply = llm.complete(&question).await.expect("the model answers");
            let _ = asker.send(reply);
        }
    }
}

/// Trap: a closed inbox is the end, whatever is left in it.
/// Caught by: two_questions_may_ring_once
/// Says: `answer_all` had returned. Closed means that
mod closed_is_the_end {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            while let Some((question, asker)) = if inbox.is_closed() { None } else { inbox.take() } {
                let reply = llm.complete(&question).await.expect("the model answers");
                // The asker may have gone.
                let _ = asker.send(reply);
            }
            if inbox.is_closed() {
                return;
            }
            inbox.bell.notified().await;
        }
    }
}

/// Trap: after each question it rings the bell once more, and never returns when the inbox is closed meanwhile.
/// Caught by: two_questions_may_ring_once
/// Says: A loop without an `.await` that
mod rings_itself {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            inbox.bell.notified().await;
            if let Some((question, asker)) = inbox.take() {
                inbox.bell.notify_one();
                let reply = llm.complete(&question).await.expect("the model answers");
                let _ = asker.send(reply);
                continue;
            }
            if inbox.is_closed() {
                return;
            }
            inbox.bell.notify_one();
        }
    }
}

/// Trap: the bell is not listened to: a look every 20 ms.
/// Caught by: two_questions_may_ring_once
/// Says: One after another, in the order
mod looks_every_few_milliseconds {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            // Two questions may have rung once.
            while let Some((question, asker)) = inbox.take() {
                let reply = llm.complete(&question).await.expect("the model answers");
                // The asker may have gone.
                let _ = asker.send(reply);
            }
            if inbox.is_closed() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// Trap: the questions are answered at the same time, and the clerk is one person.
/// Caught by: two_questions_may_ring_once
/// Says: One after another, in the order
mod all_at_the_same_time {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            let mut calls = Vec::new();
            while let Some((question, asker)) = inbox.take() {
                calls.push(async move {
                    let reply = llm.complete(&question).await.expect("the model answers");
                    let _ = asker.send(reply);
                });
            }
            futures::future::join_all(calls).await;
            if inbox.is_closed() && inbox.questions.lock().unwrap().is_empty() {
                return;
            }
            inbox.bell.notified().await;
        }
    }
}

/// Trap: the notification cannot be missed any more, and there is a time limit all the same, to be sure.
/// Caught by: the_store_is_asked_when_something_has_changed
/// Says: a time limit as a safety net
mod a_safety_net {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        loop {
            let notified = changed.notified();
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            let _ = tokio::time::timeout(std::time::Duration::from_secs(60), notified).await;
        }
    }
}

/// Trap: who has gone makes the clerk panic.
/// Caught by: the_asker_may_have_gone
/// Says: An asker may have gone. Then
mod the_asker_must_be_there {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            while let Some((question, asker)) = inbox.take() {
                let reply = llm.complete(&question).await.expect("the model answers");
                asker.send(reply).expect("the asker waits");
            }
            if inbox.is_closed() {
                return;
            }
            inbox.bell.notified().await;
        }
    }
}

/// Trap: the clerk goes home with the first asker who has gone.
/// Caught by: the_asker_may_have_gone
/// Says: One asker who has gone says
mod one_leaves_and_all_are_lost {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            while let Some((question, asker)) = inbox.take() {
                if asker.is_closed() {
                    return;
                }
                let reply = llm.complete(&question).await.expect("the model answers");
                let _ = asker.send(reply);
            }
            if inbox.is_closed() {
                return;
            }
            inbox.bell.notified().await;
        }
    }
}

/// Trap: an empty inbox is taken for the end.
/// Caught by: two_questions_may_ring_once
/// Says: `answer_all` had returned, and the inbox
mod empty_is_the_end {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        inbox.bell.notified().await;
        while let Some((question, asker)) = inbox.take() {
            let reply = llm.complete(&question).await.expect("the model answers");
            let _ = asker.send(reply);
        }
    }
}

/// Trap: the tokens are collected, and shown when the answer has ended.
/// Caught by: a_token_is_shown_as_soon_as_it_can_be
/// Says: or collects before it shows
mod collects_first {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut all = Vec::new();
        loop {
            let notified = changed.notified();
            let page = store.read(all.len()).await;
            all.extend(page.tokens);
            if page.ended {
                break;
            }
            notified.await;
        }
        for token in all {
            show(token).await;
        }
    }
}

/// Trap: the clerk waits for the bell before the first look, and the ring was heard by a clerk who has gone.
/// Caught by: two_questions_may_ring_once
/// Says: look first, and wait then
mod the_bell_before_the_first_look {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            inbox.bell.notified().await;
            let closed = inbox.is_closed();
            while let Some((question, asker)) = inbox.take() {
                let reply = llm.complete(&question).await.expect("the model answers");
                let _ = asker.send(reply);
            }
            if closed {
                return;
            }
        }
    }
}

/// Trap: one question a ring, and a ring of its own when it is answered: a clerk who is sent home does not come to it.
/// Caught by: two_questions_may_ring_once
/// Says: The ring for them is used up
mod rings_when_it_is_done {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            inbox.bell.notified().await;
            let closed = inbox.is_closed();
            match inbox.take() {
                Some((question, asker)) => {
                    let reply = llm.complete(&question).await.expect("the model answers");
                    let _ = asker.send(reply);
                    inbox.bell.notify_one();
                }
                None if closed => return,
                None => {}
            }
        }
    }
}

/// Trap: all questions are taken out before the first is answered: a clerk who is sent home has them in the pocket.
/// Caught by: two_questions_may_ring_once
/// Says: They went home with the first clerk
mod all_in_the_pocket {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            let closed = inbox.is_closed();
            let all: Vec<Question> = std::iter::from_fn(|| inbox.take()).collect();
            if all.is_empty() {
                if closed {
                    return;
                }
                inbox.bell.notified().await;
            }
            for (question, asker) in all {
                let reply = llm.complete(&question).await.expect("the model answers");
                let _ = asker.send(reply);
            }
        }
    }
}
