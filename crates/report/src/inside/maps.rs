//! Feature maps, weights and other tables of numbers as pictures.

use captcha_lab::core::ndarray::{ArrayView2, ArrayView3, Axis, Slice};
use image::{Rgb, RgbImage, imageops};

use super::colour::{grey, largest, probability, signed, text_on};
use super::draw::{Area, centred, enlarge, fill};
use super::numbers::short;
use crate::figures::drawing::palette::{LINE, MUTED, WHITE, mix};

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// 0 is white paper, 1 is black ink.
    Ink,
    /// White for 0, blue below, orange above.
    Signed {
        /// The value with the full orange; its negative has the full blue. Above 0.
        largest: f32,
    },
    /// White for 0, orange above: the signed scale for values that are never negative.
    Positive {
        /// The value with the full orange. Above 0.
        largest: f32,
    },
    /// White for 0, dark blue for 1.
    Probability,
}

impl Scale {
    /// The scale around 0 that exactly covers all of `values`.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = &'a f32, IntoIter: Clone>) -> Self {
        let mut values = values.into_iter();
        let largest = largest(values.clone());
        if values.any(|&value| value < 0.0) { Self::Signed { largest } } else { Self::Positive { largest } }
    }

    /// The colour of a value.
    #[must_use]
    pub fn colour(self, value: f32) -> Rgb<u8> {
        match self {
            Self::Ink => grey(value, 1.0, 0.0),
            Self::Signed { largest } | Self::Positive { largest } => signed(value, largest),
            Self::Probability => probability(value),
        }
    }

    /// The scale in words, for a caption.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Ink => "white is 0, black is 1".to_owned(),
            Self::Signed { largest } => {
                format!("blue is {}, white is 0, orange is {}", short(-largest), short(largest))
            }
            Self::Positive { largest } => format!("white is 0, orange is {}", short(largest)),
            Self::Probability => "white is 0 %, dark blue is 100 %".to_owned(),
        }
    }
}

/// One map `[height, width]`, each value a square of `pixel` x `pixel` pixels.
#[must_use]
pub fn map(values: &ArrayView2<'_, f32>, scale: Scale, pixel: u32) -> RgbImage {
    stretched(values, scale, (pixel, pixel))
}

/// One table `[height, width]`, each value a rectangle of `(width, height)` pixels.
pub(super) fn stretched(values: &ArrayView2<'_, f32>, scale: Scale, pixel: (u32, u32)) -> RgbImage {
    let (height, width) = values.dim();
    let small =
        RgbImage::from_fn(width as u32, height as u32, |x, y| scale.colour(values[[y as usize, x as usize]]));
    enlarge(&small, pixel)
}

/// All maps `[maps, height, width]` in a grid, as large as `width` pixels allow.
#[must_use]
pub fn mosaic(values: &ArrayView3<'_, f32>, scale: Scale, width: u32) -> RgbImage {
    let (maps, rows, columns) = values.dim();
    arranged(values, beside((maps, rows, columns)), scale, width)
}

/// A small picture of as many of the maps as fit in a small square.
#[must_use]
pub fn sample(values: &ArrayView3<'_, f32>, scale: Scale, width: u32) -> RgbImage {
    /// The most maps that are shown: four rows of four, if they are square.
    const MOST: usize = 16;
    let (maps, rows, columns) = values.dim();
    let beside = (MOST as f64 * rows as f64 / columns.max(1) as f64).sqrt().round();
    let beside = (beside as usize).clamp(1, MOST).min(maps.max(1));
    let shown = maps.min(MOST / beside * beside);
    arranged(&values.slice_axis(Axis(0), Slice::from(..shown)), beside, scale, width)
}

/// Maps in rows of `beside` maps.
fn arranged(values: &ArrayView3<'_, f32>, beside: usize, scale: Scale, width: u32) -> RgbImage {
    /// The largest side of a value in pixels, enough to see a single value.
    const LARGEST: u32 = 48;
    let (maps, rows, columns) = values.dim();
    let gap = |pixel: u32| (pixel / 3).clamp(2, 8);
    let wide = |pixel: u32| beside as u32 * (columns as u32 * pixel + gap(pixel)) + gap(pixel);
    let pixel = (1..=LARGEST).rev().find(|&pixel| wide(pixel) <= width).unwrap_or(1);
    let gap = gap(pixel);
    let (step_x, step_y) = (columns as u32 * pixel + gap, rows as u32 * pixel + gap);
    let mut picture = RgbImage::from_pixel(wide(pixel), maps.div_ceil(beside) as u32 * step_y + gap, WHITE);
    for (index, values) in values.axis_iter(Axis(0)).enumerate() {
        let (x, y) = ((index % beside) as u32 * step_x, (index / beside) as u32 * step_y);
        fill(&mut picture, Area { x, y, width: step_x + gap, height: step_y + gap }, mix(WHITE, MUTED, 0.6));
        imageops::replace(&mut picture, &map(&values, scale, pixel), (x + gap).into(), (y + gap).into());
    }
    picture
}

