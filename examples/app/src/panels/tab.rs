//! The views of the window.

/// One of the views that share the middle of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The image and its reading.
    Read,
    /// The processing of the image in the network.
    Inside,
    /// Many images at once.
    Many,
}
