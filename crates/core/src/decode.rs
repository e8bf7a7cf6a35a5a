//! Images from untrusted bytes.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader};

use crate::files::{ReadError, read_bounded};

/// The size up to which images are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageLimits {
    /// Largest width and height in pixels. Default 4096: a text CAPTCHA has a few hundred.
    pub max_side: u32,
    /// Most bytes that decoding may allocate. Default 128 MiB.
    pub max_alloc: u64,
    /// Largest file in bytes. Default 32 MiB.
    pub max_file: u64,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self { max_side: 4096, max_alloc: 128 << 20, max_file: 32 << 20 }
    }
}

impl ImageLimits {
    /// Sets the largest width and height in pixels.
    #[must_use]
    pub fn with_max_side(mut self, max_side: u32) -> Self {
        self.max_side = max_side;
        self
    }

    /// Sets the most bytes that decoding may allocate.
    #[must_use]
    pub fn with_max_alloc(mut self, max_alloc: u64) -> Self {
        self.max_alloc = max_alloc;
        self
    }

    /// Sets the largest file in bytes.
    #[must_use]
    pub fn with_max_file(mut self, max_file: u64) -> Self {
        self.max_file = max_file;
        self
    }
}

/// Why bytes or a file could not be decoded to an image.
///
/// The message does not repeat that of the [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No bytes at all.
    #[error("expected an image, got 0 bytes")]
    Empty,
    /// The bytes are in none of the built-in image formats.
    #[error("not an image of a known format (PNG, JPEG, BMP, GIF, WebP, PNM, QOI, TGA, TIFF or ICO)")]
    UnknownFormat,
    /// The image has no pixels.
    #[error("the image is {width} x {height} pixels, expected at least 1 x 1")]
    ZeroSized {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The image or file is larger than the limits allow.
    #[error("the image is too large: {what}, the limit is {limit}")]
    TooLarge {
        /// What was found.
        what: String,
        /// What is allowed.
        limit: String,
    },
    /// The bytes start like an image but are truncated or corrupt.
    #[error("the image is truncated or corrupt")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file could not be read.
    #[error("the file can't be read")]
    Io(#[source] std::io::Error),
    /// One of the above, with the file that it is about.
    #[error("can't open {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<DecodeError>,
    },
}

/// Decodes an image file that is in memory. The content tells the format.
///
/// # Errors
/// [`DecodeError`]. Nothing larger than `limits` is allocated.
pub fn decode_image(bytes: &[u8], limits: ImageLimits) -> Result<DynamicImage, DecodeError> {
    decode_as(bytes, None, limits)
}

/// Decodes bytes in the format that their content tells, or in `fallback` if it tells none.
fn decode_as(
    bytes: &[u8],
    fallback: Option<ImageFormat>,
    limits: ImageLimits,
) -> Result<DynamicImage, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(DecodeError::Io)?;
    match (reader.format(), fallback) {
        (Some(_), _) => {}
        (None, Some(format)) => reader.set_format(format),
        (None, None) => return Err(DecodeError::UnknownFormat),
    }
    let mut decoder_limits = image::Limits::default();
    decoder_limits.max_image_width = Some(limits.max_side);
    decoder_limits.max_image_height = Some(limits.max_side);
    decoder_limits.max_alloc = Some(limits.max_alloc);
    reader.limits(decoder_limits);
    let image = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => too_large(bytes, limits),
        image::ImageError::Unsupported(_) => DecodeError::UnknownFormat,
        error => DecodeError::Corrupt(Box::new(error)),
    })?;
    match (image.width(), image.height()) {
        (width, height) if width == 0 || height == 0 => Err(DecodeError::ZeroSized { width, height }),
        _ => Ok(image),
    }
}

fn too_large(bytes: &[u8], limits: ImageLimits) -> DecodeError {
    let size = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()
        .and_then(|reader| reader.into_dimensions().ok());
    DecodeError::TooLarge {
        what: size.map_or("more memory than allowed".to_owned(), |(w, h)| format!("{w} x {h} pixels")),
        limit: format!("{0} x {0} pixels and {1} MiB", limits.max_side, limits.max_alloc >> 20),
    }
}

/// Reads and decodes an image file. The content tells the format; only for TGA, which has no signature, the name does.
///
/// # Errors
/// [`DecodeError::File`] with the path and the cause.
pub fn open_image(path: impl AsRef<Path>, limits: ImageLimits) -> Result<DynamicImage, DecodeError> {
    let path = path.as_ref();
    let fallback = ImageFormat::from_path(path).ok().filter(|&format| format == ImageFormat::Tga);
    read_limited(path, limits)
        .and_then(|bytes| decode_as(&bytes, fallback, limits))
        .map_err(|source| DecodeError::File { path: path.to_owned(), source: Box::new(source) })
}

