//! Comparison of a drawn image with one that was looked at and committed.

use std::path::{Path, PathBuf};

use image::{DynamicImage, GenericImage, Rgb, RgbImage};

/// The environment variable that makes golden images anew, when it is set to anything but `0` or nothing.
const UPDATE: &str = "UPDATE_GOLDEN";

/// How far an image may be from its golden one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// The largest difference of a colour channel that does not count, 0 to 255.
    pub level: u8,
    /// How many pixels may differ by more than `level`.
    pub pixels: usize,
}

impl Tolerance {
    /// Every pixel must be the same.
    pub const EXACT: Self = Self { level: 0, pixels: 0 };

    /// At most `pixels` pixels may differ by more than `level` in a channel.
    #[must_use]
    pub fn new(level: u8, pixels: usize) -> Self {
        Self { level, pixels }
    }
}

/// Why an image is not its golden one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// There is no golden image.
    #[error("{} is missing; look at what is drawn after running this test with {UPDATE}=1", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The sizes differ.
    #[error("expected {expected:?} pixels as {}, got {actual:?}", path.display())]
    Size {
        /// The golden image.
        path: PathBuf,
        /// Its width and height.
        expected: (u32, u32),
        /// Width and height of what was drawn.
        actual: (u32, u32),
    },
    /// Too many pixels differ.
    #[error(
        "{pixels} pixels differ from {} by more than {}, the largest difference is {largest}; see {}",
        path.display(), tolerance.level, strip.display()
    )]
    Pixels {
        /// The golden image.
        path: PathBuf,
        /// What was allowed.
        tolerance: Tolerance,
        /// How many pixels differ by more.
        pixels: usize,
        /// The largest difference of a channel.
        largest: u8,
        /// The strip "expected | difference | actual".
        strip: PathBuf,
    },
    /// An image file can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: image::ImageError,
    },
}

/// Compares `actual` with `tests/golden/<name>.png` of the crate that the test is in.
///
/// # Panics
/// If the images differ by more than the tolerance, or the golden one is missing.
#[macro_export]
macro_rules! assert_golden {
    ($name:expr, $actual:expr, $tolerance:expr $(,)?) => {
        if let Err(error) =
            $crate::compare_golden(env!("CARGO_MANIFEST_DIR").as_ref(), $name, $actual, $tolerance)
        {
            panic!("{error}");
        }
    };
}

/// Compares `actual` with `<package>/tests/golden/<name>.png`; [`assert_golden!`](crate::assert_golden) fills in the
/// package.
///
/// # Errors
/// [`GoldenError`] says how the images differ, and where to see it.
pub fn compare_golden(
    package: &Path,
    name: &str,
    actual: &DynamicImage,
    tolerance: Tolerance,
) -> Result<(), GoldenError> {
    let path = package.join("tests/golden").join(format!("{name}.png"));
    if std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty() && value != "0") {
        return save(actual, path);
    }
    compare(path, name, actual, tolerance)
}

fn compare(
    path: PathBuf,
    name: &str,
    actual: &DynamicImage,
    tolerance: Tolerance,
) -> Result<(), GoldenError> {
    if !path.exists() {
        return Err(GoldenError::Missing { path });
    }
    let expected =
        image::open(&path).map_err(|source| GoldenError::File { path: path.clone(), source })?.into_rgb8();
    let actual = actual.to_rgb8();
    if expected.dimensions() != actual.dimensions() {
        return Err(GoldenError::Size { path, expected: expected.dimensions(), actual: actual.dimensions() });
    }
    let differences = expected
        .pixels()
        .zip(actual.pixels())
        .map(|(a, b)| (0..3).map(|channel| a.0[channel].abs_diff(b.0[channel])).max().unwrap_or(0));
    let pixels = differences.clone().filter(|&difference| difference > tolerance.level).count();
    if pixels <= tolerance.pixels {
        return Ok(());
    }
    let strip = target_folder().join("golden").join(format!("{name}.png"));
    save(&DynamicImage::ImageRgb8(side_by_side(&expected, &actual)), strip.clone())?;
    let largest = differences.max().unwrap_or(0);
    Err(GoldenError::Pixels { path, tolerance, pixels, largest, strip })
}

