//! A small value that a JSON schema allows: what a model replies to a schema, or calls a tool with.
//!
//! Values are made here, and judged by `jsonschema`: what is given out obeys its schema, and what cannot be made is an error that
//! says so.

use std::{borrow::Cow, cell::Cell};

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::pattern;

/// Why a schema has no example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoExample {
    /// The smallest reply is too long, or too much work.
    #[error("the smallest reply that obeys it is larger than {LARGEST} bytes")]
    TooLarge,
    /// Several replies of which each would do.
    #[error("so many replies that obey it are larger than {LARGEST_TOGETHER} bytes, or too much work")]
    TooMany,
    /// A value that must contain another one of its kind.
    #[error("it requires a value that contains itself without end")]
    Endless,
    #[error("it has more than {LARGEST_SCHEMA} parts")]
    LargeSchema,
    #[error("it has more than {MOST_PATTERNS} patterns, or they are longer than {LONGEST_PATTERNS} bytes together")]
    ManyPatterns,
    #[error("it is no JSON schema: {0}")]
    NoSchema(String),
    #[error("it refers to '{0}', which is not in it")]
    NoTarget(String),
    #[error("its pattern '{0}' is not understood")]
    Pattern(String),
    /// What was made does not obey.
    #[error("none was found that obeys all of it ({0})")]
    Unmet(String),
}

/// How many bytes an example may have. It is made on the thread that serves, beside other people's streams, so what bounds
/// its size bounds its work.
const LARGEST: usize = 64 * 1024;

/// How many bytes all choices of a reply may have together, those included that were made and found wrong.
const LARGEST_TOGETHER: usize = BRANCHES * LARGEST;

/// How many values a schema may consist of.
const LARGEST_SCHEMA: usize = 10_000;

/// How many bytes the compiled form of a pattern may take.
const LARGEST_PATTERN: usize = 1024 * 1024;

/// How many patterns a schema may have: each is compiled, whether or not a value meets it.
const MOST_PATTERNS: usize = 100;

/// How many bytes all of them may have together. They are read before anything bounds what comes of them.
const LONGEST_PATTERNS: usize = 16 * 1024;

/// How many parts of schemas may be looked at for one value.
const MOST_WORK: usize = 64 * 1024;

/// From this depth on, what is not required is left out: a tree has leaves.
const DEEP: usize = 4;

/// No value is deeper than this.
const DEEPEST: usize = 64;

/// Of alternatives, so many are tried as the first.
const BRANCHES: usize = 4;

/// Makes values that one schema allows.
#[derive(Debug)]
pub(super) struct Examples<'schema> {
    schema: &'schema Value,
    /// `None` where everything is allowed.
    validator: Option<Validator>,
    /// How many bytes, and how many parts to be looked at, are left for what is still made.
    left: Cell<(usize, usize)>,
}

impl<'schema> Examples<'schema> {
    /// Reads a schema. `null` stands for one that was not given.
    pub(super) fn new(schema: &'schema Value) -> Result<Self, NoExample> {
        if parts_of(schema) > LARGEST_SCHEMA {
            return Err(NoExample::LargeSchema);
        }
        let patterns = patterns_of(schema);
        if patterns.count > MOST_PATTERNS || patterns.bytes > LONGEST_PATTERNS {
            return Err(NoExample::ManyPatterns);
        }
        let build = || {
            // A pattern of thirty letters may ask for a machine of a gigabyte.
            let patterns = PatternOptions::regex().size_limit(LARGEST_PATTERN);
            let options = jsonschema::options().should_validate_formats(true).with_pattern_options(patterns);
            let validator = options.build(schema);
            validator.map_err(|error| NoExample::NoSchema(short(&error.to_string())))
        };
        let validator = if schema.is_null() { None } else { Some(build()?) };
        Ok(Self { schema, validator, left: Cell::new((LARGEST_TOGETHER, BRANCHES * MOST_WORK)) })
    }

