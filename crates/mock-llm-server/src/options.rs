//! The settings of the program: flags, environment and TOML file, in this order of precedence.
//!
//! One type is all three, so that they cannot disagree: `--time-to-first-token 400ms`, `MOCK_LLM_TIME_TO_FIRST_TOKEN=400ms`
//! and `time-to-first-token = "400ms"` are the same field.

mod printed;

use std::{
    collections::HashSet,
    env, fs, io,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

use clap::{Arg, CommandFactory, FromArgMatches, Parser, ValueEnum, builder::Resettable};
use mock_llm::{Latency, Limits, Model};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    chat::shortened,
    config::{Config, ReplyScript, Says, ToolCall},
    fault::{Fault, FaultRule, KINDS, Kind, ParseFaultError},
    units::{Share, Span},
};

/// A mock language model that speaks OpenAI's chat API, for tests.
#[derive(Debug, Clone, Default, PartialEq, Parser, Serialize, Deserialize)]
#[command(name = "mock-llm-server", version, about, after_help = after_help(), max_term_width = 100)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    /// Read settings from this TOML file; flags and environment win over it
    #[arg(long, env = "MOCK_LLM_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Print all settings as a TOML file, without the keys, and exit
    #[arg(long)]
    #[serde(skip)]
    pub print_config: bool,

    /// Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]
    #[arg(long, env = "MOCK_LLM_HOST", value_name = "ADDRESS", help_heading = "Network")]
    pub host: Option<IpAddr>,

    /// Port to listen on; 0 takes a free one and prints it [default: 8080]
    #[arg(long, env = "MOCK_LLM_PORT", value_name = "PORT", help_heading = "Network")]
    pub port: Option<u16>,

    /// A key that requests may bear; may be given several times; without any, none is asked for
    #[arg(
        long,
        env = "MOCK_LLM_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        value_delimiter = ',',
        help_heading = "Network"
    )]
    pub api_key: Option<Vec<String>>,

    /// Largest body of a request, in bytes [default: 10485760]
    #[arg(long, env = "MOCK_LLM_BODY_LIMIT", value_name = "BYTES", help_heading = "Network")]
    pub body_limit: Option<usize>,

    /// Silence after which a stream gets a comment; 0s: never [default: 15s]
    #[arg(long, env = "MOCK_LLM_HEARTBEAT", value_name = "TIME", help_heading = "Network")]
    pub heartbeat: Option<Span>,

    /// How long a stop waits for open streams before it tells them [default: 5s]
    #[arg(long, env = "MOCK_LLM_DRAIN", value_name = "TIME", help_heading = "Network")]
    pub drain: Option<Span>,

    /// Threads that serve [default: 1]
    #[arg(long, env = "MOCK_LLM_THREADS", value_name = "N", help_heading = "Network")]
    pub threads: Option<usize>,

    /// How many calls /journal keeps at least [default: 10000]
    #[arg(long, env = "MOCK_LLM_JOURNAL_LIMIT", value_name = "CALLS", help_heading = "Network")]
    pub journal_limit: Option<usize>,

    /// Name of a model; may be given several times [default: mock-llm]
    #[arg(long, env = "MOCK_LLM_MODEL", value_name = "NAME", value_delimiter = ',', help_heading = "Model")]
    pub model: Option<Vec<String>>,

    /// Seed of all draws: latencies, stalls, faults [default: 0]
    #[arg(long, env = "MOCK_LLM_SEED", value_name = "N", help_heading = "Model")]
    pub seed: Option<u64>,

    #[command(flatten)]
    #[serde(flatten)]
    pub shared: ModelOptions,

    /// Share of requests that fail: 0.1, or 10% [default: 0]
    #[arg(long, env = "MOCK_LLM_FAILURE_INJECTION_RATE", value_name = "SHARE", help_heading = "Faults")]
    pub failure_injection_rate: Option<Share>,

    /// What those requests fail with [default: rate-limit,status=500,status=503]
    #[arg(long, env = "MOCK_LLM_FAILURE_TYPES", value_name = "FAULT", value_delimiter = ',', help_heading = "Faults")]
    pub failure_types: Option<Vec<String>>,

    /// A fault and whom it meets, as below; may be given several times
    #[arg(long, env = "MOCK_LLM_FAULT", value_name = "[WHEN:]FAULT", value_delimiter = ';', help_heading = "Faults")]
    pub fault: Option<Vec<FaultRule>>,

    /// Models with settings of their own. Only in a file.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelOptions>,

    /// Replies to single prompts, of all models. Only in a file.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<ReplyOptions>,
}

