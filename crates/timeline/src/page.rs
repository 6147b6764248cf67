//! A page of its own for a run: the picture, the code, and the player.

use crate::{Code, TextStyle, Timeline, code, label::clean, svg::escaped, svg_beside, text_beside};

/// What the book steps through its pictures with. It stands with the book, which shows it most often.
const PLAYER: &str = include_str!("../../../book/theme/timeline-player.js");
const LOOK: &str = include_str!("../../../book/theme/timeline-player.css");

/// What the book has from mdBook, for a page without it.
const BASE: &str = "\
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--theme-hover:#eef0f3;--code:#f4f5f7;--mono-font:ui-monospace,monospace}
@media (prefers-color-scheme:dark){:root{--bg:#17191e;--fg:#e4e6eb;--theme-hover:#262a32;--code:#20242b}}
body{margin:0 auto;padding:12px;max-width:760px;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
pre{overflow-x:auto}
pre>code{display:block;overflow-x:auto;background:var(--code);border-radius:6px}
.as-text code{padding:10px}
";

/// A page that shows a run, or two that stand above one another, and through which one steps: with buttons, keys, or a slider.
/// Below the picture stands its [code](Timeline::with_functions), where there is some, and the run as text.
///
/// The page is one file. It loads nothing, and a policy in its head forbids it to. Without scripts it shows the whole picture.
///
/// # Panics
/// Without a timeline, or with more than two.
///
/// ```
/// use timeline::{Lane, Timeline, page};
///
/// let page = page(&[&Timeline::new("one call").lane(Lane::call("atlas", 0.0, 0.5))]);
/// assert!(page.starts_with("<!doctype html>") && page.contains("<svg "));
/// ```
pub fn page(timelines: &[&Timeline]) -> String {
    let style = TextStyle { width: 78, ascii: false };
    let (picture, text) = match timelines {
        [run] => (run.svg(), run.text(&style)),
        [first, second] => (svg_beside(first, second), text_beside(first, second, &style)),
        _ => panic!("a page shows one run, or two to be compared, not {}", timelines.len()),
    };
    let titles: Vec<String> = timelines.iter().map(|timeline| escaped(&clean(&timeline.title, false))).collect();
    let title = titles.join(", compared with: ");
    let title = if title.trim().is_empty() { "Timeline" } else { &title };
    let code = code::of_all(timelines);
    let parts: String = code.iter().map(part).collect();
    let code = if code.is_empty() {
        String::new()
    } else {
        format!(
            "<details class=\"code\" open>\n<summary>The code, and the line that runs at each step</summary>\n{parts}</details>\n"
        )
    };
    let text = escaped(&text);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{BASE}{LOOK}</style>\n</head>\n<body class=\"content\">\n<main>\n\
         <h1>{title}</h1>\n<figure aria-labelledby=\"caption\">\n{picture}{code}\
         <figcaption id=\"caption\">{title}</figcaption>\n</figure>\n\
         <details class=\"as-text\">\n<summary>As text</summary>\n<pre><code tabindex=\"0\">{text}</code></pre>\n</details>\n</main>\n\
         <script>\n{DARK}{PLAYER}</script>\n</body>\n</html>\n"
    )
}

/// The picture has its colours for the dark by the name of a theme of mdBook.
const DARK: &str = "\
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('navy', dark.matches);
dark.addEventListener('change', follow);
follow();
";

fn part(code: &Code) -> String {
    let lines: String = code.lines.iter().map(|line| escaped(&line.text) + "\n").collect();
    format!("<p><code>{}</code></p>\n<pre><code tabindex=\"0\">{lines}</code></pre>\n", escaped(&code.place()))
}