fn read_limited(path: &Path, limits: ImageLimits) -> Result<Vec<u8>, DecodeError> {
    read_bounded(path, limits.max_file).map_err(|error| match error {
        ReadError::TooLarge { limit } => DecodeError::TooLarge {
            what: format!("more than {limit} bytes"),
            limit: format!("{limit} bytes"),
        },
        error => DecodeError::Io(error.into()),
    })
}

/// The grey levels of an image. Transparent pixels become white paper, as a browser shows them.
#[must_use]
pub fn to_gray(image: &DynamicImage) -> GrayImage {
    match image {
        DynamicImage::ImageLuma8(gray) => gray.clone(),
        image if image.color().has_alpha() => {
            let pixels = image.to_luma_alpha8();
            GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
                let [level, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
                image::Luma([((level * alpha + 255 * (255 - alpha) + 127) / 255) as u8])
            })
        }
        image => image.to_luma8(),
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        GrayImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn bad_bytes_give_the_error_that_names_them() {
        let limits = ImageLimits::default();
        let good = png(30, 20);
        assert!(matches!(decode_image(&[], limits), Err(DecodeError::Empty)));
        assert!(matches!(decode_image(b"#!/bin/sh\n", limits), Err(DecodeError::UnknownFormat)));
        for length in [9, 20, 40, good.len() - 20] {
            let error = decode_image(&good[..length], limits).unwrap_err();
            assert!(matches!(error, DecodeError::Corrupt(_)), "{length}: {error}");
        }
        assert_eq!(decode_image(&good, limits).unwrap().width(), 30);
    }

    #[test]
    fn a_decompression_bomb_is_refused_by_its_size() {
        let error = decode_image(&png(5000, 10), ImageLimits::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the image is too large: 5000 x 10 pixels, the limit is 4096 x 4096 pixels and 128 MiB"
        );
    }

    #[test]
    fn a_missing_file_and_a_huge_file_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.png");
        let error = open_image(&path, ImageLimits::default()).unwrap_err();
        assert!(error.to_string().contains("none.png"), "{error}");

        let huge = std::fs::File::create(&path).unwrap();
        huge.set_len(1 << 40).unwrap();
        let error = open_image(&path, ImageLimits::default()).unwrap_err();
        let DecodeError::File { source, .. } = error else { panic!("{error}") };
        assert!(source.to_string().contains("too large"), "{source}");
    }

    #[test]
    fn limits_have_no_largest_value_and_a_device_is_no_image() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A.png");
        std::fs::write(&path, png(30, 20)).unwrap();
        let unlimited =
            ImageLimits::default().with_max_side(u32::MAX).with_max_alloc(u64::MAX).with_max_file(u64::MAX);
        assert_eq!(open_image(&path, unlimited).unwrap().width(), 30);
        #[cfg(unix)]
        {
            let error = open_image("/dev/zero", unlimited).unwrap_err();
            let DecodeError::File { source, .. } = error else { panic!("{error}") };
            let DecodeError::Io(error) = *source else { panic!("{source}") };
            assert_eq!(error.to_string(), "expected a regular file, this is a device");
        }
    }

    #[test]
    fn a_format_without_signature_is_known_by_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A.tga");
        GrayImage::new(30, 20).save(&path).unwrap();
        assert_eq!(open_image(&path, ImageLimits::default()).unwrap().width(), 30);
        std::fs::write(&path, png(7, 5)).unwrap();
        assert_eq!(open_image(&path, ImageLimits::default()).unwrap().width(), 7, "content before name");
        std::fs::write(&path, "no picture").unwrap();
        assert!(open_image(&path, ImageLimits::default()).is_err());
        std::fs::write(folder.path().join("A.png"), "no picture").unwrap();
        let error = open_image(folder.path().join("A.png"), ImageLimits::default()).unwrap_err();
        let DecodeError::File { source, .. } = error else { panic!("{error}") };
        assert!(matches!(*source, DecodeError::UnknownFormat), "{source}");
    }

    #[test]
    fn transparent_pixels_are_paper() {
        let image = RgbaImage::from_fn(2, 1, |x, _| Rgba([0, 0, 0, if x == 0 { 0 } else { 255 }]));
        assert_eq!(to_gray(&image.into()).as_raw(), &[255, 0]);
    }
}
