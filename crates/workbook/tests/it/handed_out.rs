//! The executor that four exercises of lesson 2 hand out: the same queue in all of them, and a wake that does not look through
//! it. The comparisons are counted, and no clock is read.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Every id is a `Counted` instead of a `usize`, and each comparison of two of them is one more.
const COUNTED: &str = r#"
use std::{cell::Cell, collections::{HashSet, VecDeque}, hash::{Hash, Hasher}};

thread_local!(static COMPARISONS: Cell<u64> = const { Cell::new(0) });

#[derive(Clone, Copy, Debug, Eq)]
struct Counted(u32);

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0 == other.0
    }
}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

fn main() {
    let mut queue = Queue::default();
    // Each is woken twice while all the others stand in the queue too.
    for id in (0..TASKS).chain(0..TASKS) {
        queue.push(Counted(id));
    }
    // Each has its turn, and is woken in it: it stands at the end once more.
    for id in 0..TASKS {
        assert_eq!(queue.pop().map(|id| id.0), Some(id));
        queue.push(Counted(id));
    }
    for id in 0..TASKS {
        assert_eq!(queue.pop().map(|id| id.0), Some(id));
    }
    assert!(queue.pop().is_none());
    println!("{}", COMPARISONS.get());
}
"#;

#[test]
fn a_wake_costs_the_same_however_long_the_queue_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
    let exercises = root.join("exercises/02-executor");
    let read = |name| fs::read_to_string(exercises.join(name)).expect("the exercise is there");
    let queue = read("timers.rs");
    for other in ["join_handle.rs", "lost_waker.rs", "budget.rs"] {
        let other = read(other);
        // What a task is differs from one to the next. The queue and the wake do not.
        for part in ["struct Queue {", "impl Queue {", "struct TaskWaker {", "impl Wake for TaskWaker {"] {
            assert_eq!(item(&queue, part), item(&other, part));
        }
    }
    let wake = item(&queue, "impl Wake for TaskWaker {");
    assert!(wake.contains(".push(self.id);") && !wake.contains("contains("), "a wake is one push:\n{wake}");

    const TASKS: u32 = 20_000;
    let parts =
        ["struct Queue {", "impl Queue {"].map(|part| item(&queue, part).replace("usize", "Counted")).join("\n");
    let program = format!("{COUNTED}\nconst TASKS: u32 = {TASKS};\n#[derive(Default)]\n{parts}");
    let (source, built) = scratch();
    fs::write(&source, program).expect("the folder for tests can be written");
    let rustc =
        Command::new("rustc").current_dir(root).args(["--edition=2024", "-o"]).arg(&built).arg(&source).output();
    let rustc = rustc.expect("the toolchain has rustc");
    assert!(rustc.status.success(), "{}", String::from_utf8_lossy(&rustc.stderr));
    let run = Command::new(&built).output().expect("it was built");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let comparisons: u64 = String::from_utf8_lossy(&run.stdout).trim().parse().expect("it prints a number");

    // Three pushes and two pops a task. A table compares what has the same hash, and a few more by chance. A look through the
    // queue at each push would make thousands of times as many.
    let tasks = u64::from(TASKS);
    assert!(comparisons >= tasks, "{comparisons}: the second wake of each task finds it in the queue");
    assert!(comparisons <= 10 * tasks, "{comparisons} comparisons for {TASKS} tasks");
}

/// From the line that begins with this to the brace that closes it at the margin.
fn item<'text>(text: &'text str, begin: &str) -> &'text str {
    let from = text.find(begin).unwrap_or_else(|| panic!("there is no `{begin}`"));
    let length = text[from..].find("\n}\n").expect("an item has an end") + "\n}\n".len();
    &text[from..from + length]
}

fn scratch() -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("handed_out");
    fs::create_dir_all(&folder).expect("the folder for tests can be written");
    (folder.join("queue.rs"), folder.join(format!("queue{}", env::consts::EXE_SUFFIX)))
}
