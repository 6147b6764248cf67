//! What people write for `tool_call_deltas`, and what it is told.

/// Trap: a fragment without an id belongs to the call that was begun last.
/// Caught by: mixed_fragments_find_their_calls
/// Says: Its index says whose it is
mod the_call_begun_last {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let place = open.len().checked_sub(1).filter(|_| id.is_empty());
                        let place = place.unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: calls are found by their id, which only the first fragment has.
/// Caught by: the_fragments_of_one_call_are_put_together
/// Says: Joined, the fragments
mod found_by_their_ids {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let place = open.iter().position(|(_, call)| call.id == id);
                        let place = place.unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: a call is its index, whatever id comes later.
/// Caught by: an_id_says_whether_a_call_goes_on
/// Says: Another id is another call
mod one_call_for_each_index {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let place = open.iter().position(|(known, _)| *known == index);
                        let place = place.unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: whenever there is an id, a call begins: servers that repeat it make many calls of one.
/// Caught by: an_id_says_whether_a_call_goes_on
/// Says: It is one call
mod any_id_begins_a_call {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() && !call.id.is_empty();
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: an empty id is another id than the call's.
/// Caught by: the_fragments_of_one_call_are_put_together
/// Says: Joined, the fragments
mod an_empty_id_is_an_id {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: the first call with the index is found, and not the last one.
/// Caught by: an_id_says_whether_a_call_goes_on
/// Says: what follows belongs to it
mod the_first_with_this_index {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().position(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: the name is put together like the arguments, and servers that repeat it make it longer.
/// Caught by: an_id_says_whether_a_call_goes_on
/// Says: its name comes once
mod names_are_added_up {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        call.name += &name.unwrap_or_default();
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: the calls are sorted by their index.
/// Caught by: mixed_fragments_find_their_calls
/// Says: not in that of their indices
mod in_the_order_of_the_indices {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        open.sort_by_key(|(index, _)| *index);
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: the index is taken for a place in the list.
/// Caught by: mixed_fragments_find_their_calls
/// Says: An index may be any number
mod the_index_is_a_place {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        while open.len() <= index {
                            open.push((open.len(), Call::default()));
                        }
                        if open[index].1.id.is_empty() {
                            open[index].1.id = id.clone();
                        }
                        let place = Some(index).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: arguments that end with a brace are whole, so the call is handed on.
/// Caught by: mixed_fragments_find_their_calls
/// Says: Its index says whose it is
mod whole_when_it_is_json {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                        if call.arguments.ends_with('}') {
                            yield Ok(open.remove(place).1);
                        }
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: whatever is there when the stream ends is handed on.
/// Caught by: nothing_of_a_broken_answer_is_run
/// Says: do not run what was cut
mod the_end_of_the_bytes_will_do {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => break,
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
            for (_, call) in open {
                yield Ok(call);
            }
        }
    }
}

/// Trap: `Finished` is noted, and the connection read to its end.
/// Caught by: calls_come_when_the_model_has_finished
/// Says: after 60 s no call has come
mod waits_for_the_end_of_the_bytes {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut finished = false;
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => finished = true,
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
            if finished {
                for (_, call) in open {
                    yield Ok(call);
                }
            }
        }
    }
}

/// Trap: the calls that were there are handed on before the error.
/// Caught by: nothing_of_a_broken_answer_is_run
/// Says: must not run a call
mod what_there_was_before_the_error {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: an error ends the stream, and nobody hears of it.
/// Caught by: nothing_of_a_broken_answer_is_run
/// Says: The caller must hear of the error
mod an_error_is_an_end {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(_) => return,
                }
            }
        }
    }
}

/// Trap: a repeated id goes on with its call only if that call was the last one.
/// Caught by: a_repeated_id_is_no_new_call
/// Says: The id is repeated, in turn
mod a_repeated_id_in_another_turn {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let last = open.last().map(|(_, call)| call.id.clone());
                        let goes_on = |call: &Call| id.is_empty() || (id == call.id && last.as_ref() == Some(&id));
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: a call is looked for by its id first, whatever the index.
/// Caught by: a_repeated_id_is_no_new_call
/// Says: Two calls of two indices, though
mod found_by_its_id {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, call)| if id.is_empty() { *known == index } else { call.id == id });
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: the error is handed on, and the rest is read as if nothing had been.
/// Caught by: an_error_is_the_end_whatever_follows
/// Says: An error ends the answer. What
mod reads_on_after_an_error {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                    }
                }
            }
        }
    }
}

/// Trap: when another id takes its index, the call before is handed on at once.
/// Caught by: an_error_is_the_end_whatever_follows
/// Says: An error ends the answer. What
mod another_id_ends_the_call_before {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        if let Some(place) = place.filter(|&place| !goes_on(&open[place].1)) {
                            let (_, whole) = open.remove(place);
                            yield Ok(whole);
                        }
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: a name is taken for a repeated one only where the id beside it is repeated, too.
/// Caught by: an_id_says_whether_a_call_goes_on
/// Says: does not depend on the id beside it
mod a_name_is_old_if_its_id_is {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() || id != call.id {
                            call.name += &name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: the last name wins, also an empty one.
/// Caught by: an_id_says_whether_a_call_goes_on
/// Says: an empty name says nothing
mod the_last_name_wins {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if let Some(name) = name {
                            call.name = name;
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}

/// Trap: after the error nothing is handed on any more, but the rest is read: the end comes when the connection closes.
/// Caught by: an_error_is_the_end_whatever_follows
/// Says: After the error you went on to read
mod reads_in_silence_after_an_error {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            let mut failed = false;
            for await delta in deltas {
                if failed {
                    continue;
                }
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in open {
                            yield Ok(call);
                        }
                        return;
                    }
                    Err(error) => {
                        failed = true;
                        yield Err(error);
                    }
                }
            }
        }
    }
}

/// Trap: the calls are handed on with `Finished`, and then the connection is read to its end.
/// Caught by: calls_come_when_the_model_has_finished
/// Says: the stream of calls has not ended after 60 s
mod reads_on_when_it_has_finished {
    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut open: Vec<(usize, Call)> = Vec::new();
            for await delta in deltas {
                match delta {
                    Ok(Delta::Text(_)) => {}
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.unwrap_or_default();
                        let goes_on = |call: &Call| id.is_empty() || id == call.id;
                        let place = open.iter().rposition(|(known, _)| *known == index);
                        let place = place.filter(|&place| goes_on(&open[place].1)).unwrap_or_else(|| {
                            open.push((index, Call { id: id.clone(), ..Call::default() }));
                            open.len() - 1
                        });
                        let call = &mut open[place].1;
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Ok(Delta::Finished) => {
                        for (_, call) in std::mem::take(&mut open) {
                            yield Ok(call);
                        }
                    }
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
    }
}
