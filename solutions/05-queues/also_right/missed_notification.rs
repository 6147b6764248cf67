//! Other right answers for `missed_notification`.

/// The future is pinned before the loop, enabled before each look, and set anew after it has ended.
mod enabled {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        let mut news = std::pin::pin!(changed.notified());
        loop {
            news.as_mut().enable();
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            news.as_mut().await;
            news.set(changed.notified());
        }
    }
}

/// A look, and before each wait a second look with the `notified()` already made.
mod looks_twice {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        let mut page = store.read(shown).await;
        loop {
            shown += page.tokens.len();
            let ended = page.ended;
            for token in std::mem::take(&mut page.tokens) {
                show(token).await;
            }
            if ended {
                return;
            }
            let news = changed.notified();
            page = store.read(shown).await;
            if page.tokens.is_empty() && !page.ended {
                news.await;
                page = store.read(shown).await;
            }
        }
    }
}

/// The clerk waits in a loop of its own until there is a question.
mod waits_where_it_is_empty {
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        async fn next(inbox: &Inbox) -> Option<Question> {
            loop {
                let closed = inbox.is_closed();
                if let Some(question) = inbox.take() {
                    return Some(question);
                }
                if closed {
                    return None;
                }
                inbox.bell.notified().await;
            }
        }
        while let Some((question, asker)) = next(inbox).await {
            if let Ok(reply) = llm.complete(&question).await {
                asker.send(reply).ok();
            }
        }
    }
}

/// Who takes a question rings once more, in case that there was another one for the same ring.
mod rings_once_more {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        let mut next = Box::pin(changed.notified());
        loop {
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            next.as_mut().await;
            next.set(changed.notified());
        }
    }
    pub async fn answer_all(llm: &MockLlm, inbox: &Inbox) {
        loop {
            inbox.bell.notified().await;
            let closed = inbox.is_closed();
            let Some((question, asker)) = inbox.take() else {
                if closed {
                    return;
                }
                continue;
            };
            // There may be more than one for this ring, and it is the next clerk's if this one is sent home.
            inbox.bell.notify_one();
            let reply = llm.complete(&question).await.expect("the model answers");
            let _ = asker.send(reply);
        }
    }
}

/// One pinned `Notified`, which is set anew as soon as it has ended, before the next look.
mod set_anew {
    pub async fn follow(store: &impl Store, changed: &Notify, mut show: impl AsyncFnMut(String)) {
        let mut shown = 0;
        let mut notified = std::pin::pin!(changed.notified());
        loop {
            let page = store.read(shown).await;
            shown += page.tokens.len();
            for token in page.tokens {
                show(token).await;
            }
            if page.ended {
                return;
            }
            notified.as_mut().await;
            notified.set(changed.notified());
        }
    }
}
