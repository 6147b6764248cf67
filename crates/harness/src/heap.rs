//! What code keeps on the heap when it has ended: a leak, where it should keep nothing.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    process::abort,
};

/// Bytes and blocks that were allocated and not freed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Bytes for each call.
    pub bytes: isize,
    /// Blocks for each call.
    pub blocks: isize,
}

thread_local! {
    static LIVE: Cell<Kept> = const { Cell::new(Kept { bytes: 0, blocks: 0 }) };
}

/// Calls before it counts: what is made once (a buffer that stays, a table of the runtime's) is there by then, and has its
/// size.
const WARM: usize = 8;

/// Calls that it counts. As many as before: a list that grows at every call doubles in that time, and is seen to.
const COUNTED: isize = 8;

/// What `code` keeps on the heap, for each call, once it has been called a few times. Everything that it makes must be gone
/// when it returns, if nothing is to be kept: what it returns is dropped. Only this thread's blocks are counted.
///
/// ```
/// use harness::{Kept, kept_by};
///
/// assert_eq!(kept_by(|| vec![1, 2, 3]), Kept::default());
/// let leaks = kept_by(|| std::mem::forget(Box::new([0_u8; 100])));
/// assert_eq!((leaks.bytes, leaks.blocks), (100, 1));
/// ```
pub fn kept_by<T>(mut code: impl FnMut() -> T) -> Kept {
    for _ in 0..WARM {
        drop(code());
    }
    let before = LIVE.get();
    for _ in 0..COUNTED {
        drop(code());
    }
    let after = LIVE.get();
    Kept { bytes: (after.bytes - before.bytes) / COUNTED, blocks: (after.blocks - before.blocks) / COUNTED }
}

thread_local! {
    /// Whether there is something to do at the next allocation of this thread. Apart from what it is: this one has no
    /// destructor, so the allocator may ask for it at any time.
    static IS_PLANNED: Cell<bool> = const { Cell::new(false) };
    static PLANNED: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

/// Runs `code`, and in the middle of the first allocation that it makes on this thread, `planned`.
///
/// A list that grows under a lock allocates there: this is how a check comes to hold the learner's lock, whatever it is a lock
/// of. What is planned must not panic: there is no way out of an allocator, and the program ends.
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use harness::at_the_first_allocation;
///
/// let seen = Rc::new(Cell::new(0));
/// let mut list = vec![1_u64; 4];
/// let planned = { let seen = seen.clone(); move || seen.set(seen.get() + 1) };
/// at_the_first_allocation(planned, || list.extend([5, 6, 7]));
/// assert_eq!((list.len(), seen.get()), (7, 1));
/// ```
pub fn at_the_first_allocation<T>(planned: impl FnOnce() + 'static, code: impl FnOnce() -> T) -> T {
    let before = PLANNED.replace(Some(Box::new(planned)));
    IS_PLANNED.set(true);
    let value = code();
    IS_PLANNED.set(false);
    drop((before, PLANNED.take()));
    value
}

fn happens() {
    let is_planned = IS_PLANNED.try_with(|is_planned| is_planned.replace(false));
    if is_planned != Ok(true) {
        return;
    }
    let planned = PLANNED.try_with(Cell::take).ok().flatten();
    if catch_unwind(AssertUnwindSafe(|| planned.map(|planned| planned()))).is_err() {
        abort();
    }
}

/// The allocator of every program that links the harness: the system's, and a count for each thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is passed on to the system's allocator as it is; what is counted has no part in it. The counter is a
// `Cell` without a destructor, and allocates nothing. What a check has planned may allocate: it is taken out before it runs,
// so it does not run again in there, and it does not unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        happens();
        count(layout.size().cast_signed(), 1);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        happens();
        count(layout.size().cast_signed(), 1);
        // SAFETY: as our caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        happens();
        count(size.cast_signed() - layout.size().cast_signed(), 0);
        // SAFETY: as our caller promises.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed(), -1);
        // SAFETY: as our caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

fn count(bytes: isize, blocks: isize) {
    // `try_with`: memory is freed also while a thread ends.
    let _ = LIVE.try_with(|live| {
        let before = live.get();
        live.set(Kept { bytes: before.bytes + bytes, blocks: before.blocks + blocks });
    });
}
