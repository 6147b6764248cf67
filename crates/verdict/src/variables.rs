//! The variables by which the runner speaks to a check: in the environment of its process, and of its build.

/// The file to which the report is appended. Without it nobody but a person listens, and the harness prints its messages.
pub const REPORT: &str = "WORKBOOK_REPORT";

/// The name of the check that the process runs, for a check that does not name itself.
pub const CHECK: &str = "WORKBOOK_CHECK";

/// How many columns wide messages are drawn. `COLUMNS` counts where it is not set, and 80 where neither is.
pub const WIDTH: &str = "WORKBOOK_WIDTH";

/// Set: draw with plain ASCII.
pub const ASCII: &str = "WORKBOOK_ASCII";

/// Set: the program was compiled without line tables, so a backtrace can show no line of the learner's and is not worth its
/// time.
pub const NO_LINES: &str = "WORKBOOK_NO_LINES";

/// Of the *build*: the file that lists the versions of exercises that the target `attempts` is compiled from.
pub const ATTEMPTS: &str = "WORKBOOK_ATTEMPTS";

/// What [`attempt`] begins with. The harness needs it as a literal, in a macro.
pub const ATTEMPT: &str = "WORKBOOK_ATTEMPT_";

/// The variable of the *build* that holds a digest of the code under test, for the target with this name.
///
/// The checks take it in at compile time. So cargo, which compares the times of files but the *contents* of variables,
/// builds again when the code has changed, whatever the time of its file says; and the report says which code it is about.
/// One variable for each target: what one exercise is must not build another one again.
///
/// ```
/// assert_eq!(verdict::variables::attempt("fan_out"), "WORKBOOK_ATTEMPT_fan_out");
/// ```
pub fn attempt(target: &str) -> String {
    // As cargo makes `CARGO_CRATE_NAME`, which is what the macro sees.
    format!("{ATTEMPT}{}", target.replace('-', "_"))
}