    /// The smallest value that the schema allows, with its optional members where they are near the root. Variants differ
    /// from each other where the schema leaves a choice.
    pub(super) fn make(&self, variant: usize) -> Result<Value, NoExample> {
        let mut tries = (0..BRANCHES).map(|branch| (variant, branch)).collect::<Vec<_>>();
        if variant > 0 {
            tries.extend((0..BRANCHES).map(|branch| (0, branch)));
        }
        let mut failure = None;
        for (variant, branch) in tries {
            let (bytes, work) = self.left.get();
            let bounds = (LARGEST.min(bytes), MOST_WORK.min(work));
            let mut maker = Maker { root: self.schema, left: bounds.0, work: bounds.1, variant, branch };
            let made = maker.example(self.schema, 0);
            self.left.set((bytes - (bounds.0 - maker.left), work - (bounds.1 - maker.work)));
            let problem = match made {
                Ok(value) => match self.validator.as_ref().map_or(Ok(()), |validator| validator.validate(&value)) {
                    Ok(()) => return Ok(value),
                    Err(error) => NoExample::Unmet(short(&error.to_string())),
                },
                Err(NoExample::TooLarge) if bounds != (LARGEST, MOST_WORK) => return Err(NoExample::TooMany),
                // What has no end has none by another way either, as a rule; and to look for it would be long.
                Err(error @ (NoExample::TooLarge | NoExample::Endless)) => return Err(error),
                Err(error) => error,
            };
            failure.get_or_insert(problem);
        }
        Err(failure.expect("there was a try"))
    }
}

/// The words of others, cut: they repeat values that may be long.
fn short(text: &str) -> String {
    let text: String = text.chars().take(160).collect();
    text.trim_end_matches('.').to_owned()
}

struct Maker<'schema> {
    /// Where `$ref` points into.
    root: &'schema Value,
    /// How many bytes may still be written. Each step costs one at least.
    left: usize,
    work: usize,
    variant: usize,
    /// Which of alternatives is tried first.
    branch: usize,
}

impl<'schema> Maker<'schema> {
    fn spend(&mut self, bytes: usize) -> Result<(), NoExample> {
        self.left = self.left.checked_sub(bytes).ok_or(NoExample::TooLarge)?;
        Ok(())
    }

    fn toil(&mut self, parts: usize) -> Result<(), NoExample> {
        self.work = self.work.checked_sub(parts).ok_or(NoExample::TooLarge)?;
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
        let schema = &*self.resolved(Cow::Borrowed(schema), depth)?;
        if let Some(given) = ["const", "default"].iter().find_map(|name| schema.get(name)) {
            return self.given(given);
        }
        for name in ["enum", "examples"] {
            if let Some(values) = schema.get(name).and_then(Value::as_array).filter(|values| !values.is_empty()) {
                return self.given(&values[self.variant % values.len()]);
            }
        }
        match kind(schema, depth) {
            "string" => self.text(schema),
            "integer" => Ok(number(schema, self.variant, true)),
            "number" => Ok(number(schema, self.variant, false)),
            "boolean" => Ok(Value::from(self.variant.is_multiple_of(2))),
            "null" => Ok(Value::Null),
            "array" => self.list(schema, depth),
            _ => self.object(schema, depth),
        }
    }

