//! A small value that a JSON schema allows: what a model replies to a schema, or calls a tool with.

use serde_json::{Map, Value};

/// Why a schema has no example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoExample {
    /// The smallest reply is too long, or too much work.
    #[error("the smallest reply that obeys it is larger than {LARGEST} bytes")]
    TooLarge,
    /// A value that must contain another one of its kind.
    #[error("it requires a value that contains itself without end")]
    Endless,
}

/// How many bytes an example may have. It is made on the thread that serves, beside other people's streams, so what bounds
/// its size bounds its work.
const LARGEST: usize = 64 * 1024;

/// From this depth on, what is not required is left out: a tree has leaves.
const DEEP: usize = 4;

/// No value is deeper than this.
const DEEPEST: usize = 64;

/// The smallest value that a JSON schema allows, as far as common schemas go, with its optional members where they are near
/// the root.
pub(super) fn example(schema: &Value) -> Result<Value, NoExample> {
    Maker { root: schema, left: LARGEST }.example(schema, 0)
}

struct Maker<'schema> {
    /// Where `$ref` points into.
    root: &'schema Value,
    /// How many bytes may still be written. Each step costs one at least.
    left: usize,
}

impl Maker<'_> {
    fn spend(&mut self, bytes: usize) -> Result<(), NoExample> {
        self.left = self.left.checked_sub(bytes).ok_or(NoExample::TooLarge)?;
        Ok(())
    }

    /// A value that stands in the schema itself.
    fn given(&mut self, value: &Value) -> Result<Value, NoExample> {
        self.spend(value.to_string().len())?;
        Ok(value.clone())
    }

    fn example(&mut self, schema: &Value, depth: usize) -> Result<Value, NoExample> {
        self.spend(1)?;
        if depth > DEEPEST {
            return Err(NoExample::Endless);
        }
        if let Some(given) = ["const", "default"].iter().find_map(|name| schema.get(name)) {
            return self.given(given);
        }
        if let Some(first) = ["enum", "examples"].iter().find_map(|name| schema.get(name)?.get(0)) {
            return self.given(first);
        }
        let target = schema.get("$ref").and_then(Value::as_str);
        if let Some(target) = target.and_then(|path| self.root.pointer(path.trim_start_matches('#'))) {
            return self.example(target, depth + 1);
        }
        if let Some(choices) = ["anyOf", "oneOf", "allOf"].iter().find_map(|name| schema.get(name)?.as_array()) {
            // A list in strict mode ends with the `null` that its next element may also be.
            let leaf = choices.iter().find(|choice| depth > DEEP && is_leaf(choice));
            if let Some(choice) = leaf.or(choices.first()) {
                return self.example(choice, depth + 1);
            }
        }
        let kind = match schema.get("type") {
            Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
            Some(Value::String(kind)) => Some(kind.as_str()),
            _ if schema.get("properties").is_some() => Some("object"),
            _ => None,
        };
        match kind {
            Some("string") => self.text(schema),
            Some("integer" | "number") => Ok(Value::from(
                number(schema, "minimum").unwrap_or(1).min(number(schema, "maximum").unwrap_or(i64::MAX)),
            )),
            Some("boolean") => Ok(Value::from(true)),
            Some("null") => Ok(Value::Null),
            Some("array") => self.list(schema, depth),
            _ => self.object(schema, depth),
        }
    }

    fn text(&mut self, schema: &Value) -> Result<Value, NoExample> {
        let size = |name| number(schema, name).map(|size| usize::try_from(size).unwrap_or(0));
        let length = size("minLength").unwrap_or(0).max(4).min(size("maxLength").unwrap_or(usize::MAX));
        self.spend(length)?;
        Ok(Value::from("text".chars().cycle().take(length).collect::<String>()))
    }

    fn list(&mut self, schema: &Value, depth: usize) -> Result<Value, NoExample> {
        let otherwise = if depth > DEEP { 0 } else { 1 };
        let least = number(schema, "minItems").map_or(otherwise, |size| usize::try_from(size).unwrap_or(0));
        self.spend(least)?;
        let item = schema.get("items").unwrap_or(&Value::Null);
        let items = (0..least).map(|_| if item.is_null() { Ok(Value::Null) } else { self.example(item, depth + 1) });
        Ok(Value::Array(items.collect::<Result<_, _>>()?))
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Result<Value, NoExample> {
        let required = |name: &str| {
            let names = schema.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|required| required == name))
        };
        let mut object = Map::new();
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if depth > DEEP && !required(name) {
                continue;
            }
            // With its quotes, its colon and its comma.
            self.spend(name.len() + 4)?;
            object.insert(name.clone(), self.example(schema, depth + 1)?);
        }
        Ok(Value::Object(object))
    }
}

