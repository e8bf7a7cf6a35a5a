//! Runs cargo.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitStatus};

use crate::error::Error;
use crate::libtorch::lookup::Surroundings;

/// `cargo xtask demo`.
pub(crate) fn demo(around: &Surroundings, quick: bool, args: &[OsString]) -> Result<(), Error> {
    let mut cargo = cargo(around);
    cargo.args(["run", "--profile", "demo", "--package", "captcha-lab-cli", "--features", "torch"]);
    cargo.args(["--bin", "captcha-lab", "--", "demo"]);
    if quick {
        cargo.arg("--quick");
    }
    run(cargo.args(args))
}

/// The packages that are tested without libtorch as well: the library, the program and the window are others then.
///
/// `xtask` is among them for the features that it asks of its dependencies: with them everything below these packages
/// is compiled once for both runs (a test compares).
const WITHOUT_LIBTORCH: [&str; 4] = ["captcha-lab", "captcha-lab-cli", "captcha-lab-app", "xtask"];

/// `cargo xtask test`.
pub(crate) fn test(around: &Surroundings) -> Result<(), Error> {
    // The first as on a machine that has no libtorch. Both from the root, whatever folder the user is in.
    let mut without = cargo(around);
    without.arg("test").args(WITHOUT_LIBTORCH.iter().flat_map(|package| ["--package", package]));
    run(without.current_dir(&around.workspace))?;
    run(cargo(around).args(["test", "--workspace", "--all-features"]).current_dir(&around.workspace))
}

/// The cargo that runs us, to be started as from the user's shell.
fn cargo(around: &Surroundings) -> Command {
    let mut cargo =
        Command::new(around.variables.get("CARGO").map_or(OsStr::new("cargo"), OsString::as_os_str));
    // Ours is of the time before set-up, and would hide what the configuration says now.
    if around.users_libtorch().is_none() {
        cargo.env_remove("LIBTORCH");
    }
    cargo
}

/// Shows the command, runs it, and passes its exit code on.
fn run(command: &mut Command) -> Result<(), Error> {
    let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    eprintln!("+ cargo {}", words.join(" "));
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|source| Error::Start { program, source })?;
    if status.success() { Ok(()) } else { Err(Error::CommandFailed { code: exit_code(status) }) }
}

/// What a shell would report: 128 and the number of the signal for a program that a signal ended.
fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or(signal.map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What cargo compiles for `selection` from other places than this workspace, with the features.
    fn dependencies(selection: &[&str]) -> BTreeSet<String> {
        let mut tree = Command::new(env!("CARGO"));
        tree.args(["tree", "--locked", "--prefix", "none", "--format", "{p} {f}"]).args(selection);
        let output =
            tree.current_dir(Surroundings::of_this_process().workspace).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("cargo prints Unicode");
        // `(*)` marks what was listed before, `(/...)` is the path of a package of ours.
        let lines = text.lines().map(|line| line.trim_end_matches(" (*)"));
        lines.filter(|line| !line.is_empty() && !line.contains("(/")).map(str::to_owned).collect()
    }

    /// A dependency that gets other features without libtorch is compiled twice, with all that depends on it: minutes
    /// of `cargo xtask test`. To mend it, ask for the same features in `[workspace.dependencies]`, or among the
    /// dependencies of `xtask`.
    #[test]
    fn dependencies_are_compiled_once_for_both_sets() {
        let with = dependencies(&["--workspace", "--all-features"]);
        let packages: Vec<_> = WITHOUT_LIBTORCH.iter().flat_map(|package| ["--package", *package]).collect();
        for selection in [&packages[..], &[]] {
            let without = dependencies(selection);
            assert!(without.len() > 100, "{without:?}");
            let twice: Vec<_> = without.difference(&with).collect();
            assert!(twice.is_empty(), "cargo test {}: {twice:#?}", selection.join(" "));
        }
    }

    #[test]
    fn exit_code_is_passed_on() {
        for (script, expected) in [("exit 0", None), ("exit 101", Some(101)), ("kill -TERM $$", Some(143))] {
            let actual = match run(Command::new("sh").args(["-c", script])) {
                Ok(()) => None,
                Err(Error::CommandFailed { code }) => Some(code),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(actual, expected, "{script}");
        }
    }
}
