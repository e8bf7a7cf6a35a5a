//! Panics as errors: a bug in one piece of work ends that work only, and the window reports it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of `work`, or a one-line message if it panicked.
///
/// Values that `work` modifies must be valid after a panic, or not be used again.
pub(crate) fn caught<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message = message(&*panic).unwrap_or("no reason given");
        format!("this is a bug in captcha-lab: {}", message.lines().collect::<Vec<_>>().join(" "))
    })
}

/// The message of a panic, if it has one.
pub(crate) fn message(panic: &(dyn Any + Send)) -> Option<&str> {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_line() {
        let number = 3;
        for (result, says) in [
            (caught(|| panic!("plain")), "plain"),
            (caught(|| panic!("of {number}\nlines")), "of 3 lines"),
            (caught(|| std::panic::panic_any(7)), "no reason given"),
        ] {
            let error: Result<(), String> = result;
            assert_eq!(error, Err(format!("this is a bug in captcha-lab: {says}")));
        }
    }
}
