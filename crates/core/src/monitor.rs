//! How long work reports and is stopped.

/// Long work tells it how far it is, from any thread, and asks it whether to go on.
///
/// `()` is the monitor that nobody watches.
pub trait Monitor: Sync {
    /// `done` of `total` items are finished; `total` is known from the first call on.
    fn progress(&self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Whether to stop after the item at hand. What is finished stays, so that the work can be resumed.
    fn interrupted(&self) -> bool {
        false
    }
}

impl Monitor for () {}
