//! Images from untrusted bytes.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader};

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
/// The image is as a viewer shows it: turned as its EXIF orientation says, and of an animation the first frame. Palettes
/// become colours; 16 bits a channel and transparency are kept ([`to_gray`] takes both).
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
    let image = upright(reader, limits).map_err(|error| match error {
        image::ImageError::Limits(_) => too_large(bytes, limits),
        image::ImageError::Unsupported(_) => DecodeError::UnknownFormat,
        error => DecodeError::Corrupt(Box::new(error)),
    })?;
    match (image.width(), image.height()) {
        (width, height) if width == 0 || height == 0 => Err(DecodeError::ZeroSized { width, height }),
        _ => Ok(image),
    }
}

/// The first frame of what `reader` reads, turned as its metadata say.
fn upright(reader: ImageReader<Cursor<&[u8]>>, limits: ImageLimits) -> image::ImageResult<DynamicImage> {
    let mut decoder = reader.into_decoder()?;
    if decoder.total_bytes() > limits.max_alloc {
        let kind = image::error::LimitErrorKind::InsufficientMemory;
        return Err(image::ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    // Metadata that can't be read are no reason to refuse the pixels.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
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

    /// `PNG` with an EXIF chunk (PNG 1.5 extensions, `eXIf`) that says `orientation`, before the pixels.
    fn turned(png: &[u8], orientation: u8) -> Vec<u8> {
        // Little endian TIFF header, one entry: tag 0x0112, a SHORT.
        let exif = [
            b"II*\0\x08\0\0\0\x01\0".as_slice(),
            &[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        let mut chunk = (exif.len() as u32).to_be_bytes().to_vec();
        let body = [b"eXIf".as_slice(), &exif].concat();
        chunk.extend_from_slice(&body);
        chunk.extend_from_slice(&crc32(&body).to_be_bytes());
        // The signature and the header chunk have 33 bytes.
        [&png[..33], &chunk, &png[33..]].concat()
    }

    /// The checksum of PNG chunks (ISO 3309).
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        })
    }

    #[test]
    fn an_image_is_turned_as_its_metadata_say() {
        let image = GrayImage::from_fn(3, 2, |x, y| image::Luma([10 * (3 * y + x) as u8]));
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png).unwrap();
        let png = png.into_inner();
        let decoded = |orientation| {
            let image = decode_image(&turned(&png, orientation), ImageLimits::default()).unwrap();
            (image.width(), image.height(), to_gray(&image).into_raw())
        };
        assert_eq!(decoded(1), (3, 2, vec![0, 10, 20, 30, 40, 50]));
        assert_eq!(decoded(3), (3, 2, vec![50, 40, 30, 20, 10, 0]));
        // 6: turn by 90 degrees clockwise to see it upright.
        assert_eq!(decoded(6), (2, 3, vec![30, 0, 40, 10, 50, 20]));
        assert_eq!(decoded(8), (2, 3, vec![20, 50, 10, 40, 0, 30]));
        // No orientation of the standard.
        assert_eq!(decoded(77), decoded(1));
    }

    #[test]
    fn of_an_animation_the_first_frame_is_read() {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        for level in [40, 200] {
            let frame = RgbaImage::from_pixel(8, 4, Rgba([level, level, level, 255]));
            encoder.encode_frame(image::Frame::new(frame)).unwrap();
        }
        drop(encoder);
        let image = to_gray(&decode_image(&bytes, ImageLimits::default()).unwrap());
        assert_eq!((image.dimensions(), image.get_pixel(0, 0).0[0]), ((8, 4), 40));
    }

    #[test]
    fn sixteen_bits_and_palettes_become_eight_bits_of_grey() {
        let deep =
            image::ImageBuffer::from_fn(2, 1, |x, _| image::Luma([if x == 0 { 0u16 } else { 0xc0c0 }]));
        let deep_alpha = image::ImageBuffer::from_fn(2, 1, |x, _| {
            image::Rgba([0xc0c0u16, 0xc0c0, 0xc0c0, if x == 0 { 0 } else { 0xffff }])
        });
        for (image, expected) in [
            (DynamicImage::ImageLuma16(deep), [0, 0xc0]),
            (DynamicImage::ImageRgba16(deep_alpha), [255, 0xc0]),
        ] {
            let mut bytes = Cursor::new(Vec::new());
            image.write_to(&mut bytes, ImageFormat::Png).unwrap();
            let back = decode_image(bytes.get_ref(), ImageLimits::default()).unwrap();
            assert_eq!(back.color(), image.color());
            assert_eq!(to_gray(&back).as_raw(), &expected);
        }
        // 4 x 1 pixels, 2 bits each, of a palette: black, white, grey 128 and transparent.
        let chunk = |name: &[u8; 4], data: &[u8]| {
            let body = [name.as_slice(), data].concat();
            let length = (data.len() as u32).to_be_bytes();
            [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
        };
        let png = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", &[0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 0, 0, 0]),
            chunk(b"PLTE", &[0, 0, 0, 255, 255, 255, 128, 128, 128, 9, 9, 9]),
            chunk(b"tRNS", &[255, 255, 255, 0]),
            // zlib, one stored block: the filter byte and 0b00_01_10_11; Adler-32 at the end.
            chunk(b"IDAT", &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0x1b, 0, 0x1d, 0, 0x1c]),
            chunk(b"IEND", &[]),
        ]
        .concat();
        let image = decode_image(&png, ImageLimits::default()).unwrap();
        assert_eq!(to_gray(&image).as_raw(), &[0, 255, 128, 255]);
    }

    #[test]
    fn what_decoding_would_allocate_is_limited() {
        let error = decode_image(&png(300, 200), ImageLimits::default().with_max_alloc(59_999)).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn transparent_pixels_are_paper() {
        let image = RgbaImage::from_fn(2, 1, |x, _| Rgba([0, 0, 0, if x == 0 { 0 } else { 255 }]));
        assert_eq!(to_gray(&image.into()).as_raw(), &[255, 0]);
    }
}
