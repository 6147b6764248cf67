//! What `--help` prints.

/// The names of the commands, and what `--help` says about each.
pub const COMMANDS: [(&str, &str); 9] = [
    ("list", LIST),
    ("check", CHECK),
    ("hint", HINT),
    ("solution", SOLUTION),
    ("timeline", TIMELINE),
    ("reset", RESET),
    ("verify", VERIFY),
    ("book", BOOK),
    ("doctor", DOCTOR),
];

/// The overview.
pub const MAIN: &str = "\
Tokens in Flight: learn async Rust by streaming tokens from language models.

  cargo workbook                watch: the next exercise, a verdict on every
                                save
  cargo workbook list           lessons, exercises, and which have passed
  cargo workbook check [ID]     check once
  cargo workbook hint [ID]      the next hint
  cargo workbook solution ID    the solution, after a pass
  cargo workbook timeline ID    the last run, drawn
  cargo workbook reset ID       back to the starter; your version is kept aside
  cargo workbook verify         for authors: starters fail, solutions pass,
                                traps are caught
  cargo workbook book           build and serve the book
  cargo workbook doctor         is this machine ready, and what to do if not

ID is `03-join/fan_out`, or `fan_out`, or the file itself.
`cargo workbook COMMAND --help` tells more about a command.

  --plain     ASCII only, no colour, nothing is drawn over
  --help      this text
  --version   the version

Environment: NO_COLOR takes the colour away. CARGO_TARGET_DIR is where cargo
builds.
Without a terminal, `cargo workbook` prints the state and ends.
Exit codes: 0 done, 1 not yet, 2 wrong usage, 3 cannot (no cargo, no linker, …),
130 Ctrl-C.
";

const LIST: &str = "\
cargo workbook list [--json]

Prints all lessons and exercises, and which have passed.

  --json     the same for programs; crates/workbook/JSON.md describes it
  --plain    ASCII only, no colour

Exit codes: 0 done, 2 wrong usage, 3 cannot.
";

const CHECK: &str = "\
cargo workbook check [ID|LESSON|--all] [--attempt FILE|--trap NAME] [--json]

Compiles an exercise, runs its checks, and says what happened. Without an ID:
the first exercise that has not passed.

  ID               `03-join/fan_out`, or `fan_out`, or
                   `exercises/03-join/fan_out.rs`
  LESSON           all exercises of a lesson: `03-join`, or `03`
  --all            all exercises
  --attempt FILE   run the checks of ID on another file; progress stays as it is
  --trap NAME      the same on one of its known wrong answers, from
                   solutions/…/traps/: see what its verdict is
  --json           the report for programs; crates/workbook/JSON.md describes it
  --plain          ASCII only, no colour

Exit codes: 0 all checks passed, 1 not yet, 2 wrong usage, 3 cannot (no cargo,
no linker, …), 130 Ctrl-C.
";

const HINT: &str = "\
cargo workbook hint [ID]

Prints the next hint: first one about the check that failed last, if there is
one, then the others, one at a time.
Without an ID: the first exercise that has not passed.

Exit codes: 0 done, 1 there is no hint, 2 wrong usage.
";

const SOLUTION: &str = "\
cargo workbook solution ID [--spoil]

Prints the solution of an exercise that you have passed, with why it works.

  --spoil    before you have passed it, too

Exit codes: 0 done, 1 not passed yet, 2 wrong usage.
";

const TIMELINE: &str = "\
cargo workbook timeline ID [--svg FILE]

Draws the last run of an exercise: what each call did, on the clock of the
simulation. If a check failed, it is the run of
that check, beside the one expected.

  --svg FILE   write your run as a picture
  --plain      ASCII only

Exit codes: 0 done, 1 there is no run yet, 2 wrong usage, 3 the file cannot be
written.
";

const RESET: &str = "\
cargo workbook reset ID|--all

Puts the starter back. Your version is kept under .workbook/kept/, and no
version there is ever overwritten. If it cannot
be kept, nothing is reset.

  --all    all exercises that differ from their starter

Exit codes: 0 done, 2 wrong usage, 3 a file cannot be written.
";

const VERIFY: &str = "\
cargo workbook verify [LESSON|ID] [--strict] [--json]

For authors and CI. Proves of each exercise that its starter fails as it should,
its solution passes without a warning,
each trap is caught by the check named in its header with the words named there,
and header and hints are complete.

  --strict   an exercise that differs from its starter is a problem, not a note
  --json     the result for programs; crates/workbook/JSON.md describes it

Exit codes: 0 no problem, 1 problems, 2 wrong usage, 3 cannot, 130 Ctrl-C.
";

const BOOK: &str = "\
cargo workbook book [--build]

Builds the book and serves it on this machine; Ctrl-C ends it. Uses mdbook from
the PATH, or from target/tools/bin. If
there is none, it is installed there.

  --build    build it under book/book and end

Exit codes: 0 done, 3 it cannot be installed or built.
";

const DOCTOR: &str = "\
cargo workbook doctor

Looks at what the workbook needs on this machine, and says what to do about what
is missing.

Exit codes: 0 ready, 1 something needed is missing.
";
