//! Where the tasks live, and what is known of each.
//!
//! All tasks lie in one vector, and a [`TaskId`] is a place in it. That is why futures need neither `Send` nor a lock: a
//! waker, which must be both `Send` and `Sync`, carries the id and never the future.

use std::{
    any::Any,
    panic::Location,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{
    join::JoinError,
    waker::{Inbox, TaskWaker},
};

/// A place, and which of the tasks that lived there is meant.
///
/// Places are used again. A waker can outlive its task, and the generation keeps it from waking the next tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(8))]
pub(super) struct TaskId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// A future whose output type is forgotten, so that tasks of all types fit one vector.
///
/// Every future is one, without a wrapper: a task's allocation is as large as its future. Boxing the output costs a second
/// allocation when the task ends, and none when the output has no size.
pub(super) trait AnyFuture {
    fn poll_any(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Box<dyn Any>>;
}

impl<F: Future<Output: 'static>> AnyFuture for F {
    fn poll_any(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Box<dyn Any>> {
        self.poll(context).map(|output| Box::new(output) as Box<dyn Any>)
    }
}

pub(super) type BoxedFuture = Pin<Box<dyn AnyFuture>>;

pub(super) struct Task {
    pub(super) stage: Stage,
    /// Who awaits the handle.
    pub(super) joiner: Option<Waker>,
    pub(super) name: Option<Box<str>>,
    pub(super) spawned_at: &'static Location<'static>,
    /// Whether it stands in the run queue. Two wakes queue it once.
    pub(super) queued: bool,
    pub(super) has_handle: bool,
    pub(super) aborted: bool,
    pub(super) polls: u32,
    /// In nanoseconds since the runtime began.
    pub(super) last_poll: u64,
}

pub(super) enum Stage {
    /// Waiting for a wake, or for its turn.
    Idle(BoxedFuture),
    /// Taken out to be polled. The future given to `block_on` is always out: it may borrow, so it stays on the caller's
    /// stack. In everything else it is a task like the others.
    Running,
    /// Nobody has asked for the result yet.
    Finished(Result<Box<dyn Any>, JoinError>),
}

impl Task {
    pub(super) fn new(stage: Stage, name: Option<Box<str>>, spawned_at: &'static Location<'static>) -> Self {
        let has_handle = matches!(stage, Stage::Idle(_));
        Self {
            stage,
            joiner: None,
            name,
            spawned_at,
            queued: false,
            has_handle,
            aborted: false,
            polls: 0,
            last_poll: 0,
        }
    }
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
    pub(super) fn insert(&mut self, task: Task, inbox: &Arc<Inbox>) -> TaskId {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place { generation: 0, shared: None, waker: None, task: None });
            u32::try_from(self.places.len() - 1).expect("memory ends before four billion tasks")
        });
        let place = &mut self.places[index as usize];
        let id = TaskId { index, generation: place.generation };
        place.task = Some(task);
        let shared = place.shared.get_or_insert_with(|| Arc::new(TaskWaker::new(id, inbox)));
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
        }
        if let Some(shared) = &place.shared {
            shared.reuse(TaskId { generation: place.generation, ..id });
        }
        self.free.push(id.index);
        Some(task)
    }

    pub(super) fn remove_all(&mut self) -> Vec<Task> {
        let ids: Vec<_> = self.iter().map(|(id, ..)| id).collect();
        ids.into_iter().filter_map(|id| self.remove(id)).collect()
    }

    pub(super) fn get(&self, id: TaskId) -> Option<&Task> {
        self.place(id)?.task.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.place_mut(id)?.task.as_mut()
    }

    pub(super) fn with_waker(&mut self, id: TaskId) -> Option<(&mut Task, &mut Option<Waker>)> {
        let place = self.place_mut(id)?;
        Some((place.task.as_mut()?, &mut place.waker))
    }

    pub(super) fn shared(&self, id: TaskId) -> Option<&Arc<TaskWaker>> {
        self.place(id)?.shared.as_ref()
    }

    /// All tasks, each with its place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (TaskId, &Task, &Place)> {
        (0..).zip(&self.places).filter_map(|(index, place)| {
            Some((TaskId { index, generation: place.generation }, place.task.as_ref()?, place))
        })
    }

    fn place(&self, id: TaskId) -> Option<&Place> {
        self.places.get(id.index as usize).filter(|place| place.generation == id.generation)
    }

    fn place_mut(&mut self, id: TaskId) -> Option<&mut Place> {
        self.places.get_mut(id.index as usize).filter(|place| place.generation == id.generation)
    }
}

impl Place {
    /// How many clones of the waker there are: in timers, channels, handles, on other threads.
    pub(super) fn clones(&self) -> usize {
        let kept_here = 1 + usize::from(self.waker.is_some());
        self.shared.as_ref().map_or(0, |shared| Arc::strong_count(shared) - kept_here)
    }

    /// Tells whose waker a clone is.
    pub(super) fn waker_address(&self) -> Option<*const ()> {
        self.waker.as_ref().map(Waker::data)
    }
}
