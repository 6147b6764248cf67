//! # The test that blocks: what people write
//!
//! Each module holds only what differs from the solution, `../the_test_that_blocks.rs`.

/// Trap: the blocking client, on threads of the pool. They hold the paused clock, and each moves it in its own way.
/// Caught by: green_with_a_service_that_answers_together
/// Says: its own idea of the paused clock
mod on_the_pool {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let started = Instant::now();
        let users = QUESTIONS.map(|question| {
            let client = service.blocking();
            tokio::task::spawn_blocking(move || client.complete(question).expect("an answer"))
        });
        join_all(users).await;
        let took = started.elapsed();
        assert!(took < Duration::from_secs(60), "five users needed {took:?} together");
    }
}

/// Trap: the async client, and the limit in seconds stays.
/// Caught by: green_with_a_service_that_answers_together
/// Says: A limit in seconds
mod a_limit_in_seconds {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let started = Instant::now();
        for answer in join_all(QUESTIONS.map(|question| service.complete(question))).await {
            answer.expect("an answer");
        }
        let took = started.elapsed();
        assert!(took < Duration::from_secs(3), "five users needed {took:?} together");
    }
}

/// Trap: a generous limit. Nothing is red any more.
/// Caught by: red_with_a_service_that_answers_in_turn
/// Says: a short time may only say that the model is quick
mod a_generous_limit {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let started = Instant::now();
        for answer in join_all(QUESTIONS.map(|question| service.complete(question))).await {
            answer.expect("an answer");
        }
        let took = started.elapsed();
        assert!(took < Duration::from_secs(62), "five users needed {took:?} together");
    }
}

/// Trap: the async client, awaited one after another: the test is as serial as before.
/// Caught by: green_with_a_service_that_answers_together
/// Says: A call that is awaited before the next one begins
mod awaited_in_turn {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut slowest = Duration::ZERO;
        let started = Instant::now();
        for question in QUESTIONS {
            slowest = slowest.max(time_of(service, question).await);
        }
        assert_eq!(started.elapsed(), slowest, "the users wait for each other");
    }
}

/// Trap: quicker than one after another: so is a service that works on two at a time.
/// Caught by: red_with_a_service_that_is_half_mended
/// Says: nearly as quick as five
mod quicker_than_in_turn {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut in_turn = Duration::ZERO;
        for question in QUESTIONS {
            in_turn += time_of(service, question).await;
        }
        let started = Instant::now();
        join_all(QUESTIONS.map(|question| time_of(service, question))).await;
        let together = started.elapsed();
        assert!(together < in_turn, "{together:?} together, and {in_turn:?} in turn");
    }
}

/// Trap: as long as the slowest, all together: a long answer hides who has waited.
/// Caught by: red_with_a_service_that_is_half_mended
/// Says: a long answer hides
mod as_long_as_the_slowest {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut slowest = Duration::ZERO;
        for question in QUESTIONS {
            slowest = slowest.max(time_of(service, question).await);
        }
        let started = Instant::now();
        join_all(QUESTIONS.map(|question| time_of(service, question))).await;
        assert_eq!(started.elapsed(), slowest, "the users wait for each other");
    }
}

/// Trap: the first question says how long an answer takes.
/// Caught by: green_with_a_service_that_answers_together
/// Says: five different times
mod one_time_for_all {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let alone = time_of(service, QUESTIONS[0]).await;
        for together in join_all(QUESTIONS.map(|question| time_of(service, question))).await {
            assert_eq!(together, alone, "a user had to wait");
        }
    }
}

/// Trap: five times the same question, for which one time is enough.
/// Caught by: green_with_a_service_that_answers_together
/// Says: Each user asks a question of its own
mod the_same_question {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let alone = time_of(service, QUESTIONS[0]).await;
        for together in join_all([QUESTIONS[0]; 5].map(|question| time_of(service, question))).await {
            assert_eq!(together, alone, "a user had to wait");
        }
    }
}

/// Trap: five calls were in flight together: that is what the test did. In the service, four of them stood in line.
/// Caught by: red_with_a_service_that_answers_in_turn
/// Says: says what the *test* did
mod in_flight_together {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        join_all(QUESTIONS.map(|question| time_of(service, question))).await;
        assert_eq!(service.journal().high_water(), 5, "the calls are not in flight together");
    }
}

/// Trap: a tolerance, as tests with real clocks have one, and so wide that it never fails by accident, or at all.
/// Caught by: red_with_a_service_that_answers_in_turn
/// Says: with a service that answers one after another
mod a_wide_tolerance {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut alone = Vec::new();
        for question in QUESTIONS {
            alone.push(time_of(service, question).await);
        }
        let together = join_all(QUESTIONS.map(|question| time_of(service, question))).await;
        let slow = alone.iter().zip(together).filter(|(alone, together)| *together > **alone * 200).count();
        assert_eq!(slow, 0, "{slow} users had to wait");
    }
}

/// Trap: only the time is looked at. An error takes none.
/// Caught by: red_with_an_error
/// Says: An error comes quickly
mod no_look_at_the_answer {
    async fn time_of(service: &MockLlm, question: &str) -> Duration {
        let started = Instant::now();
        let _ = service.complete(question).await;
        started.elapsed()
    }
}

/// Trap: the answers are looked at alone, and no more when five ask together. Who is turned away has not waited.
/// Caught by: red_with_an_error
/// Says: The errors come only when five ask together
mod no_look_at_the_answers_together {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut alone = Vec::new();
        for question in QUESTIONS {
            alone.push(time_of(service, question).await);
        }
        let together = join_all(QUESTIONS.map(|question| async move {
            let started = Instant::now();
            let _ = service.complete(question).await;
            started.elapsed()
        }));
        for (together, alone) in together.await.into_iter().zip(alone) {
            assert!(together <= alone, "a user had to wait for somebody else");
        }
    }
}

/// Trap: two at a time, each with each. A service that works on two together passes.
/// Caught by: red_with_a_service_that_is_half_mended
/// Says: Somebody has to wait for a place
mod each_pair {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        for (place, one) in QUESTIONS.iter().enumerate() {
            for other in &QUESTIONS[place + 1..] {
                let alone = (time_of(service, one).await, time_of(service, other).await);
                let together = tokio::join!(time_of(service, one), time_of(service, other));
                assert_eq!(together, alone, "somebody had to wait");
            }
        }
    }
}

/// Trap: the clock of the machine. In virtual time, minutes are over in a moment.
/// Caught by: red_with_a_service_that_answers_in_turn
/// Says: proves nothing
mod the_machines_clock {
    use std::time::Instant;

    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let started = Instant::now();
        for answer in join_all(QUESTIONS.map(|question| service.complete(question))).await {
            answer.expect("an answer");
        }
        let took = started.elapsed();
        assert!(took < Duration::from_secs(60), "five users needed {took:?} together");
    }
}

/// Trap: nothing is red any more, because nothing is asserted.
/// Caught by: red_with_a_service_that_answers_in_turn
/// Says: A test that is green here proves nothing
mod asserts_nothing {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut times = join_all(QUESTIONS.map(|question| time_of(service, question))).await;
        times.sort();
        println!("the users waited {times:?}");
    }
}
