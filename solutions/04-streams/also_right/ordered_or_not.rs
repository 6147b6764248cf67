//! Other right answers for `ordered_or_not`.

/// Boxes in place of an `Either`, and the largest number for the unordered one.
mod boxed {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let llm = llm.clone();
        let count = pages.len();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        match (order, at_once) {
            (Order::AsAsked, 0) => calls.buffered(count + 1).boxed(),
            (Order::AsAsked, limit) => calls.buffered(limit).boxed(),
            (Order::AsReady, 0) => calls.buffer_unordered(usize::MAX).boxed(),
            (Order::AsReady, limit) => calls.buffer_unordered(limit).boxed(),
        }
    }
}

/// A set that is filled by hand, in a generator: a summary that is early takes no place.
mod filled_by_hand {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let llm = llm.clone();
        let limit = if at_once == 0 { usize::MAX } else { at_once };
        async_stream::stream! {
            let mut pages = pages.into_iter().enumerate();
            let mut running = stream::FuturesUnordered::new();
            let mut early = std::collections::BTreeMap::new();
            let mut next = 0;
            loop {
                while running.len() < limit {
                    let Some((number, page)) = pages.next() else { break };
                    let llm = llm.clone();
                    running.push(async move { (number, summary(llm, page).await) });
                }
                let Some((number, summary)) = running.next().await else { break };
                if order == Order::AsReady {
                    yield (number, summary);
                    continue;
                }
                early.insert(number, summary);
                while let Some(summary) = early.remove(&next) {
                    next += 1;
                    yield (next - 1, summary);
                }
            }
        }
    }
}

/// An order that is a buffer of one kind or the other, with tasks that end when they are dropped.
mod tasks_in_a_set {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let llm = llm.clone();
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move {
                let mut task = tokio::task::JoinSet::new();
                task.spawn(summary(llm, page));
                (number, task.join_next().await.unwrap().unwrap())
            }
        });
        match order {
            Order::AsAsked => calls.buffered(limit).left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).right_stream(),
        }
    }
}

/// A set of tasks that is filled by hand: a panic of a task goes on to the reader.
mod tasks_filled_by_hand {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let llm = llm.clone();
        let limit = if at_once == 0 { usize::MAX } else { at_once };
        async_stream::stream! {
            let mut pages = pages.into_iter().enumerate();
            let mut running = tokio::task::JoinSet::new();
            let mut early = std::collections::BTreeMap::new();
            let mut next = 0;
            loop {
                while running.len() < limit {
                    let Some((number, page)) = pages.next() else { break };
                    let llm = llm.clone();
                    running.spawn(async move { (number, summary(llm, page).await) });
                }
                let Some(joined) = running.join_next().await else { break };
                let (number, summary) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                if order == Order::AsReady {
                    yield (number, summary);
                    continue;
                }
                early.insert(number, summary);
                while let Some(summary) = early.remove(&next) {
                    next += 1;
                    yield (next - 1, summary);
                }
            }
        }
    }
}
