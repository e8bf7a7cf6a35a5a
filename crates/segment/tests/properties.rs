//! What holds for every image.

#![expect(clippy::unwrap_used, reason = "a failure is a failed test")]

use captcha_segment::image::{GrayImage, Luma, imageops};
use captcha_segment::{SegmentOptions, Segmentation, Segmenter};
use proptest::prelude::*;

/// Images of a few bars and dots on paper, which join, touch and fall apart.
fn texts() -> impl Strategy<Value = GrayImage> {
    let bar = (0u32..110, 0u32..40, 1u32..30, 1u32..30, 0u8..120);
    proptest::collection::vec(bar, 0..16).prop_map(|bars| {
        let mut image = GrayImage::from_pixel(120, 50, Luma([255]));
        for (x, y, width, height, level) in bars {
            imageops::replace(
                &mut image,
                &GrayImage::from_pixel(width, height, Luma([level])),
                x.into(),
                y.into(),
            );
        }
        image
    })
}

/// Any pixels at all.
fn noise() -> impl Strategy<Value = GrayImage> {
    (0u32..40, 0u32..40).prop_flat_map(|(width, height)| {
        proptest::collection::vec(any::<u8>(), (width * height) as usize)
            .prop_map(move |pixels| GrayImage::from_raw(width, height, pixels).unwrap())
    })
}

fn segmenters() -> impl Strategy<Value = Segmenter> {
    let options = prop_oneof![Just(SegmentOptions::default()), Just(SegmentOptions::seed())];
    (options, 4u32..40).prop_map(|(options, size)| Segmenter::new(options.with_letter_size(size)).unwrap())
}

fn check(
    image: &GrayImage,
    expected: Option<usize>,
    size: u32,
    found: &Segmentation,
) -> Result<(), TestCaseError> {
    prop_assert!(!found.letters.is_empty());
    if let Some(expected) = expected {
        prop_assert_eq!(found.letters.len(), expected);
    }
    let middles = found.letters.iter().map(|letter| letter.bounds.x() + letter.bounds.right());
    prop_assert!(middles.is_sorted(), "left to right");
    for letter in &found.letters {
        prop_assert!(letter.bounds.right() <= image.width() && letter.bounds.bottom() <= image.height());
        prop_assert_eq!(letter.image.dimensions(), (size, size));
    }
    Ok(())
}

proptest! {
    #[test]
    fn letters_are_in_order_and_in_the_image(
        image in prop_oneof![texts(), noise()],
        segmenter in segmenters(),
        expected in proptest::option::of(0usize..9),
    ) {
        if let Ok(found) = segmenter.segment(&image, expected) {
            check(&image, expected, segmenter.options().letter_size, &found)?;
        }
        prop_assert_eq!(segmenter.segment(&image, expected), segmenter.steps(&image, expected).result);
    }

    #[test]
    fn a_shift_shifts_the_boxes_and_nothing_else(
        image in texts(),
        (x, y) in (0u32..50, 0u32..50),
        segmenter in segmenters(),
        expected in proptest::option::of(1usize..7),
    ) {
        // Both on a large paper, so that the share of ink and the distance to the borders stay what they are.
        let on_paper = |x: u32, y: u32| {
            let mut paper = GrayImage::from_pixel(200, 120, Luma([255]));
            imageops::replace(&mut paper, &image, (10 + x).into(), (10 + y).into());
            paper
        };
        let before = segmenter.segment(&on_paper(0, 0), expected);
        let after = segmenter.segment(&on_paper(x, y), expected);
        prop_assert_eq!(before.is_ok(), after.is_ok());
        for (before, after) in before.iter().flat_map(|s| &s.letters).zip(after.iter().flat_map(|s| &s.letters)) {
            prop_assert_eq!((before.bounds.x() + x, before.bounds.y() + y), (after.bounds.x(), after.bounds.y()));
            prop_assert_eq!(&before.image, &after.image);
        }
        prop_assert_eq!(before.err(), after.err());
    }

    #[test]
    fn every_ink_pixel_is_in_a_letter_of_the_default_method(image in texts()) {
        let segmenter = Segmenter::new(SegmentOptions::default()).unwrap();
        if let Ok(found) = segmenter.segment(&image, None) {
            let steps = segmenter.steps(&image, None);
            let in_a_box = |x, y| found.letters.iter().any(|letter| {
                (letter.bounds.x()..letter.bounds.right()).contains(&x)
                    && (letter.bounds.y()..letter.bounds.bottom()).contains(&y)
            });
            let specks = 3 * steps.found.len();
            let outside = steps.binary.enumerate_pixels().filter(|&(x, y, p)| p.0[0] == 0 && !in_a_box(x, y)).count();
            prop_assert!(outside <= specks, "{outside} pixels outside all boxes, {specks} can be specks");
        }
    }
}
