//! The figures of the sources and of the reports from practice, as exact virtual times.

use std::time::Duration;

use lesson_05_queues::{
    bounded::{Desk, drawn},
    closing, lagged,
    lagged::{Seen, Stance},
    latest, remembered, reply, ring,
};
use runs::{recorder, secs};
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::{Instant, sleep, timeout},
};

/// S1: a producer sends a, b, c, d, 0.1 s apart, and the consumer ends after the last: 0.4 s, without an end mark.
#[tokio::test(start_paused = true)]
async fn s1_a_b_c_d_a_tenth_of_a_second_apart() {
    let start = Instant::now();
    assert_eq!(closing::letters(&["abcd"], secs(0.1)).await, ['a', 'b', 'c', 'd']);
    assert_eq!(start.elapsed(), secs(0.4));
}

#[tokio::test(start_paused = true)]
async fn the_loop_ends_when_the_last_of_many_senders_is_gone() {
    let words = ["alpha", "", "be", "gamma ray"];
    let arrived = closing::letters(&words, secs(0.1)).await;
    assert_eq!(arrived.len(), words.iter().map(|word| word.len()).sum::<usize>());
}

/// Whatever the capacity and the load: never more in the queue than it holds, and everything arrives in order.
#[tokio::test(start_paused = true)]
async fn a_bounded_queue_never_holds_more_than_its_capacity() {
    for (capacity, articles) in [(1, 7), (3, 12), (7, 300)] {
        let recorder = recorder();
        let desk = Desk { articles, makes: secs(0.1), takes: secs(0.3) };
        let start = Instant::now();
        assert_eq!(desk.run(capacity, &recorder).await, (0..articles).collect::<Vec<_>>());
        assert_eq!(drawn(&recorder, "").gauges[0].highest(), capacity);
        // The consumer is never without work after the first article: the queue takes nothing from its speed.
        assert_eq!(start.elapsed(), secs(0.1) + secs(0.3) * articles as u32);
    }
}

/// Without a limit it takes as long, and the queue holds two of three articles at its highest.
#[tokio::test(start_paused = true)]
async fn an_unbounded_queue_is_no_faster_and_holds_what_was_not_read() {
    let recorder = recorder();
    let desk = Desk { articles: 300, makes: secs(0.1), takes: secs(0.3) };
    let start = Instant::now();
    desk.run_unbounded(&recorder).await;
    assert_eq!(start.elapsed(), secs(0.1 + 0.3 * 300.0));
    let highest = drawn(&recorder, "").gauges[0].highest();
    assert_eq!(highest, 200, "two of three wait");
}

/// A source that is silent for 600 s: the relay ends when its reader leaves, not at the next token.
#[tokio::test(start_paused = true)]
async fn a_relay_ends_when_its_reader_leaves() {
    let (_silent, source) = mpsc::channel(1);
    let (reader, read) = mpsc::channel(1);
    let start = Instant::now();
    let relay = tokio::spawn(closing::relay(source, reader));
    sleep(secs(2.0)).await;
    drop(read);
    relay.await.expect("it does not panic");
    assert_eq!(start.elapsed(), secs(2.0));
}

/// With `send` as the only sign, it ends at the next token, and that comes after 600 s.
#[tokio::test(start_paused = true)]
async fn a_relay_that_only_sends_hears_of_it_late() {
    let (source, mut tokens) = mpsc::channel(1);
    let (reader, mut read) = mpsc::channel(1);
    let start = Instant::now();
    tokio::spawn(async move {
        sleep(secs(600.0)).await;
        while source.send("token").await.is_ok() {
            sleep(secs(1.0)).await;
        }
    });
    let relay = tokio::spawn(async move {
        while let Some(token) = tokens.recv().await {
            if reader.send(token).await.is_err() {
                return;
            }
        }
    });
    let nothing = timeout(secs(2.0), read.recv()).await;
    assert!(nothing.is_err());
    drop(read);
    relay.await.expect("it does not panic");
    assert_eq!(start.elapsed(), secs(600.0));
}

