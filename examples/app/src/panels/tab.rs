//! The views of the window.

/// One of the views that share the middle of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The image, and what was read from it.
    Read,
    /// What the network makes of it.
    Inside,
    /// Many images at once.
    Many,
}
