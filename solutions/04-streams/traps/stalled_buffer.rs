//! What people write for `stalled_buffer`, and what it is told.

/// Trap: a larger buffer, so that the calls are far enough ahead. They are polled as rarely as before.
/// Caught by: a_call_that_has_begun_is_read_without_a_stop
/// Says: is polled only while somebody waits for the buffer
mod a_larger_buffer {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let mut answers = stream::iter(questions).map(|question| answer(llm, question)).buffered(100);
        while let Some(answer) = answers.next().await {
            printer.print(&answer?).await;
        }
        Ok(())
    }
}

/// Trap: a buffer without an order, as if order were what the calls wait for.
/// Caught by: prints_every_answer_in_the_order_of_the_list
/// Says: in the order in which the calls ended
mod without_an_order {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let mut answers = stream::iter(questions).map(|question| answer(llm, question)).buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            printer.print(&answer?).await;
        }
        Ok(())
    }
}

/// Trap: all answers first, then the pages: nothing stalls, and all of them lie in memory.
/// Caught by: three_in_flight_and_six_on_their_way
/// Says: questions asked and not printed
mod all_answers_first {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let answers = stream::iter(questions).map(|question| answer(llm, question)).buffered(AT_ONCE);
        let answers: Vec<_> = answers.collect().await;
        for answer in answers {
            printer.print(&answer?).await;
        }
        Ok(())
    }
}

/// Trap: a bounded channel between the two. When it is full, its sender waits, and the calls stand still again.
/// Caught by: a_call_that_has_begun_is_read_without_a_stop
/// Says: for a place in a full queue
mod a_sender_that_waits {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let (sender, mut receiver) = mpsc::channel(2);
        let calls = async move {
            let mut answers = stream::iter(questions).map(|question| answer(llm, question)).buffered(AT_ONCE);
            while let Some(answer) = answers.next().await {
                let _ = sender.send(answer).await;
            }
            Ok(())
        };
        let pages = async {
            while let Some(answer) = receiver.recv().await {
                printer.print(&answer?).await;
            }
            Ok(())
        };
        try_join!(calls, pages).map(|_| ())
    }
}

/// Trap: a channel without a bound, and nothing else that holds the calls back.
/// Caught by: three_in_flight_and_six_on_their_way
/// Says: questions asked and not printed
mod a_queue_without_a_bound {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let calls = async move {
            let mut answers = stream::iter(questions).map(|question| answer(llm, question)).buffered(AT_ONCE);
            while let Some(answer) = answers.next().await {
                let _ = sender.send(answer);
            }
            Ok(())
        };
        let pages = async {
            while let Some(answer) = receiver.recv().await {
                printer.print(&answer?).await;
            }
            Ok(())
        };
        try_join!(calls, pages).map(|_| ())
    }
}

/// Trap: the place is given back when the answer is there, and not when its page is out.
/// Caught by: three_in_flight_and_six_on_their_way
/// Says: questions asked and not printed
mod the_place_is_given_back_too_early {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let places = &Semaphore::new(ON_THEIR_WAY);
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let calls = async move {
            let call = async |question: &String| {
                let _place = places.acquire().await.expect("nobody closes it");
                answer(llm, question).await
            };
            let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
            while let Some(answer) = answers.next().await {
                let _ = sender.send(answer);
            }
            Ok(())
        };
        let pages = async {
            while let Some(answer) = receiver.recv().await {
                printer.print(&answer?).await;
            }
            Ok(())
        };
        try_join!(calls, pages).map(|_| ())
    }
}

/// Trap: a task for each call, in a buffer of handles. Right until somebody leaves: a dropped handle lets its task run on.
/// Caught by: an_error_comes_after_the_pages_before_it
/// Says: still
mod tasks_that_are_left_behind {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let call = |question: &String| {
            let (llm, question) = (llm.clone(), question.clone());
            tokio::spawn(async move { answer(&llm, &question).await })
        };
        let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            printer.print(&answer.expect("no panics")?).await;
        }
        Ok(())
    }
}

/// Trap: one call at a time, while the printer works: nothing stalls, and two places stay empty.
/// Caught by: takes_as_long_as_the_printer
/// Says: calls in flight
mod one_call_beside_the_printer {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let mut questions = questions.iter();
        let Some(first) = questions.next() else { return Ok(()) };
        let mut page = answer(llm, first).await?;
        for question in questions {
            let (next, ()) = tokio::join!(answer(llm, question), printer.print(&page));
            page = next?;
        }
        printer.print(&page).await;
        Ok(())
    }
}

/// Trap: three calls, then three pages, then three calls: the printer waits for the calls, and the calls for the printer.
/// Caught by: takes_as_long_as_the_printer
/// Says: the printer has always something to print
mod in_batches {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        for batch in questions.chunks(AT_ONCE) {
            let answers = futures::future::join_all(batch.iter().map(|question| answer(llm, question))).await;
            for answer in answers {
                printer.print(&answer?).await;
            }
        }
        Ok(())
    }
}

