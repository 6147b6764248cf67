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
