//! Other right answers for `how_it_ended`.

/// An `Option` for the end, and a `while let`.
mod an_option_for_the_end {
    pub async fn read(mut response: Response, mut show: impl FnMut(&str)) -> Answer {
        let mut text = String::new();
        let mut tokens = 0;
        let mut end = None;
        while end.is_none() && response.status == 200 {
            end = match response.pieces.next().await {
                None | Some(Err(_)) => Some(End::Cut),
                Some(Ok(data)) => match parse(&data) {
                    Data::Mark => Some(End::Whole),
                    Data::Error(message) => Some(End::Failed(message.into())),
                    Data::Other => None,
                    Data::Token(token) => {
                        tokens += 1;
                        text += token;
                        show(token);
                        None
                    }
                },
            };
        }
        let end = match end {
            Some(end) => end,
            None => {
                let pieces = response.pieces.take_while(|piece| std::future::ready(piece.is_ok()));
                let pieces: Vec<String> = pieces.filter_map(|piece| std::future::ready(piece.ok())).collect().await;
                End::Refused(response.status, pieces.concat())
            }
        };
        let may_ask_again = match end {
            End::Whole => false,
            End::Refused(429 | 500.., _) => true,
            End::Refused(..) => false,
            End::Cut | End::Failed(_) => tokens == 0,
        };
        Answer { text, end, may_ask_again }
    }
}

/// A function for each kind of response.
mod two_functions {
    pub async fn read(response: Response, show: impl FnMut(&str)) -> Answer {
        match response.status {
            200 => read_events(response.pieces, show).await,
            status => refusal(status, response.pieces).await,
        }
    }

    async fn read_events(
        mut pieces: LocalBoxStream<'static, Result<String, Error>>,
        mut show: impl FnMut(&str),
    ) -> Answer {
        let mut words: Vec<String> = Vec::new();
        let end = 'end: {
            while let Some(Ok(data)) = pieces.next().await {
                match parse(&data) {
                    Data::Token(word) => {
                        show(word);
                        words.push(word.to_owned());
                    }
                    Data::Mark => break 'end End::Whole,
                    Data::Error(message) => break 'end End::Failed(message.to_owned()),
                    Data::Other => continue,
                }
            }
            End::Cut
        };
        let may_ask_again = end != End::Whole && words.is_empty();
        Answer { text: words.concat(), end, may_ask_again }
    }

    async fn refusal(status: u16, mut pieces: LocalBoxStream<'static, Result<String, Error>>) -> Answer {
        let mut message = String::new();
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => message += &piece,
                Err(_) => break,
            }
        }
        let may_ask_again = status == 429 || status >= 500;
        Answer { text: String::new(), end: End::Refused(status, message), may_ask_again }
    }
}

/// The pieces as a stream of ends and tokens.
mod a_stream_of_steps {
    enum Step {
        Token(String),
        End(End),
    }

    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let status = response.status;
        let mut answer = Answer { text: String::new(), end: End::Cut, may_ask_again: true };
        if status != 200 {
            let mut message = String::new();
            let mut pieces = response.pieces;
            while let Some(Ok(piece)) = pieces.next().await {
                message += &piece;
            }
            answer.end = End::Refused(status, message);
            answer.may_ask_again = matches!(status, 429) || status / 100 == 5;
            return answer;
        }
        let mut steps = response.pieces.filter_map(|piece| {
            std::future::ready(match piece {
                Err(_) => Some(Step::End(End::Cut)),
                Ok(data) => match parse(&data) {
                    Data::Token(token) => Some(Step::Token(token.to_owned())),
                    Data::Mark => Some(Step::End(End::Whole)),
                    Data::Error(message) => Some(Step::End(End::Failed(message.to_owned()))),
                    Data::Other => None,
                },
            })
        });
        while let Some(step) = steps.next().await {
            match step {
                Step::Token(token) => {
                    show(&token);
                    answer.text += &token;
                    answer.may_ask_again = false;
                }
                Step::End(end) => {
                    answer.may_ask_again &= end != End::Whole;
                    answer.end = end;
                    break;
                }
            }
        }
        answer
    }
}

/// What was shown is known by the text, and the server's trouble by the first figure of the status.
mod by_the_text {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let mut text = String::new();
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        text.push_str(token);
                    }
                    Data::Error(message) => break End::Failed(message.to_owned()),
                    Data::Mark => break End::Whole,
                    Data::Other => {}
                }
            }
        } else {
            let mut message = String::new();
            while let Some(Ok(piece)) = pieces.next().await {
                message.push_str(&piece);
            }
            End::Refused(status, message)
        };
        let may_ask_again = match &end {
            End::Whole => false,
            End::Cut | End::Failed(_) => text.is_empty(),
            End::Refused(status, _) => matches!(*status, 429 | 500..600),
        };
        Answer { text, end, may_ask_again }
    }
}
