//! What code keeps on the heap when it has ended: a leak, where it should keep nothing.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
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

/// Calls before it counts: what is made once (a buffer that stays, a table of the runtime's) is there by then.
const WARM: usize = 3;

/// Calls that it counts.
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
    // A table that grows at one of the calls is no leak: only what every call adds.
    Kept { bytes: (after.bytes - before.bytes) / COUNTED, blocks: (after.blocks - before.blocks) / COUNTED }
}

/// The allocator of every program that links the harness: the system's, and a count for each thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is passed on to the system's allocator as it is; what is counted has no part in it. The counter is a
// `Cell` without a destructor, and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed(), 1);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed(), 1);
        // SAFETY: as our caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
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