/// What can be said about a model. On the command line it holds for all models that a file does not describe.
#[derive(Debug, Clone, Default, PartialEq, clap::Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ModelOptions {
    /// The model's name. Only in a file's `[[models]]`.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,

    /// Latencies to begin with; single ones below replace its parts [default: instant]
    #[arg(long, env = "MOCK_LLM_PRESET", help_heading = "Model")]
    pub preset: Option<Preset>,

    /// Wait for the first token
    #[arg(long, env = "MOCK_LLM_TIME_TO_FIRST_TOKEN", value_name = "TIME", help_heading = "Model")]
    pub time_to_first_token: Option<Span>,

    /// Its standard deviation, of a normal distribution [default: 0ms]
    #[arg(long, env = "MOCK_LLM_TIME_TO_FIRST_TOKEN_STD_DEV", value_name = "TIME", help_heading = "Model")]
    pub time_to_first_token_std_dev: Option<Span>,

    /// Wait between two tokens
    #[arg(long, env = "MOCK_LLM_INTER_TOKEN_LATENCY", value_name = "TIME", help_heading = "Model")]
    pub inter_token_latency: Option<Span>,

    /// Its standard deviation, of a normal distribution [default: 0ms]
    #[arg(long, env = "MOCK_LLM_INTER_TOKEN_LATENCY_STD_DEV", value_name = "TIME", help_heading = "Model")]
    pub inter_token_latency_std_dev: Option<Span>,

    /// Wait for each token of the prompt, before the first token of the reply
    #[arg(long, env = "MOCK_LLM_TIME_PER_PROMPT_TOKEN", value_name = "TIME", help_heading = "Model")]
    pub time_per_prompt_token: Option<Span>,

    /// Reply to every prompt [default: the prompt, with the model's name before it]
    #[arg(long, env = "MOCK_LLM_REPLY", value_name = "TEXT", help_heading = "Model")]
    pub reply: Option<String>,

    /// Reply to every prompt with this many words
    #[arg(long, env = "MOCK_LLM_REPLY_TOKENS", value_name = "N", conflicts_with = "reply", help_heading = "Model")]
    pub reply_tokens: Option<usize>,

    /// Requests that a model answers at once; more get a 429, or wait [default: no limit]
    #[arg(long, env = "MOCK_LLM_MAX_CONCURRENT", value_name = "N", help_heading = "Limits")]
    pub max_concurrent: Option<usize>,

    /// Requests that wait for their turn when --max-concurrent is reached [default: 0]
    #[arg(long, env = "MOCK_LLM_MAX_WAITING", value_name = "N", help_heading = "Limits")]
    pub max_waiting: Option<usize>,

    /// Requests in a minute [default: no limit]
    #[arg(long, env = "MOCK_LLM_REQUESTS_PER_MINUTE", value_name = "N", help_heading = "Limits")]
    pub requests_per_minute: Option<u32>,

    /// Tokens in a minute, of prompts and replies [default: no limit]
    #[arg(long, env = "MOCK_LLM_TOKENS_PER_MINUTE", value_name = "N", help_heading = "Limits")]
    pub tokens_per_minute: Option<u32>,
}

/// Latencies that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// No waits
    Instant,
    /// Waits like those of real traffic, at a twentieth of their length
    Fast,
    /// Waits like those of real traffic: 400 ms for the first token, 20 ms for each other one, some stalls
    Realistic,
}

