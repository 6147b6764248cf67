//! `cargo workbook new`

use super::Context;
use crate::{exit, verify::scaffold::Scaffold};

pub fn new(context: &Context, typed: &str) -> anyhow::Result<u8> {
    let scaffold = Scaffold::new(&context.workspace, &context.register, typed)?;
    for file in scaffold.write()? {
        say!("{file}");
    }
    say!(
        "\nThey compile and run. Every place that you have to fill says TODO; CONTRIBUTING.md shows the way.\nWhat is \
         left: cargo workbook verify {}",
        scaffold.id()
    );
    Ok(exit::PASSED)
}
