//! The line that shows how far a long step has come, and sizes for people to read.

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
        self.done = self.done.saturating_add(units);
        let percent = percent(self.done, self.total);
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

/// The whole percents of `total` that are done; all of it where there is nothing to do.
fn percent(done: u64, total: u64) -> u64 {
    let percent = (u128::from(done) * 100).checked_div(u128::from(total)).unwrap_or(100);
    u64::try_from(percent).map_or(100, |percent| percent.min(100))
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
    use super::{percent, readable};

    #[test]
    fn percents_of_any_size_are_told() {
        for (done, total, expected) in
            [(0, 3, 0), (1, 3, 33), (3, 3, 100), (9, 3, 100), (0, 0, 100), (u64::MAX, u64::MAX, 100)]
        {
            assert_eq!(percent(done, total), expected, "{done} of {total}");
        }
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(readable(2_243_632), "2.2 MB");
        assert_eq!(readable(526_574_961), "527 MB");
        assert_eq!(readable(1_066_109_151), "1.1 GB");
    }
}
