//! Outer contours, as OpenCV's `findContours` with `RETR_EXTERNAL` gives them.

use captcha_core::GlyphBox;
use image::{GrayImage, Luma};
use imageproc::contours::{BorderType, find_contours};

/// The boxes around the outer contours of the pixels of at most `level`, in the order of their first pixel, row by
/// row.
///
/// These are the boxes of the connected components ([`component_boxes`](crate::component_boxes)), except components that
/// lie in a hole of another.
///
/// Source: S. Suzuki, K. Abe, "Topological structural analysis of digitized binary images by border following",
/// Computer Vision, Graphics, and Image Processing 30 (1), 32-46, 1985, doi 10.1016/0734-189X(85)90016-7, as
/// implemented by `imageproc`.
#[must_use]
pub fn outer_contour_boxes(image: &GrayImage, level: u8) -> Vec<GlyphBox> {
    if image.is_empty() {
        return Vec::new();
    }
    // A frame of paper, because imageproc finds no outer border in the first column.
    let framed = GrayImage::from_fn(image.width() + 2, image.height() + 2, |x, y| {
        let inside = (1..=image.width()).contains(&x) && (1..=image.height()).contains(&y);
        Luma([if inside && image.get_pixel(x - 1, y - 1).0[0] <= level { 255 } else { 0 }])
    });
    find_contours::<u32>(&framed)
        .into_iter()
        .filter(|contour| contour.border_type == BorderType::Outer && contour.parent.is_none())
        .filter_map(|contour| GlyphBox::around(contour.points.iter().map(|point| (point.x - 1, point.y - 1))))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use imageproc::region_labelling::{Connectivity, connected_components};
    use proptest::prelude::*;

    use super::*;
    use crate::ink::binarise;

    /// The boxes of the components of ink that touch the paper around the image.
    fn naive(image: &GrayImage) -> Vec<GlyphBox> {
        let (width, height) = image.dimensions();
        let mut framed = GrayImage::from_pixel(width + 2, height + 2, Luma([255]));
        image::imageops::replace(&mut framed, &binarise(image, 127), 1, 1);
        let ink = connected_components(&framed, Connectivity::Eight, Luma([255]));
        let paper = connected_components(&framed, Connectivity::Four, Luma([0]));
        let outside = paper.get_pixel(0, 0);
        let mut outer = BTreeSet::new();
        for y in 1..=height {
            for x in 1..=width {
                let neighbours = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
                let label = ink.get_pixel(x, y).0[0];
                if label > 0 && neighbours.iter().any(|&(x, y)| paper.get_pixel(x, y) == outside) {
                    outer.insert(label);
                }
            }
        }
        let points = |label| {
            ink.enumerate_pixels().filter(move |(_, _, l)| l.0[0] == label).map(|(x, y, _)| (x - 1, y - 1))
        };
        outer.into_iter().filter_map(|label| GlyphBox::around(points(label))).collect()
    }

    proptest! {
        #[test]
        fn outer_contours_are_the_components_that_touch_the_outside(
            pixels in proptest::collection::vec(prop_oneof![3 => Just(0u8), 4 => Just(255)], 16 * 12),
        ) {
            let image = GrayImage::from_raw(16, 12, pixels).unwrap();
            let key = |bounds: &GlyphBox| (bounds.y(), bounds.x(), bounds.bottom(), bounds.right());
            let mut found = outer_contour_boxes(&image, 127);
            let mut expected = naive(&image);
            found.sort_by_key(key);
            expected.sort_by_key(key);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn ink_at_all_borders_is_found() {
        let image = GrayImage::from_pixel(4, 3, Luma([0]));
        assert_eq!(outer_contour_boxes(&image, 0), [GlyphBox::new(0, 0, 4, 3).unwrap()]);
        assert_eq!(outer_contour_boxes(&GrayImage::new(0, 0), 254), []);
    }
}
