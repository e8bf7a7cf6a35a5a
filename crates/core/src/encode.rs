//! Images as the bytes of a file.

use std::error::Error;
use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageError, ImageFormat, ImageResult};

/// The bytes of an image file that [`decode_image`](crate::decode_image) reads.
///
/// PNG is written with the fastest real compression. A format that cannot store the image's type of pixel stores its
/// colours, with opacity if it has to.
///
/// # Errors
/// If `image` can't write the format, or not an image of this size.
pub fn encode_image(
    image: &DynamicImage,
    format: ImageFormat,
) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    if format == ImageFormat::Png {
        let mut bytes = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Up);
        image.write_with_encoder(encoder)?;
        return Ok(bytes);
    }
    let rgb = || DynamicImage::ImageRgb8(image.to_rgb8());
    let rgba = || DynamicImage::ImageRgba8(image.to_rgba8());
    Ok(match format {
        // The encoder takes others, but no decoder does.
        ImageFormat::Ico => write_as(&rgba(), format)?,
        _ => write_as(image, format)
            .or_else(|error| if_unsupported(error, || write_as(&rgb(), format)))
            .or_else(|error| if_unsupported(error, || write_as(&rgba(), format)))?,
    })
}

fn write_as(image: &DynamicImage, format: ImageFormat) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    image.write_to(Cursor::new(&mut bytes), format)?;
    Ok(bytes)
}

fn if_unsupported(error: ImageError, retry: impl FnOnce() -> ImageResult<Vec<u8>>) -> ImageResult<Vec<u8>> {
    if matches!(error, ImageError::Unsupported(_)) { retry() } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_format_can_not_store_is_stored_as_colours() {
        let limits = crate::ImageLimits::default();
        let grey: DynamicImage = image::GrayImage::from_fn(20, 10, |x, _| image::Luma([x as u8 * 12])).into();
        for image in [grey.clone(), grey.to_rgb8().into(), grey.to_rgba8().into()] {
            for format in
                [ImageFormat::Png, ImageFormat::Ico, ImageFormat::Qoi, ImageFormat::Bmp, ImageFormat::Jpeg]
            {
                let bytes =
                    encode_image(&image, format).unwrap_or_else(|error| panic!("{format:?}: {error}"));
                let back = crate::decode_image(&bytes, limits).unwrap().to_rgb8();
                let away = back.iter().zip(image.to_rgb8().iter()).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(
                    away <= Some(if format == ImageFormat::Jpeg { 12 } else { 0 }),
                    "{format:?}: {away:?}"
                );
            }
        }
        assert!(encode_image(&grey, ImageFormat::Dds).is_err());
    }
}