/// Whether a schema allows a value without parts.
fn is_leaf(schema: &Value) -> bool {
    ["const", "enum"].iter().any(|name| schema.get(name).is_some())
        || schema.get("type").and_then(Value::as_str).is_some_and(|kind| !["object", "array"].contains(&kind))
}

fn number(schema: &Value, name: &str) -> Option<i64> {
    schema.get(name).and_then(Value::as_i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_example_is_what_its_schema_asks_for() {
        let table = [
            (json!({}), json!({})),
            (json!({ "type": "string" }), json!("text")),
            (json!({ "type": "string", "enum": ["celsius", "kelvin"] }), json!("celsius")),
            (json!({ "type": "string", "maxLength": 2 }), json!("te")),
            (json!({ "type": "string", "minLength": 6 }), json!("textte")),
            (json!({ "type": "integer", "minimum": 5 }), json!(5)),
            (json!({ "type": ["boolean", "null"] }), json!(true)),
            (json!({ "type": "array", "items": { "type": "number" }, "minItems": 2 }), json!([1, 1])),
            (json!({ "anyOf": [{ "type": "null" }, { "type": "string" }] }), json!(null)),
            (
                json!({ "type": "object", "properties": {
                    "city": { "type": "string", "default": "Oslo" }, "days": { "$ref": "#/$defs/days" } },
                    "$defs": { "days": { "type": "integer" } } }),
                json!({ "city": "Oslo", "days": 1 }),
            ),
        ];
        for (schema, expected) in table {
            assert_eq!(example(&schema), Ok(expected), "{schema}");
        }
    }

    /// Each of these once took seconds and gigabytes, or the process.
    #[test]
    fn a_small_schema_makes_no_large_reply() {
        let itself = json!({ "$ref": "#" });
        let names = ["a", "b", "c", "d", "e", "f"];
        let members: Map<String, Value> = names.iter().map(|&name| (name.to_owned(), itself.clone())).collect();
        let optional = json!({ "type": "object", "properties": members });
        let small = example(&optional).expect("what is optional is left out deep down");
        assert!(small["a"].is_object() && small.to_string().len() <= LARGEST);
        let required = json!({ "type": "object", "properties": members, "required": names });
        assert_eq!(example(&required), Err(NoExample::Endless));
        let list = |items: Value| json!({ "type": "array", "minItems": 100, "items": items });
        let nested = list(list(list(list(json!({ "type": "string" })))));
        assert_eq!(example(&nested), Err(NoExample::TooLarge));
        for size in [json!(100_000), json!(i64::MAX)] {
            assert_eq!(example(&json!({ "type": "string", "minLength": size })), Err(NoExample::TooLarge));
            assert_eq!(example(&json!({ "type": "array", "minItems": size })), Err(NoExample::TooLarge));
        }
        let long = json!({ "type": "array", "minItems": 3, "items": { "const": "x".repeat(30_000) } });
        assert_eq!(example(&long), Err(NoExample::TooLarge));
    }

    #[test]
    fn a_schema_that_is_its_own_part_has_an_end() {
        let schema = json!({ "type": "object", "properties": { "next": { "$ref": "#" } } });
        assert!(example(&schema).is_ok_and(|value| value["next"].is_object()));
        assert_eq!(example(&json!({ "$ref": "#" })), Err(NoExample::Endless));
        let next = json!({ "anyOf": [{ "$ref": "#" }, { "type": "null" }] });
        let strict = json!({ "type": "object", "properties": { "next": next }, "required": ["next"] });
        let made = example(&strict).expect("it may end with null");
        assert!(made["next"].is_object() && made.to_string().contains("{\"next\":null}"), "{made}");
    }
}
