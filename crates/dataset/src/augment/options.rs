//! What is changed in whole images, and by how much.

use serde::{Deserialize, Serialize};

use crate::DatasetError;

/// Most images of a folder that [`ImageAugmentation::for_images`] takes for few.
const FEW: usize = 300;
/// Fewest images of a folder that [`ImageAugmentation::for_images`] takes for many.
const MANY: usize = 4000;

/// By how much whole images are changed at random in training. Values without a share are the largest change to
/// either side, and the change itself is uniform; a share is how many of the images are changed that way at all.
///
/// Lengths are shares of the height of the image, so that they mean the same for every network. What comes from
/// outside an image repeats its edge.
///
/// | field | unit | range | [`none`](Self::none) | [`light`](Self::light) | [`medium`](Self::medium) | [`strong`](Self::strong) |
/// |---|---|---|---|---|---|---|
/// | `shift_x`, `shift_y` | heights | 0 to 0.5 | 0 | 0.06, 0.04 | 0.12, 0.08 | 0.16, 0.1 |
/// | `scale_x`, `scale_y` | share of the size | 0 to 0.9 | 0 | 0.06 | 0.12 | 0.16 |
/// | `shear` | columns a row | 0 to 1 | 0 | 0.1 | 0.2 | 0.25 |
/// | `rotation` | degrees | 0 to 45 | 0 | 2 | 4 | 5 |
/// | `perspective` | share of the size, from one side to the other | 0 to 0.5 | 0 | 0 | 0 | 0.05 |
/// | `elastic` | heights | 0 to 0.2 | 0 | 0.012 | 0.025 | 0.035 |
/// | `gamma` | natural logarithm of the exponent | 0 to 2 | 0 | 0.2 | 0.35 | 0.45 |
/// | `contrast` | share of the contrast | 0 to 0.9 | 0 | 0.15 | 0.3 | 0.4 |
/// | `brightness` | share of white | 0 to 0.9 | 0 | 0.06 | 0.12 | 0.15 |
/// | `flip_share` | light and dark exchanged | 0 to 1 | 0 | 0 | 0 | 0 |
/// | `blur` | pixels, standard deviation | 0 to 3 | 0 | 0.6 | 0.9 | 1 |
/// | `blur_share` | | 0 to 1 | 0 | 0.2 | 0.3 | 0.3 |
/// | `noise` | share of white, standard deviation | 0 to 0.5 | 0 | 0.04 | 0.08 | 0.1 |
/// | `noise_share` | | 0 to 1 | 0 | 0.2 | 0.3 | 0.3 |
/// | `jpeg` | lowest quality | 1 to 100 | 100 | 60 | 40 | 30 |
/// | `jpeg_share` | | 0 to 1 | 0 | 0.05 | 0.1 | 0.1 |
/// | `erase` | heights, side of a rectangle | 0 to 1 | 0 | 0.2 | 0.33 | 0.4 |
/// | `erase_share` | | 0 to 1 | 0 | 0.1 | 0.3 | 0.4 |
///
/// ```
/// use captcha_dataset::{Augmenter, ImageAugmentation};
/// use captcha_dataset::image::GrayImage;
///
/// let augmenter = Augmenter::new(ImageAugmentation::medium())?;
/// let changed = augmenter.augment(&GrayImage::new(192, 48), 7);
/// assert_eq!(changed.dimensions(), (192, 48));
/// assert!(Augmenter::new(ImageAugmentation::none().with_rotation(90.0)).is_err());
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ImageAugmentation {
    /// Left and right.
    pub shift_x: f32,
    /// Up and down.
    pub shift_y: f32,
    /// Wider or narrower.
    pub scale_x: f32,
    /// Higher or lower.
    pub scale_y: f32,
    /// Upper part against lower part.
    pub shear: f32,
    /// Around the centre.
    pub rotation: f32,
    /// One side larger than the opposite one.
    pub perspective: f32,
    /// Smooth random displacements (P. Y. Simard, D. Steinkraus, J. C. Platt, "Best practices for convolutional neural
    /// networks applied to visual document analysis", ICDAR 2003, doi 10.1109/ICDAR.2003.1227801).
    pub elastic: f32,
    /// The exponent that is applied to ink.
    pub gamma: f32,
    /// Around middle grey.
    pub contrast: f32,
    /// Lighter or darker.
    pub brightness: f32,
    /// How many images become their negatives.
    pub flip_share: f32,
    /// The largest Gaussian blur.
    pub blur: f32,
    /// How many images are blurred.
    pub blur_share: f32,
    /// The strongest noise, added to each pixel by itself.
    pub noise: f32,
    /// How many images get noise.
    pub noise_share: f32,
    /// The lowest quality of JPEG compression; the quality is uniform from here to 95.
    pub jpeg: f32,
    /// How many images are compressed.
    pub jpeg_share: f32,
    /// The largest side of a rectangle that is painted over in one grey level (Z. Zhong et al., "Random erasing data
    /// augmentation", AAAI 2020, doi 10.1609/aaai.v34i07.7000).
    pub erase: f32,
    /// How many images get such a rectangle.
    pub erase_share: f32,
}

impl Default for ImageAugmentation {
    fn default() -> Self {
        Self::none()
    }
}

impl ImageAugmentation {
    /// The names of the presets, for [`preset`](Self::preset).
    pub const PRESETS: [&str; 4] = ["none", "light", "medium", "strong"];

