//! Where the tasks live.
//!
//! All tasks lie in one vector, and a [`TaskId`] is a place in it. That is why futures need neither `Send` nor a lock: a
//! waker, which must be both `Send` and `Sync`, carries the id and never the future.

use std::{
    sync::{
        Arc,
        atomic::{Ordering::Acquire, fence},
    },
    task::Waker,
};

use super::{
    task::Task,
    waker::{Inbox, TaskWaker},
};

/// A place, and which of the tasks that lived there is meant.
///
/// Places are used again. A waker can outlive its task, and the generation keeps it from waking the next tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
// So that it is copied as one word: written as two halves and read as a whole, it makes the processor wait.
#[repr(align(8))]
pub(super) struct TaskId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

#[derive(Default)]
pub(super) struct Tasks {
    places: Vec<Place>,
    free: Vec<u32>,
}

pub(super) struct Place {
    generation: u32,
    /// These two stay when the task goes, for the next one in its place.
    shared: Option<Arc<TaskWaker>>,
    /// Out while the task is polled. Kept, because making one for each poll would count a reference up and down, and both
    /// are atomic operations.
    waker: Option<Waker>,
    task: Option<Task>,
}

impl Tasks {
    #[inline]
    pub(super) fn insert(&mut self, task: Task, inbox: &Arc<Inbox>) -> TaskId {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place {
                generation: 0,
                shared: None,
                waker: None,
                task: None,
            });
            u32::try_from(self.places.len() - 1)
                .expect("memory ends before four billion tasks")
        });
        let place = &mut self.places[index as usize];
        let id = TaskId { index, generation: place.generation };
        place.task = Some(task);
        let shared =
            place.shared.get_or_insert_with(|| Arc::new(TaskWaker::new(id, inbox)));
        place.waker.get_or_insert_with(|| Waker::from(Arc::clone(shared)));
        id
    }

    /// Frees the place. Its wakers stay for the next task, unless somebody still holds one of this task's.
    pub(super) fn remove(&mut self, id: TaskId) -> Option<Task> {
        let place = self.place_mut(id)?;
        let task = place.task.take()?;
        place.generation = place.generation.wrapping_add(1);
        if place.clones() > 0 {
            (place.shared, place.waker) = (None, None);
        } else if let Some(shared) = &place.shared {
            shared.reuse(TaskId { generation: place.generation, ..id });
        }
        self.free.push(id.index);
        Some(task)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.len() == self.free.len()
    }

    pub(super) fn get(&self, id: TaskId) -> Option<&Task> {
        self.place(id)?.task.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.place_mut(id)?.task.as_mut()
    }

    /// A task, and the waker that its turn takes out and puts back.
    #[inline]
    pub(super) fn with_waker(
        &mut self,
        id: TaskId,
    ) -> Option<(&mut Task, &mut Option<Waker>)> {
        let place = self.place_mut(id)?;
        Some((place.task.as_mut()?, &mut place.waker))
    }

    pub(super) fn shared(&self, id: TaskId) -> Option<&Arc<TaskWaker>> {
        self.place(id)?.shared.as_ref()
    }

    /// All tasks, each with its place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (TaskId, &Task, &Place)> {
        (0..).zip(&self.places).filter_map(|(index, place)| {
            Some((
                TaskId { index, generation: place.generation },
                place.task.as_ref()?,
                place,
            ))
        })
    }

    fn place(&self, id: TaskId) -> Option<&Place> {
        self.places.get(id.index as usize).filter(|place| place.generation == id.generation)
    }

    fn place_mut(&mut self, id: TaskId) -> Option<&mut Place> {
        self.places
            .get_mut(id.index as usize)
            .filter(|place| place.generation == id.generation)
    }
}

impl Place {
    /// How many clones of the waker there are: in timers, channels, handles, on other threads.
    pub(super) fn clones(&self) -> usize {
        let kept_here = 1 + usize::from(self.waker.is_some());
        let clones =
            self.shared.as_ref().map_or(0, |shared| Arc::strong_count(shared) - kept_here);
        // The last one may have gone on another thread a moment ago. What that thread did before, and that may be a wake, is
        // seen from here on.
        fence(Acquire);
        clones
    }

    /// Tells whose waker a clone is.
    pub(super) fn waker_address(&self) -> Option<*const ()> {
        self.waker.as_ref().map(Waker::data)
    }
}
