//! Criterion benches, one per lesson. See `benches/`.

use std::{fs, thread};

/// What a figure depends on besides the code, to be printed beside it: the machine, and what is switched on in tokio.
pub fn conditions() -> String {
    // Only Linux says it in a file.
    let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|info| {
        let model = info.lines().find_map(|line| line.strip_prefix("model name"))?;
        Some(model.trim_start_matches([' ', '\t', ':']).to_owned())
    });
    let processor = processor.as_deref().unwrap_or("an unknown processor");
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let hooks = if cfg!(tokio_unstable) { " and tokio_unstable" } else { "" };
    format!("{processor}, {cores} at a time. tokio with test-util{hooks}, timers and no I/O driver.")
}
