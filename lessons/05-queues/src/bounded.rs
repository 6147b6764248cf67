//! A queue with a capacity: whoever is too fast waits for room.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use timeline::{Recorder, SpanKind, Timeline};
use tokio::{sync::mpsc, time::sleep};

// ANCHOR: desk
/// A producer that needs `makes` for an article, and a consumer that needs `takes`.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    pub articles: usize,
    pub makes: Duration,
    pub takes: Duration,
}
// ANCHOR_END: desk

impl Desk {
    // ANCHOR: run
    /// Sends all articles through a queue of this capacity. Gives what arrived, in the order of arrival.
    pub async fn run(self, capacity: usize, recorder: &Recorder) -> Vec<usize> {
        let (sender, mut receiver) = mpsc::channel(capacity);
        let depth = recorder.gauge("queue", Some(capacity));
        let (producer, consumer) =
            (recorder.worker("producer"), recorder.worker("consumer"));

        let produce = {
            let depth = depth.clone();
            async move {
                for article in 0..self.articles {
                    producer.during(SpanKind::Running, sleep(self.makes)).await;
                    let sent =
                        producer.during(SpanKind::ForRoom, sender.send(article)).await;
                    if sent.is_err() {
                        return; // The consumer is gone: nobody will read the rest.
                    }
                    depth.set(sender.max_capacity() - sender.capacity());
                }
                // The sender is dropped here. That is the end.
            }
        };
        let consume = async move {
            let mut arrived = Vec::new();
            while let Some(article) =
                consumer.during(SpanKind::ForItem, receiver.recv()).await
            {
                depth.set(receiver.len());
                consumer.during(SpanKind::Running, sleep(self.takes)).await;
                arrived.push(article);
            }
            arrived
        };
        tokio::join!(produce, consume).1
    }
    // ANCHOR_END: run

    // ANCHOR: unbounded
    /// The same without a limit: the producer never waits, and the queue holds whatever has not been read.
    pub async fn run_unbounded(self, recorder: &Recorder) -> Vec<usize> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let depth = recorder.gauge("queue", None);
        let (producer, consumer) =
            (recorder.worker("producer"), recorder.worker("consumer"));
        let in_queue = AtomicUsize::new(0);

        let produce = async {
            let (sender, producer) = (sender, producer);
            for article in 0..self.articles {
                producer.during(SpanKind::Running, sleep(self.makes)).await;
                if sender.send(article).is_err() {
                    return;
                }
                depth.set(in_queue.fetch_add(1, Ordering::Relaxed) + 1);
            }
        };
        let consume = async {
            let consumer = consumer;
            let mut arrived = Vec::new();
            while let Some(article) =
                consumer.during(SpanKind::ForItem, receiver.recv()).await
            {
                depth.set(in_queue.fetch_sub(1, Ordering::Relaxed) - 1);
                consumer.during(SpanKind::Running, sleep(self.takes)).await;
                arrived.push(article);
            }
            arrived
        };
        tokio::join!(produce, consume).1
    }
    // ANCHOR_END: unbounded
}

/// A run as a drawing, with a title.
pub fn drawn(recorder: &Recorder, title: &str) -> Timeline {
    let run = recorder.timeline(title);
    Timeline { end: Some(run.extent()), ..run }
}
