//! Writes that lose nothing: a file is replaced whole or not at all, and nothing kept aside is ever overwritten.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

/// What a file holds; `None`, if there is none. A file that cannot be read is an error, and never one that is not there: what
/// is written over it would be lost.
pub fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file by a new one with this content. Whoever reads it sees the old content or the new, never a part. Where the
/// path is a link, the file that it leads to is replaced; what is no file (a device, a pipe) is written to.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, |file| file.write_all(content))
}

/// As [`replace`], for what can be made again: after a power failure the file may be empty.
pub fn replace_soon(path: &Path, content: &[u8]) -> io::Result<()> {
    write_beside(path, false, |file| file.write_all(content))
}

/// As [`replace`], with the writing passed in: tests pass one that fails half-way.
pub fn replace_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    // Without the sync, a machine that loses power may keep the new name and an empty file.
    write_beside(path, true, write)
}

fn write_beside(path: &Path, sync: bool, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir()) {
        return write(&mut OpenOptions::new().write(true).open(path)?);
    }
    let path = &behind_links(path);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // In the same folder, because a file can be renamed only within one disk.
    let temporary = folder.join(format!(".{name}.{}.tmp", process::id()));
    let mut file = File::create(&temporary)?;
    let written = write(&mut file).and_then(|()| if sync { file.sync_all() } else { Ok(()) });
    drop(file);
    let replaced = written.and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    replaced
}

/// The file itself. A link that leads nowhere is all there is.
fn behind_links(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
    let file = if is_link { fs::canonicalize(path).ok() } else { None };
    file.unwrap_or_else(|| path.to_owned())
}

/// Keeps a copy as `<folder>/<stem>.<n>.<extension>` with the lowest `n` that is free, and says where.
pub fn keep_aside(content: &[u8], folder: &Path, stem: &str, extension: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for n in 1.. {
        let path = folder.join(format!("{stem}.{n}.{extension}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                let written = file.write_all(content).and_then(|()| file.sync_all());
                if written.is_err() {
                    let _ = fs::remove_file(&path);
                }
                return written.map(|()| path);
            }
        }
    }
    unreachable!("a number is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_fails_half_way_leaves_the_old_content_and_no_litter() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("progress.txt");
        replace(&path, b"old").expect("the folder can be written");
        let error = replace_with(&path, |file| {
            file.write_all(b"ne")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(error.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
        assert_eq!(fs::read(&path).expect("it is still there"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_is_no_file_is_written_to() {
        use std::{
            os::unix::fs::{FileTypeExt as _, symlink},
            thread,
        };

        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("elsewhere")).expect("the folder can be written");
        fs::write(path("elsewhere/file"), "old").expect("the folder can be written");
        symlink("elsewhere/file", path("link")).expect("the folder can be written");
        replace(&path("link"), b"new").expect("the folder can be written");
        assert!(fs::symlink_metadata(path("link")).expect("it is there").is_symlink());
        assert_eq!(fs::read(path("elsewhere/file")).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(path("elsewhere")).expect("a folder").count(), 1);

        let pipe = path("pipe");
        assert!(process::Command::new("mkfifo").arg(&pipe).status().expect("every Unix has it").success());
        let reader = thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe)
        });
        replace(&pipe, b"new").expect("somebody reads");
        assert!(fs::metadata(&pipe).expect("it is there").file_type().is_fifo(), "it is still what it was");
        assert_eq!(reader.join().expect("no panic").expect("somebody wrote"), b"new");
    }

    #[test]
    fn only_a_file_that_is_not_there_is_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("progress.txt");
        assert_eq!(read_if_there(&path).expect("it is not there"), None);
        fs::write(&path, "one").expect("the folder can be written");
        assert_eq!(read_if_there(&path).expect("it is there"), Some(b"one".to_vec()));
        assert!(read_if_there(folder.path()).is_err(), "a folder is there, and cannot be read");
    }

    #[test]
    fn what_is_kept_aside_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = keep_aside(b"one", folder.path(), "fan_out", "rs").expect("the folder can be written");
        let second = keep_aside(b"two", folder.path(), "fan_out", "rs").expect("the folder can be written");
        assert!(first.ends_with("fan_out.1.rs") && second.ends_with("fan_out.2.rs"));
        assert_eq!(fs::read(first).expect("it is there"), b"one");
    }
}
