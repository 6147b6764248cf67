//! The program: `cargo run -p mock-llm-server -- --help`.

use std::{
    error::Error,
    io,
    process::{ExitCode, exit},
    thread,
};

use mock_llm_server::{MockServer, Options, OptionsError};
use tokio::runtime::{self, Runtime};
#[cfg(unix)]
use tokio::signal::unix;
#[cfg(windows)]
use tokio::signal::windows;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::from_command_line().with_file()?;
    if options.print_config {
        // Said before it is checked, so that a wrong setting can be looked at too.
        print!("{}", options.to_toml());
        return match options.into_config() {
            // What was printed once can be printed again, though no server can start with it.
            Ok(_) | Err(OptionsError::HiddenKey) => Ok(()),
            Err(error) => Err(error.into()),
        };
    }
    let config = options.into_config()?;
    let (address, loopback) = (config.address, config.address.ip().is_loopback());
    let models: Vec<&str> = config.models.iter().map(|model| model.name()).collect();
    let models = models.join(", ");
    // A connection is a file, and systems allow a program few of them until it asks. Where it may not, it goes on with few.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    // Before anybody can know that the program runs, and stop it.
    let mut signals = Signals::listen()?;
    let server = MockServer::start(config).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("listening on {}/v1, models: {models}", server.url());
    if !loopback {
        eprintln!("warning: {address} can be reached from other machines");
    }
    signals.wait();
    eprintln!("stopping: open streams may end; once more to stop at once");
    thread::spawn(move || {
        signals.wait();
        exit(130);
    });
    server.stop();
    Ok(())
}

/// Ctrl-C, and the signal by which a service is stopped.
struct Signals {
    runtime: Runtime,
    #[cfg(unix)]
    sources: [unix::Signal; 2],
    #[cfg(windows)]
    source: windows::CtrlC,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let sources = [unix::signal(unix::SignalKind::interrupt())?, unix::signal(unix::SignalKind::terminate())?];
        drop(inside);
        Ok(Self { runtime, sources })
    }

    #[cfg(windows)]
    fn listen() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let source = windows::ctrl_c()?;
        drop(inside);
        Ok(Self { runtime, source })
    }

    /// Waits for the next one.
    fn wait(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.sources;
            self.runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            });
        }
        #[cfg(windows)]
        self.runtime.block_on(self.source.recv());
    }
}