    /// A schema without `$ref`, `allOf`, `anyOf` and `oneOf`: what they say stands in it.
    fn resolved<'a>(&mut self, schema: Cow<'a, Value>, depth: usize) -> Result<Cow<'a, Value>, NoExample>
    where
        'schema: 'a,
    {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            let Some(fields) = schema.as_object() else { return Ok(schema) };
            let root: &'schema Value = self.root;
            let part: Cow<'a, Value>;
            let name;
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                let found = target.strip_prefix('#').and_then(|path| root.pointer(path));
                part = Cow::Borrowed(found.ok_or_else(|| NoExample::NoTarget(short(target)))?);
                name = "$ref";
            } else if let Some(parts) = fields.get("allOf").and_then(Value::as_array) {
                let mut all = json!({});
                for part in parts {
                    self.toil(parts_of(part))?;
                    all = merged(&all, part);
                }
                part = Cow::Owned(all);
                name = "allOf";
            } else if let Some((alternatives, choices)) =
                ["anyOf", "oneOf"].iter().find_map(|&name| Some((name, fields.get(name)?.as_array()?)))
                && !choices.is_empty()
            {
                // A list in strict mode ends with the `null` that its next element may also be.
                let leaf = choices.iter().find(|choice| depth > DEEP && is_leaf(choice));
                let choice = leaf.unwrap_or(&choices[self.branch % choices.len()]);
                self.toil(parts_of(choice))?;
                part = Cow::Owned(choice.clone());
                name = alternatives;
            } else {
                return Ok(schema);
            }
            schema = if fields.len() == 1 {
                part
            } else {
                self.toil(parts_of(&part) + parts_of(&schema))?;
                let mut rest = schema.into_owned();
                rest.as_object_mut().expect("it has fields").remove(name);
                Cow::Owned(merged(&rest, &part))
            };
        }
        Err(NoExample::Endless)
    }

    fn text(&mut self, schema: &Value) -> Result<Value, NoExample> {
        let least = size(schema, "minLength").unwrap_or(0);
        let most = size(schema, "maxLength").unwrap_or(usize::MAX);
        self.spend(least)?;
        let text = if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            let text = pattern::example(pattern, least).ok_or_else(|| NoExample::Pattern(short(pattern)))?;
            self.spend(text.len().saturating_sub(least))?;
            return Ok(Value::from(text));
        } else if let Some(text) = schema.get("format").and_then(|format| formatted(format.as_str()?, self.variant)) {
            text
        } else if self.variant == 0 {
            "text".to_owned()
        } else {
            format!("text {}", self.variant + 1)
        };
        let length = text.chars().count().max(least).min(most);
        self.spend(length.saturating_sub(least))?;
        Ok(Value::from(text.chars().cycle().take(length).collect::<String>()))
    }

    fn list(&mut self, schema: &Value, depth: usize) -> Result<Value, NoExample> {
        // Older drafts call a tuple `items`, and what follows it `additionalItems`.
        let tuple = schema.get("prefixItems").or_else(|| schema.get("items").filter(|items| items.is_array()));
        let tuple = tuple.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let rest = schema.get("items").filter(|items| !items.is_array()).or_else(|| schema.get("additionalItems"));
        let contains = schema.get("contains");
        let most = size(schema, "maxItems").unwrap_or(usize::MAX);
        let wanted = size(schema, "minContains").unwrap_or(1) * usize::from(contains.is_some());
        let otherwise = if depth > DEEP || rest == Some(&Value::Bool(false)) { 0 } else { 1 };
        let least = size(schema, "minItems").unwrap_or_else(|| otherwise.max(tuple.len()));
        let count = least.max(wanted.saturating_add(tuple.len() * usize::from(wanted > 0))).min(most);
        self.spend(count)?;
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let (mut items, variant) = (Vec::new(), self.variant);
        for index in 0..count {
            let item = match tuple.get(index) {
                Some(item) => item,
                None if index < tuple.len() + wanted => contains.unwrap_or(&Value::Null),
                None => rest.unwrap_or(&Value::Null),
            };
            if unique {
                self.variant = variant + index;
            }
            items.push(if item.is_null() || item == &Value::Bool(true) {
                Value::from(self.variant)
            } else {
                self.example(item, depth + 1)?
            });
        }
        self.variant = variant;
        Ok(Value::Array(items))
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Result<Value, NoExample> {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        let mut object = Map::new();
        let mut add = |this: &mut Self, name: &str, schema: Option<&Value>| {
            // With its quotes, its colon and its comma.
            this.spend(name.len() + 4)?;
            let value = match schema {
                Some(schema) if schema != &Value::Bool(true) => this.example(schema, depth + 1)?,
                _ => Value::from("text"),
            };
            object.insert(name.to_owned(), value);
            Ok(object.len())
        };
        let mut count = 0;
        for (name, schema) in properties.into_iter().flatten() {
            if required.contains(&name.as_str()) || (depth <= DEEP && schema != &Value::Bool(false)) {
                count = add(self, name, Some(schema))?;
            }
        }
        for name in required.iter().filter(|name| properties.is_none_or(|known| !known.contains_key(**name))) {
            count = add(self, name, others)?;
        }
        let mut extra = 0;
        while count < size(schema, "minProperties").unwrap_or(0) {
            extra += 1;
            count = add(self, &format!("name{extra}"), others)?;
        }
        Ok(Value::Object(object))
    }
}

