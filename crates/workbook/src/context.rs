//! What commands and watch work with.

use crate::{
    catalogue::{
        register::{Exercise, Register},
        workspace::Workspace,
    },
    judge::{process::Cancel, run::Job},
    memory::progress::{Progress, Store},
    screen::{render, style::Style, terminal},
};

/// This workbook, what is remembered of it, and how to print.
#[derive(Debug)]
pub struct Context {
    pub workspace: Workspace,
    pub register: Register,
    pub store: Store,
    pub style: Style,
    /// Nothing but ASCII, and nothing is drawn over: `--plain`, or a terminal that can do no more.
    pub plain: bool,
}

impl Context {
    /// Finds the workbook around the current folder.
    pub fn find(plain: bool) -> anyhow::Result<Self> {
        let plain = plain || terminal::is_dumb();
        let workspace = Workspace::find()?;
        let register = Register::read(&workspace)?;
        let store = Store::new(&workspace);
        Ok(Self { workspace, register, store, style: Style::detect(plain), plain })
    }

    /// The first exercise that has not passed; the first of all once all have.
    pub fn current(&self, progress: &Progress) -> anyhow::Result<&Exercise> {
        let open = self.register.exercises().find(|exercise| !progress.passed(&exercise.id()));
        let current = open.or_else(|| self.register.exercises().next());
        current.ok_or_else(|| anyhow::anyhow!("no lesson has an exercise yet"))
    }

    /// How checks are run for this terminal, or for a program that reads JSON.
    pub fn job(&self, cancel: &Cancel, json: bool) -> Job {
        Job {
            workspace: self.workspace.clone(),
            width: if json { 100 } else { render::message_width(&self.style) },
            ascii: self.style.ascii && !json,
            cancel: cancel.clone(),
        }
    }
}