fn save(image: &DynamicImage, path: PathBuf) -> Result<(), GoldenError> {
    let written = match path.parent().map(std::fs::create_dir_all) {
        Some(Err(error)) => Err(error.into()),
        _ => image.save(&path),
    };
    written.map_err(|source| GoldenError::File { path, source })
}

/// The folder that Cargo builds in: the test's program lies in its `debug/deps`.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program.ancestors().nth(3).map_or_else(|| "target".into(), Path::to_owned)
}

/// Expected, difference (black where equal, brighter where they differ more) and actual, two pixels apart.
fn side_by_side(expected: &RgbImage, actual: &RgbImage) -> RgbImage {
    const GAP: u32 = 2;
    let (width, height) = expected.dimensions();
    let mut difference = RgbImage::new(width, height);
    for ((out, a), b) in difference.pixels_mut().zip(expected.pixels()).zip(actual.pixels()) {
        for channel in 0..3 {
            let apart = a.0[channel].abs_diff(b.0[channel]);
            // A difference of one level is already visible.
            out.0[channel] = if apart == 0 { 0 } else { apart.saturating_add(64) };
        }
    }
    let mut strip = RgbImage::from_pixel(3 * width + 2 * GAP, height, Rgb([128; 3]));
    for (place, image) in [expected, &difference, actual].into_iter().enumerate() {
        strip.copy_from(image, place as u32 * (width + GAP), 0).expect("three images and two gaps fit");
    }
    strip
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "self-test";

    fn folder_with_golden(image: &RgbImage) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("golden.png");
        save(&image.clone().into(), path.clone()).unwrap();
        (folder, path)
    }

    #[test]
    fn equal_and_nearly_equal_images_pass() {
        let golden = RgbImage::from_pixel(8, 6, Rgb([200, 100, 0]));
        let (_folder, path) = folder_with_golden(&golden);
        let mut drawn = golden.clone();
        drawn.put_pixel(3, 2, Rgb([203, 100, 0]));
        drawn.put_pixel(4, 2, Rgb([0, 0, 0]));
        let compare =
            |drawn: &RgbImage, tolerance| compare(path.clone(), NAME, &drawn.clone().into(), tolerance);
        compare(&golden, Tolerance::EXACT).unwrap();
        compare(&drawn, Tolerance::new(3, 1)).unwrap();
        let error = compare(&drawn, Tolerance::new(2, 1)).unwrap_err();
        let GoldenError::Pixels { pixels: 2, largest: 200, strip, .. } = error else { panic!("{error}") };
        let strip = image::open(strip).unwrap().into_rgb8();
        assert_eq!(strip.dimensions(), (28, 6));
        assert_eq!([strip.get_pixel(0, 0).0, strip.get_pixel(10, 0).0], [[200, 100, 0], [0; 3]]);
        assert_eq!(strip.get_pixel(10 + 4, 2).0, [255, 164, 0]);
    }

    #[test]
    fn a_missing_image_and_another_size_are_errors() {
        let (folder, path) = folder_with_golden(&RgbImage::new(8, 6));
        let image = DynamicImage::ImageRgb8(RgbImage::new(6, 8));
        let error = compare(folder.path().join("none.png"), NAME, &image, Tolerance::EXACT).unwrap_err();
        assert!(matches!(error, GoldenError::Missing { .. }), "{error}");
        let error = compare(path, NAME, &image, Tolerance::EXACT).unwrap_err();
        assert!(matches!(error, GoldenError::Size { expected: (8, 6), actual: (6, 8), .. }), "{error}");
    }
}
