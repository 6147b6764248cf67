//! Programs that can be stopped at any moment, with everything they started.

use std::{
    io::{self, BufRead as _, BufReader, Read, pipe},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Stops the programs that run under it, and lets none start afterwards. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    /// The programs that run now. A program is taken out under the same lock under which it is waited for, and what it has
    /// left behind is killed before: so no signal is ever sent to an id that the system has given to somebody else.
    running: Mutex<Vec<u32>>,
}

impl Cancel {
    /// Kills every program that runs under it.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        for id in self.running().iter() {
            kill_group(*id);
        }
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    fn running(&self) -> MutexGuard<'_, Vec<u32>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a program in a process group of its own.
    fn start(&self, command: &mut Command) -> io::Result<Child> {
        own_group(command);
        let mut running = self.running();
        if self.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let child = command.stdin(Stdio::null()).spawn()?;
        running.push(child.id());
        Ok(child)
    }

    /// Waits for a program, at most until `deadline`, or until nobody wants to know any more; then it is killed. Says whether
    /// it had to be because its time was over.
    fn wait(
        &self,
        child: &mut Child,
        deadline: Option<Instant>,
        is_unwanted: &dyn Fn() -> bool,
        leftovers: Leftovers,
    ) -> io::Result<(ExitStatus, bool)> {
        let mut pause = Duration::from_micros(200);
        let mut timed_out = false;
        loop {
            let mut running = self.running();
            if has_ended(child)? {
                if leftovers == Leftovers::Killed {
                    kill_leftovers(child.id());
                }
                let status = child.wait()?;
                running.retain(|id| *id != child.id());
                return Ok((status, timed_out));
            }
            if !timed_out && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                timed_out = true;
                kill_group(child.id());
            } else if is_unwanted() {
                kill_group(child.id());
            }
            drop(running);
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(1));
        }
    }
}

/// What becomes of the programs that a program started and did not wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leftovers {
    /// They hold the pipe open, and have no purpose any more.
    Killed,
    /// A cargo may start a server that others use, too.
    LeftAlone,
}

/// How a program ended, and what it printed.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    /// It had to be killed because its time was over.
    pub timed_out: bool,
    /// The last 64 KiB of stdout and stderr, in the order in which they were written.
    pub output: String,
}

/// Runs a program to its end, or for `limit`, or until it is unwanted.
pub fn run(
    command: &mut Command,
    cancel: &Cancel,
    limit: Duration,
    is_unwanted: &dyn Fn() -> bool,
) -> io::Result<Ended> {
    // Both streams go through one pipe: what was printed first stands first.
    let (reader, writer) = pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = cancel.start(command)?;
    // The command holds the writing ends: the reader sees the end only once they are closed here, too.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let tail = Arc::new(Mutex::new(Vec::new()));
    let reading = thread::spawn({
        let tail = Arc::clone(&tail);
        move || read_tail(reader, &tail)
    });
    let deadline = Some(Instant::now() + limit);
    let (status, timed_out) = cancel.wait(&mut child, deadline, is_unwanted, Leftovers::Killed)?;
    let patience = Instant::now() + Duration::from_millis(200);
    while !reading.is_finished() && Instant::now() < patience {
        thread::sleep(Duration::from_micros(200));
    }
    let bytes = tail.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Ended { status, timed_out, output: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Runs a program and hands over each line as it comes: those of stdout and those of stderr.
pub fn run_lines(
    command: &mut Command,
    cancel: &Cancel,
    on_stdout: &mut dyn FnMut(&str),
    on_stderr: &mut (dyn FnMut(&str) + Send),
) -> io::Result<ExitStatus> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = cancel.start(command)?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    thread::scope(|scope| {
        scope.spawn(|| each_line(stderr, on_stderr));
        each_line(stdout, on_stdout);
    });
    Ok(cancel.wait(&mut child, None, &|| false, Leftovers::LeftAlone)?.0)
}

fn each_line(stream: impl Read, on_line: &mut dyn FnMut(&str)) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}

