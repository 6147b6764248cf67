//! Wakers of checks: they count, and they do what a waker may do.

use std::{
    cell::RefCell,
    collections::HashMap,
    fmt,
    mem::ManuallyDrop,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, RawWaker, RawWakerVTable, Waker},
    thread::{self, ThreadId},
};

use crate::{panics, pulse::Pulse};

/// A task of a check's own: it polls by hand, counts how often its waker, or a clone of it, was used, and does what the
/// check wants in the middle of a wake, a clone or a drop.
///
/// ```
/// use harness::Wakes;
///
/// let (first, second) = (Wakes::new(), Wakes::new());
/// let kept = first.waker();
/// kept.wake();
///
/// assert_eq!((first.count(), second.count()), (1, 0));
/// assert!(!first.waker().will_wake(&second.waker()), "two tasks have two wakers");
/// ```
///
/// A waker may do anything. Code that is woken may poll at once, on the very stack of the one who wakes; a waker that is
/// cloned or dropped may run code too, here or on another thread. So whoever calls one holds no lock and no borrow, and
/// has put everything in its place before:
///
/// ```
/// use std::{cell::RefCell, pin::Pin, rc::Rc, task::Poll};
/// use harness::{Gate, Wakes};
///
/// let (gate, task) = (Gate::new(), Wakes::new());
/// let future = Rc::new(RefCell::new(Box::pin(gate.wait())));
/// let seen = Rc::new(RefCell::new(Vec::new()));
/// task.when_woken({
///     let (task, future, seen) = (task.clone(), future.clone(), seen.clone());
///     move || seen.borrow_mut().push(task.poll(future.borrow_mut().as_mut()))
/// });
///
/// assert!(task.poll(future.borrow_mut().as_mut()).is_pending());
/// gate.open();
/// assert_eq!(*seen.borrow(), [Poll::Ready(())], "woken in the middle of `open`, it saw an open gate");
/// ```
#[derive(Clone)]
pub struct Wakes {
    counter: Arc<Counter>,
    polls: Rc<std::cell::Cell<usize>>,
    /// What to do is gone with the last `Wakes`, though wakers may live on.
    hooks: Rc<Hooks>,
}

struct Counter {
    number: u64,
    made_on: ThreadId,
    wakes: AtomicUsize,
    wakes_elsewhere: AtomicUsize,
    /// One for each waker that is alive. Not the count of the `Arc`: the `Wakes` have a part in that one.
    wakers: AtomicUsize,
}

/// What happens to a waker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Moment {
    Woken,
    Cloned,
    Dropped,
}

type Code = Rc<RefCell<dyn FnMut()>>;

thread_local! {
    /// What to do when something happens to a waker on this thread, by the number of its `Wakes`. Here and not in the waker,
    /// which may go to any thread: the code of a check may not.
    static CODE: RefCell<HashMap<(u64, Moment), Code>> = RefCell::default();
}

/// Takes the code of a `Wakes` away.
struct Hooks(u64);

impl Drop for Hooks {
    fn drop(&mut self) {
        let moments = [Moment::Woken, Moment::Cloned, Moment::Dropped];
        let code = CODE.try_with(|code| {
            let mut code = code.borrow_mut();
            moments.map(|moment| code.remove(&(self.0, moment)))
        });
        // Dropped out here: what the code holds may be a waker, or hold one.
        drop(code);
    }
}

impl Wakes {
    /// Nobody has been woken yet.
    pub fn new() -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let counter = Counter {
            number,
            made_on: thread::current().id(),
            wakes: AtomicUsize::new(0),
            wakes_elsewhere: AtomicUsize::new(0),
            wakers: AtomicUsize::new(0),
        };
        Self { counter: Arc::new(counter), polls: Rc::default(), hooks: Rc::new(Hooks(number)) }
    }

    /// The waker to poll with. All wakers of one `Wakes` are the same for [`Waker::will_wake`].
    pub fn waker(&self) -> Waker {
        waker(self.counter.clone())
    }

    /// Polls once, with this waker.
    ///
    /// ```
    /// use std::pin::pin;
    /// use harness::{Wakes, more_turns};
    ///
    /// let task = Wakes::new();
    /// let mut future = pin!(more_turns(1));
    /// assert!(task.poll(future.as_mut()).is_pending());
    /// assert!(task.poll(future).is_ready());
    /// assert_eq!((task.polls(), task.count()), (2, 1));
    /// ```
    pub fn poll<F: Future + ?Sized>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        self.polls.set(self.polls.get() + 1);
        panics::goes_on();
        future.poll(&mut Context::from_waker(&self.waker()))
    }

    /// How often [`poll`](Self::poll) was called.
    pub fn polls(&self) -> usize {
        self.polls.get()
    }

    /// How often it was woken.
    pub fn count(&self) -> usize {
        self.counter.wakes.load(Ordering::SeqCst)
    }

    /// How often it was woken on another thread than the one that made it: by code that waits, or looks, over there.
    pub fn count_elsewhere(&self) -> usize {
        self.counter.wakes_elsewhere.load(Ordering::SeqCst)
    }

    /// How many clones of the waker are kept somewhere.
    ///
    /// ```
    /// let wakes = harness::Wakes::new();
    /// let kept = wakes.waker();
    /// assert_eq!(wakes.kept(), 1);
    /// drop(kept);
    /// assert_eq!(wakes.kept(), 0);
    /// ```
    pub fn kept(&self) -> usize {
        self.counter.wakers.load(Ordering::SeqCst)
    }

    /// Runs this in the middle of every wake on this thread: poll the future once more, say.
    pub fn when_woken(&self, code: impl FnMut() + 'static) {
        self.when(Moment::Woken, Rc::new(RefCell::new(code)));
    }

    /// Runs this in the middle of every clone of the waker on this thread.
    pub fn when_cloned(&self, code: impl FnMut() + 'static) {
        self.when(Moment::Cloned, Rc::new(RefCell::new(code)));
    }

    /// Runs this in the middle of every drop of a clone of the waker on this thread.
    pub fn when_dropped(&self, code: impl FnMut() + 'static) {
        self.when(Moment::Dropped, Rc::new(RefCell::new(code)));
    }

    fn when(&self, moment: Moment, code: Code) {
        let before = CODE.with_borrow_mut(|all| all.insert((self.hooks.0, moment), code));
        drop(before);
    }
}

