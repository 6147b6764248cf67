//! # Offload: what else is right
//!
//! Each module holds only what differs from the solution, `../offload.rs`.

/// Also right: the handles are awaited in turn, for the calls run all the same.
mod awaited_in_turn {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut calls = Vec::new();
        for prompt in prompts {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            calls.push(spawn_blocking(move || sdk(&prompt)));
        }
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.expect("the SDK does not panic"));
        }
        answers
    }
}

/// Also right: async functions that each move their call, joined: the first poll of all of them hands all calls over.
mod joined_functions {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        join_all(prompts.iter().map(|prompt| answer(sdk.clone(), prompt.clone()))).await
    }

    async fn answer(sdk: Sdk, prompt: String) -> Result<Reply, Error> {
        spawn_blocking(move || sdk(&prompt)).await.expect("the SDK does not panic")
    }
}

/// Also right: a `JoinSet`, and a number that travels with each call.
mod numbered_in_a_join_set {
    use tokio::task::JoinSet;

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let mut calls = JoinSet::new();
        for (place, prompt) in prompts.iter().cloned().enumerate() {
            let sdk = sdk.clone();
            calls.spawn_blocking(move || (place, sdk(&prompt)));
        }
        let mut answers = calls.join_all().await;
        answers.sort_unstable_by_key(|(place, _)| *place);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}

/// Also right: a thread of one's own and a oneshot channel for each call.
mod threads_and_oneshots {
    use tokio::sync::oneshot;

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            let (sender, receiver) = oneshot::channel();
            std::thread::spawn(move || sender.send(sdk(&prompt)));
            receiver
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        let answers = join_all(calls).await;
        answers.into_iter().map(|answer| answer.expect("the thread answers")).collect()
    }
}

/// Also right: a runtime for what blocks, with a thread for each call. Its threads are not those of this event loop.
mod a_runtime_of_its_own {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let threads = prompts.len().max(1);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).build();
        let runtime = runtime.expect("the system has threads");
        let call = |prompt: &String| {
            let (sdk, prompt) = (sdk.clone(), prompt.clone());
            runtime.spawn(async move { sdk(&prompt) })
        };
        let calls: Vec<_> = prompts.iter().map(call).collect();
        let answers = join_all(calls).await;
        // Dropped here, it would wait for its threads, and hold this one.
        runtime.shutdown_background();
        answers.into_iter().map(|answer| answer.expect("the SDK does not panic")).collect()
    }
}

/// Also right: one job on the pool, and in it a thread for each question, which may be joined there.
mod joined_on_the_pool {
    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let (sdk, prompts) = (sdk.clone(), prompts.to_vec());
        let job = spawn_blocking(move || {
            std::thread::scope(|scope| {
                let sdk = &sdk;
                let threads: Vec<_> = prompts.iter().map(|prompt| scope.spawn(move || sdk(prompt))).collect();
                threads.into_iter().map(|thread| thread.join().expect("the SDK does not panic")).collect()
            })
        });
        job.await.expect("the SDK does not panic")
    }
}

/// Also right: one thread of one's own for all questions, which brings all answers at once, be there none.
mod one_thread_for_all {
    use tokio::sync::oneshot;

    pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
        let (sdk, prompts, (sender, answers)) = (sdk.clone(), prompts.to_vec(), oneshot::channel());
        std::thread::spawn(move || {
            let answers = std::thread::scope(|scope| {
                let sdk = &sdk;
                let calls: Vec<_> = prompts.iter().map(|prompt| scope.spawn(move || sdk(prompt))).collect();
                calls.into_iter().map(|call| call.join().expect("the SDK does not panic")).collect()
            });
            let _ = sender.send(answers);
        });
        answers.await.expect("the thread answers")
    }
}