/// The reply to one prompt: a text, a tool and its arguments, or several calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReplyOptions {
    /// The last user message.
    pub prompt: String,
    /// What to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The function to call, where the request offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Its arguments, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// Several functions to call in one reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallOptions>,
    /// How many times tools were called since the prompt [default: 0, for the first reply to it].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after_tools: usize,
}

/// One of several calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CallOptions {
    /// The function to call.
    pub tool: String,
    /// Its arguments, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
}

fn call(tool: &str, arguments: Option<&str>) -> ToolCall {
    ToolCall { name: tool.to_owned(), arguments: arguments.unwrap_or("{}").to_owned() }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The file is not what it should be; the message says where.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: Box<toml::de::Error> },
    /// A fault in `failure-types`.
    #[error("failure-types: {0}")]
    Fault(#[from] ParseFaultError),
    /// A model in the file that has no name.
    #[error("[[models]]: a model needs a name")]
    NoName,
    /// A name outside of `[[models]]`.
    #[error("`name` belongs into [[models]]; `model` names models outside")]
    StrayName,
    /// Two models of one name.
    #[error("two models are named `{0}`")]
    TwoModels(String),
    /// A reply with none of text, tool and calls, or with more than one of them.
    #[error("[[replies]]: the reply to `{0}` needs one of text, tool and calls; arguments belong to a tool")]
    Reply(String),
    /// A model with both kinds of reply.
    #[error("reply and reply-tokens exclude each other")]
    TwoReplies,
    /// A file that `--print-config` has written does not have its keys.
    #[error("api-key: **** stands for a key that was not printed; say it there, or in MOCK_LLM_API_KEY")]
    HiddenKey,
    /// A number that makes no sense.
    #[error("threads: at least one is needed")]
    NoThreads,
}

/// What the help says besides the settings.
pub(crate) fn after_help() -> String {
    let faults: String = KINDS.iter().map(Kind::line).collect();
    format!("{BEFORE_FAULTS}{faults}{AFTER_FAULTS}")
}

const BEFORE_FAULTS: &str = "\
Times are a number and a unit: 250us, 400ms, 1.5s, 2m. A flag wins over its variable, and both win over the file, \
[[models]] included. A variable that is empty says nothing.

A token is a word, with the white space before it; in JSON that nobody scripted and in the arguments of tools, four \
characters. A prompt has the words of all its messages, and one at least; definitions and calls of tools are not counted. \
Usage, --tokens-per-minute, max_tokens and the N of a fault count so.

A connection is closed when it is idle, or the head of a request is not whole, for 60s; when a body is silent for 60s, or \
not whole after 5m (408). A request that is refused is read for 10s, and 256 MiB, more, for its refusal to be read.