#[tokio::test]
async fn an_actor_answers_each_question_where_it_was_asked() {
    let glossary = reply::Glossary::start(1);
    let numbers = tokio::join!(
        glossary.number("future"),
        glossary.number("waker"),
        glossary.number("future")
    );
    assert_eq!(numbers, (Some(0), Some(1), Some(0)));
}

/// Two actors with a capacity of 1 and two sends each: a deadlock. A larger queue moves the load at which it comes.
#[tokio::test(start_paused = true)]
async fn a_ring_of_two_full_queues_is_a_deadlock_at_every_capacity() {
    let limit = Duration::from_secs(600);
    for capacity in [1, 2, 16, 100] {
        assert_eq!(
            timeout(limit, ring::ring(capacity, capacity)).await,
            Ok((capacity, capacity))
        );
        assert!(
            timeout(limit, ring::ring(capacity, capacity + 1)).await.is_err(),
            "capacity {capacity}"
        );
        assert_eq!(
            timeout(limit, ring::no_cycle(capacity, 10 * capacity)).await,
            Ok(10 * capacity)
        );
    }
}

/// Ten texts, 0.1 s apart, and a drawing that takes 0.25 s: some are never drawn, the last one is.
#[tokio::test(start_paused = true)]
async fn watch_skips_and_ends_with_the_newest() {
    let (sender, receiver) = watch::channel(String::new());
    let writer = async move {
        for number in 1..=10 {
            sleep(secs(0.1)).await;
            // The reader lives as long as the sender.
            let _ = sender.send(number.to_string());
        }
    };
    let mut shown = Vec::new();
    let reader = latest::draw(receiver, secs(0.25), |text| shown.push(text.to_owned()));
    tokio::join!(writer, reader);
    assert_eq!(shown, ["", "2", "5", "7", "10"]);
}

async fn five_sent_two_kept(stance: Stance) -> Vec<Seen<u32>> {
    let (sender, receiver) = broadcast::channel(2);
    for number in 1..=5 {
        sender.send(number).expect("there is a receiver");
    }
    let end = async move {
        sleep(secs(1.0)).await;
        sender.send(6).expect("there is a receiver");
    };
    if stance == Stance::Close {
        return lagged::read(receiver, stance, || 15).await;
    }
    tokio::join!(lagged::read(receiver, stance, || 15), end).0
}

#[tokio::test(start_paused = true)]
async fn each_stance_says_that_there_was_a_gap() {
    use Seen::{Gap, Message, Snapshot};
    assert_eq!(
        five_sent_two_kept(Stance::GoOn).await,
        [Gap(3), Message(4), Message(5), Message(6)]
    );
    assert_eq!(
        five_sent_two_kept(Stance::ReRead).await,
        [Gap(3), Snapshot(15), Message(6)]
    );
    assert_eq!(five_sent_two_kept(Stance::Close).await, [Gap(3)]);
}

/// The state is written before the change is sent, so what is read anew may hold a change that is still to come.
#[tokio::test(start_paused = true)]
async fn a_change_that_the_state_has_already_may_still_come() {
    use Seen::{Gap, Message, Snapshot};
    let (sender, receiver) = broadcast::channel(2);
    (1..=5).for_each(|number| drop(sender.send(number)));
    let state: u32 = (1..=6).sum();
    let late = async move {
        sleep(secs(1.0)).await;
        sender.send(6).expect("there is a receiver");
    };
    let seen = tokio::join!(lagged::read(receiver, Stance::ReRead, || state), late).0;
    assert_eq!(
        seen,
        [Gap(3), Snapshot(21), Message(6)],
        "whoever adds it up has the 6 twice"
    );
}

#[tokio::test(start_paused = true)]
async fn the_four_cases_of_notify() {
    assert!(!remembered::all_before().await);
    assert!(remembered::all_after_it_was_made().await);
    assert!(remembered::one_before().await);
    assert!(!remembered::the_second_of_two().await);
}
