//! Other right answers for `missed_ticks`.

/// Three instants, and `sleep_until` the least of them.
mod by_hand {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let (mut sample, mut beat, mut report) = (start, start + every.beat, start + every.report);
        loop {
            tokio::time::sleep_until(sample.min(beat).min(report)).await;
            let now = Instant::now();
            if beat <= now {
                beat = now + every.beat;
                page(Tick::Beat).await;
            } else if report <= now {
                while report <= now {
                    report += every.report;
                }
                page(Tick::Report).await;
            } else {
                let at = sample - start;
                sample += every.sample;
                page(Tick::Sample(at)).await;
            }
        }
    }
}

/// In one order, and the points are counted.
mod biased_and_counted {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut point = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                _ = reports.tick() => page(Tick::Report).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = samples.tick() => {
                    page(Tick::Sample(point)).await;
                    point += every.sample;
                }
            }
        }
    }
}

/// The three as streams, put together.
mod as_one_stream {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        use futures::{StreamExt, stream};
        let start = Instant::now();
        let schedule = |first: Duration, period, missed| {
            let mut ticks = interval_at(start + first, period);
            ticks.set_missed_tick_behavior(missed);
            stream::poll_fn(move |cx| ticks.poll_tick(cx).map(Some))
        };
        let samples =
            schedule(Duration::ZERO, every.sample, MissedTickBehavior::Burst).map(|at| Tick::Sample(at - start));
        let beats = schedule(every.beat, every.beat, MissedTickBehavior::Delay).map(|_| Tick::Beat);
        let reports = schedule(every.report, every.report, MissedTickBehavior::Skip).map(|_| Tick::Report);
        let mut ticks = stream::select(samples, stream::select(beats, reports));
        while let Some(tick) = ticks.next().await {
            page(tick).await;
        }
    }
}
