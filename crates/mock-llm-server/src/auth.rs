//! API keys, where the server asks for one.

use axum::http::{HeaderMap, header};

use crate::error::ApiError;

/// Lets a request through whose bearer token is one of the keys. Without keys, every request.
pub(crate) fn check(headers: &HeaderMap, keys: &[String]) -> Result<(), ApiError> {
    if keys.is_empty() {
        return Ok(());
    }
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = value.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let key = key.map(|(_, key)| key.trim()).filter(|key| !key.is_empty()).ok_or_else(ApiError::no_key)?;
    if keys.iter().any(|known| known == key) { Ok(()) } else { Err(ApiError::wrong_key(&shown(key))) }
}

/// Enough of a key to know it again, and too little to use it.
fn shown(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let [.., a, b, c, d] = letters[..] else { return "****".to_owned() };
    if letters.len() < 12 {
        return "****".to_owned();
    }
    format!("{}****{a}{b}{c}{d}", letters[..3].iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_in_part_or_not_at_all() {
        assert_eq!(shown("sk-1234567890abcd"), "sk-****abcd");
        assert_eq!(shown("secret"), "****");
        assert_eq!(shown(""), "****");
    }
}