    /// No changes.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            shift_x: 0.0,
            shift_y: 0.0,
            scale_x: 0.0,
            scale_y: 0.0,
            shear: 0.0,
            rotation: 0.0,
            perspective: 0.0,
            elastic: 0.0,
            gamma: 0.0,
            contrast: 0.0,
            brightness: 0.0,
            flip_share: 0.0,
            blur: 0.0,
            blur_share: 0.0,
            noise: 0.0,
            noise_share: 0.0,
            jpeg: 100.0,
            jpeg_share: 0.0,
            erase: 0.0,
            erase_share: 0.0,
        }
    }

    /// Changes that a reader hardly notices: for thousands of images.
    #[must_use]
    pub const fn light() -> Self {
        Self {
            shift_x: 0.06,
            shift_y: 0.04,
            scale_x: 0.06,
            scale_y: 0.06,
            shear: 0.1,
            rotation: 2.0,
            elastic: 0.012,
            gamma: 0.2,
            contrast: 0.15,
            brightness: 0.06,
            blur: 0.6,
            blur_share: 0.2,
            noise: 0.04,
            noise_share: 0.2,
            jpeg: 60.0,
            jpeg_share: 0.05,
            erase: 0.2,
            erase_share: 0.1,
            ..Self::none()
        }
    }

    /// Changes for some hundreds of images.
    #[must_use]
    pub const fn medium() -> Self {
        Self {
            shift_x: 0.12,
            shift_y: 0.08,
            scale_x: 0.12,
            scale_y: 0.12,
            shear: 0.2,
            rotation: 4.0,
            elastic: 0.025,
            gamma: 0.35,
            contrast: 0.3,
            brightness: 0.12,
            blur: 0.9,
            blur_share: 0.3,
            noise: 0.08,
            noise_share: 0.3,
            jpeg: 40.0,
            jpeg_share: 0.1,
            erase: 0.33,
            erase_share: 0.3,
            ..Self::none()
        }
    }

    /// Changes that leave texts just readable: for a hundred images.
    #[must_use]
    pub const fn strong() -> Self {
        Self {
            shift_x: 0.16,
            shift_y: 0.1,
            scale_x: 0.16,
            scale_y: 0.16,
            shear: 0.25,
            rotation: 5.0,
            perspective: 0.05,
            elastic: 0.035,
            gamma: 0.45,
            contrast: 0.4,
            brightness: 0.15,
            blur: 1.0,
            blur_share: 0.3,
            noise: 0.1,
            noise_share: 0.3,
            jpeg: 30.0,
            jpeg_share: 0.1,
            erase: 0.4,
            erase_share: 0.4,
            ..Self::none()
        }
    }

    /// The preset of this name, or `None` if there is none.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::none(),
            "light" => Self::light(),
            "medium" => Self::medium(),
            "strong" => Self::strong(),
            _ => return None,
        })
    }

    /// What suits a training on so many images: stronger for fewer.
    #[must_use]
    pub fn for_images(images: usize) -> Self {
        match images {
            0..=FEW => Self::strong(),
            MANY.. => Self::light(),
            _ => Self::medium(),
        }
    }

    /// # Errors
    /// [`DatasetError::BadOption`] names the first value that is out of its range.
    pub(crate) fn check(&self) -> Result<(), DatasetError> {
        let values = [
            ("augmentation.shift_x", self.shift_x, 0.0, 0.5),
            ("augmentation.shift_y", self.shift_y, 0.0, 0.5),
            ("augmentation.scale_x", self.scale_x, 0.0, 0.9),
            ("augmentation.scale_y", self.scale_y, 0.0, 0.9),
            ("augmentation.shear", self.shear, 0.0, 1.0),
            ("augmentation.rotation", self.rotation, 0.0, 45.0),
            ("augmentation.perspective", self.perspective, 0.0, 0.5),
            ("augmentation.elastic", self.elastic, 0.0, 0.2),
            ("augmentation.gamma", self.gamma, 0.0, 2.0),
            ("augmentation.contrast", self.contrast, 0.0, 0.9),
            ("augmentation.brightness", self.brightness, 0.0, 0.9),
            ("augmentation.flip_share", self.flip_share, 0.0, 1.0),
            ("augmentation.blur", self.blur, 0.0, 3.0),
            ("augmentation.blur_share", self.blur_share, 0.0, 1.0),
            ("augmentation.noise", self.noise, 0.0, 0.5),
            ("augmentation.noise_share", self.noise_share, 0.0, 1.0),
            ("augmentation.jpeg", self.jpeg, 1.0, 100.0),
            ("augmentation.jpeg_share", self.jpeg_share, 0.0, 1.0),
            ("augmentation.erase", self.erase, 0.0, 1.0),
            ("augmentation.erase_share", self.erase_share, 0.0, 1.0),
        ];
        match values.into_iter().find(|&(_, value, least, most)| !(least..=most).contains(&value)) {
            None => Ok(()),
            Some((option, value, least, most)) => Err(DatasetError::BadOption {
                option,
                expected: format!("a number from {least} to {most}"),
                actual: value.to_string(),
            }),
        }
    }
}

macro_rules! setters {
    ($($name:ident, $field:ident;)*) => {
        impl ImageAugmentation {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $name(mut self, $field: f32) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }
    };
}

setters! {
    with_shift_x, shift_x;
    with_shift_y, shift_y;
    with_scale_x, scale_x;
    with_scale_y, scale_y;
    with_shear, shear;
    with_rotation, rotation;
    with_perspective, perspective;
    with_elastic, elastic;
    with_gamma, gamma;
    with_contrast, contrast;
    with_brightness, brightness;
    with_flip_share, flip_share;
    with_blur, blur;
    with_blur_share, blur_share;
    with_noise, noise;
    with_noise_share, noise_share;
    with_jpeg, jpeg;
    with_jpeg_share, jpeg_share;
    with_erase, erase;
    with_erase_share, erase_share;
}
