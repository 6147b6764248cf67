//! What people write for `missed_ticks`, and what it is told.

/// Trap: the draft: all three begin at once, and make up for all that they missed.
/// Caught by: in_time_when_nothing_is_late
/// Says: The first tick of `interval` comes at once
mod as_it_was {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = tokio::time::interval(every.sample);
        let mut beats = tokio::time::interval(every.beat);
        let mut reports = tokio::time::interval(every.report);
        loop {
            tokio::select! {
                _ = samples.tick() => page(Tick::Sample(start.elapsed())).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: the draft, with the first ticks at their time, and the points with theirs.
/// Caught by: beats_keep_their_distance
/// Says: Two of them are nearer
mod makes_up_for_all {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        let mut reports = interval_at(start + every.report, every.report);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: a tick that was missed is over: all three skip.
/// Caught by: every_point_of_the_graph_is_there
/// Says: A point that is missing is a gap
mod skips_all {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        samples.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: all three count anew after a late one.
/// Caught by: every_point_of_the_graph_is_there
/// Says: A point that is missing is a gap
mod delays_all {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        samples.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: beats that go back to their schedule come close together after a late one.
/// Caught by: beats_keep_their_distance
/// Says: Two of them are nearer
mod beats_skip {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: reports that count anew never come back to the schedule.
/// Caught by: reports_come_back_to_their_schedule
/// Says: After one that was late, the next one
mod reports_delay {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: beats skip, reports are delayed.
/// Caught by: beats_keep_their_distance
/// Says: Two of them are nearer
mod the_other_way_round {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: a point is given the instant at which it comes.
/// Caught by: every_point_of_the_graph_is_there
/// Says: A point that comes late stands for
mod a_point_stands_for_now {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = samples.tick() => page(Tick::Sample(start.elapsed())).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: only the beats were told when to begin.
/// Caught by: in_time_when_nothing_is_late
/// Says: The first tick of `interval` comes at once
mod first_report_at_once {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = tokio::time::interval(every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: beats begin at once.
/// Caught by: in_time_when_nothing_is_late
/// Says: The first tick of `interval` comes at once
mod first_beat_at_once {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = tokio::time::interval(every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: the distance is counted from the end of a beat.
/// Caught by: beats_keep_their_distance
/// Says: The distance is from begin to begin
mod counts_from_the_end {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => {
                    page(Tick::Beat).await;
                    beats.reset();
                }
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: `Skip`, and set anew after each report: that moves the schedule.
/// Caught by: reports_come_back_to_their_schedule
/// Says: After one that was late, the next one
mod counts_from_each_beat {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => {
                    page(Tick::Report).await;
                    reports.reset();
                }
            }
        }
    }
}

/// Trap: after each page, what is due is thrown away.
/// Caught by: reports_come_back_to_their_schedule
/// Says: One is made up for those
mod throws_away_what_was_missed {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => {
                    page(Tick::Report).await;
                    let passed = start.elapsed().as_nanos() / every.report.as_nanos();
                    reports.reset_at(start + every.report * (u32::try_from(passed).unwrap_or(0) + 1));
                }
            }
        }
    }
}

/// Trap: a count says which point it is: right, but some are skipped, so it says something else.
/// Caught by: every_point_of_the_graph_is_there
/// Says: A point comes when it is due
mod counts_the_points {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut count = 0;
        fn number(count: &mut u32) -> u32 {
            *count += 1;
            *count - 1
        }
        let mut samples = interval_at(start, every.sample);
        samples.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = samples.tick() => page(Tick::Sample(every.sample * number(&mut count))).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: three loops, and a lock round the page: a tick is taken in time, and waits behind the lock.
/// Caught by: beats_keep_their_distance
/// Says: Two of them are nearer
mod three_loops_and_a_lock {
    pub async fn run(every: Every, page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let page = tokio::sync::Mutex::new(page);
        let samples = async {
            let mut ticks = interval_at(start, every.sample);
            loop {
                let at = ticks.tick().await;
                (*page.lock().await)(Tick::Sample(at - start)).await;
            }
        };
        let beats = async {
            let mut ticks = interval_at(start + every.beat, every.beat);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                (*page.lock().await)(Tick::Beat).await;
            }
        };
        let reports = async {
            let mut ticks = interval_at(start + every.report, every.report);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                (*page.lock().await)(Tick::Report).await;
            }
        };
        tokio::join!(samples, beats, reports);
    }
}

/// Trap: a loop that sleeps for the shortest period, and looks what is due.
/// Caught by: in_time_when_nothing_is_late
/// Says: The distance is from begin to begin
mod sleeps_between {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let (mut sample, mut beat, mut report) = (Duration::ZERO, every.beat, every.report);
        loop {
            let now = start.elapsed();
            while sample <= now {
                page(Tick::Sample(sample)).await;
                sample += every.sample;
            }
            if beat <= now {
                page(Tick::Beat).await;
                beat = now + every.beat;
            }
            if report <= now {
                page(Tick::Report).await;
                while report <= start.elapsed() {
                    report += every.report;
                }
            }
            tokio::time::sleep(every.sample.min(every.beat).min(every.report)).await;
        }
    }
}

/// Trap: a loop that looks a thousand times a second.
/// Caught by: in_time_when_nothing_is_late
/// Says: A loop that looks again and again
mod looks_each_millisecond {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let (mut sample, mut beat, mut report) = (Duration::ZERO, every.beat, every.report);
        loop {
            let now = start.elapsed();
            if sample <= now {
                page(Tick::Sample(sample)).await;
                sample += every.sample;
            } else if beat <= now {
                page(Tick::Beat).await;
                beat = now + every.beat;
            } else if report <= now {
                page(Tick::Report).await;
                while report <= now {
                    report += every.report;
                }
            } else {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
}

/// Trap: the page is busy? Then the tick is left out.
/// Caught by: every_point_of_the_graph_is_there
/// Says: Pages stand in the arm
mod a_task_for_each_page {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let tick = tokio::select! {
                at = samples.tick() => Tick::Sample(at - start),
                _ = beats.tick() => Tick::Beat,
                _ = reports.tick() => Tick::Report,
            };
            if tokio::time::timeout(every.sample, page(tick)).await.is_err() {
                continue;
            }
        }
    }
}

/// Trap: a new `sleep` in each turn of the loop: the beat never comes.
/// Caught by: in_time_when_nothing_is_late
/// Says: Not one has come
mod a_sleep_in_each_turn {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = tokio::time::sleep(every.beat) => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: one look at the clock for all three: after a page that took long, it is later than that.
/// Caught by: beats_keep_their_distance
/// Says: The page has taken time since
mod one_look_for_all_three {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let (mut sample, mut beat, mut report) = (start, start + every.beat, start + every.report);
        loop {
            tokio::time::sleep_until(sample.min(beat).min(report)).await;
            let now = Instant::now();
            if sample <= now {
                let at = sample - start;
                sample += every.sample;
                page(Tick::Sample(at)).await;
            }
            if beat <= now {
                beat = now + every.beat;
                page(Tick::Beat).await;
            }
            if report <= now {
                while report <= now {
                    report += every.report;
                }
                page(Tick::Report).await;
            }
        }
    }
}

/// Trap: `biased;`, and the points first.
/// Caught by: none_waits_for_ever
/// Says: nothing else ever has its turn
mod points_always_first {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                biased;
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: an inner loop makes up for all points that were missed.
/// Caught by: none_waits_for_ever
/// Says: nothing else ever has its turn
mod all_missed_points_first {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut point = Duration::ZERO;
        let mut samples = interval_at(start, every.sample);
        samples.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reports = interval_at(start + every.report, every.report);
        reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = samples.tick() => {
                    while point <= start.elapsed() {
                        page(Tick::Sample(point)).await;
                        point += every.sample;
                    }
                }
                _ = beats.tick() => page(Tick::Beat).await,
                _ = reports.tick() => page(Tick::Report).await,
            }
        }
    }
}

/// Trap: the schedule of the reports is reckoned in whole milliseconds.
/// Caught by: a_period_with_a_fraction
/// Says: `as_millis` cuts the rest off
mod in_whole_milliseconds {
    pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
        let start = Instant::now();
        let mut samples = interval_at(start, every.sample);
        let mut beats = interval_at(start + every.beat, every.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let period = u64::try_from(every.report.as_millis()).unwrap_or(u64::MAX);
        let mut report = 1;
        loop {
            tokio::select! {
                at = samples.tick() => page(Tick::Sample(at - start)).await,
                _ = beats.tick() => page(Tick::Beat).await,
                () = tokio::time::sleep_until(start + Duration::from_millis(period * report)) => {
                    report = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX) / period + 1;
                    page(Tick::Report).await;
                }
            }
        }
    }
}
