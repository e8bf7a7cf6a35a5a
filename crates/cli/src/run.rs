//! From a result to an exit code.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use captcha_lab::core::describe;

use crate::progress::interrupted;

/// The result of a command.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The exit code after Ctrl-C: 128 plus the number of the signal, as in shells.
pub(crate) const INTERRUPTED: u8 = 130;

/// Runs `main` and turns an error into one line on standard error and an exit code.
///
/// The line is `error: ` and the text of [`describe`]. The exit code is 1, or [`INTERRUPTED`] after Ctrl-C. A
/// broken pipe, for example when the output goes to `head`, is not an error.
pub(crate) fn run(main: impl FnOnce() -> Outcome) -> ExitCode {
    match main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", describe(error.as_ref()));
            if interrupted() { ExitCode::from(INTERRUPTED) } else { ExitCode::FAILURE }
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error("can't train")]
        Plain(#[source] io::Error),
    }

    #[test]
    fn a_broken_pipe_is_found_at_any_depth() {
        let error = Outer::Plain(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&Outer::Plain(io::Error::from(io::ErrorKind::NotFound))));
    }
}
