//! The attribute of a check: [`macro@test`], to be used as `harness::test`.
//!
//! It is written without a parser of Rust, which a learner would have to wait for at the first build. All that it needs to
//! know of a function is its name and its body.

use proc_macro::{Delimiter, Group, Literal, TokenStream, TokenTree};

/// A `#[test]` that tells the runner when its function has ended, and a person when the code under test has ended the
/// process before.
///
/// ```ignore
/// use harness::{Check, test};
///
/// harness::checks!();
///
/// /// A call of a second takes a second.
/// #[test]
/// fn takes_a_second() {}
/// ```
///
/// The import takes the place of the `#[test]` of the prelude. libtest, editors and the runner see an ordinary test.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = function.into_iter().collect();
    let is_word = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident.to_string() == word);
    let name = tokens.iter().position(|token| is_word(token, "fn")).and_then(|at| tokens.get(at + 1));
    let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) = (name, tokens.last()) else {
        return error("`#[test]` stands above a function");
    };
    if !arguments.is_empty() || tokens.iter().any(|token| is_word(token, "async")) {
        return error("a check is a function without `async`: it gives the code under test to `Check::run`");
    }
    if body.delimiter() != Delimiter::Brace {
        return error("the function of a check has a body");
    }
    let mut name = Literal::string(&name.to_string());
    name.set_span(body.span());
    // The first local is dropped last: after everything in the body that is of the code under test.
    let begins =
        "let _check = ::harness::CheckFunction::begins(NAME, module_path!(), file!(), line!(), this_attempt::DIGEST);";
    let begins: TokenStream = begins.parse().expect("this is Rust");
    let begins = begins.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let arguments = group.stream().into_iter().map(|token| match token {
                TokenTree::Ident(ident) if ident.to_string() == "NAME" => TokenTree::Literal(name.clone()),
                other => other,
            });
            TokenTree::Group(Group::new(group.delimiter(), arguments.collect()))
        }
        other => other,
    });
    let mut with_begin = Group::new(Delimiter::Brace, begins.chain(body.stream()).collect());
    with_begin.set_span(body.span());
    let attribute: TokenStream = "#[::core::prelude::v1::test]".parse().expect("this is Rust");
    let head = tokens[..tokens.len() - 1].iter().cloned();
    attribute.into_iter().chain(head).chain([TokenTree::Group(with_begin)]).collect()
}

fn error(words: &str) -> TokenStream {
    format!("::core::compile_error!({words:?});").parse().expect("this is Rust")
}
