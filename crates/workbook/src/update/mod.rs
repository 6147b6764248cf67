//! Brings a newer version of the workbook, and keeps what the learner wrote.
//!
//! A learner edits files that the next version may change, too. In order:
//!
//! 1. Fetch. Nothing of the learner's has changed until here, and every refusal comes before step 3.
//! 2. Copy each file of the learner's that the new version touches, and write the `plan`.
//! 3. Put these files back to what git knows, unless one was saved since step 2, and let git go forward to the new version.
//!    Git does that itself, because it refuses to overwrite anything that it does not know.
//! 4. Put back what the learner wrote: see [`Fate`].
//!
//! Killed at any point, an update leaves either nothing or a plan, and the next one finishes it. A branch with commits of its
//! own gets a commit that joins both; the rest is the same.

mod git;
mod plan;

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};

use self::{
    git::{Git, Touched},
    plan::Plan,
};
use crate::{catalogue::workspace::Workspace, files, judge::scratch::Scratch};

/// What became of the learner's version of a file that the new version touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// An exercise: the starter changed elsewhere in the file, and both are in it now.
    Joined,
    /// An exercise: the starter changed where the learner has written. The learner's version is in place.
    InPlace,
    /// An exercise that the new version has no more. The learner's version is kept aside.
    Gone,
    /// No exercise. The new version is in place, the learner's kept aside.
    SetAside,
    /// The learner has written on while an update lay interrupted: that is in place, and what was written before is kept aside.
    WrittenOn,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub path: String,
    pub fate: Fate,
    /// Where the learner's version is kept aside.
    pub kept: Option<String>,
}

/// What an update came to.
#[derive(Debug, Clone, Default)]
pub struct Updated {
    /// There was something newer.
    pub is_newer: bool,
    pub changed: Vec<Changed>,
    /// Where it was looked for.
    pub source: String,
}

/// Updates the workbook from where it was cloned, or from a folder or an address.
pub fn update(workspace: &Workspace, from: Option<&str>, say: &dyn Fn(&str)) -> anyhow::Result<Updated> {
    let git = Git::new(&workspace.root);
    is_a_clone(&git, workspace)?;
    let state = workspace.state_dir();
    fs::create_dir_all(&state).with_context(|| format!("cannot write {}", state.display()))?;
    let lock = state.join("update.lock");
    let lock = File::create(&lock).with_context(|| format!("cannot write {}", lock.display()))?;
    if let Err(fs::TryLockError::WouldBlock) = lock.try_lock() {
        bail!("another update is running. Wait until it has ended.");
    }
    nothing_half_done(&git, workspace)?;
    let mut interrupted = Plan::load(workspace);
    let mut head = git.ask(&["rev-parse", "--verify", "HEAD"]).context("this clone has no commit")?;
    let mut updated = Updated::default();
    if let Some(plan) = &interrupted
        && plan.from != head
    {
        say("An update was interrupted. It is finished first.");
        if plan.to == head {
            updated.is_newer = true;
            updated.changed = settle(&git, workspace, plan)?;
        } else {
            // Somebody has gone elsewhere by hand: nobody knows what these files belong to.
            for path in &plan.paths {
                let kept = keep(workspace, path, &plan.mine(path)?)?;
                updated.changed.push(Changed { path: path.clone(), fate: Fate::WrittenOn, kept: Some(kept) });
            }
        }
        plan.remove()?;
        interrupted = None;
    }
    let remote = remote(&git, from)?;
    updated.source.clone_from(&remote.name);
    say(&format!("Asking {} for a newer workbook …", remote.name));
    let new = match (fetch(&git, &remote), &interrupted) {
        (Ok(new), _) => new,
        (Err(error), Some(plan)) => {
            say(&format!("{error:#}\nThe update that was interrupted is finished without."));
            plan.to.clone()
        }
        (Err(error), None) => return Err(error),
    };
    if git.maybe(&["merge-base", "--is-ancestor", &new, &head])?.is_some() {
        // Whatever was interrupted had nothing to do, or was taken back by hand.
        if let Some(plan) = &interrupted {
            put_back(&git, workspace, plan, &[])?;
        }
        return Ok(updated);
    }
    let base = git.maybe(&["merge-base", &head, &new])?;
    let Some(base) = base else {
        bail!(
            "{} holds another project: it has no commit in common with this clone. Nothing was changed.",
            remote.name
        );
    };
    let touched = git.touched(&base, &new)?;
    let to = if base == head {
        new
    } else {
        say("Your branch has commits of its own: they stay, and are joined with the new version.");
        let scratch = Scratch::new().context("no temporary folder can be written")?;
        git.join(&head, &new, &touched, &scratch.path().join("index"))
            .context("your commits cannot be joined with the new version. Nothing was changed")?
    };
    let mut plan = Plan::new(workspace, &base, &head, &to);
    if let Some(before) = &interrupted {
        plan.paths.clone_from(&before.paths);
    }
    let clearing = copy_mine(&git, workspace, &mut plan, &touched, &mut updated)?;
    plan.write()?;
    if let Some(path) = saved_since(workspace, &clearing)? {
        put_back(&git, workspace, &plan, &[])?;
        bail!("{path} was saved while the update was at work. Nothing was changed; run it again.");
    }
    let moved =
        clear(&git, workspace, &clearing).and_then(|()| git.ask(&["merge", "--ff-only", "--quiet", "--no-stat", &to]));
    head = git.ask(&["rev-parse", "--verify", "HEAD"])?;
    if head != to {
        let error = moved.err().unwrap_or_else(|| anyhow::anyhow!("git did not go forward"));
        put_back(&git, workspace, &plan, &clearing)
            .context("what you wrote is safe in .workbook/update, and `cargo workbook update` puts it back")?;
        return Err(error.context("git cannot go to the new version. Your files are as they were"));
    }
    updated.is_newer = true;
    updated.changed.extend(settle(&git, workspace, &plan)?);
    plan.remove()?;
    Ok(updated)
}

