//! Sizes of images.

use std::fmt;
use std::str::FromStr;

use crate::error::RenderError;
use crate::values::limits::MAX_SIDE;

/// Width and height of an image in pixels, each 1 to [`MAX_SIDE`]. As text `300x150`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageSize {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

/// Reads `300x150`.
impl FromStr for ImageSize {
    type Err = RenderError;

    fn from_str(text: &str) -> Result<Self, RenderError> {
        let side = |text: &str| text.trim().parse().ok().filter(|side| (1..=MAX_SIDE).contains(side));
        let sides =
            text.split_once(['x', 'X']).and_then(|(width, height)| Some((side(width)?, side(height)?)));
        match sides {
            Some((width, height)) => Ok(Self { width, height }),
            None => Err(RenderError::Unreadable {
                what: "the size of an image",
                text: text.to_owned(),
                expected: format!("width and height of 1 to {MAX_SIDE} pixels as in 300x150"),
            }),
        }
    }
}

impl fmt::Display for ImageSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_written_as_it_is_read() {
        assert_eq!("300x150".parse::<ImageSize>().unwrap(), ImageSize { width: 300, height: 150 });
        assert_eq!("1X4096".parse::<ImageSize>().unwrap().to_string(), "1x4096");
        for text in ["", "x", "300", "0x150", "300x4097", "-3x5", "3x5x7", "300 150"] {
            assert!(matches!(text.parse::<ImageSize>(), Err(RenderError::Unreadable { .. })), "{text}");
        }
    }
}
