//! What augmentation makes of training images.

use captcha_lab::dataset::{Augmenter, DatasetError, ImageAugmentation, ImageSet};
use image::{DynamicImage, RgbImage};

use super::contact_sheet::contact_sheet;

/// The images that are shown, one a row.
const ROWS: usize = 6;
/// How often each is shown changed, beside what it is.
const CHANGED: usize = 4;

/// Images of a set, each followed by what augmentation makes of it in four ways that are functions of `seed`: one row
/// an image, six of them evenly spread over the set.
///
/// # Errors
/// [`DatasetError::BadOption`] if a value of the augmentation is out of its range; [`DatasetError::ImageGone`] if an
/// image can't be read again.
pub fn augmentation_sheet(
    images: &ImageSet,
    augmentation: ImageAugmentation,
    seed: u64,
) -> Result<RgbImage, DatasetError> {
    let augmenter = Augmenter::new(augmentation)?;
    let rows = images.len().min(ROWS);
    let mut items: Vec<(DynamicImage, String)> = Vec::with_capacity(rows * (CHANGED + 1));
    for row in 0..rows {
        let index = row * images.len() / rows;
        let image = images.image(index)?;
        for way in 0..CHANGED {
            let number = (row * CHANGED + way) as u64;
            let changed = augmenter.augment(&image, captcha_lab::core::seed::derive(seed, number));
            items.push((changed.into(), format!("changed {}", way + 1)));
        }
        items.insert(row * (CHANGED + 1), (image.into(), images.text(index)));
    }
    Ok(contact_sheet(&items, CHANGED + 1))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use captcha_lab::dataset::ImageSetOptions;
    use image::{GrayImage, Luma};

    use super::*;

    fn images(count: u32) -> ImageSet {
        let picture = |x: u32, _| Luma([if x % 8 < 3 { 0 } else { 220 }]);
        let image = |n: u32| (n.to_string(), GrayImage::from_fn(120, 48, picture).into(), "AB".to_owned());
        let gray = |image: &DynamicImage| Ok::<_, Infallible>(image.to_luma8());
        ImageSet::from_images((0..count).map(image), gray, &ImageSetOptions::default()).unwrap().0
    }

    #[test]
    fn a_row_is_an_image_and_what_becomes_of_it() {
        let sheet = |count, augmentation| augmentation_sheet(&images(count), augmentation, 1).unwrap();
        let medium = sheet(3, ImageAugmentation::medium());
        assert_eq!(medium, sheet(3, ImageAugmentation::medium()));
        assert_ne!(medium, sheet(3, ImageAugmentation::none()));
        assert!(sheet(100, ImageAugmentation::light()).height() > medium.height());
        assert_eq!(
            sheet(100, ImageAugmentation::light()).dimensions(),
            sheet(6, ImageAugmentation::light()).dimensions()
        );
        let none = images(1).subset(&[]);
        assert!(augmentation_sheet(&none, ImageAugmentation::light(), 1).is_ok());
        let refused = augmentation_sheet(&none, ImageAugmentation::none().with_shear(2.0), 1);
        assert!(matches!(refused, Err(DatasetError::BadOption { option: "augmentation.shear", .. })));
    }
}
