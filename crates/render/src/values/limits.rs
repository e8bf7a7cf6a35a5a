//! Limits of what is drawn, and checks against limits.

use crate::error::RenderError;

/// Largest width and height of an image in pixels: what `captcha_core::ImageLimits` reads back.
pub const MAX_SIDE: u32 = 4096;

/// Most characters of a text. A CAPTCHA that people solve has a dozen.
pub const MAX_TEXT: usize = 64;

/// Refuses a number outside of `min..=max`.
pub(crate) fn check_number(value: f64, field: &str, min: f64, max: f64) -> Result<(), RenderError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(RenderError::bad_style(field, value, format!("a number from {min} to {max}")))
}

/// Refuses a whole number outside of `min..=max`.
pub(crate) fn check_whole(value: u32, field: &str, min: u32, max: u32) -> Result<(), RenderError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(RenderError::bad_style(field, value, format!("a whole number from {min} to {max}")))
}

/// Checks every entry of the array `part` of a style, and that there are not too many.
pub(crate) fn check_entries<T>(
    part: &str,
    entries: &[T],
    check: impl Fn(&T) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    /// Most entries of an array of a style but its fonts.
    const MOST: usize = 100;
    if entries.len() > MOST {
        let expected = format!("at most {MOST}");
        return Err(RenderError::bad_style(part, format!("{} entries", entries.len()), expected));
    }
    (0..)
        .zip(entries)
        .try_for_each(|(i, entry)| check(entry).map_err(|error| error.within(format!("{part}[{i}]"))))
}
