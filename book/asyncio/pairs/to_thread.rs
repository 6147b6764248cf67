// A call that blocks is on a thread of its own, and its caller gives up.
//
// Run: `cargo run -p from-asyncio to_thread`

// ANCHOR: program
use std::sync::mpsc;
use tokio::{runtime::Builder, sync::oneshot, task};

fn main() {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime without sockets can be made");
    let (begun, has_begun) = oneshot::channel();
    let (end, may_end) = mpsc::channel();
    runtime.block_on(async {
        let counting = task::spawn_blocking(move || {
            begun.send(()).expect("main waits for it");
            may_end.recv().expect("main says so");
            println!("thread: has ended");
        });
        has_begun.await.expect("it begins");
        // In vain: it has begun. To await it would take as long
        // as the thread does, so the handle is dropped.
        counting.abort();
        println!("main: finished? {}", counting.is_finished());
        drop(counting);
        println!("main: ends");
    });
    end.send(()).expect("the thread is still there");
    drop(runtime);
    println!("runtime: is dropped");
}
// ANCHOR_END: program
