//! From a result to an exit code.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use captcha_lab::core::describe;

use crate::progress::interrupted;

/// What a command ends with.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The exit code of a program that Ctrl-C stopped: 128 and the number of the signal, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Runs `main` and turns what goes wrong into one line on standard error and an exit code.
///
/// The line is `error: ` and what [`describe`] makes of the error. The exit code is 1, or [`INTERRUPTED`] after Ctrl-C.
/// A broken pipe, as when the output goes to `head`, is no error.
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
