//! The journal as data and as a drawing.

use futures::StreamExt;
use mock_llm::{CallKind, Fault, Journal, Limits, MockLlm, Model, When};
use timeline::{Lane, MarkKind, SpanKind, Timeline};
use tokio::time::{sleep, timeout};

use crate::{atlas, ms, one_model};

#[tokio::test(start_paused = true)]
async fn a_journal_counts_its_time_from_the_first_call() {
    let llm = one_model();
    sleep(ms(5000)).await;
    llm.complete("count").await.expect("no fault");
    assert_eq!(llm.journal().calls()[0].started, ms(0));
    assert_eq!(llm.journal().taken(), ms(480));
}

#[tokio::test(start_paused = true)]
async fn calls_stand_in_the_order_in_which_they_started() {
    let llm = MockLlm::new([atlas().time_to_first_token_for("first", ms(2000))]);
    let first = tokio::spawn(llm.complete("first"));
    sleep(ms(10)).await;
    llm.complete("second").await.expect("no fault");
    first.await.expect("no panic").expect("no fault");
    let journal = llm.journal();
    let prompts: Vec<_> = journal.calls().iter().map(|call| call.prompt.as_str()).collect();
    assert_eq!(prompts, ["first", "second"]);
    assert_eq!(journal.calls()[1].kind, CallKind::Complete);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_by_prompt_and_model() {
    let llm = MockLlm::new([Model::new("atlas"), Model::new("birch")]);
    for (model, prompt) in [("atlas", "a"), ("atlas", "b"), ("birch", "a"), ("atlas", "a")] {
        llm.model(model).complete(prompt).await.expect("no fault");
    }
    let attempts: Vec<_> = llm.journal().calls().iter().map(|call| call.attempt).collect();
    assert_eq!(attempts, [1, 1, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_does_not_change() {
    let llm = one_model();
    let before = llm.journal();
    llm.complete("count").await.expect("no fault");
    assert!(before.calls().is_empty());
    assert_eq!(llm.clone().journal().calls().len(), 1, "clones share one journal");
}

#[tokio::test(start_paused = true)]
async fn a_restart_forgets_and_calls_in_flight_write_nothing_more() {
    let llm = one_model();
    let old = tokio::spawn(llm.complete("old"));
    sleep(ms(100)).await;
    llm.restart();
    sleep(ms(50)).await;
    llm.complete("new").await.expect("no fault");
    old.await.expect("no panic").expect("no fault");
    let journal = llm.journal();
    assert_eq!(journal.calls().len(), 1);
    assert_eq!((journal.calls()[0].prompt.as_str(), journal.calls()[0].attempt), ("new", 1));
    assert_eq!(journal.calls()[0].started, ms(50), "counted from the restart");
    assert_eq!((journal.in_flight(), journal.high_water()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_limited_journal_forgets_the_oldest_and_still_counts_who_is_in_flight() {
    let llm = MockLlm::builder().model(atlas().time_to_first_token_for("long", ms(60_000))).journal_limit(3).build();
    let mut long = Box::pin(llm.complete("long"));
    assert!(futures::poll!(long.as_mut()).is_pending());
    for number in 0..20 {
        llm.complete(&number.to_string()).await.expect("no fault");
    }
    let journal = llm.journal();
    assert!((3..=6).contains(&journal.calls().len()));
    let latest = journal.calls().last().expect("a call");
    assert_eq!((latest.prompt.as_str(), latest.produced.len()), ("19", 5));
    assert_eq!((journal.in_flight(), journal.high_water()), (1, 2));
    long.await.expect("no fault");
    assert_eq!(llm.journal().in_flight(), 0, "though its entry is forgotten");
}

/// An observer without the runtime's clock, a watchdog for example, says itself what time it is.
/// A number of calls is no bound: each may have any number of tokens.
#[tokio::test(start_paused = true)]
async fn a_limited_journal_forgets_old_instants_and_keeps_how_many_they_were() {
    const TOKENS: usize = 100_000;
    let long = Model::new("atlas").reply(vec!["word"; TOKENS].join(" "));
    let llm = MockLlm::builder().model(long.clone()).journal_limit(1000).build();
    // It is in flight while its turn to forget comes, and ends when others are younger.
    let mut held = llm.stream("held");
    assert!(held.next().await.is_some());
    for number in 0..14 {
        llm.complete(&number.to_string()).await.expect("no fault");
    }
    drop(held);
    let journal = llm.journal();
    let kept = |journal: &Journal| journal.calls().iter().map(|call| call.produced.len()).collect::<Vec<_>>();
    assert_eq!(kept(&journal), [vec![0; 5], vec![TOKENS; 10]].concat(), "the latest million of them");
    assert!(journal.calls().iter().all(|call| call.produced_count == TOKENS && call.first_token == Some(ms(0))));
    assert!(llm.journal_page(0, 100).calls.iter().all(|call| call.produced == TOKENS));
    let few = MockLlm::builder().model(long.clone()).journal_limit(2).build();
    let all = MockLlm::new([long]);
    for number in 0..30 {
        few.complete(&number.to_string()).await.expect("no fault");
        all.complete(&number.to_string()).await.expect("no fault");
    }
    assert!(kept(&few.journal()).iter().all(|&kept| kept == TOKENS), "those that are gone count no more");
    assert_eq!(kept(&all.journal()), [TOKENS; 30]);
}

#[tokio::test(start_paused = true)]
async fn a_journal_may_keep_nothing_or_any_number_of_calls() {
    for (limit, kept) in [(0, 0), (usize::MAX, 2)] {
        let llm = MockLlm::builder().model(atlas()).journal_limit(limit).build();
        for prompt in ["one", "two"] {
            llm.complete(prompt).await.expect("no fault");
        }
        assert_eq!((llm.journal().calls().len(), llm.journal().in_flight()), (kept, 0), "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_can_be_moved_forward_in_time() {
    let llm = one_model();
    let mut stream = llm.stream("count");
    stream.next().await.expect("a token").expect("no fault");
    let later = llm.journal().taken_at(ms(425));
    assert_eq!(later.calls()[0].produced, [ms(400), ms(420)]);
    assert_eq!(later.taken(), ms(425));
}

/// One call of each fate. Lanes bear the prompts, because all calls went to one model.
#[tokio::test(start_paused = true)]
async fn a_timeline_has_a_lane_for_each_call() {
    let model = Model::new("atlas")
        .time_to_first_token(ms(100))
        .inter_token_latency(ms(50))
        .reply("a b c")
        .fault(When::Prompt("fails".to_owned()), Fault::Overloaded);
    let llm = MockLlm::new([model]);
    llm.complete("whole").await.expect("no fault");
    llm.complete("fails").await.expect_err("as scripted");
    let _ = timeout(ms(120), llm.stream("dropped").count()).await;
    assert_eq!(llm.stream("streamed").count().await, 3);
    let mut pending = llm.stream("pending");
    pending.next().await.expect("a token").expect("no fault");
    sleep(ms(10)).await;

    let expected = Timeline::new("fates")
        .lane(Lane::call("whole", 0.0, 0.2))
        .lane(Lane::failed("fails", 0.2, 0.3))
        .lane(
            Lane::new("dropped")
                .span(SpanKind::Waiting, 0.3, 0.4)
                .span(SpanKind::Streaming, 0.4, 0.42)
                .mark(MarkKind::Token, 0.4)
                .mark(MarkKind::Dropped, 0.42),
        )
        .lane(
            Lane::new("streamed")
                .span(SpanKind::Waiting, 0.42, 0.52)
                .span(SpanKind::Streaming, 0.52, 0.62)
                .mark(MarkKind::Token, 0.52)
                .mark(MarkKind::Token, 0.57)
                .mark(MarkKind::Token, 0.62)
                .mark(MarkKind::Finished, 0.62),
        )
        .lane(
            Lane::new("pending")
                .span(SpanKind::Waiting, 0.62, 0.72)
                .span(SpanKind::Streaming, 0.72, 0.73)
                .mark(MarkKind::Token, 0.72)
                .mark(MarkKind::Stuck, 0.73),
        );
    assert_eq!(llm.journal().timeline("fates"), expected);
}

#[tokio::test(start_paused = true)]
async fn a_lane_bears_the_shortest_name_that_tells_the_calls_apart() {
    let names =
        |llm: &MockLlm| -> Vec<String> { llm.journal().timeline("").lanes.into_iter().map(|lane| lane.name).collect() };
    let llm = MockLlm::new([Model::new("atlas"), Model::new("birch")]);
    for model in ["atlas", "birch"] {
        llm.model(model).complete("why?").await.expect("no fault");
    }
    assert_eq!(names(&llm), ["atlas", "birch"]);
    llm.complete("how?").await.expect("no fault");
    llm.complete("how?").await.expect("no fault");
    assert_eq!(names(&llm), ["atlas: why?", "birch: why?", "atlas: how?", "atlas: how? #2"]);
}

/// Whatever the journal says of a call, a page says too, at every instant of calls that finish, fail, wait and are dropped.
#[tokio::test(start_paused = true)]
async fn a_page_says_what_the_journal_says_and_no_more_than_it_was_asked_for() {
    let model = atlas().limits(Limits::none().concurrent(2).queue(4)).fault(When::Call(2), Fault::CutAfter(2));
    let llm = MockLlm::builder().model(model).journal_limit(4).build();
    let calls: Vec<_> = (0..9).map(|number| tokio::spawn(llm.complete(&number.to_string()))).collect();
    for step in 0..200 {
        if step == 40 {
            calls[4].abort();
        }
        sleep(ms(7)).await;
        let journal = llm.journal();
        let whole = llm.journal_page(0, usize::MAX);
        assert_eq!(
            (whole.in_flight, whole.waiting, whole.high_water, whole.taken),
            (journal.in_flight(), journal.waiting(), journal.high_water(), journal.taken())
        );
        assert_eq!(whole.total, 9, "those that are forgotten count");
        let paged = (0..9).map(|after| llm.journal_page(after, 1)).flat_map(|page| page.calls);
        let mut paged: Vec<_> = paged.collect();
        paged.dedup();
        assert_eq!(paged, whole.calls, "one by one, and the oldest in place of those before it");
        let kept = 10 - journal.calls().len();
        assert!(whole.calls.iter().map(|call| call.number).eq(kept..=9));
        for (page, call) in whole.calls.iter().zip(journal.calls()) {
            assert_eq!(
                (&page.prompt, page.attempt, page.kind, page.started, page.begun, page.first_token, &page.ended),
                (&call.prompt, call.attempt, call.kind, call.started, call.begun, call.first_token, &call.ended)
            );
            assert_eq!((page.produced, page.delivered), (call.produced.len(), call.delivered));
        }
    }
    assert_eq!(llm.journal_page(9, 5).calls, [], "nothing after the latest");
    assert_eq!(llm.journal_page(usize::MAX, usize::MAX).calls, []);
}
