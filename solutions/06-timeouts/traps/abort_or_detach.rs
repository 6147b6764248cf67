//! What people write for `abort_or_detach`, and what it is told.

/// Trap: the draft: nobody waits for an end, the title goes on, and the save does not.
/// Caught by: they_have_ended_when_stop_returns
/// Says: `abort` is a request, and returns
mod as_it_was {
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
            let save = (self.save)(prompt.clone());
            self.answer = Some(tokio::spawn(async move {
                // The three go on side by side.
                let title = tokio::spawn(entitle(llm.clone(), prompt.clone(), transcript));
                let _ = tokio::join!(write(llm, prompt, pen), save, title);
            }));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            if let Some(answer) = self.answer.take() {
                answer.abort();
            }
        }
    }
}

/// Trap: the answer's task is awaited; the title, which it has spawned, goes on.
/// Caught by: they_have_ended_when_stop_returns
/// Says: The title goes on. A task
mod waits_for_the_one_it_knows {
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
            self.answer = Some(tokio::spawn(async move {
                let title = tokio::spawn(entitle(llm.clone(), prompt.clone(), transcript));
                write(llm, prompt, pen).await;
                let _ = title.await;
            }));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            if let Some(answer) = &mut self.answer {
                answer.abort();
                let _ = answer.await;
            }
            self.answer = None;
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

/// Trap: the title stands in a set of the answer's task: dropped with it, it is only asked to end.
/// Caught by: they_have_ended_when_stop_returns
/// Says: The title goes on. A task
mod a_set_in_the_task {
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
            self.answer = Some(tokio::spawn(async move {
                let mut children = tokio::task::JoinSet::new();
                children.spawn(entitle(llm.clone(), prompt.clone(), transcript));
                write(llm, prompt, pen).await;
                children.join_next().await;
            }));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            if let Some(answer) = &mut self.answer {
                answer.abort();
                let _ = answer.await;
            }
            self.answer = None;
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

/// Trap: all are asked to end, and a turn is given to them.
/// Caught by: they_have_ended_when_stop_returns
/// Says: `abort` is a request, and returns
mod asks_and_looks_away {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running.abort_all();
            tokio::task::yield_now().await;
        }
    }
}

/// Trap: `abort_all`, and no wait.
/// Caught by: they_have_ended_when_stop_returns
/// Says: `abort` is a request, and returns
mod asks_only {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running.abort_all();
        }
    }
}

/// Trap: a millisecond for the tasks to end.
/// Caught by: all_three_go_on_side_by_side
/// Says: It starts the three, and waits
mod waits_a_moment {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running.abort_all();
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}

/// Trap: the set is replaced: dropping it is only a request.
/// Caught by: they_have_ended_when_stop_returns
/// Says: `abort` is a request, and returns
mod a_new_set {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running = JoinSet::new();
        }
    }
}

/// Trap: `detach_all` takes the tasks out of the set, and they go on.
/// Caught by: they_have_ended_when_stop_returns
/// Says: `abort` is a request, and returns
mod detaches_all {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running.detach_all();
        }
    }
}

/// Trap: `join_next` until the set is empty, without `abort_all`.
/// Caught by: they_have_ended_when_stop_returns
/// Says: `stop` ends what goes on. It
mod waits_for_the_end_of_all {
    impl Desk {
        pub async fn stop(&mut self) {
            while self.running.join_next().await.is_some() {}
        }
    }
}

/// Trap: all three in the set: the question is not saved.
/// Caught by: a_question_is_saved_whatever_happens
/// Says: A task is dropped with all
mod the_save_in_the_set {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            self.running.spawn((self.save)(prompt.clone()));
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }
    }
}

/// Trap: the save is a branch of the answer's task.
/// Caught by: a_question_is_saved_whatever_happens
/// Says: A task is dropped with all
mod saves_in_the_answer {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            let save = (self.save)(prompt.clone());
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            let answer = write(self.llm.clone(), prompt, pen);
            self.running.spawn(async move {
                tokio::join!(answer, save);
            });
            Ok(())
        }
    }
}

