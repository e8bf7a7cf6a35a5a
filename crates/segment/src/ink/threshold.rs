//! Which grey levels are ink: binarisation.

use image::{GrayImage, Luma};
use serde::{Deserialize, Serialize};

use crate::error::{SegmentError, check_option};

/// How the grey level is found that separates ink from paper.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Threshold {
    /// Pixels of at most this grey level, 0 to 254, are ink.
    Fixed(u8),
    /// The level that divides the histogram into the two classes with the largest variance between them.
    ///
    /// Source: N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems,
    /// Man, and Cybernetics 9 (1), 62-66, 1979, doi 10.1109/TSMC.1979.4310076, equation 18.
    Otsu,
    /// The level at this share, above 0 and below 1, of the way from paper to ink. Paper and ink are the mean levels of
    /// the two classes of [`Otsu`](Self::Otsu).
    ///
    /// A share below 0.5 keeps hairlines that anti-aliasing has made pale, so that fewer letters fall apart. With a share
    /// near 0, letters that are only close to each other touch.
    Contrast(f32),
}

/// The smallest difference between the levels of paper and ink, a tenth of the range. The artefacts of JPEG on empty
/// paper stay below 20 levels; the palest text of the presets, and their noise, are above 100.
const MIN_CONTRAST: f64 = 25.5;

impl Threshold {
    /// The lightest grey level that is ink: pixels of at most this level are ink, lighter ones are paper.
    ///
    /// `None` if no pixel is ink: the image is empty, or its contrast is too low to be distinguished from noise.
    ///
    /// ```
    /// use captcha_segment::Threshold;
    /// use image::{GrayImage, Luma};
    ///
    /// let stroke = GrayImage::from_fn(30, 10, |x, _| Luma([if (10..14).contains(&x) { 20 } else { 220 }]));
    /// assert_eq!(Threshold::Contrast(0.25).level(&stroke), Some(170));
    /// assert_eq!(Threshold::Contrast(0.25).level(&GrayImage::from_pixel(30, 10, Luma([220]))), None);
    /// ```
    #[must_use]
    pub fn level(self, image: &GrayImage) -> Option<u8> {
        match self {
            Self::Fixed(level) => image.iter().any(|&pixel| pixel <= level).then_some(level),
            Self::Otsu => Classes::of(image).map(|classes| classes.level),
            Self::Contrast(share) => Classes::of(image).map(|classes| {
                (classes.paper + f64::from(share) * (classes.ink - classes.paper)).round() as u8
            }),
        }
    }

    /// # Errors
    /// [`SegmentError::InvalidOption`].
    pub(crate) fn check(self) -> Result<(), SegmentError> {
        match self {
            Self::Fixed(level) => {
                check_option("threshold", level, level < 255, "a grey level of at most 254")
            }
            Self::Otsu => Ok(()),
            Self::Contrast(share) => {
                check_option("threshold", share, share > 0.0 && share < 1.0, "a share above 0 and below 1")
            }
        }
    }
}

/// The binary image: 0 where `image` is at most `level`, else 255.
#[must_use]
pub fn binarise(image: &GrayImage, level: u8) -> GrayImage {
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        Luma([if image.get_pixel(x, y).0[0] <= level { 0 } else { 255 }])
    })
}

/// The two classes of grey levels of an image.
struct Classes {
    /// The lightest level of the dark class.
    level: u8,
    /// The mean level of the dark class.
    ink: f64,
    /// The mean level of the light class.
    paper: f64,
}

