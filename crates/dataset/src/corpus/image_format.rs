//! The formats of image files.

use std::fmt;
use std::str::FromStr;

use image::ImageFormat;

use crate::DatasetError;

/// A format of image files that is both written and read. Reads and displays as the ending of file names.
///
/// ```
/// use captcha_dataset::ImageFileFormat;
///
/// assert_eq!("jpeg".parse::<ImageFileFormat>()?, ImageFileFormat::Jpeg);
/// assert_eq!(ImageFileFormat::Jpeg.to_string(), "jpg");
/// assert!("docx".parse::<ImageFileFormat>().is_err());
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFileFormat {
    /// Windows bitmap, `bmp`.
    Bmp,
    /// `gif`, at most 256 colours.
    Gif,
    /// Windows icon, `ico`, at most 256 x 256 pixels.
    Ico,
    /// `jpg`, with losses.
    Jpeg,
    /// `png`.
    #[default]
    Png,
    /// Portable anymap, `pnm`.
    Pnm,
    /// Quite OK Image, `qoi`.
    Qoi,
    /// Truevision, `tga`.
    Tga,
    /// `tiff`.
    Tiff,
    /// `webp`, without losses.
    WebP,
}

impl ImageFileFormat {
    /// All formats.
    pub const ALL: [Self; 10] = [
        Self::Bmp,
        Self::Gif,
        Self::Ico,
        Self::Jpeg,
        Self::Png,
        Self::Pnm,
        Self::Qoi,
        Self::Tga,
        Self::Tiff,
        Self::WebP,
    ];

    /// The usual ending of file names.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Ico => "ico",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pnm => "pnm",
            Self::Qoi => "qoi",
            Self::Tga => "tga",
            Self::Tiff => "tiff",
            Self::WebP => "webp",
        }
    }

    pub(crate) fn codec(self) -> ImageFormat {
        match self {
            Self::Bmp => ImageFormat::Bmp,
            Self::Gif => ImageFormat::Gif,
            Self::Ico => ImageFormat::Ico,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Pnm => ImageFormat::Pnm,
            Self::Qoi => ImageFormat::Qoi,
            Self::Tga => ImageFormat::Tga,
            Self::Tiff => ImageFormat::Tiff,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

impl fmt::Display for ImageFileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl FromStr for ImageFileFormat {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let named = ImageFormat::from_extension(text);
        Self::ALL.into_iter().find(|format| Some(format.codec()) == named).ok_or_else(|| {
            DatasetError::BadOption {
                option: "format",
                expected: format!("one of {}", Self::ALL.map(Self::extension).join(", ")),
                actual: format!("{text:?}"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_built_in_and_known_by_its_names() {
        for format in ImageFileFormat::ALL {
            assert!(format.codec().reading_enabled() && format.codec().writing_enabled(), "{format}");
            assert_eq!(format.to_string().parse::<ImageFileFormat>().unwrap(), format);
            assert_eq!(format.extension().to_uppercase().parse::<ImageFileFormat>().unwrap(), format);
        }
        assert_eq!("tif".parse::<ImageFileFormat>().unwrap(), ImageFileFormat::Tiff);
        let error = "exr".parse::<ImageFileFormat>().unwrap_err().to_string();
        assert!(
            error.starts_with("format: expected one of bmp, gif") && error.ends_with("got \"exr\""),
            "{error}"
        );
    }
}