/// Trap: the answer waits until the question is saved.
/// Caught by: all_three_go_on_side_by_side
/// Says: It starts the three, and waits
mod saves_first {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            (self.save)(prompt.clone()).await;
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }
    }
}

/// Trap: the save is kept, and spawned when the question is stopped.
/// Caught by: all_three_go_on_side_by_side
/// Says: The three go on side by
mod saves_in_the_drop_only {
    /// Answers one question at a time.
    pub struct Desk {
        llm: MockLlm,
        transcript: Transcript,
        save: Save,
        running: JoinSet<()>,
        unsaved: Option<String>,
    }

    impl Desk {
        pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
            Self { llm, transcript, save, running: JoinSet::new(), unsaved: None }
        }

        /// Begins a question.
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            self.unsaved = Some(prompt.clone());
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            self.running.shutdown().await;
            if let Some(prompt) = self.unsaved.take() {
                tokio::spawn((self.save)(prompt));
            }
        }
    }
}

/// Trap: the question is saved before the transcript is open.
/// Caught by: busy_starts_nothing
/// Says: What is refused starts nothing. Open
mod saves_what_is_refused {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let prompt = prompt.to_owned();
            tokio::spawn((self.save)(prompt.clone()));
            let pen = self.transcript.open()?;
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }
    }
}

/// Trap: `Busy` is tried again until it is free.
/// Caught by: busy_starts_nothing
/// Says: Whoever has it open may have
mod waits_for_the_pen {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = loop {
                match self.transcript.open() {
                    Ok(pen) => break pen,
                    Err(Busy) => tokio::task::yield_now().await,
                }
            };
            let prompt = prompt.to_owned();
            // Nobody keeps this handle: the task is detached.
            tokio::spawn((self.save)(prompt.clone()));
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }
    }
}

/// Trap: the transcript is opened before the old answer has ended.
/// Caught by: they_have_ended_when_stop_returns
/// Says: The pen of the question before
mod opens_first {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            let pen = self.transcript.open()?;
            self.stop().await;
            let prompt = prompt.to_owned();
            // Nobody keeps this handle: the task is detached.
            tokio::spawn((self.save)(prompt.clone()));
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }
    }
}

/// Trap: two handles, awaited by `stop`; a desk that is dropped lets both go on.
/// Caught by: they_end_with_the_desk
/// Says: A `JoinHandle` that is dropped lets
mod handles_without_a_drop {
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
            for task in [self.answer.take(), self.title.take()].into_iter().flatten() {
                task.abort();
                let _ = task.await;
            }
        }
    }
}

/// Trap: two handles, which `stop` takes out of the desk before it waits.
/// Caught by: a_stop_can_be_given_up
/// Says: The handle was taken out of
mod takes_the_handles {
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
            for task in [self.answer.take(), self.title.take()].into_iter().flatten() {
                task.abort();
                let _ = task.await;
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

/// Trap: one task for answer and title, which keeps the pen until both are over.
/// Caught by: all_three_go_on_side_by_side
/// Says: The answer is over, and others
mod a_pen_for_both {
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
            self.answer = Some(tokio::spawn(async move {
                let mut tokens = llm.stream(&prompt);
                let answer = async {
                    while let Some(Ok(token)) = tokens.next().await {
                        pen.transcript.page().text.push_str(&token.text);
                    }
                };
                tokio::join!(answer, entitle(llm.clone(), prompt.clone(), transcript));
                drop(pen);
            }));
            Ok(())
        }

        /// Ends what the last question has left.
        pub async fn stop(&mut self) {
            if let Some(answer) = &mut self.answer {
                answer.abort();
                let _ = answer.await;
            }
            self.answer = None;
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

/// Trap: answer and title are awaited in `ask`.
/// Caught by: all_three_go_on_side_by_side
/// Says: It starts the three, and waits
mod no_tasks {
    impl Desk {
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            // Nobody keeps this handle: the task is detached.
            tokio::spawn((self.save)(prompt.clone()));
            tokio::join!(
                entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()),
                write(self.llm.clone(), prompt.clone(), pen),
            );
            Ok(())
        }
    }
}

/// Trap: a new question ends the answer where that goes on; a title that is alone goes on.
/// Caught by: a_new_question_ends_the_one_before_it
/// Says: What a question before it has left
mod ends_an_answer_alone {
    use tokio::task::JoinHandle;

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

        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            if self.answer.as_ref().is_some_and(|answer| !answer.is_finished()) {
                self.stop().await;
            }
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            tokio::spawn((self.save)(prompt.clone()));
            self.title = Some(tokio::spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone())));
            self.answer = Some(tokio::spawn(write(self.llm.clone(), prompt, pen)));
            Ok(())
        }

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

