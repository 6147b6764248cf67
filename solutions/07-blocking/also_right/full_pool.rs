//! # Full pool: what else is right
//!
//! Each module holds only what differs from the solution, `../full_pool.rs`.

/// Also right: a task for each part, and its handles are awaited in order.
mod a_task_for_each_part {
    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        Box::pin(async move {
            let start = |part| tokio::spawn(summary_of(ask.clone(), part));
            let parts: Vec<_> = section.parts.into_iter().map(start).collect();
            let mut summaries = Vec::with_capacity(parts.len());
            for part in parts {
                summaries.push(part.await.expect("the SDK does not panic"));
            }
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        })
    }
}

/// Also right: a stream that keeps the order of its futures.
mod futures_ordered {
    use futures::{StreamExt, stream::FuturesOrdered};

    fn summary_of(ask: Ask, section: Section) -> BoxFuture<'static, String> {
        async move {
            let parts = section.parts.into_iter().map(|part| summary_of(ask.clone(), part));
            let summaries: Vec<String> = parts.collect::<FuturesOrdered<_>>().collect().await;
            let prompt = prompt(&section.title, &summaries);
            spawn_blocking(move || ask(&prompt)).await.expect("the SDK does not panic")
        }
        .boxed()
    }
}

/// Also right: no recursion in async. A loop starts the job of a section when its last part is there.
mod a_loop_that_starts_what_is_ready {
    use std::collections::VecDeque;

    use tokio::task::JoinSet;

    struct Node {
        title: String,
        parent: Option<(usize, usize)>,
        summaries: Vec<Option<String>>,
    }

    fn add(section: Section, parent: Option<(usize, usize)>, nodes: &mut Vec<Node>) {
        let number = nodes.len();
        nodes.push(Node { title: section.title, parent, summaries: vec![None; section.parts.len()] });
        for (place, part) in section.parts.into_iter().enumerate() {
            add(part, Some((number, place)), nodes);
        }
    }

    pub async fn summarize(ask: Ask, book: Section) -> String {
        let mut nodes = Vec::new();
        add(book, None, &mut nodes);
        let mut ready: VecDeque<usize> = (0..nodes.len()).filter(|&node| nodes[node].summaries.is_empty()).collect();
        let mut jobs = JoinSet::new();
        loop {
            while let Some(number) = ready.pop_front() {
                let node = &nodes[number];
                let summaries: Vec<String> = node.summaries.iter().flatten().cloned().collect();
                let (ask, prompt) = (ask.clone(), prompt(&node.title, &summaries));
                jobs.spawn_blocking(move || (number, ask(&prompt)));
            }
            let job = jobs.join_next().await.expect("a section is left");
            let (number, summary) = job.expect("the SDK does not panic");
            let Some((parent, place)) = nodes[number].parent else { return summary };
            nodes[parent].summaries[place] = Some(summary);
            if nodes[parent].summaries.iter().all(Option::is_some) {
                ready.push_back(parent);
            }
        }
    }
}

/// Also right: a job that ends starts the job of its parent, if it was the last part. No job waits for another one.
mod the_last_part_starts_its_parent {
    use std::sync::Mutex;

    use tokio::sync::oneshot;

    enum Above {
        Root(Mutex<Option<oneshot::Sender<String>>>),
        Section { title: String, summaries: Mutex<(usize, Vec<String>)>, place: usize, above: Arc<Above> },
    }

    pub async fn summarize(ask: Ask, book: Section) -> String {
        let (reply, summary) = oneshot::channel();
        start(&ask, book, 0, Arc::new(Above::Root(Mutex::new(Some(reply)))));
        summary.await.expect("the SDK does not panic")
    }

    fn start(ask: &Ask, section: Section, place: usize, above: Arc<Above>) {
        if section.parts.is_empty() {
            return job(ask.clone(), prompt(&section.title, &[]), place, above);
        }
        let missing = section.parts.len();
        let summaries = Mutex::new((missing, vec![String::new(); missing]));
        let here = Arc::new(Above::Section { title: section.title, summaries, place, above });
        for (place, part) in section.parts.into_iter().enumerate() {
            start(ask, part, place, here.clone());
        }
    }

