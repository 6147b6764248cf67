//! The mock model behind a real HTTP server that speaks OpenAI's API.
//!
//! A test starts one on a free port, points any OpenAI client at its URL, and drops it:
//!
//! ```
//! use mock_llm::Model;
//! use mock_llm_server::{Config, MockServer};
//!
//! # fn main() -> std::io::Result<()> {
//! let config = Config { models: vec![Model::new("atlas").fast()], ..Config::default() };
//! let server = MockServer::start(config)?;
//! println!("curl {}/v1/models", server.url());
//! assert!(server.llm().journal().calls().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! The server runs on a thread and a runtime of its own, on real time. A test may run on a paused clock, or be no async
//! test at all; the server does not mind.
//!
//! In reading order: [`Config`] is what a server is made from; [`MockServer`] runs it; [`Fault`] and [`FaultRule`] say what
//! goes wrong and when; [`Options`] are the flags, the environment and the TOML file of the program, made into a
//! [`Config`].
//!
//! What it leaves out on purpose: chat completions, responses, embeddings and models are served, and nothing else; a token is
//! a word; nothing is encrypted.

mod config;
mod server;
mod connection;
mod app;
mod routes;
mod cross_origin;
mod auth;
mod chat;
mod responses;
mod embeddings;
mod wire;
mod fault;
mod error;
mod admin;
mod metrics;
mod options;
mod units;
#[cfg(test)]
mod any_request;

pub use config::{Config, ReplyScript, Says, ToolCall};
pub use fault::{Fault, FaultRule, ParseFaultError};
pub use options::{ModelOptions, Options, OptionsError, Preset, ReplyOptions};
pub use server::MockServer;
pub use units::{ParseUnitError, Share, Span};

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeIsTrue;
