//! Other right answers for `give_up`.

/// One instant for all, where it fits.
mod one_deadline_for_all {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let deadline = tokio::time::Instant::now().checked_add(limit);
        let calls = models.iter().map(|name| async {
            let call = llm.model(name).complete(question);
            let answer = match deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, call).await.ok(),
                None => Some(call.await),
            };
            answer.map_or(Err(Failed::TooLate), |answer| answer.map_err(Failed::Model))
        });
        join_all(calls).await
    }
}

/// `select!` that looks at the call first.
mod select_with_the_call_first {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = llm.model(name).complete(question);
            async {
                tokio::select! {
                    biased;
                    answer = call => answer.map_err(Failed::Model),
                    () = tokio::time::sleep(limit) => Err(Failed::TooLate),
                }
            }
        });
        join_all(calls).await
    }
}

/// Tasks in a set, and the place of each in the list.
mod a_set_of_tasks {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let mut set = tokio::task::JoinSet::new();
        for (place, name) in models.iter().enumerate() {
            let call = timeout(limit, llm.model(name).complete(question));
            set.spawn(async move { (place, call.await) });
        }
        let mut answers: Vec<_> = models.iter().map(|_| Err(Failed::TooLate)).collect();
        while let Some(ended) = set.join_next().await {
            if let (place, Ok(answer)) = ended.expect("no panic") {
                answers[place] = answer.map_err(Failed::Model);
            }
        }
        answers
    }
}

/// The two results are put together with `map_err` and `?`.
mod flattened {
    pub async fn ask_each(
        llm: &MockLlm,
        models: &[&str],
        question: &str,
        limit: Duration,
    ) -> Vec<Result<Reply, Failed>> {
        let calls = models.iter().map(|name| {
            let call = timeout(limit, llm.model(name).complete(question));
            async { call.await.map_err(|_elapsed| Failed::TooLate)?.map_err(Failed::Model) }
        });
        join_all(calls).await
    }
}
