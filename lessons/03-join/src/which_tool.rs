//! The same three calls with every tool, put to the same three tests: all is well, one
//! fails, the caller gives up.

use std::{fmt, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use mock_llm::{End, Error, Fault, MockLlm, When};
use runs::{Run, measure, secs};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    fail_fast, joined,
    newsroom::{ARTICLE, headline, models, summary, translation},
    serial,
};

/// A way to make several calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    InTurn,
    Join,
    TryJoin,
    FuturesUnordered,
    Spawn,
    JoinSet,
}

/// What became of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// When the caller could go on.
    pub returned: Duration,
    /// What had become of headline, summary and translation long after that.
    pub fates: [Fate; 3],
}

/// What became of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Finished,
    Failed,
    Dropped,
    NeverStarted,
}

impl Tool {
    pub const ALL: [Tool; 6] = [
        Tool::InTurn,
        Tool::Join,
        Tool::TryJoin,
        Tool::FuturesUnordered,
        Tool::Spawn,
        Tool::JoinSet,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Tool::InTurn => ".await in turn",
            Tool::Join => "join!",
            Tool::TryJoin => "try_join!",
            Tool::FuturesUnordered => "FuturesUnordered",
            Tool::Spawn => "spawn, try_join!",
            Tool::JoinSet => "JoinSet",
        }
    }

    /// Asks for headline, summary and translation with this tool.
    async fn ask(self, llm: MockLlm) -> Result<(), Error> {
        match self {
            Tool::InTurn => serial::edition(&llm, ARTICLE).await.map(drop),
            Tool::Join => joined::edition(&llm, ARTICLE).await.map(drop),
            Tool::TryJoin => fail_fast::edition(&llm, ARTICLE).await.map(drop),
            Tool::FuturesUnordered => {
                let mut calls: FuturesUnordered<_> =
                    three_calls(&llm).into_iter().collect();
                while let Some(result) = calls.next().await {
                    result?;
                }
                Ok(())
            }
            Tool::Spawn => {
                let [headline, summary, translation] = three_calls(&llm).map(tokio::spawn);
                tokio::try_join!(ended(headline), ended(summary), ended(translation))
                    .map(drop)
            }
            Tool::JoinSet => {
                let mut calls: JoinSet<_> = three_calls(&llm).into_iter().collect();
                while let Some(ended) = calls.join_next().await {
                    ended.expect("no call panics")?;
                }
                Ok(())
            }
        }
    }

    /// Three calls that end well.
    pub async fn all_is_well(self) -> Outcome {
        let llm = MockLlm::new(models());
        observe(&llm, measure(&llm, self.ask(llm.clone())).await).await
    }

    /// The translation fails after 0.8 s: an overloaded server.
    pub async fn one_fails(self) -> Outcome {
        let [headline, summary, translation] = models();
        let llm = MockLlm::new([
            headline,
            summary,
            translation.fault(When::Always, Fault::Overloaded),
        ]);
        observe(&llm, measure(&llm, self.ask(llm.clone())).await).await
    }

    /// The caller gives up after 0.5 s, and drops the future that it waited for.
    pub async fn given_up(self) -> Outcome {
        let llm = MockLlm::new(models());
        observe(&llm, measure(&llm, timeout(secs(0.5), self.ask(llm.clone()))).await).await
    }
}

async fn ended(task: JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    task.await.expect("no call panics")
}

fn three_calls(llm: &MockLlm) -> [BoxFuture<'static, Result<(), Error>>; 3] {
    let (one, two, three) = (llm.clone(), llm.clone(), llm.clone());
    [
        Box::pin(async move { headline(&one, ARTICLE).await.map(drop) }),
        Box::pin(async move { summary(&two, ARTICLE).await.map(drop) }),
        Box::pin(async move { translation(&three, ARTICLE).await.map(drop) }),
    ]
}

/// Looks at the calls when everything that goes on without the caller has had time to end.
async fn observe<T>(llm: &MockLlm, run: Run<T>) -> Outcome {
    sleep(secs(10.0)).await;
    let journal = llm.journal();
    let fate = |model| match journal.calls().iter().find(|call| call.model == model) {
        None => Fate::NeverStarted,
        Some(call) => match call.ended.as_ref().expect("nothing takes ten seconds") {
            (_, End::Finished) => Fate::Finished,
            (_, End::Failed(_)) => Fate::Failed,
            (_, End::Dropped) => Fate::Dropped,
        },
    };
    Outcome { returned: run.took, fates: ["headline", "summary", "translation"].map(fate) }
}

impl fmt::Display for Outcome {
    /// `0.8 s  ✓ × !`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [headline, summary, translation] = self.fates.map(Fate::sign);
        write!(
            formatter,
            "{:.1} s  {headline} {summary} {translation}",
            self.returned.as_secs_f64()
        )
    }
}

impl Fate {
    /// The signs of the timelines.
    fn sign(self) -> char {
        match self {
            Fate::Finished => '✓',
            Fate::Failed => '!',
            Fate::Dropped => '×',
            Fate::NeverStarted => '·',
        }
    }
}
