//! Characters on a canvas: what every typesetter makes.

use crate::canvas::Canvas;
use crate::canvas::coverage::Coverage;
use crate::error::RenderError;
use crate::pillow::resample::Axis;

/// Most pixels of a canvas: the largest image in the widest font stays below.
const MAX_CANVAS: u64 = 1 << 27;

/// Characters on a canvas, and the ink that each left there.
pub(crate) struct SetText {
    pub(crate) canvas: Canvas,
    pub(crate) coverages: Vec<Option<Coverage>>,
    pub(crate) resize: Resize,
}

/// How the canvas that the characters were drawn on becomes the image, by columns and rows.
pub(crate) enum Resize {
    /// It has the size of the image.
    None,
    /// It was resized already, before anything is drawn over the characters.
    Done(Axis, Axis),
    /// It is resized at the end.
    Last(Axis, Axis),
}

/// Refuses a canvas that would not fit into a sensible amount of memory.
pub(crate) fn check_canvas(width: usize, height: usize) -> Result<(), RenderError> {
    if width > 0 && height > 0 && width as u64 * height as u64 <= MAX_CANVAS {
        return Ok(());
    }
    Err(RenderError::CanvasTooLarge { width: width as u32, height: height as u32, max_pixels: MAX_CANVAS })
}