    fn job(ask: Ask, question: String, place: usize, above: Arc<Above>) {
        spawn_blocking(move || {
            let summary = ask(&question);
            match &*above {
                Above::Root(reply) => {
                    let reply = reply.lock().expect("nobody panics").take();
                    let _ = reply.expect("a book has one root").send(summary);
                }
                Above::Section { title, summaries, place: its_place, above } => {
                    let mut known = summaries.lock().expect("nobody panics");
                    known.1[place] = summary;
                    known.0 -= 1;
                    if known.0 == 0 {
                        job(ask, prompt(title, &known.1), *its_place, above.clone());
                    }
                }
            }
        });
    }
}

/// Also right: a future made by hand, which polls its parts, and then its own job.
mod by_hand {
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    use tokio::task::JoinHandle;

    enum Part {
        Waits(Box<Tree>),
        Done(String),
    }

    struct Tree {
        ask: Ask,
        title: String,
        parts: Vec<Part>,
        job: Option<JoinHandle<String>>,
    }

    impl Tree {
        fn new(ask: &Ask, section: Section) -> Self {
            let parts = section.parts.into_iter().map(|part| Part::Waits(Box::new(Self::new(ask, part)))).collect();
            Self { ask: ask.clone(), title: section.title, parts, job: None }
        }
    }

    impl Future for Tree {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            if self.job.is_none() {
                for part in &mut self.parts {
                    if let Part::Waits(tree) = part
                        && let Poll::Ready(summary) = Pin::new(tree).poll(cx)
                    {
                        *part = Part::Done(summary);
                    }
                }
                let done = self.parts.iter().map(|part| match part {
                    Part::Waits(_) => None,
                    Part::Done(summary) => Some(summary.clone()),
                });
                let Some(summaries) = done.collect::<Option<Vec<String>>>() else { return Poll::Pending };
                let (ask, prompt) = (self.ask.clone(), prompt(&self.title, &summaries));
                self.job = Some(spawn_blocking(move || ask(&prompt)));
            }
            let job = self.job.as_mut().expect("it was started above");
            Pin::new(job).poll(cx).map(|summary| summary.expect("the SDK does not panic"))
        }
    }

    pub async fn summarize(ask: Ask, book: Section) -> String {
        Tree::new(&ask, book).await
    }
}

/// Also right: a thread that is not of the pool keeps the books. It waits for reports, and starts what is ready.
mod a_thread_that_keeps_the_books {
    use std::{sync::mpsc, thread};

    use tokio::{runtime::Handle, sync::oneshot};

    struct Open {
        title: String,
        whole: Option<(usize, usize)>,
        missing: usize,
        summaries: Vec<String>,
    }

    pub async fn summarize(ask: Ask, book: Section) -> String {
        let (reply, summary) = oneshot::channel();
        let runtime = Handle::current();
        thread::spawn(move || {
            let mut open: Vec<Open> = Vec::new();
            let mut sections = vec![(book, None)];
            while let Some((section, whole)) = sections.pop() {
                let (number, parts) = (open.len(), section.parts.len());
                open.push(Open { title: section.title, whole, missing: parts, summaries: vec![String::new(); parts] });
                sections
                    .extend(section.parts.into_iter().enumerate().map(|(place, part)| (part, Some((number, place)))));
            }
            let (report, reports) = mpsc::channel();
            let start = |number: usize, section: &Open| {
                let (ask, report, prompt) = (ask.clone(), report.clone(), prompt(&section.title, &section.summaries));
                runtime.spawn_blocking(move || report.send((number, ask(&prompt))));
            };
            for (number, section) in open.iter().enumerate().filter(|(_, section)| section.missing == 0) {
                start(number, section);
            }
            for (number, summary) in &reports {
                let Some((whole, place)) = open[number].whole else {
                    let _ = reply.send(summary);
                    return;
                };
                let section = &mut open[whole];
                section.summaries[place] = summary;
                section.missing -= 1;
                if section.missing == 0 {
                    start(whole, section);
                }
            }
        });
        summary.await.expect("the SDK does not panic")
    }
}