/// What to tell whoever starts the workbook while what they wrote is not where they wrote it.
pub fn interrupted(workspace: &Workspace) -> Option<&'static str> {
    // One that is at work holds the lock. Who only looks does not make the file.
    let is_at_work = || {
        let lock = File::open(workspace.state_dir().join("update.lock"));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
    };
    (Plan::is_there(workspace) && !is_at_work()).then_some(
        "An update was interrupted. What you wrote is safe: `cargo workbook update` finishes it and puts it back.",
    )
}

fn is_a_clone(git: &Git, workspace: &Workspace) -> anyhow::Result<()> {
    let top = git.maybe(&["rev-parse", "--show-toplevel"])?;
    let same = |top: &String| fs::canonicalize(top).ok() == fs::canonicalize(&workspace.root).ok();
    if top.as_ref().is_some_and(same) {
        return Ok(());
    }
    // A clone of somebody else's is told by git itself; the rest is an archive.
    if workspace.root.join(".git").exists() {
        git.ask(&["rev-parse", "--show-toplevel"]).context("git does not take this folder for a clone")?;
    }
    bail!(
        "this folder is no git clone, so there is nothing to update from. Nothing was changed.\nClone the workbook beside it: \
         git clone {} workbook\nThen copy into that clone the folder .workbook, which is your progress, and the files under \
         exercises/ that you have written in. `git status` there shows them.",
        env!("CARGO_PKG_REPOSITORY")
    )
}

fn nothing_half_done(git: &Git, workspace: &Workspace) -> anyhow::Result<()> {
    const HALF_DONE: [(&str, &str, &str); 5] = [
        ("MERGE_HEAD", "a merge", "git merge --abort"),
        ("rebase-merge", "a rebase", "git rebase --abort"),
        ("rebase-apply", "a rebase", "git rebase --abort"),
        ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"),
        ("REVERT_HEAD", "a revert", "git revert --abort"),
    ];
    let names = HALF_DONE.iter().map(|(name, ..)| *name).chain(["index.lock"]);
    let asked: Vec<&str> = ["rev-parse"].into_iter().chain(names.flat_map(|name| ["--git-path", name])).collect();
    let paths: Vec<_> = git.ask(&asked)?.lines().map(|line| workspace.root.join(line)).collect();
    if let Some(((_, what, end), _)) = HALF_DONE.iter().zip(&paths).find(|(_, path)| path.exists()) {
        bail!("{what} is half done. Finish it, or give it up with `{end}`, then update. Nothing was changed.");
    }
    if !git.bytes(&["ls-files", "--unmerged"])?.is_empty() {
        bail!(
            "`git status` shows files that are half merged. Mend them and `git add` them, then update. Nothing was changed."
        );
    }
    if let Some(lock) = paths.last().filter(|lock| lock.exists()) {
        bail!(
            "another git is at work, or one was stopped and left {}. If no git is running, remove that file, then run this \
             again. Nothing was changed.",
            workspace.shown(lock)
        );
    }
    Ok(())
}

