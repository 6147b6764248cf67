//! w
use crate::commands::Context;
pub fn run(_c: &Context) -> anyhow::Result<u8> {
    anyhow::bail!("not there yet")
}