/// What type of value is made for a schema that allows several, or that does not say.
fn kind(schema: &Value, depth: usize) -> &str {
    let fits = |kind: &&str| depth <= DEEP || !["object", "array"].contains(kind);
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            let first = kinds.clone().next().unwrap_or("object");
            return kinds.find(fits).unwrap_or(first);
        }
        Some(Value::String(kind)) => return kind,
        _ => {}
    }
    const SIGNS: [(&str, &[&str]); 4] = [
        ("object", &["properties", "required", "additionalProperties", "minProperties"]),
        ("array", &["items", "prefixItems", "contains", "minItems", "maxItems"]),
        ("string", &["pattern", "format", "minLength", "maxLength"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];
    let sign = SIGNS.iter().find(|(_, names)| names.iter().any(|name| schema.get(name).is_some()));
    sign.map_or("object", |(kind, _)| kind)
}

/// The number nearest to 1 that the bounds allow; variants follow it.
fn number(schema: &Value, variant: usize, whole: bool) -> Value {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    // In draft 4 an exclusive bound was a switch beside the other one.
    let is_exclusive = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let (mut low, mut high) = (bound("minimum"), bound("maximum"));
    let (mut above, mut below) = (is_exclusive("exclusiveMinimum"), is_exclusive("exclusiveMaximum"));
    if let Some(exclusive) = bound("exclusiveMinimum").filter(|&exclusive| low.is_none_or(|low| exclusive >= low)) {
        (low, above) = (Some(exclusive), true);
    }
    if let Some(exclusive) = bound("exclusiveMaximum").filter(|&exclusive| high.is_none_or(|high| exclusive <= high)) {
        (high, below) = (Some(exclusive), true);
    }
    let step = bound("multipleOf").filter(|&step| step > 0.0).or(whole.then_some(1.0));
    let allowed = |value: f64| {
        low.is_none_or(|low| if above { value > low } else { value >= low })
            && high.is_none_or(|high| if below { value < high } else { value <= high })
    };
    let wished = 1.0_f64.max(low.unwrap_or(f64::MIN)).min(high.unwrap_or(f64::MAX));
    let value = match step {
        Some(step) => {
            let steps = (wished / step).round();
            // The nearest multiple may lie on the wrong side of a bound.
            let near = [0.0, 1.0, -1.0, 2.0, -2.0].map(|more| (steps + more) * step);
            let found = near.into_iter().find(|&value| allowed(value)).unwrap_or(wished);
            let next = found + variant as f64 * step;
            let before = found - variant as f64 * step;
            [next, before].into_iter().find(|&value| allowed(value)).unwrap_or(found)
        }
        None if allowed(wished + variant as f64) => wished + variant as f64,
        None => match (low, high) {
            // Between the two, and each variant at a place of its own.
            (Some(low), Some(high)) => low + (high - low) / (2 + variant) as f64,
            (Some(low), None) => low + (1 + variant) as f64,
            (None, Some(high)) => high - (1 + variant) as f64,
            (None, None) => wished,
        },
    };
    if value.fract() == 0.0 && value.abs() < 9e15 { Value::from(value as i64) } else { Value::from(value) }
}

/// A text of one of the formats that JSON Schema knows.
fn formatted(format: &str, variant: usize) -> Option<String> {
    let number = variant % 20 + 1;
    Some(match format {
        "date-time" => format!("2026-01-{number:02}T12:00:00Z"),
        "date" => format!("2026-01-{number:02}"),
        "time" => format!("12:{number:02}:00Z"),
        "duration" => format!("PT{number}H"),
        "email" | "idn-email" => format!("name{number}@example.com"),
        "hostname" | "idn-hostname" => format!("host{number}.example.com"),
        "ipv4" => format!("192.0.2.{number}"),
        "ipv6" => format!("2001:db8::{number}"),
        "uri" | "iri" | "uri-reference" | "iri-reference" | "url" => format!("https://example.com/{number}"),
        "uri-template" => format!("https://example.com/{{id}}/{number}"),
        "uuid" => format!("00000000-0000-4000-8000-{number:012}"),
        "json-pointer" => format!("/item/{number}"),
        "relative-json-pointer" => number.to_string(),
        "regex" => format!("a{{{number}}}"),
        _ => return None,
    })
}

/// What obeys both schemas, as far as their common keywords go.
fn merged(one: &Value, other: &Value) -> Value {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else {
        // `true` allows everything, `false` nothing.
        return if one == &Value::Bool(true) { other.clone() } else { one.clone() };
    };
    let mut all = one.clone();
    let mut again = Vec::new();
    for (name, theirs) in other {
        let Some(ours) = all.get(name) else {
            all.insert(name.clone(), theirs.clone());
            continue;
        };
        let numbers = ours.as_f64().zip(theirs.as_f64());
        let both = match name.as_str() {
            "properties" | "patternProperties" | "$defs" | "definitions" => both_maps(ours, theirs),
            "items" | "additionalProperties" if ours.is_object() && theirs.is_object() => merged(ours, theirs),
            "required" => both_lists(ours, theirs),
            "type" => common_types(ours, theirs),
            "enum" => common(ours, theirs),
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
                if numbers.is_some_and(|(ours, theirs)| theirs > ours) { theirs.clone() } else { ours.clone() }
            }
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
                if numbers.is_some_and(|(ours, theirs)| theirs < ours) { theirs.clone() } else { ours.clone() }
            }
            // Two of a kind cannot stand in one schema: they come next.
            "allOf" | "anyOf" | "oneOf" | "$ref" if ours != theirs => {
                again.push(json!({ name.as_str(): theirs }));
                continue;
            }
            _ => ours.clone(),
        };
        all.insert(name.clone(), both);
    }
    if !again.is_empty() {
        let parts = all.entry("allOf").or_insert_with(|| json!([]));
        if let Some(parts) = parts.as_array_mut() {
            parts.extend(again);
        }
    }
    Value::Object(all)
}