/// Trap: the chapter's code with other names: a place first, then the call, and the answers in the order in which they come.
/// Caught by: prints_every_answer_in_the_order_of_the_list
/// Says: in the order in which the calls ended
mod the_chapters_code {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let (sender, mut receiver) = mpsc::channel(AT_ONCE);
        let calls = async move {
            let sender = sender;
            let one = async |question: &String| {
                let Ok(place) = sender.reserve().await else { return };
                place.send(answer(llm, question).await);
            };
            stream::iter(questions).for_each_concurrent(AT_ONCE, one).await;
            Ok(())
        };
        let pages = async {
            while let Some(answer) = receiver.recv().await {
                printer.print(&answer?).await;
            }
            Ok(())
        };
        try_join!(calls, pages).map(|_| ())
    }
}

/// Trap: a failed call is left out, and the job goes on.
/// Caught by: an_error_comes_after_the_pages_before_it
/// Says: nothing is printed
mod errors_are_skipped {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let places = &Semaphore::new(ON_THEIR_WAY);
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let calls = async move {
            let call = async |question: &String| {
                let place = places.acquire().await.expect("nobody closes it");
                (answer(llm, question).await, place)
            };
            let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
            while let Some(answer) = answers.next().await {
                let _ = sender.send(answer);
            }
        };
        let pages = async {
            while let Some((answer, place)) = receiver.recv().await {
                if let Ok(answer) = answer {
                    printer.print(&answer).await;
                }
                drop(place);
            }
        };
        tokio::join!(calls, pages);
        Ok(())
    }
}

/// Trap: the calls' block returns the error itself, so `try_join!` drops the pages that stand before it.
/// Caught by: an_error_comes_after_the_pages_before_it
/// Says: they are paid for
mod the_error_overtakes_the_pages {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let places = &Semaphore::new(ON_THEIR_WAY);
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let calls = async move {
            let call = async |question: &String| {
                let place = places.acquire().await.expect("nobody closes it");
                (answer(llm, question).await, place)
            };
            let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
            while let Some((answer, place)) = answers.next().await {
                let _ = sender.send((answer?, place));
            }
            Ok(())
        };
        let pages = async {
            while let Some((answer, place)) = receiver.recv().await {
                printer.print(&answer).await;
                drop(place);
            }
            Ok(())
        };
        try_join!(calls, pages).map(|_| ())
    }
}

/// Trap: the next answer is asked for beside the printer, and dropped where the page is out first: then it is asked for anew.
/// Caught by: a_call_that_has_begun_is_read_without_a_stop
/// Says: To drop the future of a call is to cancel it
mod asks_anew {
    use std::pin::pin;

    use futures::future::{Either, select};

    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let mut ahead = None;
        for (place, question) in questions.iter().enumerate() {
            let text = match ahead.take() {
                Some(text) => text,
                None => answer(llm, question).await?,
            };
            let print = pin!(printer.print(&text));
            let Some(next) = questions.get(place + 1) else {
                print.await;
                break;
            };
            match select(print, pin!(answer(llm, next))).await {
                Either::Left(((), _)) => {}
                Either::Right((text, print)) => {
                    print.await;
                    ahead = Some(text?);
                }
            }
        }
        Ok(())
    }
}

/// Trap: the error is kept until all other questions have been asked and answered, for `join!` waits for both blocks.
/// Caught by: an_error_comes_after_the_pages_before_it
/// Says: pays for answers that nobody will read
mod the_error_waits_for_all_calls {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let places = &Semaphore::new(ON_THEIR_WAY);
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let calls = async move {
            let call = async |question: &String| {
                let place = places.acquire().await.expect("nobody closes it");
                (answer(llm, question).await, place)
            };
            let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
            while let Some(answer) = answers.next().await {
                let _ = sender.send(answer);
            }
        };
        let pages = async {
            let mut result = Ok(());
            while let Some((answer, place)) = receiver.recv().await {
                match answer {
                    Ok(answer) if result.is_ok() => printer.print(&answer).await,
                    Ok(_) => {}
                    Err(error) => result = result.and(Err(error)),
                }
                drop(place);
            }
            result
        };
        tokio::join!(calls, pages).1
    }
}

/// Trap: each answer that comes ends the turn of a `select!`, and the page in hand is begun anew.
/// Caught by: takes_as_long_as_the_printer
/// Says: the page was begun anew
mod pages_are_begun_again {
    pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
        let places = &Semaphore::new(ON_THEIR_WAY);
        let call = async |question: &String| {
            let place = places.acquire().await.expect("nobody closes it");
            (answer(llm, question).await, place)
        };
        let mut answers = std::pin::pin!(stream::iter(questions).map(call).buffered(AT_ONCE).fuse());
        let mut ready = std::collections::VecDeque::new();
        loop {
            if ready.is_empty() {
                match answers.next().await {
                    Some(answer) => ready.push_back(answer),
                    None => return Ok(()),
                }
            }
            let text = ready[0].0.clone()?;
            tokio::select! {
                () = printer.print(&text) => drop(ready.pop_front()),
                Some(answer) = answers.next() => ready.push_back(answer),
            }
        }
    }
}
