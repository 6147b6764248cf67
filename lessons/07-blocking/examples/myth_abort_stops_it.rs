//! Myth: "`abort` ends it, or a timeout does."
//!
//! Run: `cargo run -p lesson-07-blocking --example myth_abort_stops_it`

use std::{sync::mpsc, time::Duration};

use tokio::{task::spawn_blocking, time::timeout};

// ANCHOR: myth
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (came, comes) = mpsc::channel();
    let (gate, waits) = mpsc::channel::<()>();
    let call = spawn_blocking(move || {
        let _ = came.send(());
        let _ = waits.recv(); // A call to a server that does not answer.
        println!("the call is over");
    });
    let _ = comes.recv();
    call.abort();
    let gave_up = timeout(Duration::from_millis(10), call).await.is_err();
    println!("aborted, and gave up waiting: {gave_up}");
    drop(gate); // Now the server answers.
}
// ANCHOR_END: myth
