//! Progress reports, and Ctrl-C.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use captcha_core::Monitor;
use indicatif::{ProgressBar, ProgressStyle};

use captcha_report::format;

use crate::run::INTERRUPTED;

/// Reports progress on standard error, and stops the work on Ctrl-C.
///
/// On a terminal it is a bar with the rate and the remaining time. Elsewhere, such as in a log file, it is a
/// line at every tenth of the work, at most one per second, and at least one every ten seconds. Nothing is
/// written to standard output.
///
/// The first Ctrl-C asks the work to stop after the current item, so that nothing is lost; the second one
/// ends the program at once.
#[derive(Debug)]
pub(crate) struct Progress {
    title: String,
    unit: String,
    bar: Option<ProgressBar>,
    work: Mutex<Option<Work>>,
}

impl Progress {
    /// Starts the progress of `title`, the name of the work, counted in `unit`, a plural:
    /// `Progress::new("Rendering", "images")`.
    ///
    /// From then on Ctrl-C is handled as described above, for the whole program.
    #[must_use]
    pub(crate) fn new(title: impl Into<String>, unit: impl Into<String>) -> Self {
        handle_interrupts();
        let title = title.into();
        let bar = io::stderr().is_terminal().then(|| bar(&title));
        Self { title, unit: unit.into(), bar, work: Mutex::default() }
    }

