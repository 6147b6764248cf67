//! What people write for `how_it_ended`, and what it is told.

/// Trap: the end of the connection is taken for the end of the answer.
/// Caught by: without_the_mark_it_was_cut
/// Says: Only the mark
mod the_end_of_the_bytes {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let data = match pieces.next().await {
                    Some(Ok(data)) => data,
                    Some(Err(_)) => break End::Cut,
                    None => break End::Whole,
                };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: the mark is noted, and the connection read to its end.
/// Caught by: the_mark_is_the_end
/// Says: no end after 60 s
mod waits_until_it_closes {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            let mut end = End::Cut;
            loop {
                let Some(Ok(data)) = pieces.next().await else { break end };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
                        text.push_str(token);
                    }
                    Data::Error(message) => break End::Failed(message.to_owned()),
                    Data::Mark => end = End::Whole,
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: a token with the text `[DONE]` is taken for the mark.
/// Caught by: the_mark_is_the_end
/// Says: is a token
mod the_text_of_the_mark {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) if token.trim() == "[DONE]" => break End::Whole,
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: whatever is not whole is cut.
/// Caught by: an_error_inside_is_no_text_and_no_cut
/// Says: comes as an event
mod the_error_is_a_cut {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
                        text.push_str(token);
                    }
                    Data::Error(_) => break End::Cut,
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: the error is text like all other events, so that the reader sees it.
/// Caught by: an_error_inside_is_no_text_and_no_cut
/// Says: comes as an event
mod the_error_is_shown {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
                        text.push_str(token);
                    }
                    Data::Error(message) => {
                        show(message);
                        text.push_str(message);
                    }
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: an error inside a good response is skipped like a comment.
/// Caught by: an_error_inside_is_no_text_and_no_cut
/// Says: in place of a token
mod the_error_is_skipped {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
                        text.push_str(token);
                    }
                    Data::Error(_) => {}
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: the pieces of a refusal are read as events: nothing in them is known, and the connection ends.
/// Caught by: a_refusal_says_why
/// Says: are no events
mod the_status_is_not_looked_at {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status > 0 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: the refusal has its status and no words.
/// Caught by: a_refusal_says_why
/// Says: helps
mod only_the_status {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
                message = piece;
                message.clear();
            }
            End::Refused(status, message)
        };
        let may_ask_again = match &end {
            End::Whole => false,
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: the first piece of the error's text is taken for all of it.
/// Caught by: a_refusal_says_why
/// Says: helps
mod the_first_piece {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
                        text.push_str(token);
                    }
                    Data::Error(message) => break End::Failed(message.to_owned()),
                    Data::Mark => break End::Whole,
                    Data::Other => {}
                }
            }
        } else {
            let mut message = String::new();
            if let Some(Ok(piece)) = pieces.next().await {
                message.push_str(&piece);
            }
            End::Refused(status, message)
        };
        let may_ask_again = match &end {
            End::Whole => false,
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: what was cut is thrown away.
/// Caught by: without_the_mark_it_was_cut
/// Says: what came is kept
mod a_cut_loses_the_text {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
        if end == End::Cut {
            text.clear();
        }
        let may_ask_again = match &end {
            End::Whole => false,
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: what is not known is an error of the protocol.
/// Caught by: the_mark_is_the_end
/// Says: a sign of life
mod comments_are_an_error {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
                        text.push_str(token);
                    }
                    Data::Error(message) => break End::Failed(message.to_owned()),
                    Data::Mark => break End::Whole,
                    Data::Other => break End::Failed(data),
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: whatever is not whole may be asked again.
/// Caught by: ask_again_only_where_nothing_is_lost
/// Says: see its first words twice
mod again_after_any_error {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => true,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: a refusal is final.
/// Caught by: ask_again_only_where_nothing_is_lost
/// Says: another try may well succeed
mod never_after_a_refusal {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(..) => false,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: 429 is from 400 to 499, and so it is final.
/// Caught by: ask_again_only_where_nothing_is_lost
/// Says: another try may well succeed
mod too_many_requests_is_final {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: the text is put together and shown once.
/// Caught by: each_token_is_shown_when_it_comes
/// Says: while it is written
mod shown_at_the_end {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        shown = true;
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
        show(&text);
        let may_ask_again = match &end {
            End::Whole => false,
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: whatever does not begin with a 4 may be asked again, a redirection too.
/// Caught by: ask_again_only_where_nothing_is_lost
/// Says: and says so again
mod again_after_a_redirection {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => !(400..500).contains(status) || *status == 429,
        };
        Answer { text, end, may_ask_again }
    }
}

/// Trap: whatever has shown nothing may be asked again, a whole answer without words too.
/// Caught by: ask_again_only_where_nothing_is_lost
/// Says: There is nothing to ask for
mod again_after_a_whole_answer_without_words {
    pub async fn read(response: Response, mut show: impl FnMut(&str)) -> Answer {
        let Response { status, mut pieces } = response;
        let (mut text, mut shown) = (String::new(), false);
        let end = if status == 200 {
            loop {
                let Some(Ok(data)) = pieces.next().await else { break End::Cut };
                match parse(&data) {
                    Data::Token(token) => {
                        show(token);
                        shown = true;
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
            End::Whole | End::Cut | End::Failed(_) => !shown,
            End::Refused(status, _) => *status == 429 || *status >= 500,
        };
        Answer { text, end, may_ask_again }
    }
}
