//! `cargo workbook book`
use super::Context;
pub fn book(_context: &Context, _build_only: bool) -> anyhow::Result<u8> {
    anyhow::bail!("not there yet")
}