    /// Writes a line on standard error without disturbing the bar.
    #[cfg(feature = "torch")]
    pub(crate) fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| tell(line)),
            None => tell(line),
        }
    }

    /// Removes the bar and reports the amount of work and the time.
    pub(crate) fn finish(self) {
        let summary = self.work().as_ref().map(|work| work.summary(&self.title, &self.unit, Instant::now()));
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Some(summary) = summary {
            tell(&summary);
        }
    }

    fn work(&self) -> MutexGuard<'_, Option<Work>> {
        // The counters are valid after a panic at any point.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Monitor for Progress {
    fn progress(&self, done: u64, total: u64) {
        let now = Instant::now();
        let mut work = self.work();
        let work = work.get_or_insert_with(|| Work::starting_with(done, now));
        let due = work.advance(done, total, now, self.bar.is_some());
        match (&self.bar, due) {
            (_, false) => {}
            (Some(bar), true) => {
                bar.set_length(total);
                bar.set_position(work.done);
                bar.set_message(work.speed(&self.unit, now));
            }
            (None, true) => tell(&work.line(&self.title, &self.unit, now)),
        }
    }

    fn interrupted(&self) -> bool {
        interrupted()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // After an error, its message comes next, and should not follow a bar on the same line.
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(title: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{prefix} {wide_bar} {percent:>3} %  {human_pos}/{human_len}  {msg}")
            .expect("a template that is part of the program")
            .progress_chars("█▉▊▋▌▍▎▏ ");
    ProgressBar::new(0).with_style(style).with_prefix(title.to_owned())
}

/// Writes a line on standard error; an error here can't be reported anywhere.
fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The arithmetic of progress, independent of clocks and terminals.
#[derive(Debug, Clone, Copy)]
struct Work {
    /// The work done before the start: it must not count in the rate of resumed work.
    before: u64,
    done: u64,
    total: u64,
    started: Instant,
    reported: Instant,
    /// Tenths of the work done at the last report.
    tenths: u64,
}

/// Time between updates of a bar.
const BAR_EVERY: Duration = Duration::from_millis(100);
/// The least time between lines.
const LINE_NOT_BEFORE: Duration = Duration::from_secs(1);
/// The greatest time between lines.
const LINE_AT_LATEST: Duration = Duration::from_secs(10);

impl Work {
    fn starting_with(done: u64, now: Instant) -> Self {
        Self { before: done, done, total: done, started: now, reported: now, tenths: 0 }
    }

    /// Updates the counters; returns whether a report is due.
    fn advance(&mut self, done: u64, total: u64, now: Instant, bar: bool) -> bool {
        // Threads may report out of order.
        self.done = self.done.max(done);
        self.total = total;
        let tenths = if total == 0 { 0 } else { (u128::from(self.done) * 10 / u128::from(total)) as u64 };
        let since = now.saturating_duration_since(self.reported);
        let due = if bar {
            since >= BAR_EVERY
        } else {
            since >= LINE_AT_LATEST || (since >= LINE_NOT_BEFORE && tenths > self.tenths)
        };
        if due {
            (self.reported, self.tenths) = (now, tenths);
        }
        due
    }

    /// Items per second since the start; `None` before the first one.
    fn rate(&self, now: Instant) -> Option<f64> {
        let seconds = now.saturating_duration_since(self.started).as_secs_f64();
        let done = self.done - self.before;
        (done > 0 && seconds > 0.0).then(|| done as f64 / seconds)
    }

    /// `812 images/s, 12 s left`.
    fn speed(&self, unit: &str, now: Instant) -> String {
        let Some(rate) = self.rate(now) else { return String::new() };
        let left = self.total.saturating_sub(self.done) as f64 / rate;
        let mut speed = format!("{} {unit}/s", format::rate(rate));
        if let Ok(left) = Duration::try_from_secs_f64(left.ceil())
            && !left.is_zero()
        {
            let left =
                if left.as_secs() < 60 { format!("{} s", left.as_secs()) } else { format::duration(left) };
            speed.push_str(&format!(", {left} left"));
        }
        speed
    }

    /// `Rendering: 5,000 of 10,000 images, 812 images/s, 6 s left`.
    fn line(&self, title: &str, unit: &str, now: Instant) -> String {
        let (done, total) = (format::count(self.done), format::count(self.total));
        let speed = self.speed(unit, now);
        let comma = if speed.is_empty() { "" } else { ", " };
        format!("{title}: {done} of {total} {unit}{comma}{speed}")
    }

    /// `Rendering: 10,000 images in 12.3 s, 812 images/s`.
    fn summary(&self, title: &str, unit: &str, now: Instant) -> String {
        let time = format::duration(now.saturating_duration_since(self.started));
        let mut summary = format!("{title}: {} {unit} in {time}", format::count(self.done - self.before));
        if let Some(rate) = self.rate(now) {
            summary.push_str(&format!(", {} {unit}/s", format::rate(rate)));
        }
        if self.before > 0 {
            summary.push_str(&format!(" ({} were there before)", format::count(self.before)));
        }
        if self.done < self.total {
            summary.push_str(&format!("; {} not done", format::count(self.total - self.done)));
        }
        summary
    }
}

static STOP: AtomicBool = AtomicBool::new(false);

/// Whether Ctrl-C was pressed since the first [`Progress`] of the program.
#[must_use]
pub(crate) fn interrupted() -> bool {
    STOP.load(Ordering::Relaxed)
}

fn handle_interrupts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // This only fails if the program has a handler of its own, which is then used.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED.into());
            }
            tell("\nstopping after the item at hand; Ctrl-C again stops at once");
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The lines for `items` items that each take the time `item`.
    fn lines(items: u64, item: Duration) -> Vec<String> {
        let start = Instant::now();
        let mut work = Work::starting_with(0, start);
        (0..=items)
            .filter_map(|done| {
                let now = start + item * done as u32;
                work.advance(done, items, now, false).then(|| work.line("Rendering", "images", now))
            })
            .collect()
    }

    #[test]
    fn slow_work_has_a_line_every_ten_seconds() {
        let lines = lines(3, 20 * SECOND);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1], "Rendering: 2 of 3 images, 0.05 images/s, 20 s left");
    }

    #[test]
    fn work_of_a_minute_has_a_line_each_tenth() {
        let lines = lines(60_000, SECOND / 1000);
        assert_eq!(lines.len(), 10, "{lines:?}");
        assert_eq!(lines[4], "Rendering: 30,000 of 60,000 images, 1,000 images/s, 30 s left");
        assert_eq!(lines[9], "Rendering: 60,000 of 60,000 images, 1,000 images/s");
    }

    #[test]
    fn work_of_a_moment_has_no_line() {
        assert!(lines(900, SECOND / 1000).is_empty());
    }

    #[test]
    fn resumed_work_does_not_look_fast() {
        let start = Instant::now();
        let mut work = Work::starting_with(9000, start);
        work.advance(9010, 10_000, start + SECOND, true);
        assert_eq!(work.speed("images", start + SECOND), "10.0 images/s, 1 min 39 s left");
        assert_eq!(
            work.summary("Rendering", "images", start + SECOND),
            "Rendering: 10 images in 1.00 s, 10.0 images/s (9,000 were there before); 990 not done"
        );
    }

    #[test]
    fn reports_out_of_order_do_not_go_back() {
        let start = Instant::now();
        let mut work = Work::starting_with(1, start);
        work.advance(7, 10, start, true);
        work.advance(5, 10, start, true);
        assert_eq!(work.done, 7);
    }

    #[test]
    fn no_work_is_no_division_by_zero() {
        let start = Instant::now();
        let mut work = Work::starting_with(0, start);
        work.advance(0, 0, start + 20 * SECOND, false);
        assert_eq!(work.line("Rendering", "images", start), "Rendering: 0 of 0 images");
        assert_eq!(work.summary("Rendering", "images", start), "Rendering: 0 images in 0.00 ms");
        Progress::new("Nothing", "images").finish();
    }
}
