//! The median filter.

use image::GrayImage;

/// Every pixel becomes the median of the square that reaches `radius` pixels to each side; beyond the edge of the image
/// its outermost pixels repeat.
///
/// Source: T. S. Huang, G. J. Yang, G. Y. Tang, "A fast two-dimensional median filtering algorithm", IEEE Transactions
/// on Acoustics, Speech, and Signal Processing 27 (1), 13-18, 1979, doi 10.1109/TASSP.1979.1163188.
pub(super) fn median_filter(image: &GrayImage, radius: u32) -> GrayImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut filtered = GrayImage::new(image.width(), image.height());
    if width == 0 || height == 0 {
        return filtered;
    }
    let radius = radius as usize;
    let pixels: &[u8] = image.as_raw();
    // The pixel that stands for a place which may lie before the first or after the last one.
    let clamped = |place: usize, length: usize| place.saturating_sub(radius).min(length - 1);
    for y in 0..height {
        let rows = (y..=y + 2 * radius).map(|y| &pixels[clamped(y, height) * width..][..width]);
        let mut window = Window::new(2 * radius + 1);
        for row in rows.clone() {
            (0..=2 * radius).for_each(|x| window.add(row[clamped(x, width)]));
        }
        for x in 0..width {
            if x > 0 {
                for row in rows.clone() {
                    window.remove(row[clamped(x - 1, width)]);
                    window.add(row[clamped(x + 2 * radius, width)]);
                }
            }
            filtered.as_mut()[y * width + x] = window.median();
        }
    }
    filtered
}

/// The pixels of the square around one pixel, counted by their level.
struct Window {
    counts: [u32; 256],
    /// The level of the last median, from where the next one is searched: it is near.
    level: usize,
    /// How many pixels are darker than `level`.
    darker: u32,
    /// How many pixels are to be darker than the median, or as dark but before it.
    half: u32,
}

impl Window {
    fn new(side: usize) -> Self {
        Self { counts: [0; 256], level: 0, darker: 0, half: (side * side / 2) as u32 }
    }

    fn add(&mut self, pixel: u8) {
        self.counts[usize::from(pixel)] += 1;
        self.darker += u32::from(usize::from(pixel) < self.level);
    }

    fn remove(&mut self, pixel: u8) {
        self.counts[usize::from(pixel)] -= 1;
        self.darker -= u32::from(usize::from(pixel) < self.level);
    }

    fn median(&mut self) -> u8 {
        while self.darker > self.half {
            self.level -= 1;
            self.darker -= self.counts[self.level];
        }
        while self.darker + self.counts[self.level] <= self.half {
            self.darker += self.counts[self.level];
            self.level += 1;
        }
        self.level as u8
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn median_is_that_of_imageproc(
            (width, height) in (1u32..12, 1u32..9),
            radius in 0u32..=8,
            levels in prop_oneof![Just(2u16), Just(256)],
            seed in proptest::collection::vec(any::<u16>(), 12 * 9),
        ) {
            let pixels = seed[..(width * height) as usize].iter().map(|value| (value % levels) as u8).collect();
            let image = GrayImage::from_raw(width, height, pixels).unwrap();
            let expected = imageproc::filter::median_filter(&image, radius, radius);
            prop_assert_eq!(median_filter(&image, radius), expected);
        }
    }

    #[test]
    fn image_without_pixels_stays() {
        for (width, height) in [(0, 0), (0, 3), (3, 0)] {
            assert_eq!(median_filter(&GrayImage::new(width, height), 1), GrayImage::new(width, height));
        }
    }
}
