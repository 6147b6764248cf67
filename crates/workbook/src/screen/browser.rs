//! The book, in the browser of this system.

use std::{
    env,
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

/// Opens a page that is a file, at a section where one is named, and says whether a browser could be started. Where none runs
/// yet, this may return only when it is closed again: `xdg-open` then waits for it on some systems.
pub fn opens(page: &Path, section: Option<&str>) -> bool {
    match section {
        None => opened(page.as_os_str()),
        Some(section) => opens_address(&format!("{}#{section}", address(page))),
    }
}

/// As [`opens`], for what is not a file.
pub fn opens_address(address: &str) -> bool {
    opened(OsStr::new(address))
}

fn opened(what: &OsStr) -> bool {
    let (program, arguments): (&str, &[&str]) = match env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut opener = Command::new(program);
    opener.args(arguments).arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // What stops or ends the runner (Ctrl-Z, Ctrl-C, a terminal that is closed) is not for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut opener, 0);
    opener.status().is_ok_and(|status| status.success())
}

/// `file:///…`, because only an address can name a section.
fn address(page: &Path) -> String {
    let path = page.to_string_lossy().replace('\\', "/").replace('%', "%25").replace(' ', "%20").replace('#', "%23");
    format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_an_address() {
        assert_eq!(address(Path::new("/a b/c#1/d.html")), "file:///a%20b/c%231/d.html");
        assert_eq!(address(Path::new("C:\\book\\d.html")), "file:///C:/book/d.html");
    }
}
