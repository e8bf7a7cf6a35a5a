//! An image changed as a seed says.

use captcha_core::seed;
use image::GrayImage;

use crate::DatasetError;
use crate::augment::geometry::Geometry;
use crate::augment::options::ImageAugmentation;
use crate::augment::{levels, spoil};

/// Changes whole images as an [`ImageAugmentation`] says, each in a way that is a function of a seed.
#[derive(Debug, Clone)]
pub struct Augmenter {
    most: ImageAugmentation,
    logarithms: [f32; 256],
}

impl Augmenter {
    /// An augmenter for these changes.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] names the first value that is out of its range.
    pub fn new(augmentation: ImageAugmentation) -> Result<Self, DatasetError> {
        augmentation.check()?;
        Ok(Self { most: augmentation, logarithms: levels::logarithms() })
    }

    /// What is changed, and by how much.
    #[must_use]
    pub fn augmentation(&self) -> &ImageAugmentation {
        &self.most
    }

    /// The image, changed as `seed` says; as large as before.
    #[must_use]
    pub fn augment(&self, image: &GrayImage, seed: u64) -> GrayImage {
        let changed = self.levels(image.as_raw(), image.width(), seed);
        GrayImage::from_raw(image.width(), image.height(), changed).unwrap_or_default()
    }

    /// As [`augment`](Self::augment), for the grey levels of an image of `width` columns.
    pub(crate) fn levels(&self, image: &[u8], width: u32, seed: u64) -> Vec<u8> {
        if image.is_empty() {
            return Vec::new();
        }
        let mut rng = seed::rng(seed);
        let width = width as usize;
        let table = levels::random(&self.most, &self.logarithms, &mut rng);
        let geometry = Geometry::random(&self.most, width, image.len() / width, &mut rng);
        let mut changed: Vec<u8> = image.iter().map(|&level| table[usize::from(level)]).collect();
        if let Some(geometry) = geometry {
            changed = geometry.resample(&changed, width);
        }
        spoil::spoil(&mut changed, width, &self.most, &mut rng);
        changed
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    fn image(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| Luma([(x * 31 + y * 57) as u8]))
    }

    #[test]
    fn no_change_is_the_image_itself() {
        let augmenter = Augmenter::new(ImageAugmentation::none()).unwrap();
        assert_eq!(augmenter.augment(&image(60, 20), 3), image(60, 20));
    }

    #[test]
    fn changes_are_functions_of_the_seed() {
        let augmenter = Augmenter::new(ImageAugmentation::medium()).unwrap();
        let changed = |seed| augmenter.augment(&image(60, 20), seed);
        assert_eq!(changed(3), changed(3));
        assert_ne!(changed(3), changed(4));
    }

    #[test]
    fn changed_pixels_are_pinned() {
        // A change here changes every training with augmentation, so that no run of before can be resumed.
        let strong = ImageAugmentation::strong()
            .with_flip_share(0.5)
            .with_blur_share(1.0)
            .with_noise_share(1.0)
            .with_jpeg_share(1.0);
        let augmenter = Augmenter::new(strong).unwrap();
        let mut hash = captcha_core::ContentHash::new();
        for seed in 0..20 {
            hash.add(augmenter.augment(&image(100, 48), seed).as_raw());
        }
        assert_eq!(hash.hex(), PINNED);
    }

    const PINNED: &str = "7fcb4888ac7e32a18a0c5cfd257a5097de05f07ecde3a558c95c097c30600b2b";

    #[test]
    fn values_out_of_range_are_named() {
        let refused = Augmenter::new(ImageAugmentation::medium().with_noise(f32::NAN));
        assert!(matches!(refused, Err(DatasetError::BadOption { option: "augmentation.noise", .. })));
        for name in ImageAugmentation::PRESETS {
            let preset = ImageAugmentation::preset(name).unwrap();
            assert!(Augmenter::new(preset).is_ok(), "{name}");
            let json = serde_json::to_string(&preset).unwrap();
            assert_eq!(serde_json::from_str::<ImageAugmentation>(&json).unwrap(), preset);
        }
        assert_eq!(ImageAugmentation::preset("weak"), None);
        let strengths = [100, 1000, 8000].map(|images| ImageAugmentation::for_images(images).scale_x);
        assert!(strengths[0] > strengths[1] && strengths[1] > strengths[2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_image_keeps_its_size(width in 1u32..90, height in 1u32..60, seed: u64) {
            let most = ImageAugmentation::strong()
                .with_shift_x(0.5)
                .with_rotation(45.0)
                .with_perspective(0.5)
                .with_elastic(0.2)
                .with_scale_x(0.9)
                .with_blur(3.0)
                .with_blur_share(1.0)
                .with_jpeg(1.0)
                .with_jpeg_share(0.5)
                .with_erase(1.0)
                .with_erase_share(1.0);
            let changed = Augmenter::new(most).unwrap().augment(&image(width, height), seed);
            prop_assert_eq!(changed.dimensions(), (width, height));
        }

        #[test]
        fn geometry_leaves_one_colour_alone(level: u8, seed: u64) {
            let geometry = ImageAugmentation {
                shift_x: 0.2, shift_y: 0.2, scale_x: 0.3, scale_y: 0.3, shear: 0.5, rotation: 20.0, elastic: 0.1,
                ..ImageAugmentation::none()
            };
            let flat = GrayImage::from_pixel(50, 30, Luma([level]));
            prop_assert_eq!(Augmenter::new(geometry).unwrap().augment(&flat, seed), flat);
        }
    }
}
