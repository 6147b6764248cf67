//! What people write for `generator`, and what it is told.

/// Trap: the bill is made in the first line of the generator, which a stream that was never polled does not reach.
/// Caught by: a_stream_that_was_never_polled_is_booked
/// Says: does nothing before its first poll
mod made_at_the_first_poll {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let (customer, ledger) = (customer.to_owned(), ledger.clone());
        stream! {
            let mut bill = Bill { customer, ledger, tokens: 0, ended: Ended::Left };
            while let Some(token) = tokens.next().await {
                if token.is_err() {
                    bill.close(Ended::Failed);
                    yield token;
                    return;
                }
                bill.add_token();
                yield token;
            }
            bill.close(Ended::Whole);
        }
    }
}

/// Trap: the token is counted when the reader comes back: the last one is not.
/// Caught by: a_reader_who_leaves_pays_for_what_came
/// Says: stands *in* the `yield`
mod counted_after_the_yield {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let mut bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        stream! {
            while let Some(token) = tokens.next().await {
                if token.is_err() {
                    bill.close(Ended::Failed);
                    yield token;
                    return;
                }
                yield token;
                bill.add_token();
            }
            bill.close(Ended::Whole);
        }
    }
}

/// Trap: the error is booked after it was handed on, which is too late for a reader who stops.
/// Caught by: a_failed_answer_is_booked_with_its_error
/// Says: Most readers stop at an error
mod the_error_is_booked_below_its_yield {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let mut bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        stream! {
            while let Some(token) = tokens.next().await {
                if token.is_err() {
                    yield token;
                    bill.close(Ended::Failed);
                    return;
                }
                bill.add_token();
                yield token;
            }
            bill.close(Ended::Whole);
        }
    }
}

/// Trap: the fields are set inside, so the generator takes a copy of the number along, and the bill stays outside.
/// Caught by: a_whole_answer_is_booked_at_its_end
/// Says: it counts its copy
mod a_copy_of_the_count {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let mut bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        stream! {
            while let Some(token) = tokens.next().await {
                if token.is_err() {
                    bill.ended = Ended::Failed;
                    yield token;
                    return;
                }
                bill.tokens += 1;
                yield token;
            }
            bill.ended = Ended::Whole;
        }
    }
}

/// Trap: an entry for each token, so that nothing is lost.
/// Caught by: a_whole_answer_is_booked_at_its_end
/// Says: One stream, one bill
mod booked_with_every_token {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let (customer, ledger) = (customer.to_owned(), ledger.clone());
        stream! {
            let mut count = 0;
            while let Some(token) = tokens.next().await {
                count += usize::from(token.is_ok());
                ledger.book(&customer, count, if token.is_ok() { Ended::Left } else { Ended::Failed });
                yield token;
            }
            ledger.book(&customer, count, Ended::Whole);
        }
    }
}

/// Trap: a task reads the answer to its end and books it, whoever reads: the customer who left pays for all of it.
/// Caught by: a_reader_who_leaves_pays_for_what_came
/// Says: A task reads on, for nobody
mod a_task_reads_on {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let (customer, ledger) = (customer.to_owned(), ledger.clone());
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            let (mut count, mut ended) = (0, Ended::Whole);
            while let Some(token) = tokens.next().await {
                match &token {
                    Ok(_) => count += 1,
                    Err(_) => ended = Ended::Failed,
                }
                let _ = sender.send(token);
            }
            ledger.book(&customer, count, ended);
        });
        stream! {
            let mut receiver = receiver;
            while let Some(token) = receiver.recv().await {
                yield token;
            }
        }
    }
}

/// Trap: the last token is taken for the end: whoever leaves after it, or is cut there, has had a whole answer.
/// Caught by: a_reader_who_leaves_pays_for_what_came
/// Says: before it heard of an end
mod whole_when_all_tokens_came {
    impl Drop for Bill {
        fn drop(&mut self) {
            let ended = if self.tokens == 5 { Ended::Whole } else { self.ended };
            self.ledger.book(&self.customer, self.tokens, ended);
        }
    }
}

/// Trap: a guard around the stream books everything in its destructor: a stream that is over and lies about is not booked.
/// Caught by: a_whole_answer_is_booked_at_its_end
/// Says: comes late
mod kept_until_the_stream_is_dropped {
    struct Guarded(TokenStream, Bill);

    impl Stream for Guarded {
        type Item = Result<Token, Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            let item = std::task::ready!(self.0.poll_next_unpin(cx));
            match &item {
                Some(Ok(_)) => self.1.add_token(),
                Some(Err(_)) => self.1.ended = Ended::Failed,
                None if self.1.ended == Ended::Left => self.1.ended = Ended::Whole,
                None => {}
            }
            std::task::Poll::Ready(item)
        }
    }

    pub fn billed(
        tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        Guarded(tokens, bill)
    }
}

/// Trap: the chapter's guard with other names: it counts, and cannot say how it ended.
/// Caught by: a_whole_answer_is_booked_at_its_end
/// Says: Left
mod the_chapters_code {
    pub fn billed(
        mut tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let mut bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        stream! {
            while let Some(token) = tokens.next().await {
                if token.is_ok() {
                    bill.add_token();
                }
                yield token;
            }
        }
    }
}

/// Trap: by hand, and without a note that the end was booked: a poll after the end books it once more.
/// Caught by: a_whole_answer_is_booked_at_its_end
/// Says: asked on after the end
mod booked_at_each_end {
    struct Billed {
        tokens: TokenStream,
        bill: Bill,
    }

    impl Stream for Billed {
        type Item = Result<Token, Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            if self.bill.ended == Ended::Failed {
                return std::task::Poll::Ready(None);
            }
            let item = std::task::ready!(self.tokens.poll_next_unpin(cx));
            match &item {
                Some(Ok(_)) => self.bill.add_token(),
                Some(Err(_)) => self.bill.book(Ended::Failed),
                None => self.bill.book(Ended::Whole),
            }
            std::task::Poll::Ready(item)
        }
    }

    impl Bill {
        fn book(&mut self, ended: Ended) {
            self.ended = ended;
            self.ledger.book(&self.customer, self.tokens, ended);
        }
    }

    impl Drop for Bill {
        fn drop(&mut self) {
            if self.ended == Ended::Left {
                self.book(Ended::Left);
            }
        }
    }

    pub fn billed(
        tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        Billed { tokens, bill }
    }
}

/// Trap: the destructor spawns a task that books: its entry comes after the drop, if at all.
/// Caught by: a_reader_who_leaves_pays_for_what_came
/// Says: came after the drop
mod booked_by_a_task {
    impl Bill {
        fn close(mut self, ended: Ended) {
            self.ended = ended;
            self.ledger.book(&self.customer, self.tokens, ended);
        }
    }

    impl Drop for Bill {
        fn drop(&mut self) {
            let (ledger, customer, tokens) = (self.ledger.clone(), self.customer.clone(), self.tokens);
            if self.ended == Ended::Left {
                tokio::spawn(async move { ledger.book(&customer, tokens, Ended::Left) });
            }
        }
    }
}
