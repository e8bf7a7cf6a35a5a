//! Errors as text for people.

use std::error::Error;
use std::fmt;

/// The messages of an error and of its sources on one line, joined by `: `. A message that the text already contains is
/// left out.
///
/// ```
/// let error = captcha_core::open_image("no such file.png", Default::default()).unwrap_err();
/// let line = captcha_core::describe(&error);
/// assert!(line.starts_with("can't open no such file.png: the file can't be read: "), "{line}");
/// ```
#[must_use]
pub fn describe(error: &dyn Error) -> String {
    let mut line = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        if line.is_empty() {
            line = message;
        } else if !line.contains(&message) {
            line = format!("{line}: {message}");
        }
        next = error.source();
    }
    line.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Any error, as what `fn main` returns: Rust prints the [`Debug`] form of it, which is here what [`describe`] says, and ends
/// with exit code 1.
///
/// ```no_run
/// fn main() -> Result<(), captcha_core::MainError> {
///     captcha_core::open_image("captcha.png", Default::default())?;
///     Ok(())
/// }
/// ```
pub struct MainError(Box<dyn Error>);

impl fmt::Debug for MainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&describe(self.0.as_ref()))
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for MainError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error("can't train")]
        Plain(#[source] io::Error),
        #[error("can't train: {0}")]
        Embedding(#[source] io::Error),
    }

    #[test]
    fn sources_are_told_once() {
        for outer in [Outer::Plain, Outer::Embedding] {
            let error = outer(io::Error::other("the disk is full"));
            assert_eq!(describe(&error), "can't train: the disk is full");
        }
    }

    #[test]
    fn main_prints_one_line_with_the_sources() {
        let fails = || -> Result<(), MainError> { Err(Outer::Plain(io::Error::other("the disk is full")))? };
        assert_eq!(format!("{:?}", fails().unwrap_err()), "can't train: the disk is full");
    }

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(
            describe(&io::Error::other("expected a table,\n  got a list")),
            "expected a table, got a list"
        );
    }
}
