//! The sides of a map.

/// The sides of a map in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Extent {
    pub(in super::super) height: usize,
    pub(in super::super) width: usize,
}

impl Extent {
    /// The number of pixels.
    pub(in super::super) fn area(self) -> usize {
        self.height * self.width
    }
}
