//! The settings as a file that can be read again: what `--print-config` says.

use std::net::Ipv4Addr;

use serde_json::Value;

use super::{ModelOptions, Options, Preset, merged, table};
use crate::{
    config::Config,
    units::{Share, Span},
};

/// What stands in place of a key. No server starts with it, so a printed file cannot become one that anybody may call.
pub(super) const HIDDEN: &str = "****";

impl Options {
    /// All settings as a TOML file, sorted, with defaults where nothing was said. A comment stands for what has none, and
    /// `****` for each key.
    ///
    /// ```
    /// use mock_llm_server::Options;
    ///
    /// let options = Options { seed: Some(7), api_key: Some(vec!["sk-test".to_owned()]), ..Options::default() };
    /// let text = options.to_toml();
    /// for line in ["api-key = [\"****\"]", "body-limit = 10485760", "# reply is not set", "seed = 7"] {
    ///     assert!(text.lines().any(|printed| printed == line), "{text}");
    /// }
    /// ```
    pub fn to_toml(&self) -> String {
        let mut said = self.with_defaults();
        said.api_key.iter_mut().flatten().for_each(|key| HIDDEN.clone_into(key));
        let mut fields = String::new();
        let mut tables = String::new();
        // JSON's texts, numbers and lists are written as TOML's are.
        for (name, value) in table(&said) {
            match value.as_array() {
                _ if value.is_null() => fields.push_str(&format!("# {name} is not set\n")),
                Some(list) if list.iter().any(|one| one.is_object()) => {
                    for one in list.iter().filter_map(|one| one.as_object()) {
                        tables.push_str(&format!("\n[[{name}]]\n"));
                        let said = one.iter().filter(|(_, value)| !value.is_null());
                        tables.extend(said.map(|(name, value)| format!("{name} = {}\n", inline(value))));
                    }
                }
                _ => fields.push_str(&format!("{name} = {}\n", inline(&value))),
            }
        }
        fields + &tables
    }

    /// These settings, with defaults where nothing was said and there is one.
    fn with_defaults(&self) -> Self {
        let default = Config::default();
        let defaults = Self {
            host: Some(Ipv4Addr::LOCALHOST.into()),
            port: Some(Self::PORT),
            body_limit: Some(default.body_limit),
            heartbeat: Some(Span(default.heartbeat)),
            drain: Some(Span(default.drain)),
            threads: Some(default.threads),
            journal_limit: Some(default.journal_limit),
            model: self.models.is_empty().then(|| vec![Self::MODEL.to_owned()]),
            seed: Some(default.seed),
            failure_injection_rate: Some(Share(default.failure_rate)),
            failure_types: Some(default.failure_types.iter().map(ToString::to_string).collect()),
            shared: ModelOptions { preset: Some(Preset::Instant), max_waiting: Some(0), ..ModelOptions::default() },
            ..Self::default()
        };
        let said = merged(self, &defaults);
        Self { config: self.config.clone(), print_config: self.print_config, ..said }
    }
}

/// A value on one line, in TOML. The one character that JSON's texts may have and TOML's may not is written as its number.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(inline).collect();
            format!("[{}]", list.join(", "))
        }
        Value::Object(table) => {
            let said = table.iter().filter(|(_, value)| !value.is_null());
            let said: Vec<String> = said.map(|(name, value)| format!("{name} = {}", inline(value))).collect();
            format!("{{ {} }}", said.join(", "))
        }
        other => other.to_string().replace('\u{7f}', "\\u007F"),
    }
}
