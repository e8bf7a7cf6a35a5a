//! Standard output without a panic when its reader goes away.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to standard output.
///
/// # Errors
/// What the operating system says. [`run`](crate::run) ends quietly if it is a broken pipe, as when the reader is
/// `head`; `println!` would panic.
pub fn print(line: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Writes `value` as one line of JSON to standard output.
///
/// # Errors
/// As [`print`](fn@print), or if `value` can't be JSON, as a map without text keys.
pub fn print_json(value: &impl serde::Serialize) -> io::Result<()> {
    print(serde_json::to_string(value)?)
}
