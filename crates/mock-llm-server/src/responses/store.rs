//! The latest responses, for requests that go on from one of them: by its id, or by the ids of its items.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::item::Item;

/// How many responses are kept. Each keeps its conversation: the items that it shares with earlier ones once, and a pointer to
/// each.
const RESPONSES: usize = 1_000;

/// How many items all of their conversations may have together, and one by itself.
pub(super) const ITEMS: usize = 100_000;

/// How many bytes of text and of ids, those that several of them share counted for each.
pub(super) const BYTES: usize = 64 * 1024 * 1024;

/// Responses by their ids, and their items by theirs.
#[derive(Debug, Default)]
pub(crate) struct Store {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    responses: HashMap<String, Response>,
    items: HashMap<String, Arc<Item>>,
    /// The oldest first.
    order: VecDeque<String>,
    /// The items of all conversations, and their bytes.
    length: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Response {
    conversation: Arc<[Arc<Item>]>,
    items: Vec<String>,
    bytes: usize,
}

impl Store {
    /// All that was said up to a response, and in it.
    pub(super) fn conversation(&self, id: &str) -> Option<Arc<[Arc<Item>]>> {
        self.lock().responses.get(id).map(|response| response.conversation.clone())
    }

    /// About how many bytes there are to look at in all conversations.
    pub(super) fn size(&self) -> usize {
        const OF_AN_ITEM: usize = 64;
        let kept = self.lock();
        kept.bytes + kept.length * OF_AN_ITEM
    }

    pub(super) fn item(&self, id: &str) -> Option<Arc<Item>> {
        self.lock().items.get(id).cloned()
    }

    /// Keeps a response: what was said before it, and its own items with their ids.
    pub(super) fn keep(&self, id: String, before: &[Arc<Item>], items: Vec<(String, Item)>) {
        let items: Vec<(String, Arc<Item>)> = items.into_iter().map(|(id, item)| (id, Arc::new(item))).collect();
        let said = before.iter().chain(items.iter().map(|(_, item)| item)).cloned();
        let conversation: Arc<[Arc<Item>]> = said.collect();
        let bytes = conversation.iter().map(|item| item.bytes()).sum();
        let response = Response { conversation, items: items.iter().map(|(id, _)| id.clone()).collect(), bytes };
        let mut kept = self.lock();
        // After a reset of the server, attempts are counted from 1 again, and the same ids come once more.
        kept.forget(&id);
        kept.length += response.conversation.len();
        kept.bytes += bytes;
        kept.items.extend(items);
        kept.responses.insert(id.clone(), response);
        kept.order.push_back(id);
        // The latest one is kept: a request that would make it longer than this is refused.
        while kept.order.len() > 1
            && (kept.order.len() > RESPONSES || kept.length > ITEMS || kept.bytes > BYTES)
            && let Some(oldest) = kept.order.front().cloned()
        {
            kept.forget(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget(&mut self, id: &str) {
        let Some(response) = self.responses.remove(id) else { return };
        self.length -= response.conversation.len();
        self.bytes -= response.bytes;
        self.order.retain(|kept| kept != id);
        for item in &response.items {
            self.items.remove(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Item {
        Item::Message { role: "assistant".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn the_latest_responses_are_kept_and_no_more() {
        let store = Store::default();
        for number in 0..RESPONSES + 7 {
            store.keep(format!("resp_{number}"), &[], vec![(format!("msg_{number}"), message("hi"))]);
        }
        assert!(store.conversation("resp_6").is_none() && store.item("msg_6").is_none());
        assert!(store.conversation("resp_7").is_some() && store.item("msg_7").is_some());
        // Kept again, it is one response still, and the youngest.
        store.keep("resp_7".to_owned(), &[], vec![("msg_7".to_owned(), message("ho"))]);
        store.keep("resp_new".to_owned(), &[], Vec::new());
        assert_eq!(store.item("msg_7"), Some(Arc::new(message("ho"))));
        assert!(store.conversation("resp_8").is_none());
        assert_eq!(store.lock().order.len(), RESPONSES);
    }

    /// A client chooses them, and the model chose some: they are kept like any text.
    #[test]
    fn ids_of_calls_are_counted_too() {
        let of: [fn(String) -> Item; 2] = [Item::Call, |call| Item::Output { call, text: String::new() }];
        for item in of {
            let store = Store::default();
            for number in 0..10 {
                store.keep(format!("resp_{number}"), &[], vec![(format!("fc_{number}"), item("x".repeat(BYTES / 4)))]);
            }
            assert_eq!(store.lock().order.len(), 4);
            assert!(store.size() >= BYTES);
        }
    }

    #[test]
    fn long_conversations_push_others_out() {
        let store = Store::default();
        let one = Arc::new(message("hi"));
        let long: Vec<Arc<Item>> = (0..ITEMS / 2).map(|_| one.clone()).collect();
        for number in 0..3 {
            store.keep(format!("resp_{number}"), &long, Vec::new());
        }
        let kept = |number| store.conversation(&format!("resp_{number}")).is_some();
        assert_eq!((kept(0), kept(1), kept(2), store.lock().length), (false, true, true, ITEMS));

        let (store, large) = (Store::default(), Arc::new(message(&"x".repeat(BYTES / 2))));
        for (number, large) in
            [&large, &large, &large, &Arc::new(message(&"x".repeat(BYTES + 1)))].into_iter().enumerate()
        {
            store.keep(format!("resp_{number}"), std::slice::from_ref(large), Vec::new());
            let kept = (0..4).filter(|number| store.conversation(&format!("resp_{number}")).is_some());
            assert_eq!(kept.collect::<Vec<_>>(), [&[0][..], &[0, 1], &[1, 2], &[3]][number]);
        }
    }
}
