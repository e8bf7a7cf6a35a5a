//! A line that shows how far a long step has come.

use std::io::{IsTerminal, Write};

/// Shows percents on a terminal, and the name of the step alone elsewhere.
pub(crate) struct Progress {
    name: String,
    total: u64,
    done: u64,
    shown: Option<u64>,
    terminal: bool,
}

impl Progress {
    /// Starts the step `name` of `total` units of work.
    pub(crate) fn start(name: &str, total: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        if !terminal {
            eprintln!("{name} ...");
        }
        let mut progress = Self { name: name.to_owned(), total, done: 0, shown: None, terminal };
        progress.advance(0);
        progress
    }

    /// Counts `units` of work as done.
    pub(crate) fn advance(&mut self, units: u64) {
        self.done += units;
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100).min(100);
        if self.terminal && self.shown != Some(percent) {
            eprint!("\r{} ... {percent:3} %", self.name);
            // A terminal that can't be written to is no reason to stop.
            let _ = std::io::stderr().flush();
            self.shown = Some(percent);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.terminal {
            eprintln!();
        }
    }
}

/// `bytes` in the unit that people read: decimal megabytes or gigabytes.
pub(crate) fn readable(bytes: u64) -> String {
    match bytes {
        0..10_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{} MB", (bytes + 500_000) / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(readable(2_243_632), "2.2 MB");
        assert_eq!(readable(526_574_961), "527 MB");
        assert_eq!(readable(1_066_109_151), "1.1 GB");
    }
}
