//! `cargo workbook doctor`
use super::Context;
pub fn doctor(_context: &Context) -> anyhow::Result<u8> {
    anyhow::bail!("not there yet")
}