/// Trap: waits for the first that was cancelled, and leaves the other's end in the set.
/// Caught by: they_have_ended_when_stop_returns
/// Says: An end that one stop has
mod the_first_end_is_enough {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running.abort_all();
            while let Some(Ok(())) = self.running.join_next().await {}
        }
    }
}

/// Trap: where no answer goes on, the transcript is opened first, and `Busy` leaves the old title.
/// Caught by: busy_starts_nothing
/// Says: Whoever opens first and leaves with `Busy`
mod opens_first_when_idle {
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
            let writes = self.answer.as_ref().is_some_and(|answer| !answer.is_finished());
            let pen = if writes {
                self.stop().await;
                self.transcript.open()?
            } else {
                let pen = self.transcript.open()?;
                self.stop().await;
                pen
            };
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

/// Trap: one worker saves all questions, in turn.
/// Caught by: a_question_is_saved_whatever_happens
/// Says: One worker for all makes the second wait
mod one_worker_saves {
    use tokio::sync::mpsc;

    /// Answers one question at a time.
    pub struct Desk {
        llm: MockLlm,
        transcript: Transcript,
        save: Save,
        running: JoinSet<()>,
        saves: mpsc::UnboundedSender<BoxFuture<'static, ()>>,
    }

    impl Desk {
        pub fn new(llm: MockLlm, transcript: Transcript, save: Save) -> Self {
            let (saves, mut to_save) = mpsc::unbounded_channel::<BoxFuture<'static, ()>>();
            tokio::spawn(async move {
                while let Some(save) = to_save.recv().await {
                    save.await;
                }
            });
            Self { llm, transcript, save, running: JoinSet::new(), saves }
        }

        /// Begins a question.
        pub async fn ask(&mut self, prompt: &str) -> Result<(), Busy> {
            self.stop().await;
            let pen = self.transcript.open()?;
            let prompt = prompt.to_owned();
            let _ = self.saves.send((self.save)(prompt.clone()));
            self.running.spawn(entitle(self.llm.clone(), prompt.clone(), self.transcript.clone()));
            self.running.spawn(write(self.llm.clone(), prompt, pen));
            Ok(())
        }
    }
}

/// Trap: a task that was not cancelled is a bug, and the panic of an answer becomes one of the desk.
/// Caught by: a_panic_stays_where_it_was
/// Says: do not make a panic of it again
mod panics_again {
    impl Desk {
        pub async fn stop(&mut self) {
            self.running.abort_all();
            while let Some(ended) = self.running.join_next().await {
                if let Err(error) = ended {
                    assert!(error.is_cancelled(), "the task failed: {error}");
                }
            }
        }
    }
}

/// Trap: the answer is over, so `stop` thinks that there is nothing to end; its title goes on.
/// Caught by: they_have_ended_when_stop_returns
/// Says: The answer was over, and its title was not
mod nothing_to_end_after_the_answer {
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
            if self.answer.as_ref().is_none_or(JoinHandle::is_finished) {
                return;
            }
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
