//! Characters on a canvas: what every typesetter makes.

use crate::canvas::Canvas;
use crate::canvas::coverage::Coverage;
use crate::error::RenderError;
use crate::pillow::resample::Axis;

/// The most pixels of a canvas: an image of the largest size with a text of usual length stays below.
const MAX_CANVAS: u64 = 1 << 27;

/// Characters on a canvas, and the ink that each left there.
pub(crate) struct SetText {
    pub(crate) canvas: Canvas,
    pub(crate) coverages: Vec<Option<Coverage>>,
    pub(crate) resize: Resize,
}

/// How the canvas that the characters are drawn on becomes the image, by columns and rows.
pub(crate) enum Resize {
    /// It already has the size of the image.
    None,
    /// It was resized already, before anything is drawn over the characters.
    Done(Axis, Axis),
    /// It is resized at the end.
    Last(Axis, Axis),
}

/// Refuses a canvas without pixels or with too many.
pub(crate) fn check_canvas(width: usize, height: usize) -> Result<(), RenderError> {
    if width > 0 && height > 0 && width as u64 * height as u64 <= MAX_CANVAS {
        return Ok(());
    }
    Err(RenderError::CanvasTooLarge { width: width as u32, height: height as u32, max_pixels: MAX_CANVAS })
}
