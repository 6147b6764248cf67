//! What checks find with the wakers of [`Wakes`], with futures that change their task, and with the count of the heap.

use std::{
    cell::{Cell, RefCell},
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    thread,
};

use harness::{Gate, Kept, Wakes, kept_by};

/// A value that comes later, in its simplest right form: everything in its place first, no lock held, then the wake.
#[derive(Clone, Default)]
struct Letter(Arc<Mutex<(Option<u32>, Option<Waker>)>>);

impl Letter {
    fn put(&self, value: u32) {
        let waker = {
            let mut state = self.0.lock().expect("nobody panics with this lock");
            state.0 = Some(value);
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The mistake: the waker is called before the value is there.
    fn wake_then_put(&self, value: u32) {
        let waker = self.0.lock().expect("nobody panics with this lock").1.take();
        if let Some(waker) = waker {
            waker.wake();
        }
        self.0.lock().expect("nobody panics with this lock").0 = Some(value);
    }
}

impl Future for Letter {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let waker = context.waker().clone();
        let mut state = self.0.lock().expect("nobody panics with this lock");
        let poll = state.0.take().map_or(Poll::Pending, Poll::Ready);
        let before = if poll.is_pending() { state.1.replace(waker) } else { None };
        drop(state);
        drop(before);
        poll
    }
}

/// What a future says that is polled in the middle of the wake.
fn polled_when_woken(put: impl FnOnce(&Letter)) -> Vec<Poll<u32>> {
    let (letter, task) = (Letter::default(), Wakes::new());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let mut mine = letter.clone();
    task.when_woken({
        let (task, seen, mut letter) = (task.clone(), seen.clone(), letter.clone());
        move || seen.borrow_mut().push(task.poll(Pin::new(&mut letter)))
    });
    assert!(task.poll(Pin::new(&mut mine)).is_pending());
    put(&letter);
    seen.take()
}

#[test]
fn a_waker_that_polls_sees_what_is_there_when_it_is_woken() {
    assert_eq!(polled_when_woken(|letter| letter.put(7)), [Poll::Ready(7)]);
    assert_eq!(polled_when_woken(|letter| letter.wake_then_put(7)), [Poll::Pending]);
}

#[test]
fn code_runs_when_a_waker_is_cloned_and_when_a_clone_is_dropped() {
    let task = Wakes::new();
    let (clones, drops) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    task.when_cloned({
        let clones = clones.clone();
        move || clones.set(clones.get() + 1)
    });
    task.when_dropped({
        let drops = drops.clone();
        move || drops.set(drops.get() + 1)
    });
    let waker = task.waker();
    let clone = waker.clone();
    assert_eq!((clones.get(), drops.get(), task.kept()), (1, 0, 2));
    drop(waker);
    clone.wake();
    assert_eq!(
        (clones.get(), drops.get(), task.kept(), task.count()),
        (1, 1, 0, 1),
        "who wakes by value drops nothing"
    );
}

/// A gate is no reason for anybody to wait.
#[test]
fn a_waker_that_opens_its_gate_when_it_is_cloned_or_dropped_does_not_hang() {
    let opens = |gate: &Gate| {
        let gate = gate.clone();
        move || gate.open()
    };
    let (gate, task) = (Gate::new(), Wakes::new());
    task.when_cloned(opens(&gate));
    assert!(task.poll(pin!(gate.wait())).is_ready(), "opened in the middle of the poll");

    let (gate, before, after) = (Gate::new(), Wakes::new(), Wakes::new());
    let mut waits = pin!(gate.wait());
    assert!(before.poll(waits.as_mut()).is_pending());
    before.when_dropped(opens(&gate));
    assert!(after.poll(waits.as_mut()).is_pending());
    assert_eq!(after.count(), 1, "the new waker has taken the place of the old one, whose drop has opened the gate");
    assert!(after.poll(waits).is_ready());
}

/// The code belongs to the thread of the check: it may hold what must not leave it.
#[test]
fn on_another_thread_a_waker_counts_and_does_nothing_else() {
    let task = Wakes::new();
    let here = Rc::new(Cell::new(0));
    task.when_woken({
        let here = here.clone();
        move || here.set(here.get() + 1)
    });
    let waker = task.waker();
    thread::spawn(move || waker.wake()).join().expect("waking does not panic");
    assert_eq!((task.count(), task.count_elsewhere(), here.get()), (1, 1, 0));
    task.waker().wake();
    assert_eq!((task.count(), task.count_elsewhere(), here.get()), (2, 1, 1));
}

/// A waker may outlive the task that it is for.
#[test]
fn the_code_is_gone_with_the_wakes() {
    let task = Wakes::new();
    let alive = Rc::new(());
    task.when_woken({
        let alive = alive.clone();
        move || assert_eq!(Rc::strong_count(&alive), 2)
    });
    let waker = task.waker();
    drop(task);
    assert_eq!(Rc::strong_count(&alive), 1);
    waker.wake();
}

#[test]
fn what_is_leaked_is_counted_and_what_is_freed_is_not() {
    let answers = || {
        let (letter, task) = (Letter::default(), Wakes::new());
        let mut waits = pin!(letter.clone());
        assert!(task.poll(waits.as_mut()).is_pending());
        letter.put(1);
        assert!(task.poll(waits).is_ready());
    };
    assert_eq!(kept_by(answers), Kept::default());
    let leaks = kept_by(|| std::mem::forget(Wakes::new().waker()));
    assert_eq!(leaks.blocks, 1);
    let growing = RefCell::new(Vec::new());
    assert!(kept_by(|| growing.borrow_mut().push(String::from("one more"))).blocks >= 1);
}

/// A buffer that has come to its size keeps nothing more. A list that is never shorter does, though most calls find room in it.
#[test]
fn a_buffer_that_grows_a_few_times_is_told_from_a_list_that_grows_for_ever() {
    let (mut calls, mut buffer) = (0, Vec::new());
    let grows = || {
        calls += 1;
        buffer.clear();
        buffer.resize(1000 * calls.min(5), 0_u8);
    };
    assert_eq!(kept_by(grows), Kept::default());
    let mut list = Vec::new();
    assert!(kept_by(|| list.push(0_u64)).bytes > 0);
}
