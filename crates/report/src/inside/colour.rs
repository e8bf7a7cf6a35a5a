//! Values as colours, on scales that work with any colour vision.

use image::Rgb;

use crate::figures::drawing::palette::{BLUE, TEXT, VERMILLION, WHITE, contrast, mix};

/// The colour of negative values: the end of the scale of [`signed`] below zero.
pub const NEGATIVE: Rgb<u8> = BLUE;
/// The colour of positive values: the end of the scale of [`signed`] above zero.
pub const POSITIVE: Rgb<u8> = VERMILLION;

/// The grey of `value` on the scale from `low`, black, to `high`, white. Values outside are clamped.
///
/// `low` may be the larger one: for ink, which is 1.0 where an image is black, use `grey(ink, 1.0, 0.0)`.
///
/// ```
/// use captcha_report::inside::colour::grey;
///
/// assert_eq!(grey(0.25, 1.0, 0.0).0, [191; 3]);
/// assert_eq!(grey(9.0, 0.0, 1.0).0, [255; 3]);
/// ```
#[must_use]
pub fn grey(value: f32, low: f32, high: f32) -> Rgb<u8> {
    mix(Rgb([0; 3]), WHITE, share(value - low, high - low))
}

/// The colour of a value of either sign: white for 0, [`NEGATIVE`] for `-largest` and below, [`POSITIVE`] for
/// `largest` and above.
#[must_use]
pub fn signed(value: f32, largest: f32) -> Rgb<u8> {
    let end = if value < 0.0 { NEGATIVE } else { POSITIVE };
    mix(WHITE, end, share(value.abs(), largest))
}

/// The colour of a probability, from white for 0 to a dark blue for 1.
#[must_use]
pub fn probability(value: f32) -> Rgb<u8> {
    /// [`BLUE`] at about half its intensity, which makes the scale longer.
    const DARK: Rgb<u8> = Rgb([0x00, 0x3a, 0x5c]);
    mix(WHITE, DARK, share(value, 1.0))
}

/// The text colour that is legible on `paper`: white, or the dark colour of text.
#[must_use]
pub fn text_on(paper: Rgb<u8>) -> Rgb<u8> {
    if contrast(WHITE, paper) > contrast(TEXT, paper) { WHITE } else { TEXT }
}

/// The largest finite absolute value, or 1 if all are 0: the argument of [`signed`] for a map or a layer.
#[must_use]
pub fn largest<'a>(values: impl IntoIterator<Item = &'a f32>) -> f32 {
    let sizes = values.into_iter().map(|value| value.abs()).filter(|size| size.is_finite());
    let largest = sizes.fold(0.0, f32::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// `part / all`, clamped to `[0, 1]`; 0 where that is undefined.
fn share(part: f32, all: f32) -> f64 {
    let share = f64::from(part) / f64::from(all);
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_where_they_say() {
        assert_eq!(grey(-3.0, -3.0, 5.0), Rgb([0; 3]));
        assert_eq!(grey(1.0, -3.0, 5.0), Rgb([128; 3]));
        assert_eq!(signed(0.0, 2.0), WHITE);
        assert_eq!(signed(-2.0, 2.0), NEGATIVE);
        assert_eq!(signed(5.0, 2.0), POSITIVE);
        assert_eq!(signed(1.0, 2.0), mix(WHITE, POSITIVE, 0.5));
        assert_eq!(probability(0.0), WHITE);
    }

    #[test]
    fn what_is_no_number_has_a_colour_too() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0] {
            for largest in [f32::NAN, 0.0, f32::INFINITY] {
                let _ = (grey(value, 0.0, largest), signed(value, largest));
            }
        }
        assert_eq!(signed(0.0, 0.0), WHITE);
        assert_eq!(largest(&[f32::NAN, -3.0, 2.0, f32::INFINITY]), 3.0);
        assert_eq!(largest(&[]), 1.0);
    }

    #[test]
    fn signs_differ_in_lightness_from_zero_alike() {
        let light = |colour: Rgb<u8>| colour.0.iter().map(|&channel| u32::from(channel)).sum::<u32>();
        for step in 1u8..=10 {
            let (below, above) = (signed(-f32::from(step), 10.0), signed(f32::from(step), 10.0));
            assert!(light(below) < 765 && light(above) < 765 && below != above);
        }
    }

    #[test]
    fn text_can_be_read_on_every_scale() {
        for step in -10i8..=10 {
            let value = f32::from(step) / 10.0;
            for paper in [signed(value, 1.0), grey(value, -1.0, 1.0), probability(value)] {
                let contrast = contrast(text_on(paper), paper);
                assert!(contrast >= 3.8, "{value}: {contrast}");
            }
        }
    }
}