/// Where a newer version comes from.
struct Remote {
    /// As a person knows it.
    name: String,
    arguments: [String; 2],
}

fn remote(git: &Git, from: Option<&str>) -> anyhow::Result<Remote> {
    if let Some(from) = from {
        // A folder is named from where the person stands.
        let folder = Path::new(from);
        let whole = if folder.exists() { fs::canonicalize(folder).ok() } else { None };
        let place = whole.map_or_else(|| from.to_owned(), |whole| whole.to_string_lossy().into_owned());
        return Ok(Remote { name: from.to_owned(), arguments: [place, "HEAD".to_owned()] });
    }
    let Some(branch) = git.maybe(&["symbolic-ref", "--quiet", "--short", "HEAD"])? else {
        bail!(
            "no branch is checked out (git calls it a detached HEAD). Go to yours first: git switch main\nNothing was changed."
        );
    };
    let setting = |name: &str| git.maybe(&["config", "--get", &format!("branch.{branch}.{name}")]);
    let url = |remote: &str| git.maybe(&["remote", "get-url", remote]);
    match (setting("remote")?, setting("merge")?) {
        (Some(remote), Some(merge)) => {
            let name = url(&remote)?.unwrap_or_else(|| remote.clone());
            Ok(Remote { name, arguments: [remote, merge] })
        }
        // A branch of one's own follows nothing: then the one that was cloned counts.
        _ => match url("origin")? {
            Some(name) => Ok(Remote { name, arguments: ["origin".to_owned(), "HEAD".to_owned()] }),
            None => bail!(
                "this clone does not know where it came from. Say it: cargo workbook update --from {}\nNothing was changed.",
                env!("CARGO_PKG_REPOSITORY")
            ),
        },
    }
}

