//! A service that is slow under load. Read what the example prints before you read this file: the cause is in it.

use std::time::Duration;

use mock_llm::{Error, MockLlm, Model};
use tokio::{
    task::{AbortHandle, JoinHandle},
    time::{Instant, interval, sleep},
};

use crate::poll_watch::PollWatch;

/// The service. Its tasks are spawned by the watch.
#[derive(Debug, Clone)]
pub struct Service {
    pub llm: MockLlm,
    watch: PollWatch,
}

/// What the operators of the service see.
#[derive(Debug, Clone)]
pub struct Symptoms {
    /// For each user, how long the answer took.
    pub answers: Vec<Duration>,
    /// For each call to the model, how long the provider says that it took.
    pub provider: Vec<Duration>,
    /// The longest pause between two lines of a heartbeat that is due each 100 ms.
    pub longest_pause: Duration,
}

impl Service {
    /// A model for debates, and a small one that the service uses for itself.
    pub fn new(watch: PollWatch) -> Self {
        let debate = (1..=10).fold(Model::new("atlas").reply("Done."), |model, user| {
            let latency = Duration::from_millis(1000 + 200 * user);
            model.time_to_first_token_for(format!("user {user}"), latency)
        });
        let title = Model::new("birch")
            .reply("A title.")
            .time_to_first_token(Duration::from_millis(1500));
        Self { llm: MockLlm::new([debate, title]), watch }
    }

    /// So many users at once.
    ///
    /// # Errors
    /// Those of the models.
    pub async fn serve(&self, users: usize) -> Result<Symptoms, Error> {
        self.llm.restart();
        let (heartbeat, stop) = self.heartbeat();
        let start = Instant::now();
        let answers: Vec<_> = (1..=users).map(|user| self.answer(user, start)).collect();
        let mut took = Vec::new();
        for answer in answers {
            took.push(answer.await.expect("a handler does not panic"));
        }
        // What the last handlers have spawned ends, and then the heartbeat.
        sleep(Duration::from_secs(60)).await;
        stop.abort();
        let took = took.into_iter().collect::<Result<Vec<_>, _>>()?;
        let longest_pause = *heartbeat.lock().expect("the heartbeat does not panic");
        let journal = self.llm.journal();
        let debates = journal.calls().iter().filter(|call| call.model == "atlas");
        let provider = debates
            .filter_map(|call| Some(*call.produced.last()? - call.started))
            .collect();
        Ok(Symptoms { answers: took, provider, longest_pause })
    }

    fn heartbeat(&self) -> (std::sync::Arc<std::sync::Mutex<Duration>>, AbortHandle) {
        let longest = std::sync::Arc::new(std::sync::Mutex::new(Duration::ZERO));
        let writes = std::sync::Arc::clone(&longest);
        let task = self.watch.spawn(async move {
            let mut due = interval(Duration::from_millis(100));
            let mut last = due.tick().await;
            loop {
                due.tick().await;
                let mut longest = writes.lock().expect("nobody panics with it");
                *longest = (*longest).max(last.elapsed());
                last = Instant::now();
            }
        });
        (longest, task.abort_handle())
    }

    // ANCHOR: answer
    /// The handler. All its calls are awaited.
    fn answer(&self, user: usize, start: Instant) -> JoinHandle<Result<Duration, Error>> {
        let service = self.clone();
        self.watch.spawn(async move {
            service.llm.complete(&format!("user {user}")).await?;
            service.title_later(user);
            Ok(start.elapsed())
        })
    }
    // ANCHOR_END: answer

    // ANCHOR: title
    /// A title for the list of debates. Nobody waits for it, so it was thought to cost nobody anything.
    fn title_later(&self, user: usize) {
        let titles = self.llm.model("birch").blocking();
        self.watch.spawn(async move {
            let _title = titles.complete(&format!("a title for user {user}"));
        });
    }
    // ANCHOR_END: title
}