fn both_maps(ours: &Value, theirs: &Value) -> Value {
    let mut all = ours.as_object().cloned().unwrap_or_default();
    for (name, theirs) in theirs.as_object().into_iter().flatten() {
        let both = all.get(name).map_or_else(|| theirs.clone(), |ours| merged(ours, theirs));
        all.insert(name.clone(), both);
    }
    Value::Object(all)
}

fn both_lists(ours: &Value, theirs: &Value) -> Value {
    let mut all = ours.as_array().cloned().unwrap_or_default();
    let news = theirs.as_array().into_iter().flatten().filter(|name| !all.contains(name)).cloned().collect::<Vec<_>>();
    all.extend(news);
    Value::Array(all)
}

fn common(ours: &Value, theirs: &Value) -> Value {
    let theirs = theirs.as_array().map_or(&[][..], Vec::as_slice);
    ours.as_array().into_iter().flatten().filter(|value| theirs.contains(value)).cloned().collect()
}

fn common_types(ours: &Value, theirs: &Value) -> Value {
    let list = |kinds: &Value| match kinds {
        Value::Array(kinds) => kinds.clone(),
        one => vec![one.clone()],
    };
    let (ours, theirs) = (list(ours), list(theirs));
    let has =
        |kinds: &[Value], kind: &Value| kinds.contains(kind) || (kind == "integer" && kinds.contains(&json!("number")));
    let mut common: Vec<Value> = ours.iter().filter(|kind| has(&theirs, kind)).cloned().collect();
    common.extend(theirs.iter().filter(|kind| has(&ours, kind) && !ours.contains(kind)).cloned());
    Value::Array(common)
}

/// Whether a schema allows a value without parts.
fn is_leaf(schema: &Value) -> bool {
    ["const", "enum"].iter().any(|name| schema.get(name).is_some())
        || schema.get("type").and_then(Value::as_str).is_some_and(|kind| !["object", "array"].contains(&kind))
}

/// How much there is to look at in a schema.
pub(crate) fn parts_of(schema: &Value) -> usize {
    1 + match schema {
        Value::Object(fields) => fields.values().map(parts_of).sum(),
        Value::Array(items) => items.iter().map(parts_of).sum(),
        _ => 0,
    }
}