/// Fetches, and returns the newest commit.
fn fetch(git: &Git, remote: &Remote) -> anyhow::Result<String> {
    let [place, branch] = &remote.arguments;
    git.ask(&["fetch", "--quiet", "--no-tags", "--", place, branch]).with_context(|| {
        format!("{} cannot be reached, or has no such branch. Nothing was changed; try again later", remote.name)
    })?;
    git.ask(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"])
}

/// A file that stands in the way of the new version.
struct Clearing {
    path: String,
    /// It is in the commit that the learner's branch is at.
    is_known: bool,
    /// What it held when it was copied; `None`, if there was no file.
    content: Option<Vec<u8>>,
}

/// Copies each version of the learner's of a file that is touched. Returns what must be cleared for the new version.
fn copy_mine(
    git: &Git,
    workspace: &Workspace,
    plan: &mut Plan,
    touched: &[Touched],
    updated: &mut Updated,
) -> anyhow::Result<Vec<Clearing>> {
    let edited = git.names(&["diff", "--name-only", "--no-renames", "-z", "HEAD"])?;
    let staged = git.names(&["diff", "--name-only", "--no-renames", "-z", "--cached"])?;
    let unstaged = git.names(&["diff", "--name-only", "--no-renames", "-z"])?;
    if let Some(both) =
        touched.iter().map(|file| &file.path).find(|path| staged.contains(path) && unstaged.contains(path))
    {
        bail!(
            "{both} is staged in one version and in the folder in another. Stage the one that counts (git add {both}), then \
             update. Nothing was changed."
        );
    }
    let head = git.tree(&plan.from)?;
    let mut clearing = Vec::new();
    for file in touched {
        let path = &file.path;
        let in_the_way = in_the_way(workspace, path);
        let at = in_the_way.as_ref().unwrap_or(path);
        let place = workspace.root.join(at);
        let Ok(data) = fs::symlink_metadata(&place) else {
            // The learner has removed it. What comes, comes; git must not take it for a change.
            if edited.contains(path) {
                clearing.push(Clearing { path: path.clone(), is_known: head.contains_key(path), content: None });
            }
            continue;
        };
        let committed = head.get(path);
        // What git does not know stands in the way, even where it is told to ignore it.
        let is_changed =
            in_the_way.is_some() || edited.contains(path) || committed.is_none() || committed != file.before.as_ref();
        if !is_changed {
            continue;
        }
        ensure!(
            data.is_file(),
            "{at} is {}, and the new version has a {} of this name. Move it away, then update. Nothing was changed.",
            if data.is_symlink() { "a link" } else { "no file" },
            if in_the_way.is_some() { "folder" } else { "file" }
        );
        let mine = fs::read(&place).with_context(|| format!("cannot read {at}"))?;
        if in_the_way.is_some() || edited.contains(path) || committed.is_none() {
            clearing.push(Clearing { path: at.clone(), is_known: head.contains_key(at), content: Some(mine.clone()) });
        }
        let is_new = in_the_way.is_none() && git.blob(file.after.as_ref())?.is_some_and(|new| new == mine);
        if is_new && plan.paths.contains(at) {
            // Git was stopped when it had written this file. The learner's version is copied already.
            continue;
        }
        // First kept, then written over: who stops between the two loses nothing.
        if let Some(older) = plan.older(at, &mine)? {
            let kept = keep(workspace, at, &older)?;
            updated.changed.push(Changed { path: at.clone(), fate: Fate::WrittenOn, kept: Some(kept) });
        }
        plan.add(at, &mine)?;
    }
    clearing.dedup_by(|one, other| one.path == other.path);
    Ok(clearing)
}

/// A file that stands where the new version has a folder.
fn in_the_way(workspace: &Workspace, path: &str) -> Option<String> {
    let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
    let is_file = |folder: &&str| fs::symlink_metadata(workspace.root.join(folder)).is_ok_and(|data| !data.is_dir());
    folders.into_iter().find(is_file).map(str::to_owned)
}

/// The first file that is not what was copied: an editor has saved it since then.
fn saved_since(workspace: &Workspace, clearing: &[Clearing]) -> anyhow::Result<Option<String>> {
    for Clearing { path, content, .. } in clearing {
        let now = files::read_if_there(&workspace.root.join(path)).with_context(|| format!("cannot read {path}"))?;
        if now != *content {
            return Ok(Some(path.clone()));
        }
    }
    Ok(None)
}

/// Makes the files what git knows, so that it can go forward.
fn clear(git: &Git, workspace: &Workspace, clearing: &[Clearing]) -> anyhow::Result<()> {
    let paths = |is_known: bool| -> Vec<&str> {
        clearing.iter().filter(|file| file.is_known == is_known).map(|file| file.path.as_str()).collect()
    };
    let (known, unknown) = (paths(true), paths(false));
    if !known.is_empty() {
        git.ask(&[&["checkout", "--quiet", "HEAD", "--"], &known[..]].concat())?;
    }
    if !unknown.is_empty() {
        git.ask(&[&["rm", "--quiet", "--cached", "--ignore-unmatch", "--"], &unknown[..]].concat())?;
    }
    for path in unknown {
        let place = workspace.root.join(path);
        if place.exists() {
            fs::remove_file(&place).with_context(|| format!("cannot remove {path}"))?;
        }
    }
    Ok(())
}

/// Git did not go forward: the learner's versions stand where they stood.
fn put_back(git: &Git, workspace: &Workspace, plan: &Plan, cleared: &[Clearing]) -> anyhow::Result<()> {
    let from = git.tree("HEAD")?;
    // What came of it: git may have written some of it before it failed. Or git has forgotten it since.
    let to = git.tree(&plan.to).unwrap_or_default();
    for path in &plan.paths {
        let mine = plan.mine(path)?;
        let place = workspace.root.join(path);
        let now = files::read_if_there(&place).with_context(|| format!("cannot read {path}"))?;
        if now.as_ref() == Some(&mine) {
            continue;
        }
        // Anything else was saved while the update was at work, or since it was interrupted.
        let is_gits = now.is_none() || now == git.blob(from.get(path))? || now == git.blob(to.get(path))?;
        if let Some(saved) = now.filter(|_| !is_gits) {
            // What was not cleared stands where the learner has written it.
            if !cleared.iter().any(|file| file.path == *path) {
                keep(workspace, path, &mine)?;
                continue;
            }
            keep(workspace, path, &saved)?;
        }
        files::replace(&place, &mine).with_context(|| format!("cannot write {path}"))?;
    }
    plan.remove()
}

/// The new version is there. Puts back what the learner wrote.
fn settle(git: &Git, workspace: &Workspace, plan: &Plan) -> anyhow::Result<Vec<Changed>> {
    let mut changed = Vec::new();
    let (base, to) = (git.tree(&plan.base)?, git.tree(&plan.to)?);
    for path in &plan.paths {
        let mine = plan.mine(path)?;
        let old = git.blob(base.get(path))?;
        let new = git.blob(to.get(path))?;
        if new.as_ref() == Some(&mine) {
            // The learner has made the same change.
            continue;
        }
        let place = workspace.root.join(path);
        let change = |fate, kept| Changed { path: path.clone(), fate, kept };
        let (Some(old), Some(new), true) = (&old, &new, is_exercise(path)) else {
            let fate = if is_exercise(path) && new.is_none() { Fate::Gone } else { Fate::SetAside };
            changed.push(change(fate, Some(keep(workspace, path, &mine)?)));
            continue;
        };
        let joined = join(git, &mine, old, new)?;
        let fate = if joined.is_some() { Fate::Joined } else { Fate::InPlace };
        let result = joined.as_ref().unwrap_or(&mine);
        let kept = if *result == mine { None } else { Some(keep(workspace, path, &mine)?) };
        // Read last of all: what is saved from here on has the least time to be written over.
        let now = files::read_if_there(&place).with_context(|| format!("cannot read {path}"))?;
        let is_free = now.is_none() || now.as_ref() == Some(new) || now.as_ref() == Some(result);
        if !is_free {
            changed.push(change(Fate::WrittenOn, Some(keep(workspace, path, &mine)?)));
            continue;
        }
        files::replace(&place, result).with_context(|| format!("cannot write {path}"))?;
        if old != new {
            changed.push(change(fate, kept));
        }
    }
    Ok(changed)
}

/// What the learner wrote in a newer starter, where the two do not touch the same lines.
fn join(git: &Git, mine: &[u8], base: &[u8], new: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    let scratch = Scratch::new().context("no temporary folder can be written")?;
    let write = |name: &str, text: &[u8]| {
        let path = scratch.path().join(name);
        fs::write(&path, text).context("no temporary folder can be written").map(|()| path)
    };
    git.merged(&write("mine", mine)?, &write("base", base)?, &write("new", new)?)
}

/// `exercises/03-join/fan_out.rs`, and nothing below it: that is what a learner edits.
fn is_exercise(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts[..], ["exercises", _, file] if file.ends_with(".rs"))
}