impl Classes {
    /// The classes by Otsu, or `None` if there are not two, or if their levels are too close.
    fn of(image: &GrayImage) -> Option<Self> {
        let histogram = histogram(image);
        let total = image.len() as f64;
        let moment: f64 =
            histogram.iter().enumerate().map(|(level, &count)| level as f64 * f64::from(count)).sum();
        let (mut dark, mut dark_moment) = (0.0, 0.0);
        let mut best = None;
        let mut most = 0.0;
        for (level, &count) in histogram.iter().enumerate() {
            dark += f64::from(count);
            dark_moment += level as f64 * f64::from(count);
            if dark == 0.0 || dark == total {
                continue;
            }
            let (ink, paper) = (dark_moment / dark, (moment - dark_moment) / (total - dark));
            let between = dark * (total - dark) * (paper - ink).powi(2);
            if between > most {
                most = between;
                best = Some(Self { level: level as u8, ink, paper });
            }
        }
        best.filter(|classes| classes.paper - classes.ink >= MIN_CONTRAST)
    }
}

/// The number of pixels of each grey level.
fn histogram(image: &GrayImage) -> [u32; 256] {
    /// Most of a CAPTCHA is flat: this many equal pixels in a row are counted at once.
    const FLAT: usize = 16;
    /// Tables that are used in turn, so that counting a pixel does not wait for the count of an equal one before it.
    const TABLES: usize = 4;
    let mut tables = [[0u32; 256]; TABLES];
    let (chunks, rest) = image.as_raw().as_chunks::<FLAT>();
    for chunk in chunks {
        if *chunk == [chunk[0]; FLAT] {
            tables[0][usize::from(chunk[0])] += FLAT as u32;
        } else {
            for (i, &level) in chunk.iter().enumerate() {
                tables[i % TABLES][usize::from(level)] += 1;
            }
        }
    }
    for &level in rest {
        tables[0][usize::from(level)] += 1;
    }
    std::array::from_fn(|level| tables.iter().map(|table| table[level]).sum())
}

#[cfg(test)]
mod tests {
    use imageproc::contrast::otsu_level;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn otsu_is_that_of_imageproc(pixels in proptest::collection::vec(0u8..=255, 40 * 25), dark in 1usize..1000) {
            let mut image = GrayImage::from_raw(40, 25, pixels).unwrap();
            for pixel in image.iter_mut().take(dark) {
                *pixel /= 4;
            }
            let classes = Classes::of(&image).unwrap();
            prop_assert_eq!(classes.level, otsu_level(&image));
        }
    }

    #[test]
    fn the_histogram_counts_flat_and_varied_pixels() {
        let image = GrayImage::from_fn(37, 3, |x, y| Luma([if y == 0 { 9 } else { x as u8 }]));
        let counts = histogram(&image);
        assert_eq!(counts.iter().sum::<u32>(), 37 * 3);
        assert_eq!((counts[9], counts[10], counts[37]), (39, 2, 0));
    }

    #[test]
    fn an_image_without_contrast_has_no_ink() {
        for image in [
            GrayImage::new(0, 0),
            GrayImage::new(1, 1),
            GrayImage::from_pixel(50, 40, Luma([255])),
            GrayImage::from_fn(50, 40, |x, y| Luma([230 + ((x * 7 + y * 3) % 20) as u8])),
        ] {
            assert_eq!(Threshold::Otsu.level(&image), None);
            assert_eq!(Threshold::Contrast(0.25).level(&image), None);
        }
        assert_eq!(Threshold::Fixed(254).level(&GrayImage::from_pixel(5, 5, Luma([255]))), None);
        assert_eq!(Threshold::Fixed(254).level(&GrayImage::new(0, 0)), None);
    }

    #[test]
    fn the_level_moves_from_paper_to_ink() {
        let image = GrayImage::from_fn(40, 10, |x, _| Luma([if x < 8 { 0 } else { 200 }]));
        assert_eq!(Threshold::Contrast(0.1).level(&image), Some(180));
        assert_eq!(Threshold::Contrast(0.5).level(&image), Some(100));
        let binary = binarise(&image, 100);
        assert_eq!(binary.iter().filter(|&&pixel| pixel == 0).count(), 80);
        assert_eq!(binary.iter().filter(|&&pixel| pixel == 255).count(), 320);
    }
}
