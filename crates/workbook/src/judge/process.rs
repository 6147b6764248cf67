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
    /// The programs that run now. A program is taken out under the same lock under which it is waited for, so that
    /// `cancel` never sends a signal to an id that the system has given to somebody else.
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
    ) -> io::Result<(ExitStatus, bool)> {
        let mut pause = Duration::from_micros(200);
        let mut timed_out = false;
        loop {
            let mut running = self.running();
            if let Some(status) = child.try_wait()? {
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
    let (status, timed_out) = cancel.wait(&mut child, Some(Instant::now() + limit), is_unwanted)?;
    kill_leftovers(child.id());
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
    Ok(cancel.wait(&mut child, None, &|| false)?.0)
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

/// What a program left behind in its group holds the pipe open, and has no purpose any more.
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
        let left: i32 = ended.output.trim().parse().expect("sh prints the id");
        let gone = || {
            let state = std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
            state.is_empty() || state.contains(") Z ")
        };
        let patience = Instant::now() + Duration::from_secs(10);
        while cfg!(target_os = "linux") && !gone() {
            assert!(Instant::now() < patience, "the process {left} lives on");
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
