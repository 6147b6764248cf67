//! Other right answers for `tool_call_deltas`.

/// A map from the index to the place of its newest call.
mod a_map_of_places {
    use futures::StreamExt;

    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        stream! {
            let mut calls: Vec<Call> = Vec::new();
            let mut places = std::collections::HashMap::<usize, usize>::new();
            let mut deltas = std::pin::pin!(deltas);
            while let Some(delta) = deltas.next().await {
                match delta {
                    Err(error) => {
                        yield Err(error);
                        break;
                    }
                    Ok(Delta::Finished) => {
                        for call in calls.drain(..) {
                            yield Ok(call);
                        }
                        break;
                    }
                    Ok(Delta::Text(_)) => continue,
                    Ok(Delta::Fragment { index, id, name, arguments }) => {
                        let id = id.filter(|id| !id.is_empty());
                        let known = places.get(&index).copied();
                        let place = match (known, id) {
                            (Some(place), None) => place,
                            (Some(place), Some(id)) if calls[place].id == id => place,
                            (_, id) => {
                                calls.push(Call { id: id.unwrap_or_default(), ..Call::default() });
                                places.insert(index, calls.len() - 1);
                                calls.len() - 1
                            }
                        };
                        let call = &mut calls[place];
                        if let Some(name) = name.filter(|_| call.name.is_empty()) {
                            call.name = name;
                        }
                        call.arguments.push_str(&arguments);
                    }
                }
            }
        }
    }
}

/// All is collected first, and the calls are put together from the list.
mod collected_first {
    use futures::StreamExt;

    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        let all = async {
            let mut fragments = Vec::new();
            let mut deltas = std::pin::pin!(deltas);
            loop {
                match deltas.next().await {
                    Some(Ok(Delta::Finished)) => break,
                    Some(Ok(delta)) => fragments.push(delta),
                    Some(Err(error)) => return vec![Err(error)],
                    None => return Vec::new(),
                }
            }
            let mut open: Vec<(usize, Call)> = Vec::new();
            for delta in fragments {
                let Delta::Fragment { index, id, name, arguments } = delta else { continue };
                let id = id.unwrap_or_default();
                let newest = open.iter().rposition(|(known, _)| *known == index);
                let place = match newest {
                    Some(place) if id.is_empty() || open[place].1.id == id => place,
                    _ => {
                        open.push((index, Call { id, ..Call::default() }));
                        open.len() - 1
                    }
                };
                let call = &mut open[place].1;
                if call.name.is_empty() {
                    call.name = name.unwrap_or_default();
                }
                call.arguments += &arguments;
            }
            open.into_iter().map(|(_, call)| Ok(call)).collect()
        };
        futures::stream::once(all).flat_map(futures::stream::iter)
    }
}

/// A fold by hand, with a type of its own for what is open.
mod a_type_of_its_own {
    #[derive(Default)]
    struct Open {
        order: Vec<Call>,
        newest: std::collections::BTreeMap<usize, usize>,
    }

    impl Open {
        fn call(&mut self, index: usize, id: &str) -> &mut Call {
            let newest = self.newest.get(&index).copied();
            let place = newest.filter(|&place| id.is_empty() || self.order[place].id == id);
            let place = place.unwrap_or_else(|| {
                self.order.push(Call { id: id.to_owned(), ..Call::default() });
                self.newest.insert(index, self.order.len() - 1);
                self.order.len() - 1
            });
            &mut self.order[place]
        }
    }

    use futures::StreamExt;

    pub fn calls(deltas: impl Stream<Item = Result<Delta, Error>>) -> impl Stream<Item = Result<Call, Error>> {
        async_stream::try_stream! {
            let mut open = Open::default();
            let mut deltas = std::pin::pin!(deltas);
            while let Some(delta) = deltas.next().await {
                match delta? {
                    Delta::Text(_) => {}
                    Delta::Fragment { index, id, name, arguments } => {
                        let call = open.call(index, id.as_deref().unwrap_or(""));
                        if call.name.is_empty() {
                            call.name = name.unwrap_or_default();
                        }
                        call.arguments += &arguments;
                    }
                    Delta::Finished => {
                        for call in open.order {
                            yield call;
                        }
                        return;
                    }
                }
            }
        }
    }
}