/// How many maps form a row, so that the grid is about twice as wide as high.
fn beside((maps, rows, columns): (usize, usize, usize)) -> usize {
    let shape = |beside: usize| {
        let wide = (beside * columns.max(1)) as f64 / (maps.div_ceil(beside) * rows.max(1)) as f64;
        // Full rows are preferred to the exact aspect ratio.
        (wide / 2.2).ln().abs() + if maps.is_multiple_of(beside) { 0.0 } else { 0.8 }
    };
    (1..=maps.max(1)).min_by(|&a, &b| shape(a).total_cmp(&shape(b))).unwrap_or(1)
}

/// A table `[height, width]` with every number in its square of `cell` pixels.
#[must_use]
pub fn table(values: &ArrayView2<'_, f32>, scale: Scale, cell: u32) -> RgbImage {
    labelled(values, cell, |value| scale.colour(value), short)
}

/// The em of a number as a share of the side of its square: five characters such as `−0.25` fit.
const EM: f32 = 0.37;

/// A table of squares of `cell` pixels, each with the colour and the text of its value.
pub(super) fn labelled(
    values: &ArrayView2<'_, f32>,
    cell: u32,
    colour: impl Fn(f32) -> Rgb<u8>,
    text: impl Fn(f32) -> String,
) -> RgbImage {
    let (rows, columns) = values.dim();
    let mut picture = RgbImage::from_pixel(columns as u32 * cell + 1, rows as u32 * cell + 1, LINE);
    for ((row, column), &value) in values.indexed_iter() {
        let corner = (column as u32 * cell + 1, row as u32 * cell + 1);
        let (area, paper) = (Area::square(corner, cell - 1), colour(value));
        fill(&mut picture, area, paper);
        centred(&mut picture, area, &text(value), cell as f32 * EM, text_on(paper));
    }
    picture
}

#[cfg(test)]
mod tests {
    use captcha_lab::core::ndarray::{Array2, Array3, array};

    use super::*;
    use crate::inside::colour::{NEGATIVE, POSITIVE};

    #[test]
    fn a_value_is_a_square_of_its_colour() {
        let picture = map(&array![[1.0, -1.0], [0.0, 0.5]].view(), Scale::Signed { largest: 1.0 }, 3);
        assert_eq!(picture.dimensions(), (6, 6));
        assert_eq!([picture.get_pixel(2, 2), picture.get_pixel(3, 0)], [&POSITIVE, &NEGATIVE]);
        assert_eq!(picture.get_pixel(0, 5).0, [255; 3]);
    }

    #[test]
    fn a_mosaic_holds_every_map_and_keeps_to_its_width() {
        for (maps, rows, columns) in
            [(16, 24, 24), (64, 3, 3), (1, 24, 24), (7, 48, 96), (112, 3, 24), (500, 1, 1)]
        {
            let values = Array3::from_elem((maps, rows, columns), 1.0f32);
            let picture = mosaic(&values.view(), Scale::Signed { largest: 1.0 }, 1200);
            let pixel = (picture.pixels().filter(|&&pixel| pixel == POSITIVE).count()) as f64;
            let side = (pixel / (maps * rows * columns) as f64).sqrt();
            assert_eq!(side.fract(), 0.0, "{maps} of {rows} x {columns}");
            assert!(picture.width() <= 1200, "{maps}: {}", picture.width());
        }
        assert_eq!([beside((16, 24, 24)), beside((64, 3, 3)), beside((1, 5, 9))], [8, 16, 1]);
        assert!(mosaic(&Array3::zeros((0, 0, 0)).view(), Scale::Ink, 100).width() > 0);
        assert!(mosaic(&Array3::zeros((1, 1, 5000)).view(), Scale::Ink, 100).width() > 5000);
        let few = sample(&Array3::zeros((50, 4, 4)).view(), Scale::Ink, 100);
        assert_eq!(few.width(), few.height());
    }

    #[test]
    fn numbers_stand_in_their_squares() {
        let picture = table(&Array2::from_elem((2, 3), 0.5).view(), Scale::Ink, 40);
        assert_eq!(picture.dimensions(), (121, 81));
        let paper = grey(0.5, 1.0, 0.0);
        for (column, row) in [(0, 0), (2, 1)] {
            let cell = imageops::crop_imm(&picture, column * 40 + 1, row * 40 + 1, 39, 39).to_image();
            assert!(cell.pixels().any(|&pixel| pixel != paper) && cell.pixels().any(|&pixel| pixel == paper));
        }
    }

    #[test]
    fn scales_are_told() {
        assert_eq!(Scale::of(&[1.5, -3.0]).words(), "blue is \u{2212}3, white is 0, orange is 3");
        assert_eq!(Scale::of(&[1.5, 3.0]).words(), "white is 0, orange is 3");
        assert_eq!(Scale::Ink.colour(1.0).0, [0; 3]);
    }
}
