//! The book in other languages.
//!
//! `mdbook-xgettext` takes the paragraphs out of the chapters and `mdbook-gettext` puts translations in their place. What they
//! do not do stands here:
//!
//! - [`html`]: the words inside HTML, captions and what is written on folds, which they skip; and the ids of headings, which
//!   would change with the words.
//! - [`catalogue`]: the messages of one language, and which pages are translated.
//! - [`check`]: what is missing in a catalogue, what is out of date, and what differs in more than its words.
//! - [`preprocess`]: the two preprocessors that stand before and after `mdbook-gettext`.
//! - [`edition`]: what the scripts of a page know of their language, and of the others.
//!
//! Not in here: how the tools are installed and called. That is `book/po/run`.

pub mod catalogue;
pub mod check;
pub mod edition;
pub mod html;
pub mod preprocess;