impl Default for Wakes {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Wakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wakes").field("count", &self.count()).field("kept", &self.kept()).finish()
    }
}

impl Counter {
    fn woken(&self) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        if thread::current().id() != self.made_on {
            self.wakes_elsewhere.fetch_add(1, Ordering::SeqCst);
        }
        self.happens(Moment::Woken);
    }

    /// Runs the code for this moment, if this is its thread. Not again from within: what the code does may wake, clone and drop.
    fn happens(&self, moment: Moment) {
        let code = CODE.try_with(|code| code.borrow().get(&(self.number, moment)).cloned()).ok().flatten();
        let Some(code) = code else { return };
        let Ok(mut code) = code.try_borrow_mut() else { return };
        let _in_a_waker = panics::run_of_this_thread().map(|run| InAWaker::begins(run, moment));
        code();
    }
}

/// The code of a waker runs, as long as this is there: a check may catch its panic, and go on.
struct InAWaker {
    run: Arc<Pulse>,
    before: Option<Moment>,
}

impl InAWaker {
    fn begins(run: Arc<Pulse>, moment: Moment) -> Self {
        let before = run.in_a_waker(Some(moment));
        Self { run, before }
    }
}

impl Drop for InAWaker {
    fn drop(&mut self) {
        self.run.in_a_waker(self.before);
    }
}

impl Moment {
    /// The idea that code misses which holds something in the way while it calls a waker.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Woken => {
                "Your code calls a waker while it holds a lock or a borrow, and the one that is woken needs the same: a waker \
                 may do anything, and poll on the spot. Put what it will look for in its place, take the waker out, let the \
                 lock go, and wake last."
            }
            Self::Cloned | Self::Dropped => {
                "Your code clones or drops a waker while it holds a lock or a borrow, and the waker needs the same: to clone \
                 or to drop it may run any code, the last owner of a task may even drop a future there. Clone before you take \
                 the lock; move the old waker out of it, let it go, and drop the waker then."
            }
        }
    }

    /// What goes on.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Woken => "a waker is called",
            Self::Cloned => "a waker is cloned",
            Self::Dropped => "a waker is dropped",
        }
    }
}

fn waker(counter: Arc<Counter>) -> Waker {
    counter.wakers.fetch_add(1, Ordering::SeqCst);
    let data = Arc::into_raw(counter).cast::<()>();
    // SAFETY: `data` comes from `Arc::into_raw`, and the table treats it as the `Arc<Counter>` that it is. `Counter` is `Send`
    // and `Sync`, as a waker must be.
    unsafe { Waker::from_raw(RawWaker::new(data, &TABLE)) }
}

/// By hand, because [`std::task::Wake`] cannot tell that a waker is cloned or dropped.
static TABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: `data` is from `Arc::into_raw` in `waker`; `ManuallyDrop` leaves that reference alone.
        let counter = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<Counter>()) });
        counter.happens(Moment::Cloned);
        let clone = ManuallyDrop::new(waker(Arc::clone(&counter)));
        RawWaker::new(clone.data(), clone.vtable())
    },
    |data| {
        // SAFETY: as above; waking by value gives up the reference.
        let counter = unsafe { Arc::from_raw(data.cast::<Counter>()) };
        counter.wakers.fetch_sub(1, Ordering::SeqCst);
        counter.woken();
    },
    |data| {
        // SAFETY: as above; waking by reference keeps it.
        let counter = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<Counter>()) });
        counter.woken();
    },
    |data| {
        // SAFETY: as above; dropping the waker gives up the reference.
        let counter = unsafe { Arc::from_raw(data.cast::<Counter>()) };
        counter.wakers.fetch_sub(1, Ordering::SeqCst);
        counter.happens(Moment::Dropped);
    },
);