Faults, for --fault, for --failure-types, for a request's header x-mock-fault, and for a model's name behind a # \
(\"model\": \"mock-llm#cut-after=3\"):
";

const AFTER_FAULTS: &str = "
WHEN is one or more of these, with commas between: always, model=NAME, call=N, attempt=N, rate=SHARE, prompt=TEXT
(prompt last). Several faults in MOCK_LLM_FAULT have semicolons between them.

  mock-llm-server --model atlas --preset realistic --seed 7 --fault attempt=1:status=503
  curl http://127.0.0.1:8080/v1/chat/completions -H 'content-type: application/json' \\
    -d '{\"model\": \"atlas\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}]}'";

impl Options {
    /// The name of the one model that there is where nobody names another.
    const MODEL: &str = "mock-llm";
    const PORT: u16 = 8080;

    /// The settings that flags and the environment say. A variable that is empty says nothing.
    ///
    /// Ends the program where they are wrong, or ask for help.
    pub fn from_command_line() -> Self {
        let says_nothing = |flag: &Arg| flag.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
        let command =
            Self::command().mut_args(|flag| if says_nothing(&flag) { flag.env(Resettable::Reset) } else { flag });
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// These settings, and those of the file that they name where they say nothing themselves. What they say of models holds
    /// for those that the file describes, too; and where they name models, only these are served.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what it should be.
    pub fn with_file(self) -> Result<Self, OptionsError> {
        let Some(path) = &self.config else { return Ok(self) };
        let mut file = Self::read(path)?;
        if let Some(named) = &self.model {
            file.models.retain(|model| model.name.as_ref().is_none_or(|name| named.contains(name)));
        }
        for model in file.models.iter_mut().chain([&mut file.shared]) {
            *model = self.shared.or(model);
        }
        let settings = merged(&self, &file);
        // What no file can say is in no table.
        Ok(Self { config: self.config, print_config: self.print_config, ..settings })
    }

    fn read(path: &Path) -> Result<Self, OptionsError> {
        let text = fs::read_to_string(path).map_err(|source| OptionsError::Read { path: path.to_owned(), source })?;
        let read = toml::from_str(&text);
        let read: Self =
            read.map_err(|source| OptionsError::File { path: path.to_owned(), source: Box::new(source) })?;
        if read.shared.name.is_some() { Err(OptionsError::StrayName) } else { Ok(read) }
    }

    /// What the server is made from.
    ///
    /// # Errors
    /// Where settings contradict each other.
    pub fn into_config(self) -> Result<Config, OptionsError> {
        let default = Config::default();
        let host = self.host.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let failure_types = self.failure_types.as_ref();
        let failure_types = failure_types.map(|types| types.iter().map(|fault| fault.parse()).collect());
        let failure_types: Option<Vec<Fault>> = failure_types.transpose()?;
        if self.threads == Some(0) {
            return Err(OptionsError::NoThreads);
        }
        if self.api_key.iter().flatten().any(|key| key == printed::HIDDEN) {
            return Err(OptionsError::HiddenKey);
        }
        Ok(Config {
            address: (host, self.port.unwrap_or(Self::PORT)).into(),
            models: self.models()?,
            replies: self.replies()?,
            seed: self.seed.unwrap_or(default.seed),
            api_keys: self.api_key.unwrap_or_default(),
            faults: self.fault.unwrap_or_default(),
            failure_rate: self.failure_injection_rate.unwrap_or_default().0,
            failure_types: failure_types.unwrap_or(default.failure_types),
            heartbeat: self.heartbeat.map_or(default.heartbeat, |span| span.0),
            body_limit: self.body_limit.unwrap_or(default.body_limit),
            read_timeout: default.read_timeout,
            body_timeout: default.body_timeout,
            journal_limit: self.journal_limit.unwrap_or(default.journal_limit),
            drain: self.drain.map_or(default.drain, |span| span.0),
            threads: self.threads.unwrap_or(default.threads),
        })
    }

    /// The models by name, then those that the file describes; what a description leaves out is shared by all.
    fn models(&self) -> Result<Vec<Model>, OptionsError> {
        if self.models.iter().any(|model| model.name.is_none()) {
            return Err(OptionsError::NoName);
        }
        let described = |name: &String| self.models.iter().any(|model| model.name.as_ref() == Some(name));
        let named = self.model.iter().flatten().filter(|name| !described(name));
        let named = named.map(|name| ModelOptions { name: Some(name.clone()), ..self.shared.clone() });
        let mut models: Vec<ModelOptions> =
            named.chain(self.models.iter().map(|model| model.or(&self.shared))).collect();
        if models.is_empty() {
            models.push(ModelOptions { name: Some(Self::MODEL.to_owned()), ..self.shared.clone() });
        }
        let mut names = HashSet::new();
        for name in models.iter().filter_map(|model| model.name.as_ref()) {
            if !names.insert(name) {
                return Err(OptionsError::TwoModels(name.clone()));
            }
        }
        models.iter().map(|model| model.build(&self.replies)).collect()
    }

    /// The replies that are more than the words of a model's script, which [`ModelOptions::build`] takes.
    fn replies(&self) -> Result<Vec<ReplyScript>, OptionsError> {
        let says = |reply: &ReplyOptions| match (&reply.text, &reply.tool, reply.calls.as_slice(), &reply.arguments) {
            (Some(text), None, [], None) => Ok(Says::Text(text.clone())),
            (None, Some(tool), [], arguments) => Ok(Says::Calls(vec![call(tool, arguments.as_deref())])),
            (None, None, calls @ [_, ..], None) => {
                Ok(Says::Calls(calls.iter().map(|one| call(&one.tool, one.arguments.as_deref())).collect()))
            }
            _ => Err(OptionsError::Reply(reply.prompt.clone())),
        };
        let script = |reply: &ReplyOptions| -> Result<ReplyScript, OptionsError> {
            Ok(ReplyScript { prompt: reply.prompt.clone(), after_tools: reply.after_tools, says: says(reply)? })
        };
        let scripts = self.replies.iter().map(script).collect::<Result<Vec<_>, OptionsError>>()?;
        Ok(scripts
            .into_iter()
            .filter(|script| script.after_tools > 0 || !matches!(script.says, Says::Text(_)))
            .collect())
    }
}

impl ModelOptions {
    /// These settings, and others where they say nothing.
    fn or(&self, others: &Self) -> Self {
        // Who says in one way how a model replies does not take the other way from elsewhere.
        let says = self.reply.is_some() || self.reply_tokens.is_some();
        let others = others.clone();
        merged(self, &if says { Self { reply: None, reply_tokens: None, ..others } } else { others })
    }

    fn build(&self, replies: &[ReplyOptions]) -> Result<Model, OptionsError> {
        let mut model = Model::new(self.name.as_deref().unwrap_or(Options::MODEL));
        model = match self.preset.unwrap_or(Preset::Instant) {
            Preset::Instant => model,
            Preset::Fast => model.fast(),
            Preset::Realistic => model.realistic(),
        };
        if let Some(latency) = latency(self.time_to_first_token, self.time_to_first_token_std_dev) {
            model = model.time_to_first_token(latency);
        }
        if let Some(latency) = latency(self.inter_token_latency, self.inter_token_latency_std_dev) {
            model = model.inter_token_latency(latency);
        }
        if let Some(Span(time)) = self.time_per_prompt_token {
            model = model.time_per_prompt_token(time);
        }
        model = match (&self.reply, self.reply_tokens) {
            (Some(_), Some(_)) => return Err(OptionsError::TwoReplies),
            (Some(text), None) => model.reply(text),
            (None, Some(tokens)) => model.reply(words(tokens)),
            (None, None) => model,
        };
        for reply in replies {
            if let Some(text) = reply.text.as_ref().filter(|_| reply.after_tools == 0) {
                model = model.reply_to(shortened(&reply.prompt), text);
            }
        }
        Ok(model.limits(self.limits()))
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::none().queue(self.max_waiting.unwrap_or(0));
        if let Some(calls) = self.max_concurrent {
            limits = limits.concurrent(calls);
        }
        if let Some(calls) = self.requests_per_minute {
            limits = limits.requests_per_minute(calls);
        }
        if let Some(tokens) = self.tokens_per_minute {
            limits = limits.tokens_per_minute(tokens);
        }
        limits
    }
}

/// Every setting of `first`, or else of `second`: two tables, one laid over the other.
fn merged<T: Serialize + DeserializeOwned>(first: &T, second: &T) -> T {
    let settings = [second, first].into_iter().flat_map(table).filter(|(_, value)| !value.is_null());
    serde_json::from_value(settings.collect()).expect("what was written can be read")
}

fn table<T: Serialize>(settings: &T) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(table)) => table,
        other => unreachable!("settings are a table of texts, numbers and lists, not {other:?}"),
    }
}

fn latency(mean: Option<Span>, std_dev: Option<Span>) -> Option<Latency> {
    match (mean, std_dev) {
        (None, None) => None,
        (Some(Span(mean)), None) => Some(Latency::Fixed(mean)),
        (mean, Some(Span(std_dev))) => Some(Latency::Normal { mean: mean.unwrap_or_default().0, std_dev }),
    }
}

/// A text of this many words.
fn words(count: usize) -> String {
    const WORDS: [&str; 12] =
        ["a", "future", "does", "nothing", "until", "it", "is", "polled,", "and", "then", "it", "runs."];
    WORDS.into_iter().cycle().take(count).collect::<Vec<_>>().join(" ")
}
