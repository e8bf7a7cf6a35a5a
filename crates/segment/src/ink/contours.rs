//! Outer contours, as OpenCV's `findContours` with `RETR_EXTERNAL` gives them.

use captcha_core::GlyphBox;
use image::GrayImage;

use super::components::ComponentSet;
use super::runs::Run;

/// The boxes around the outer contours of the pixels of at most `level`, in the order of their first pixel, row by
/// row.
///
/// These are the boxes of the connected components ([`component_boxes`](crate::component_boxes)), except components that
/// lie in a hole of another.
///
/// The contour that S. Suzuki, K. Abe, "Topological structural analysis of digitized binary images by border following",
/// Computer Vision, Graphics, and Image Processing 30 (1), 32-46, 1985, doi 10.1016/0734-189X(85)90016-7, call an outer
/// border without a parent belongs to a component with a pixel that has an edge in common with the paper around the
/// image. Only the box is asked for, so that no border is followed: that paper is filled, and each component looks for it.
#[must_use]
pub fn outer_contour_boxes(image: &GrayImage, level: u8) -> Vec<GlyphBox> {
    // A frame around an image of 4,294,967,295 x 0 pixels would take gigabytes.
    if image.is_empty() {
        return Vec::new();
    }
    let components = ComponentSet::of(image, level);
    let outside = Outside::of(image, level);
    let is_outer = |component: &usize| components.runs(*component).iter().any(|run| outside.touches(*run));
    (0..components.list.len()).filter(is_outer).map(|component| components.list[component].bounds).collect()
}

/// The paper that is connected by edges (4-connected) with the paper around the image.
struct Outside {
    /// Row by row, with a frame of one pixel around the image.
    filled: Vec<bool>,
    /// The width with the frame.
    width: usize,
}

impl Outside {
    /// The paper, pixels of more than `level`, that is connected with the frame.
    fn of(image: &GrayImage, level: u8) -> Self {
        let (width, height) = (image.width() as usize + 2, image.height() as usize + 2);
        // What has been seen: at first the ink, which stops the filling.
        let mut seen = vec![false; width * height];
        for (x, y, pixel) in image.enumerate_pixels() {
            seen[(y as usize + 1) * width + x as usize + 1] = pixel.0[0] <= level;
        }
        let mut filled = vec![false; width * height];
        let mut open = vec![0];
        seen[0] = true;
        while let Some(place) = open.pop() {
            filled[place] = true;
            let x = place % width;
            let neighbours = [
                (x > 0).then(|| place - 1),
                (x + 1 < width).then_some(place + 1),
                place.checked_sub(width),
                Some(place + width).filter(|&below| below < filled.len()),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if !std::mem::replace(&mut seen[neighbour], true) {
                    open.push(neighbour);
                }
            }
        }
        Self { filled, width }
    }

    /// Whether a pixel of `run` has an edge in common with it.
    fn touches(&self, run: Run) -> bool {
        let row = |y: usize| &self.filled[y * self.width..][..self.width];
        // In coordinates of the frame.
        let (y, start, end) = (run.y as usize + 1, run.start as usize + 1, run.end as usize + 1);
        row(y)[start - 1] || row(y)[end] || [y - 1, y + 1].iter().any(|&y| row(y)[start..end].contains(&true))
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use imageproc::contours::{BorderType, find_contours};
    use proptest::prelude::*;

    use super::*;

    /// By following the borders.
    fn naive(image: &GrayImage, level: u8) -> Vec<GlyphBox> {
        // A frame of paper, because imageproc finds no outer border in the first column.
        let framed = GrayImage::from_fn(image.width() + 2, image.height() + 2, |x, y| {
            let inside = (1..=image.width()).contains(&x) && (1..=image.height()).contains(&y);
            Luma([if inside && image.get_pixel(x - 1, y - 1).0[0] <= level { 255 } else { 0 }])
        });
        find_contours::<u32>(&framed)
            .into_iter()
            .filter(|contour| contour.border_type == BorderType::Outer && contour.parent.is_none())
            .filter_map(|contour| {
                GlyphBox::around(contour.points.iter().map(|point| (point.x - 1, point.y - 1)))
            })
            .collect()
    }

    proptest! {
        #[test]
        fn boxes_are_those_of_borders_that_are_followed(
            (width, height) in (1u32..17, 1u32..13),
            pixels in prop_oneof![1 => Just(0.2), 2 => Just(0.45), 2 => Just(0.7)].prop_flat_map(|ink| {
                proptest::collection::vec(proptest::bool::weighted(ink), 16 * 12)
            }),
        ) {
            let pixels = pixels[..(width * height) as usize].iter().map(|&ink| if ink { 127 } else { 128 }).collect();
            let image = GrayImage::from_raw(width, height, pixels).unwrap();
            prop_assert_eq!(outer_contour_boxes(&image, 127), naive(&image, 127));
        }
    }

    #[test]
    fn ink_in_a_hole_is_left_out() {
        // A ring, in it a ring, and in that a dot; beside it a dot.
        let rings = |x: u32, y: u32| matches!(x.max(8 - x.min(8)).max(y).max(8 - y.min(8)), 4 | 6 | 8);
        let image =
            GrayImage::from_fn(12, 9, |x, y| Luma([if (x < 9 && rings(x, y)) || x == 11 { 0 } else { 255 }]));
        let outer = [GlyphBox::new(0, 0, 9, 9).unwrap(), GlyphBox::new(11, 0, 1, 9).unwrap()];
        assert_eq!(outer_contour_boxes(&image, 127), outer);
    }

    #[test]
    fn ink_at_all_borders_is_found() {
        let image = GrayImage::from_pixel(4, 3, Luma([0]));
        assert_eq!(outer_contour_boxes(&image, 0), [GlyphBox::new(0, 0, 4, 3).unwrap()]);
        assert_eq!(outer_contour_boxes(&GrayImage::new(0, 0), 254), []);
    }
}
