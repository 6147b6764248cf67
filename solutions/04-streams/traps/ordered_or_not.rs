//! What people write for `ordered_or_not`, and what it is told.

/// Trap: 0 goes into the buffer as it is, as if it meant the same there.
/// Caught by: as_ready_waits_for_nobody
/// Says: polls no future
mod zero_as_it_is {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        match order {
            Order::AsAsked => calls.buffered(at_once).left_stream(),
            Order::AsReady => calls.buffer_unordered(at_once).right_stream(),
        }
    }
}

/// Trap: no limit is the length of the list, which is 0 for an empty one.
/// Caught by: no_pages_end_at_once
/// Says: not even the stream in front of it
mod the_length_of_an_empty_list {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len() } else { at_once };
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        match order {
            Order::AsAsked => calls.buffered(limit).left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).right_stream(),
        }
    }
}

/// Trap: one adapter for both orders.
/// Caught by: as_ready_waits_for_nobody
/// Says: the summaries wait for each other
mod always_in_order {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        let _ = order;
        calls.buffered(limit)
    }
}

/// Trap: the fast adapter for both orders.
/// Caught by: as_asked_keeps_the_order_of_the_pages
/// Says: keeps its place
mod never_in_order {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        let _ = order;
        calls.buffer_unordered(limit)
    }
}

/// Trap: the summaries are counted when they come, so the numbers are those of arrivals.
/// Caught by: as_ready_waits_for_nobody
/// Says: The numbers count up
mod numbered_as_they_come {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let calls = stream::iter(pages).map(move |page| summary(llm.clone(), page));
        match order {
            Order::AsAsked => calls.buffered(limit).enumerate().left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).enumerate().right_stream(),
        }
    }
}

/// Trap: `then` awaits each call before it makes the next one.
/// Caught by: as_asked_keeps_the_order_of_the_pages
/// Says: The calls run one after another
mod one_after_another {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let llm = llm.clone();
        let _ = (at_once, order);
        stream::iter(pages).enumerate().then(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        })
    }
}

/// Trap: so many calls, and when all of them have ended, so many more.
/// Caught by: as_asked_keeps_the_order_of_the_pages
/// Says: who waits for a whole batch
mod in_batches {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let _ = order;
        stream::iter(pages).enumerate().chunks(limit).flat_map(move |batch| {
            let llm = llm.clone();
            stream::once(async move {
                let calls = batch.into_iter().map(|(number, page)| {
                    let llm = llm.clone();
                    async move { (number, summary(llm, page).await) }
                });
                futures::future::join_all(calls).await
            })
            .flat_map(stream::iter)
        })
    }
}

/// Trap: a task for each page, begun when the stream is made: no limit, and nobody has read yet.
/// Caught by: as_ready_waits_for_nobody
/// Says: That is more than the limit
mod all_of_them_in_tasks {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let tasks: Vec<_> = pages
            .into_iter()
            .enumerate()
            .map(|(number, page)| {
                let llm = llm.clone();
                tokio::spawn(async move { (number, summary(llm, page).await) })
            })
            .collect();
        let limit = if at_once == 0 { tasks.len().max(1) } else { at_once };
        let calls = stream::iter(tasks).map(|task| async move { task.await.unwrap() });
        match order {
            Order::AsAsked => calls.buffered(limit).left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).right_stream(),
        }
    }
}

/// Trap: errors end the stream, as `try_buffered` does.
/// Caught by: an_error_is_the_item_of_its_page
/// Says: One page that failed
mod the_first_error_ends_it {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        let mut failed = false;
        let ends = move |item: &(usize, Result<String, Error>)| {
            let goes_on = !failed;
            failed |= item.1.is_err();
            futures::future::ready(goes_on)
        };
        match order {
            Order::AsAsked => calls.buffered(limit).take_while(ends).left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).take_while(ends).right_stream(),
        }
    }
}

/// Trap: all summaries are collected and sorted: the order is right, and the stream is none.
/// Caught by: a_reader_who_stops_takes_the_calls_along
/// Says: is not begun
mod sorted_at_the_end {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        match order {
            Order::AsAsked => stream::once(async move {
                let mut all: Vec<_> = calls.buffer_unordered(limit).collect().await;
                all.sort_by_key(|(number, _)| *number);
                all
            })
            .flat_map(stream::iter)
            .left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).right_stream(),
        }
    }
}

/// Trap: all futures are put into a queue that keeps their order, which knows of no limit.
/// Caught by: the_limit_is_kept_and_used
/// Says: AsAsked: 31 calls in flight together
/// Says: That is more than the limit
mod over_the_limit_in_order {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let calls = pages.into_iter().enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        match order {
            Order::AsAsked => calls.collect::<stream::FuturesOrdered<_>>().left_stream(),
            Order::AsReady => stream::iter(calls).buffer_unordered(limit).right_stream(),
        }
    }
}

/// Trap: one more than the limit, for the one whose summary is being given out.
/// Caught by: as_ready_waits_for_nobody
/// Says: 4 calls in flight together
/// Says: That is more than the limit
mod one_more_than_the_limit {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once + 1 };
        let llm = llm.clone();
        let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
            let llm = llm.clone();
            async move { (number, summary(llm, page).await) }
        });
        match order {
            Order::AsAsked => calls.buffered(limit).left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).right_stream(),
        }
    }
}

/// Trap: the number of a page is looked up by its text: two pages that are alike get the same one.
/// Caught by: as_asked_keeps_the_order_of_the_pages
/// Says: Two pages may be alike
mod numbered_by_its_text {
    pub fn summaries(
        llm: &MockLlm,
        pages: Vec<String>,
        at_once: usize,
        order: Order,
    ) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
        let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
        let llm = llm.clone();
        let all = pages.clone();
        let calls = stream::iter(pages).map(move |page| {
            let llm = llm.clone();
            let number = all.iter().position(|known| *known == page).unwrap();
            async move { (number, summary(llm, page).await) }
        });
        match order {
            Order::AsAsked => calls.buffered(limit).left_stream(),
            Order::AsReady => calls.buffer_unordered(limit).right_stream(),
        }
    }
}

/// Trap: a task of a `JoinSet` that has panicked is passed over: its page is missing, and all behind it.
/// Caught by: an_error_is_the_item_of_its_page
/// Says: whoever passes it over loses the page
mod panics_are_passed_over {
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
                let Ok((number, summary)) = joined else { continue };
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
