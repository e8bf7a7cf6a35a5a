//! The program, end to end: every subcommand, its JSON, its errors, and what an interrupted one leaves behind.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod commands;
mod errors;
#[cfg(unix)]
mod interruption;
#[cfg(feature = "torch")]
mod training;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The program in an empty folder of its own.
struct Program {
    folder: TempDir,
}

impl Program {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_captcha-lab")));
        command.current_dir(self.folder.path());
        command
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Standard output of a command that succeeds, given as words.
    fn ok(&self, words: &str) -> String {
        let output = self.run(words.split(' '));
        assert!(output.status.success(), "{words}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The one JSON object that a command prints.
    fn json(&self, words: &str) -> Value {
        let text = self.ok(&format!("{words} --json"));
        assert_eq!(text.lines().count(), 1, "{words}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The one line on standard error of a command that fails with this exit code, and prints nothing else.
    fn error(&self, words: &str, code: i32) -> String {
        let output = self.run(words.split(' '));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words}: {told}");
        assert!(output.stdout.is_empty(), "{words}: {:?}", output.stdout);
        assert!(told.starts_with("error: ") && told.lines().count() == 1, "{words}: {told}");
        told
    }
}
