//! What the tests of training share.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod letters;

use std::sync::atomic::{AtomicU64, Ordering};

use captcha_core::Monitor;
use captcha_model::TrainMonitor;

/// Interrupts after a number of steps.
pub(crate) struct StopAfter(u64, AtomicU64);

impl StopAfter {
    pub(crate) fn new(steps: u64) -> Self {
        Self(steps, AtomicU64::new(0))
    }
}

impl Monitor for StopAfter {
    fn progress(&self, _: u64, _: u64) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

impl TrainMonitor for StopAfter {}
