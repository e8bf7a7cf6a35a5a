//! What the integration tests share.
#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use captcha_core::{Alphabet, Monitor};
use captcha_render::Style;

/// Small pictures, quickly drawn.
pub fn style() -> Style {
    Style::seed()
        .with_size(72, 30)
        .with_margin(4, 4)
        .with_alphabet(Alphabet::new("ABCab7").unwrap())
        .with_lengths(1..=3)
}

/// Every file in `folder` and its folders, by its path within it.
pub fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            files
                .extend(snapshot(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
    files
}

/// Asks to stop once so many items are done.
pub struct StopAfter {
    limit: u64,
    done: AtomicU64,
}

impl StopAfter {
    pub fn new(limit: u64) -> Self {
        Self { limit, done: AtomicU64::new(0) }
    }
}

impl Monitor for StopAfter {
    fn progress(&self, done: u64, _total: u64) {
        self.done.fetch_max(done, Ordering::SeqCst);
    }

    fn interrupted(&self) -> bool {
        self.done.load(Ordering::SeqCst) >= self.limit
    }
}
