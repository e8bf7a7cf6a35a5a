//! Progress and interruption of long work.

/// Receives the progress of long work, from any thread, and can interrupt it.
///
/// `()` ignores the progress and never interrupts.
pub trait Monitor: Sync {
    /// Receives that `done` of `total` items are finished. `total` is the same in every call.
    fn progress(&self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Whether to stop after the current items. Finished items are kept, so that the work can be resumed.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Monitor for () {}
