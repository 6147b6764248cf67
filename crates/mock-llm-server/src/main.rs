//! The program: `cargo run -p mock-llm-server -- --help`.

use std::{
    error::Error,
    io,
    process::{ExitCode, exit},
    thread,
    time::Duration,
};

use clap::Parser;
use mock_llm_server::{MockServer, Options};

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
    let options = Options::parse().with_file()?;
    if options.print_config {
        // Said before it is checked, so that a wrong setting can be looked at too.
        print!("{}", options.to_toml());
        options.into_config()?;
        return Ok(());
    }
    let config = options.into_config()?;
    let (address, loopback) = (config.address, config.address.ip().is_loopback());
    let models: Vec<&str> = config.models.iter().map(|model| model.name()).collect();
    let models = models.join(", ");
    let server = MockServer::start(config).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("listening on {}/v1, models: {models}", server.url());
    if !loopback {
        eprintln!("warning: {address} can be reached from other machines");
    }
    wait_for_signal()?;
    eprintln!("stopping: open streams may end; once more to stop at once");
    thread::spawn(|| {
        if wait_for_signal().is_ok() {
            exit(130);
        }
        thread::sleep(Duration::MAX);
    });
    server.stop();
    Ok(())
}

/// Waits for Ctrl-C, or for the signal by which a service is stopped.
fn wait_for_signal() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        #[cfg(unix)]
        {
            let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                result = tokio::signal::ctrl_c() => result?,
                _ = terminated.recv() => {}
            }
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await?;
        Ok(())
    })
}
