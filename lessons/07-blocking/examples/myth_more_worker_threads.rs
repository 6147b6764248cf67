//! Myth: "A runtime with several threads does not mind."
//!
//! Run: `cargo run -p lesson-07-blocking --example myth_more_worker_threads`

use std::{
    sync::{Arc, Barrier, mpsc},
    time::Duration,
};

// ANCHOR: myth
fn main() {
    for blocked in [3, 4] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .build()
            .expect("a runtime starts");
        let all_blocked = Arc::new(Barrier::new(blocked + 1));
        let mut gates = Vec::new();
        for _ in 0..blocked {
            let (gate, waits) = mpsc::channel::<()>();
            let all_blocked = Arc::clone(&all_blocked);
            gates.push(gate);
            runtime.spawn(async move {
                all_blocked.wait();
                let _ = waits.recv(); // A synchronous call that takes long.
            });
        }
        all_blocked.wait();
        let (tell, told) = mpsc::channel();
        runtime.spawn(async move { tell.send("a token") });
        // With three it comes at once. With four it would wait for ever.
        let patience = Duration::from_secs(if blocked == 4 { 1 } else { 60 });
        let came = told.recv_timeout(patience).is_ok();
        println!("4 worker threads, {blocked} blocked: does another task run? {came}");
        drop(gates);
    }
}
// ANCHOR_END: myth
