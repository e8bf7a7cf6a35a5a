//! What to do by hand where set-up failed.

use crate::error::{DownloadCause, Error};
use crate::libtorch::places::DOWNLOADS;
use crate::libtorch::recipe::{Recipe, cpu_x86_64_linux};

/// The ways to a libtorch that are left after `error`; `None` where it has nothing to do with getting one.
pub(crate) fn by_hand(error: &Error) -> Option<String> {
    let fetching = match error {
        Error::BadVariable { .. } | Error::Start { .. } | Error::CommandFailed { .. } => return None,
        Error::Download { cause, .. } => *cause != DownloadCause::NoSpace,
        Error::NoPip | Error::Hash { .. } => true,
        Error::Platform { .. } | Error::Unpack { .. } | Error::NoSpace { .. } | Error::Io { .. } => false,
    };
    let recipe = cpu_x86_64_linux();
    let version = recipe.plain_version();
    let mut advice = format!(
        "Everything but training works without libtorch: plain `cargo build` and `cargo test` don't need it.\n\
         To get the feature `torch` by hand, do one of these:\n\
         - Set LIBTORCH to the full path of a libtorch {version} that you have (the folder with lib/ and include/).\n\
         - Install PyTorch (`python3 -m pip install torch=={version}`) and set LIBTORCH_USE_PYTORCH=1."
    );
    if fetching {
        advice.push_str(&format!("\n- {}", fetch_elsewhere(&recipe)));
    }
    Some(advice)
}

/// How to bring the wheels from another machine.
fn fetch_elsewhere(recipe: &Recipe) -> String {
    let mut text = format!(
        "On any machine that can download, run the lines below; put the {} files into {DOWNLOADS}/ here and run \
         `cargo xtask setup` again.",
        recipe.wheels.len()
    );
    for wheel in &recipe.wheels {
        let arguments = wheel.pip_arguments().join(" ");
        text.push_str(&format!(
            "\n    python3 -m pip download {arguments} {}=={}",
            wheel.name, wheel.version
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_on_fetching_is_given_where_fetching_failed() {
        let advice = by_hand(&Error::Download { wheel: "torch", cause: DownloadCause::Network }).unwrap();
        assert!(advice.contains("LIBTORCH_USE_PYTORCH=1"), "{advice}");
        assert_eq!(advice.matches("pip download").count(), cpu_x86_64_linux().wheels.len(), "{advice}");
        let full = Error::Download { wheel: "torch", cause: DownloadCause::NoSpace };
        assert!(!by_hand(&full).unwrap().contains("pip download"));
        assert_eq!(by_hand(&Error::CommandFailed { code: 101 }), None);
    }
}
