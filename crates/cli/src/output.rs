//! Standard output without a panic if its reader closes it, and hints for the next step.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use captcha_lab::dataset::Skipped;
use serde::Serialize;

/// Writes a line to standard output.
///
/// # Errors
/// The error of the operating system. [`run`](crate::run::run) ends quietly if it is a broken pipe, for
/// example when the reader is `head`; `println!` would panic.
pub(crate) fn print(line: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Writes `value` as one line of JSON to standard output.
///
/// # Errors
/// As [`print`](fn@print), or if `value` has no JSON form, such as a map whose keys are not text.
pub(crate) fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(serde_json::to_string(value)?)
}

/// Suggests on standard error a command for the result just made; `arguments` are its arguments.
pub(crate) fn next(arguments: impl Display) {
    // An error here can't be reported anywhere.
    let _ = writeln!(io::stderr(), "next: captcha-lab {arguments}");
}

/// A path, quoted for a shell.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |character: char| character.is_alphanumeric() || "/._-+:@%=,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The images that were skipped for one reason, as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut<'a> {
    reason: String,
    count: u64,
    examples: &'a [String],
}

impl<'a> LeftOut<'a> {
    /// All reasons in `skipped`.
    pub(crate) fn of(skipped: &'a Skipped) -> Vec<Self> {
        skipped
            .reasons()
            .map(|(reason, files)| Self {
                reason: reason.to_string(),
                count: files.count,
                examples: &files.examples,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_where_a_shell_would_read_them_otherwise() {
        for (path, typed) in [
            ("runs/first", "runs/first"),
            ("my run", "'my run'"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("größe", "größe"),
        ] {
            assert_eq!(quoted(Path::new(path)), typed);
        }
    }
}