/// Keeps a version aside, where `reset` does. One that is there already, from an update that was interrupted, is the same one.
fn keep(workspace: &Workspace, path: &str, mine: &[u8]) -> anyhow::Result<String> {
    let relative = Path::new(path.strip_prefix("exercises/").unwrap_or(path));
    let folder = workspace.state_dir().join("kept").join(relative.parent().unwrap_or(Path::new("")));
    let stem = relative.file_stem().unwrap_or_default().to_string_lossy();
    let extension = relative.extension().map_or("txt".into(), |extension| extension.to_string_lossy());
    let is_it = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&format!("{stem}.")) && fs::read(path).is_ok_and(|kept| kept == mine)
    };
    let there = crate::catalogue::register::entries(&folder).into_iter().find(is_it);
    let kept = match there {
        Some(kept) => kept,
        None => files::keep_aside(mine, &folder, &stem, &extension)
            .with_context(|| format!("your version of {path} cannot be kept aside in {}", workspace.shown(&folder)))?,
    };
    Ok(workspace.shown(&kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_that_a_learner_edits_are_exercises() {
        assert!(is_exercise("exercises/03-join/fan_out.rs"));
        for other in
            ["exercises/03-join/Cargo.toml", "exercises/03-join/checks/fan_out.rs", "solutions/03-join/fan_out.rs"]
        {
            assert!(!is_exercise(other), "{other}");
        }
    }
}
