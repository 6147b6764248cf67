//! Other right answers for `abort_or_detach`.

/// Answer and title are branches of one task; its handle stays until the task has ended.
mod one_task_and_a_handle {
    use tokio::task::JoinHandle;

    /// Answers one question at a time.
    pub struct Desk {
        llm: MockLlm,
        transcript: Transcript,
        save: Save,
        answer: Option<JoinHandle<()>>,
    }

    impl Desk {
        pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
            Self { llm, transcript, save, answer: None }
        }

        /// Begins a question.
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let (llm, prompt, transcript) = (self.llm.clone(), prompt.to_owned(), self.transcript.clone());
            tokio::spawn((self.save)(prompt.clone()));
            let both = futures::future::join(entitle(llm.clone(), prompt.clone(), transcript), write(llm, prompt, pen));
            self.answer = Some(tokio::spawn(async move {
                both.await;
            }));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            if let Some(answer) = &mut self.answer {
                answer.abort();
                let _ = answer.await;
                self.answer = None;
            }
        }
    }

    impl Drop for Desk {
        fn drop(&mut self) {
            if let Some(answer) = &self.answer {
                answer.abort();
            }
        }
    }
}

/// Two handles, each taken out when its task has ended.
mod two_handles {
    use tokio::task::JoinHandle;

    /// Answers one question at a time.
    pub struct Desk {
        llm: MockLlm,
        transcript: Transcript,
        save: Save,
        answer: Option<JoinHandle<()>>,
        title: Option<JoinHandle<()>>,
    }

    impl Desk {
        pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
            Self { llm, transcript, save, answer: None, title: None }
        }

        /// Begins a question.
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            tokio::spawn((self.save)(prompt.clone()));
            self.title = Some(tokio::spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone())));
            self.answer = Some(tokio::spawn(write(self.llm.clone(), prompt, pen)));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            for task in [&self.answer, &self.title].into_iter().flatten() {
                task.abort();
            }
            for place in [&mut self.answer, &mut self.title] {
                if let Some(task) = place {
                    let _ = task.await;
                    *place = None;
                }
            }
        }
    }

    impl Drop for Desk {
        fn drop(&mut self) {
            for task in [&self.answer, &self.title].into_iter().flatten() {
                task.abort();
            }
        }
    }
}

/// The tasks end by themselves when the sender of a channel is gone; `closed` waits for their receivers.
mod ends_by_itself {
    use tokio::sync::watch;

    /// Answers one question at a time.
    pub struct Desk {
        llm: MockLlm,
        transcript: Transcript,
        save: Save,
        stops: Option<watch::Sender<bool>>,
    }

    impl Desk {
        pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
            Self { llm, transcript, save, stops: None }
        }

        /// Begins a question.
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            tokio::spawn((self.save)(prompt.clone()));
            let (stops, mut for_the_title) = watch::channel(false);
            let mut for_the_answer = for_the_title.clone();
            let title = entitle(self.llm.clone(), prompt.clone(), self.transcript.clone());
            let answer = write(self.llm.clone(), prompt, pen);
            tokio::spawn(async move {
                let mut title = Box::pin(title);
                tokio::select! {
                    _ = for_the_title.changed() => {}
                    () = &mut title => {}
                }
                drop(title);
            });
            tokio::spawn(async move {
                let mut answer = Box::pin(answer);
                tokio::select! {
                    _ = for_the_answer.changed() => {}
                    () = &mut answer => {}
                }
                drop(answer);
            });
            self.stops = Some(stops);
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            if let Some(stops) = &self.stops {
                stops.send_replace(true);
                stops.closed().await;
                self.stops = None;
            }
        }
    }
}
