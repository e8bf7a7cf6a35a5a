//! Fetches wheels with pip, the registry's ordinary client.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use super::wheels::Fetch;
use crate::error::{DownloadCause, Error};
use crate::libtorch::recipe::Wheel;

/// The most bytes of pip's messages that are kept, and the longest line: pip says why it failed in far less.
const MESSAGES_LIMIT: usize = 1 << 20;

/// pip, with the configuration of its user.
pub(crate) struct Pip {
    command: &'static [&'static str],
}

impl Pip {
    /// Finds a pip that runs.
    pub(crate) fn find() -> Result<Self, Error> {
        let candidates: [&'static [&'static str]; 4] =
            [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip3"], &["pip"]];
        let runs = |command: &[&str]| {
            let mut version = Command::new(command[0]);
            version.args(&command[1..]).arg("--version").stdin(Stdio::null());
            version.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        candidates
            .into_iter()
            .find(|command| runs(command))
            .map(|command| Self { command })
            .ok_or(Error::NoPip)
    }
}

impl Fetch for Pip {
    fn fetch(&self, wheel: &Wheel, into: &Path, scratch: &Path) -> Result<(), Error> {
        // With the hash, pip takes this very file even where another index of its user has a `+cpu` or a patched build
        // of the version.
        let list = scratch.join("requirements.txt");
        let line = format!("{}=={} --hash=sha256:{}\n", wheel.name, wheel.version, wheel.sha256);
        fs::write(&list, line).map_err(Error::io("write", &list))?;

        let mut pip = Command::new(self.command[0]);
        pip.args(&self.command[1..]);
        // Without a cache: pip would keep half a gigabyte for good.
        pip.args(["download", "--disable-pip-version-check", "--no-cache-dir"]);
        pip.args(wheel.pip_arguments()).arg("--dest").arg(into).arg("--requirement").arg(&list);
        // pip downloads into the folder for temporary files first; that of the system may be small.
        pip.env("TMPDIR", scratch);
        // This guards against installing outside a virtual environment; nothing is installed here.
        pip.env("PIP_REQUIRE_VIRTUALENV", "false");
        pip.stderr(Stdio::piped());

        let start = |source| Error::Start { program: self.command.join(" "), source };
        let mut child = pip.spawn().map_err(start)?;
        let said = child.stderr.take().map(listen).unwrap_or_default();
        let status = child.wait().map_err(start)?;
        let cause = match status.code() {
            Some(0) => return Ok(()),
            Some(_) => cause(&said),
            None => DownloadCause::Interrupted,
        };
        // Where we can say it in a sentence, pip's pages of it don't help.
        if matches!(cause, DownloadCause::Unknown | DownloadCause::NotInIndex | DownloadCause::Hash) {
            eprint!("{said}");
        }
        Err(Error::Download { wheel: wheel.name, cause })
    }
}

/// Reads pip's messages to their end, shows its warnings (that it tries again, say) as they come, and returns the last
/// [`MESSAGES_LIMIT`] bytes, for errors come last.
fn listen(messages: impl Read) -> String {
    let mut messages = BufReader::new(messages);
    let mut said = String::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        // What ends the reading early says nothing about the download; pip's exit code does.
        match messages.by_ref().take(MESSAGES_LIMIT as u64).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return said,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches('\n');
        if text.contains("WARNING: ") {
            eprintln!("{text}");
        }
        said.push_str(text);
        said.push('\n');
        let mut excess = said.len().saturating_sub(MESSAGES_LIMIT);
        while !said.is_char_boundary(excess) {
            excess += 1;
        }
        said.drain(..excess);
    }
}

/// Tells from pip's messages what went wrong.
fn cause(said: &str) -> DownloadCause {
    let has = |needles: &[&str]| needles.iter().any(|needle| said.contains(needle));
    if has(&["No space left on device", "Disk quota exceeded"]) {
        DownloadCause::NoSpace
    } else if has(&["DO NOT MATCH THE HASHES"]) {
        DownloadCause::Hash
    } else if has(&[
        "connection broken by",
        "Connection broken",
        "ConnectionError",
        "Could not fetch URL",
        "Read timed out",
        "Failed to resolve",
        "ProxyError",
        "SSLError",
        "IncompleteRead",
        "HTTP error 5",
    ]) {
        DownloadCause::Network
    } else if has(&["No matching distribution found"]) {
        DownloadCause::NotInIndex
    } else {
        DownloadCause::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_to_their_end_and_kept_to_a_limit() {
        let flood = "é".repeat(3 * MESSAGES_LIMIT);
        let said = listen(format!("first\n{flood}\nNo matching distribution found").as_bytes());
        assert!(said.len() <= MESSAGES_LIMIT, "{} bytes", said.len());
        assert_eq!(cause(&said), DownloadCause::NotInIndex);
        assert_eq!(listen(&b"one\ntwo"[..]), "one\ntwo\n");
    }

    /// Messages that pip 23.2 printed when each of these happened to it.
    #[test]
    fn causes_are_told_apart() {
        let network = "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
             connection broken by 'NewConnectionError('...: Failed to establish a new connection: [Errno 111] \
             Connection refused')': /simple/torch/\n\
             ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)\n\
             ERROR: No matching distribution found for torch==2.13.0\n";
        let index = "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: \
             2.0.0)\nERROR: No matching distribution found for torch==2.13.0\n";
        let space =
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n";
        let hash = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n";
        for (said, expected) in [
            (network, DownloadCause::Network),
            (index, DownloadCause::NotInIndex),
            (space, DownloadCause::NoSpace),
            (hash, DownloadCause::Hash),
            ("Traceback (most recent call last):\n", DownloadCause::Unknown),
        ] {
            assert_eq!(cause(said), expected, "{said}");
        }
    }
}