/// Keeps the end of what is read: a program that prints without end must not fill the memory.
fn read_tail(mut reader: impl Read, tail: &Mutex<Vec<u8>>) {
    const KEPT: usize = 64 * 1024;
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = reader.read(&mut buffer) {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(&buffer[..length]);
        if tail.len() > 2 * KEPT {
            let surplus = tail.len() - KEPT;
            tail.drain(..surplus);
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // An error says that the group has ended already.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Whether a program has ended. It is not waited for, so its number stays its own, and that of its group.
#[cfg(unix)]
fn has_ended(child: &mut Child) -> io::Result<bool> {
    use rustix::{
        io::retry_on_intr,
        process::{Pid, WaitId, WaitIdOptions, waitid},
    };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let ended = retry_on_intr(|| waitid(WaitId::Pid(Pid::from_child(child)), options))?;
    Ok(ended.is_some())
}

/// Here a process is known by a handle, and its number stays its own as long as that is open.
#[cfg(not(unix))]
fn has_ended(child: &mut Child) -> io::Result<bool> {
    Ok(child.try_wait()?.is_some())
}

/// What a program left behind in its group.
#[cfg(unix)]
fn kill_leftovers(id: u32) {
    kill_group(id);
}

/// Windows finds the children of a program only as long as it lives.
#[cfg(not(unix))]
fn kill_leftovers(_id: u32) {}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

/// Windows has no process groups to kill without unsafe code; its own tool kills a tree.
#[cfg(not(unix))]
fn kill_group(id: u32) {
    let mut kill = Command::new("taskkill");
    kill.args(["/T", "/F", "/PID", &id.to_string()]);
    let _ = kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_stand_in_the_order_in_which_they_were_written() {
        let ended = run(&mut shell("echo a; echo b >&2; echo c; exit 7"), &Cancel::default(), LONG, &|| false)
            .expect("sh runs");
        assert_eq!((ended.output.as_str(), ended.status.code()), ("a\nb\nc\n", Some(7)));
    }

    #[test]
    fn a_program_that_takes_too_long_is_killed() {
        let ended =
            run(&mut shell("sleep 600"), &Cancel::default(), Duration::from_millis(20), &|| false).expect("sh runs");
        assert!(ended.timed_out && !ended.status.success());
    }

    #[test]
    fn a_program_that_nobody_wants_is_killed() {
        let start = Instant::now();
        let unwanted = || start.elapsed() > Duration::from_millis(20);
        let ended = run(&mut shell("sleep 600"), &Cancel::default(), LONG, &unwanted).expect("sh runs");
        assert!(!ended.timed_out && !ended.status.success());
    }

    /// The grandchild holds the pipe: if it lived on, `run` would see no end of the output.
    #[test]
    fn what_a_program_leaves_behind_is_killed() {
        let ended = run(&mut shell("sleep 600 & echo $!"), &Cancel::default(), LONG, &|| false).expect("sh runs");
        let left = ended.output.trim().parse().expect("sh prints the id");
        wait_until_gone(left);
    }

    /// As long as it has not been waited for, no other program can get its number, or that of its group.
    #[test]
    fn that_a_program_has_ended_is_seen_before_it_is_waited_for() {
        let mut child = shell("exit 7").spawn().expect("sh runs");
        while !has_ended(&mut child).expect("it is ours") {
            thread::yield_now();
        }
        assert!(has_ended(&mut child).expect("it is ours"));
        let state = state(child.id());
        assert!(state.starts_with('Z'), "{state:?}");
        assert_eq!(child.wait().expect("it is ours").code(), Some(7));
    }

    /// A server that cargo starts is used by the next cargo, too.
    #[test]
    fn what_cargo_leaves_behind_is_left_alone() {
        let mut id = 0;
        let mut command = shell("sleep 600 >/dev/null 2>&1 & echo $!");
        run_lines(&mut command, &Cancel::default(), &mut |line| id = line.parse().expect("a number"), &mut |_| {})
            .expect("sh runs");
        let state = state(id);
        Command::new("kill").arg(id.to_string()).status().expect("kill is there");
        assert!(!state.is_empty() && !state.starts_with('Z'), "{state:?}");
        wait_until_gone(id);
    }

    /// As `ps` says it: `S` for a program that sleeps, `Z` for one that has ended, and nothing for one that is gone.
    fn state(id: u32) -> String {
        let state = Command::new("ps").args(["-o", "stat=", "-p", &id.to_string()]).output().expect("ps is there");
        String::from_utf8_lossy(&state.stdout).trim().to_owned()
    }

    /// One that has ended and that nobody has waited for yet is gone.
    #[track_caller]
    fn wait_until_gone(id: u32) {
        let patience = Instant::now() + LONG;
        loop {
            let state = state(id);
            if state.is_empty() || state.starts_with('Z') {
                return;
            }
            assert!(Instant::now() < patience, "the process {id} lives on: {state}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn cancel_kills_what_runs_and_lets_nothing_start() {
        let cancel = Cancel::default();
        let running = thread::spawn({
            let cancel = cancel.clone();
            move || run(&mut shell("sleep 600"), &cancel, LONG, &|| false)
        });
        while cancel.running().is_empty() {
            thread::yield_now();
        }
        cancel.cancel();
        let ended = running.join().expect("no panic").expect("sh ran");
        assert!(!ended.status.success() && !ended.timed_out);
        assert!(run(&mut shell("true"), &cancel, LONG, &|| false).is_err());
    }

    #[test]
    fn only_the_end_of_an_endless_output_is_kept() {
        let ended =
            run(&mut shell("yes | head -c 1000000; echo end"), &Cancel::default(), LONG, &|| false).expect("sh runs");
        assert!(ended.output.len() <= 2 * 64 * 1024 + 16 * 1024 && ended.output.ends_with("end\n"));
    }
}
