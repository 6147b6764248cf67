//! What the chapter says of the futures that the compiler makes, each sentence as a program.

use std::{
    cell::Cell,
    future::{pending, ready},
    hint::black_box,
    marker::{PhantomData, PhantomPinned},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use lesson_01_futures::countdown::Countdown;

const BYTES: usize = 1024;

fn size(future: &impl Future) -> usize {
    size_of_val(future)
}

/// Room for the largest state is the least that a future has. An argument that is used after an `.await` is there twice: as
/// the argument, and as the variable of the body.
#[test]
fn an_argument_that_is_used_after_an_await_is_kept_twice() {
    async fn keeps(page: [u8; BYTES]) -> u8 {
        ready(()).await;
        black_box(page)[0]
    }
    async fn keeps_too(page: [u8; BYTES]) -> u8 {
        keeps(page).await
    }
    let (once, twice) = (size(&keeps([0; BYTES])), size(&keeps_too([0; BYTES])));
    assert!((2 * BYTES..3 * BYTES).contains(&once), "{once}");
    assert!(twice > once + BYTES, "once more for each level: {twice}");

    async fn behind_a_pointer(page: Box<[u8; BYTES]>) -> u8 {
        ready(()).await;
        black_box(page)[0]
    }
    assert!(size(&behind_a_pointer(Box::new([0; BYTES]))) < 64);
}

/// A variable that was never borrowed is gone after `drop`. One that was borrowed keeps its place to the end of its block.
#[test]
fn drop_is_enough_for_a_variable_that_was_never_borrowed() {
    struct Page([u8; BYTES]);
    impl Drop for Page {
        fn drop(&mut self) {
            black_box(&mut self.0).fill(0);
        }
    }
    fn page() -> Page {
        Page(black_box([1; BYTES]))
    }
    async fn never_borrowed() {
        let page = page();
        drop(black_box(page));
        ready(()).await;
    }
    async fn borrowed() {
        let page = page();
        black_box(&page.0);
        drop(black_box(page));
        ready(()).await;
    }
    assert!(size(&never_borrowed()) < 64, "{}", size(&never_borrowed()));
    assert!(size(&borrowed()) > BYTES, "{}", size(&borrowed()));
}

/// The compiler warns of a call that stands alone as a statement. Of these it says nothing, and none of them runs.
#[test]
#[deny(unused)]
#[allow(
    clippy::let_underscore_future,
    reason = "clippy does say something of the first one"
)]
fn a_future_that_goes_somewhere_is_forgotten_without_a_warning() {
    async fn ask(question: &str) -> usize {
        unreachable!("nobody polls {question}")
    }
    let _ = ask("thrown away");
    let _kept = ask("in a variable");
    let dropped = ask("dropped");
    drop(dropped);
    let list = Vec::from([ask("in a list"), ask("the same list")]);
    assert_eq!(list.len(), 2);
}

/// Whether a type is `Unpin`, asked at run time: the method of the type itself is preferred to that of the trait.
struct Asks<T>(PhantomData<T>);

trait IsNot {
    fn is_unpin(&self) -> bool {
        false
    }
}

impl<T> IsNot for Asks<T> {}

impl<T: Unpin> Asks<T> {
    fn is_unpin(&self) -> bool {
        true
    }
}

/// The compiler makes no future of an `async` block or an `async fn` that is `Unpin`, whatever is in it.
#[test]
fn a_future_of_the_compiler_is_not_unpin_also_where_it_borrows_nothing() {
    macro_rules! is_unpin {
        ($future:expr) => {{
            fn asks<T>(_: &T) -> Asks<T> {
                Asks(PhantomData)
            }
            #[allow(unused_imports, reason = "not every call needs it")]
            use IsNot as _;
            asks(&$future).is_unpin()
        }};
    }
    async fn empty() {}
    assert!(!is_unpin!(async { 1 }));
    assert!(!is_unpin!(empty()));
    // By hand a future is what its fields are.
    assert!(is_unpin!(Countdown { left: 1 }));
    assert!(is_unpin!(ready(1)));
    assert!(is_unpin!(Box::pin(empty())), "the pointer may be moved");
}

/// What is pinned is dropped before its memory is used for something else: `Box::pin` and `pin!` keep that promise, and a
/// future that others point to relies on it. When it is `forget`ten, its memory is not used again at all.
#[test]
fn what_is_pinned_is_dropped_in_its_place() {
    struct WasAt<'a>(&'a Cell<usize>, PhantomPinned);
    impl WasAt<'_> {
        fn place(&self) -> usize {
            std::ptr::from_ref(self) as usize
        }
    }
    impl Future for WasAt<'_> {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            self.0.set(self.place());
            Poll::Pending
        }
    }
    impl Drop for WasAt<'_> {
        fn drop(&mut self) {
            assert_eq!(self.0.get(), self.place(), "it was moved after it was polled");
            self.0.set(0);
        }
    }
    let place = Cell::new(0);
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut future = pin!(WasAt(&place, PhantomPinned));
        assert!(future.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(place.get(), 0, "dropped");
    let mut future = Box::pin(WasAt(&place, PhantomPinned));
    assert!(future.as_mut().poll(&mut context).is_pending());
    drop(black_box(future));
    assert_eq!(place.get(), 0, "dropped");
}

/// The variables of a future that is dropped while it waits go in the opposite order of their making, as at the end of a
/// block; the future that is awaited goes first.
#[test]
fn a_dropped_future_drops_its_variables_in_the_opposite_order() {
    struct Says<'a>(&'static str, &'a Cell<String>);
    impl Drop for Says<'_> {
        fn drop(&mut self) {
            self.1.set(self.1.take() + self.0);
        }
    }
    let said = Cell::new(String::new());
    let inner = async {
        let _inner = Says("inner ", &said);
        pending::<()>().await;
    };
    let outer = async {
        let _first = Says("first", &said);
        let _second = Says("second ", &said);
        inner.await;
    };
    {
        let mut outer = pin!(outer);
        assert!(outer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(said.take(), "inner second first");
}

/// Besides the states of its `.await`s, a future of the compiler knows three: not polled yet, over, and "has panicked".
#[test]
fn a_poll_after_the_end_or_after_a_panic_panics() {
    fn says(future: impl Future<Output = ()>) -> String {
        let mut future = pin!(future);
        let mut poll = || {
            let mut context = Context::from_waker(Waker::noop());
            catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)))
        };
        let _ = poll();
        let again = poll().expect_err("there is nothing left to poll");
        again.downcast_ref::<&str>().map(ToString::to_string).expect("the compiler's words")
    }
    assert_eq!(says(async {}), "`async fn` resumed after completion");
    assert_eq!(
        says(async { panic!("the first poll") }),
        "`async fn` resumed after panicking"
    );
}
