//! Other right answers for `generator`.

/// A type of its own with `poll_next`, which closes its bill when it hears of the end.
mod by_hand {
    struct Billed(TokenStream, Option<Bill>);

    impl Stream for Billed {
        type Item = Result<Token, Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            let item = std::task::ready!(self.0.poll_next_unpin(cx));
            match (&item, &mut self.1) {
                (Some(Ok(_)), Some(bill)) => bill.add_token(),
                (Some(Err(_)), bill) => bill.take().into_iter().for_each(|bill| bill.close(Ended::Failed)),
                (None, bill) => bill.take().into_iter().for_each(|bill| bill.close(Ended::Whole)),
                (_, None) => {}
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
        Billed(tokens, Some(bill))
    }
}

/// The destructor books only what was not booked in the open.
/// Without: Bill::close
mod booked_once {
    struct Bill {
        customer: String,
        ledger: Ledger,
        tokens: usize,
        booked: bool,
    }

    impl Bill {
        fn book(&mut self, ended: Ended) {
            if !std::mem::replace(&mut self.booked, true) {
                self.ledger.book(&self.customer, self.tokens, ended);
            }
        }
    }

    impl Drop for Bill {
        fn drop(&mut self) {
            self.book(Ended::Left);
        }
    }

    pub fn billed(
        tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let mut bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, booked: false };
        let mut failed = false;
        stream! {
            let mut tokens = tokens;
            while let Some(token) = tokens.next().await {
                match &token {
                    Ok(_) => bill.add_token(),
                    Err(_) => {
                        failed = true;
                        bill.book(Ended::Failed);
                    }
                }
                yield token;
                if failed {
                    break;
                }
            }
            bill.book(Ended::Whole);
        }
    }
}

/// `unfold`, whose state holds the stream and the bill.
mod unfold {
    pub fn billed(
        tokens: TokenStream,
        customer: &str,
        ledger: &Ledger,
    ) -> impl Stream<Item = Result<Token, Error>> + Send + use<> {
        let bill = Bill { customer: customer.to_owned(), ledger: ledger.clone(), tokens: 0, ended: Ended::Left };
        let next = async |(mut tokens, bill): (TokenStream, Option<Bill>)| {
            let mut bill = bill?;
            match tokens.next().await {
                Some(Ok(token)) => {
                    bill.add_token();
                    Some((Ok(token), (tokens, Some(bill))))
                }
                Some(Err(error)) => {
                    bill.close(Ended::Failed);
                    Some((Err(error), (tokens, None)))
                }
                None => {
                    bill.close(Ended::Whole);
                    None
                }
            }
        };
        futures::stream::unfold((tokens, Some(bill)), next).fuse()
    }
}
