//! # The test that blocks: what else is right
//!
//! Each module holds only what differs from the solution, `../the_test_that_blocks.rs`.

/// Also right: a task for each user, in a `JoinSet`.
mod a_task_for_each_user {
    use tokio::task::JoinSet;

    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut alone = Vec::new();
        for question in QUESTIONS {
            alone.push(time_of(service, question).await);
        }
        let mut users = JoinSet::new();
        for (question, alone) in QUESTIONS.into_iter().zip(alone) {
            let service = service.clone();
            users.spawn(async move { (question, alone, time_of(&service, question).await) });
        }
        while let Some(user) = users.join_next().await {
            let (question, alone, together) = user.expect("an answer");
            assert!(together <= alone, "\"{question}\" took {together:?}, and alone {alone:?}");
        }
    }
}

/// Also right: all together first, then each alone.
mod alone_afterwards {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let [a, b, c, d, e] = QUESTIONS.map(|question| time_of(service, question));
        let together: [Duration; 5] = tokio::join!(a, b, c, d, e).into();
        for (question, together) in QUESTIONS.into_iter().zip(together) {
            let alone = time_of(service, question).await;
            assert!(together < alone + Duration::from_millis(2), "{together:?} and {alone:?}");
        }
    }
}

/// Also right: the log of the service says when it began to work on each call: at once, for all of them.
mod the_log_of_the_service {
    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let asked = join_all(QUESTIONS.map(|question| service.complete(question))).await;
        assert!(asked.iter().all(Result::is_ok), "a user has no answer");
        let journal = service.journal();
        assert!(journal.calls().iter().all(|call| call.begun == Some(call.started)), "a user had to wait");
    }
}

/// Also right: a time limit for each user, which is the time alone.
mod a_limit_for_each_user {
    use tokio::time::timeout;

    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut users = Vec::new();
        for question in QUESTIONS {
            let limit = time_of(service, question).await + Duration::from_millis(1);
            users.push(async move {
                let answer = timeout(limit, service.complete(question)).await;
                answer.expect("a user had to wait").expect("an answer");
            });
        }
        join_all(users).await;
    }
}

/// Also right: all five in each order, from which nobody waits either. That is hours, on a clock that costs none.
mod in_each_order {
    fn orders(questions: &[&'static str]) -> Vec<Vec<&'static str>> {
        let Some((first, rest)) = questions.split_first() else { return vec![Vec::new()] };
        let with_the_first = |order: Vec<&'static str>| {
            (0..=order.len()).map(move |place| {
                let mut order = order.clone();
                order.insert(place, first);
                order
            })
        };
        orders(rest).into_iter().flat_map(with_the_first).collect()
    }

    pub async fn five_users_are_answered_together(service: &MockLlm) {
        let mut alone = std::collections::HashMap::new();
        for question in QUESTIONS {
            alone.insert(question, time_of(service, question).await);
        }
        for order in orders(&QUESTIONS) {
            let together = join_all(order.iter().map(|question| time_of(service, question))).await;
            for (question, together) in order.iter().zip(together) {
                assert_eq!(together, alone[question], "\"{question}\" had to wait for somebody else");
            }
        }
    }
}