/// The patterns of a schema, wherever they stand in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Patterns {
    count: usize,
    /// How long they are together.
    pub(super) bytes: usize,
}

/// Texts that only look like patterns, in a `const` for one, count as well.
pub(super) fn patterns_of(schema: &Value) -> Patterns {
    let mut found = Patterns::default();
    let mut add = |patterns: Patterns| {
        found.count += patterns.count;
        found.bytes += patterns.bytes;
    };
    match schema {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let one = |pattern: &str| Patterns { count: 1, bytes: pattern.len() };
            match value {
                Value::String(pattern) if name == "pattern" => add(one(pattern)),
                Value::Object(of) if name == "patternProperties" => of.keys().for_each(|pattern| add(one(pattern))),
                _ => {}
            }
            add(patterns_of(value));
        }),
        Value::Array(items) => items.iter().for_each(|item| add(patterns_of(item))),
        _ => {}
    }
    found
}

fn size(schema: &Value, name: &str) -> Option<usize> {
    // Some write sizes as `2.0`.
    let size = schema.get(name)?;
    size.as_u64()
        .map(|size| usize::try_from(size).unwrap_or(usize::MAX))
        .or_else(|| Some(size.as_f64()?.max(0.0) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(schema: &Value) -> Result<Value, NoExample> {
        Examples::new(schema)?.make(0)
    }

    #[test]
    fn an_example_is_what_its_schema_asks_for() {
        let table = [
            (json!(null), json!({})),
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
            // Every `int()` of zod has these bounds.
            (
                json!({ "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 }),
                json!(1),
            ),
            (json!({ "type": "integer", "exclusiveMinimum": 5, "multipleOf": 4 }), json!(8)),
            (json!({ "type": "integer", "maximum": -3, "multipleOf": 2 }), json!(-4)),
            (json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 }), json!(0.5)),
            (
                json!({ "$schema": "http://json-schema.org/draft-04/schema#", "type": "integer", "minimum": 1,
                    "exclusiveMinimum": true }),
                json!(2),
            ),
            (json!({ "type": "string", "format": "date-time" }), json!("2026-01-01T12:00:00Z")),
            (json!({ "type": "string", "pattern": "^[A-Z]{2}[0-9]+$" }), json!("AA1")),
            (json!({ "type": "array", "maxItems": 0 }), json!([])),
            (
                json!({ "type": "array", "items": { "type": "integer" }, "minItems": 3, "uniqueItems": true }),
                json!([1, 2, 3]),
            ),
            (
                json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }], "items": false }),
                json!(["text", 1]),
            ),
            (
                json!({ "allOf": [{ "type": "number", "minimum": 3 }, { "type": "integer", "maximum": 9 }], "minimum": 5 }),
                json!(5),
            ),
            (
                json!({ "allOf": [{ "$ref": "#/$defs/a" }, { "properties": { "b": { "const": 2 } }, "required": ["b"] }],
                    "$defs": { "a": { "type": "object", "properties": { "a": { "const": 1 } }, "required": ["a"] } } }),
                json!({ "a": 1, "b": 2 }),
            ),
            (json!({ "type": "object", "required": ["x"] }), json!({ "x": "text" })),
            (
                json!({ "type": "object", "additionalProperties": { "type": "integer" }, "minProperties": 2 }),
                json!({ "name1": 1, "name2": 1 }),
            ),
            // The first branch is forbidden by what stands beside it.
            (json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }], "not": { "type": "string" } }), json!(1)),
        ];
        for (schema, expected) in table {
            assert_eq!(example(&schema), Ok(expected), "{schema}");
        }
    }

    #[test]
    fn every_format_that_is_known_is_obeyed() {
        let formats = [
            "date-time",
            "date",
            "time",
            "duration",
            "email",
            "idn-email",
            "hostname",
            "idn-hostname",
            "ipv4",
            "ipv6",
            "uri",
            "iri",
            "uri-reference",
            "iri-reference",
            "uri-template",
            "uuid",
            "json-pointer",
            "relative-json-pointer",
            "regex",
        ];
        for format in formats {
            let schema = json!({ "type": "string", "format": format });
            let examples = Examples::new(&schema).expect("a schema");
            let texts: std::collections::HashSet<String> =
                (0..3).map(|variant| examples.make(variant).expect(format).to_string()).collect();
            assert_eq!(texts.len(), 3, "{format}: {texts:?}");
        }
    }

    #[test]
    fn variants_differ_where_the_schema_leaves_a_choice_and_obey_it() {
        let schema = json!({ "type": "object", "properties": {
            "answer": { "type": "string" }, "unit": { "enum": ["c", "k"] }, "days": { "type": "integer", "maximum": 2 } } });
        let examples = Examples::new(&schema).expect("a schema");
        let made = |variant| examples.make(variant).expect("it is easy");
        assert_eq!(made(0), json!({ "answer": "text", "unit": "c", "days": 1 }));
        assert_eq!(made(1), json!({ "answer": "text 2", "unit": "k", "days": 2 }));
        assert_eq!(made(2)["answer"], "text 3");
        let one = json!({ "const": 7 });
        assert_eq!(Examples::new(&one).expect("a schema").make(5), Ok(json!(7)));
        let narrow = json!({ "type": "string", "maxLength": 4 });
        assert!(Examples::new(&narrow).expect("a schema").make(3).is_ok(), "shortened");
    }

    #[test]
    fn what_cannot_be_made_is_told() {
        let told = |schema: Value| example(&schema).expect_err("no example").to_string();
        assert!(told(json!({ "type": "no such type" })).starts_with("it is no JSON schema: "));
        assert!(told(json!({ "$ref": "#/$defs/nowhere" })).contains("/$defs/nowhere"));
        assert!(told(json!({ "type": "string", "pattern": "^a$", "minLength": 3 })).contains("obeys all of it"));
        assert!(told(json!({ "not": {} })).contains("obeys all of it"));
        let sound = json!({ "type": "string", "pattern": "(?=.*[0-9])[a-z0-9]{8}" });
        assert!(told(sound).contains("(?=.*[0-9])[a-z0-9]{8}"), "look-around");
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
        let power = json!({ "type": "string", "pattern": "((((a{90}){90}){90}){90}){90}" });
        assert!(example(&power).is_err());
        let all = json!({ "allOf": vec![json!({ "minimum": 1 }); 6000] });
        assert_eq!(example(&all), Err(NoExample::LargeSchema));
        // Each of them is small enough for itself.
        let patterns = |count: usize| {
            let of = |number: usize| {
                (format!("p{number}"), json!({ "type": "string", "pattern": format!("^[a-z]x{number}$") }))
            };
            let properties: Map<String, Value> = (0..count).map(of).collect();
            json!({ "type": "object", "properties": properties })
        };
        assert!(example(&patterns(MOST_PATTERNS)).is_ok());
        assert_eq!(example(&patterns(MOST_PATTERNS + 1)), Err(NoExample::ManyPatterns));
        let names: Map<String, Value> = (0..=MOST_PATTERNS).map(|number| (format!("x{number}"), json!({}))).collect();
        assert_eq!(example(&json!({ "allOf": [{ "patternProperties": names }] })), Err(NoExample::ManyPatterns));
        let long = json!({ "type": "string", "pattern": "a?".repeat(LONGEST_PATTERNS / 2 + 1) });
        assert_eq!(example(&long), Err(NoExample::ManyPatterns));
    }

    /// What bounds the sum is not the number of choices, and a single reply has all that it had before.
    #[test]
    fn many_choices_together_make_no_large_reply() {
        let schema = json!({ "type": "string", "minLength": LARGEST / 2 });
        let examples = Examples::new(&schema).expect("a schema");
        let made = (0..128).map_while(|variant| examples.make(variant).ok()).count();
        // Each of them is a few bytes longer than half of the largest.
        assert_eq!(made, 2 * BRANCHES - 1);
        assert_eq!(examples.make(0), Err(NoExample::TooMany));
        let small = json!({ "type": "object", "properties": { "answer": { "type": "string" } } });
        let examples = Examples::new(&small).expect("a schema");
        assert!((0..128).all(|variant| examples.make(variant).is_ok()));
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
