//! What `book/po/run` calls, and mdBook as preprocessors. `book/po/README.md` says how a translation is made.

use std::{
    env,
    io::{self, Read as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{anyhow, bail};
use polib::po_file;
use translations::{catalogue, check, edition, preprocess};

const USAGE: &str = "\
translations open|close            a preprocessor of mdBook, before and after gettext
translations template BOOK FILE    make a template of what mdbook-xgettext extracted
translations check BOOK LANGUAGE TEMPLATE
translations say BOOK LANGUAGE MESSAGE
translations introduce BOOK LANGUAGE NAME";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> anyhow::Result<()> {
    match *arguments {
        // mdBook asks whether the preprocessor is for a renderer. It is for all of them.
        ["open" | "close", "supports", _renderer] => Ok(()),
        ["open"] => pass_on(preprocess::open),
        ["close"] => pass_on(preprocess::close),
        ["template", book, file] => {
            let mut template = catalogue::read(Path::new(file))?;
            catalogue::complete(&mut template, Path::new(book))?;
            po_file::write(&template, Path::new(file)).map_err(|error| anyhow!("cannot write {file}: {error}"))
        }
        ["check", book, language, template] => {
            let path = catalogue::path(Path::new(book), language);
            let (catalogue, template) = (catalogue::read(&path)?, catalogue::read(Path::new(template))?);
            let parts = [
                check::differs_from(&catalogue, &template),
                check::unfinished(&catalogue),
                check::differing(&catalogue),
            ];
            let found = parts.concat();
            if found.is_empty() {
                println!("{}: {} messages, all translated, none out of date", path.display(), catalogue.count());
                return Ok(());
            }
            let advice = format!(
                "`book/po/run update {language}` brings the catalogue up to date; then translate what is new in it"
            );
            bail!("{}:\n{}\n\n{advice}", path.display(), found.join("\n"))
        }
        ["say", book, language, message] => {
            let catalogue = catalogue::read(&catalogue::path(Path::new(book), language))?;
            println!("{}", catalogue::translation(&catalogue, message).unwrap_or(message));
            Ok(())
        }
        ["introduce", book, language, name] => edition::introduce(Path::new(book), language, name),
        _ => bail!("{USAGE}"),
    }
}

fn pass_on(preprocessor: fn(&str) -> anyhow::Result<String>) -> anyhow::Result<()> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    print!("{}", preprocessor(&input)?);
    Ok(())
}
