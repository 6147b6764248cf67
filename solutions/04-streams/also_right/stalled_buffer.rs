//! Other right answers for `stalled_buffer`.

/// A task for each call, in a buffer of handles that abort: four questions are on their way at most.
mod tasks_that_end_with_their_handles {
    struct Task(tokio::task::JoinHandle<Result<String, Error>>);

    impl Future for Task {
        type Output = Result<String, Error>;

        fn poll(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<String, Error>> {
            std::pin::Pin::new(&mut self.0).poll(cx).map(|joined| joined.expect("no panics"))
        }
    }

    impl Drop for Task {
        fn drop(&mut self) {
            self.0.abort();
        }
    }

    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let call = |question: &String| {
            let (llm, question) = (llm.clone(), question.clone());
            Task(tokio::spawn(async move { answer(&llm, &question).await }))
        };
        let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            printer.print(&answer?).await;
        }
        Ok(())
    }
}

/// One loop with `select!`: it begins calls where there is room, and polls calls and page together.
mod one_loop {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let mut left = questions.iter();
        let mut calls = stream::FuturesOrdered::new();
        let mut ready = std::collections::VecDeque::new();
        loop {
            while calls.len() < AT_ONCE && calls.len() + ready.len() < ON_THEIR_WAY {
                let Some(question) = left.next() else { break };
                calls.push_back(answer(llm, question));
            }
            let reply: Result<String, Error> = match ready.pop_front() {
                Some(reply) => reply,
                None => match calls.next().await {
                    Some(reply) => reply,
                    None => return Ok(()),
                },
            };
            let page = reply?;
            let mut printing = std::pin::pin!(printer.print(&page));
            loop {
                while calls.len() < AT_ONCE && calls.len() + ready.len() + 1 < ON_THEIR_WAY {
                    let Some(question) = left.next() else { break };
                    calls.push_back(answer(llm, question));
                }
                tokio::select! {
                    () = &mut printing => break,
                    Some(answer) = calls.next() => ready.push_back(answer),
                }
            }
        }
    }
}

/// Pages are handed over in a bounded channel whose places are reserved before a call begins; a permit for each call in flight.
mod places_in_a_channel {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let in_flight = &Semaphore::new(AT_ONCE);
        let room = &Semaphore::new(4);
        let (sender, mut receiver) = mpsc::channel(1);
        let calls = async move {
            let call = async |question: &String| {
                let room = room.acquire().await.expect("nobody closes it");
                let _in_flight = in_flight.acquire().await.expect("nobody closes it");
                (answer(llm, question).await, room)
            };
            let mut answers = stream::iter(questions).map(call).buffered(4);
            let mut waiting = std::collections::VecDeque::new();
            loop {
                tokio::select! {
                    answer = answers.next(), if waiting.len() < 9 => match answer {
                        Some(answer) => waiting.push_back(answer),
                        None => break,
                    },
                    Ok(place) = sender.reserve(), if !waiting.is_empty() => place.send(waiting.pop_front().unwrap()),
                }
            }
            for answer in waiting {
                let _ = sender.send(answer).await;
            }
            Ok(())
        };
        let pages = async {
            while let Some((answer, room)) = receiver.recv().await {
                printer.print(&answer?).await;
                drop(room);
            }
            Ok(())
        };
        try_join!(calls, pages).map(|_| ())
    }
}
