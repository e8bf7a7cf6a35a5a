//! Letters moved and bent a little.

use captcha_core::seed::{self, Rng};
use serde::Serialize;

use crate::DatasetError;

/// By how much letters are changed at random in training. Every value is the largest change to either side; the
/// change itself is uniform.
///
/// | field | unit | range | default | [`light`](Self::light) |
/// |---|---|---|---|---|
/// | `shift` | share of the side | 0 to 0.5 | 0 | 0.05 |
/// | `rotation` | degrees | 0 to 45 | 0 | 6 |
/// | `shear` | columns a row | 0 to 1 | 0 | 0.1 |
/// | `scale` | share of the size | 0 to 0.9 | 0 | 0.08 |
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Augmentation {
    /// Left, right, up and down.
    pub shift: f32,
    /// Around the centre.
    pub rotation: f32,
    /// Upper part against lower part.
    pub shear: f32,
    /// Larger or smaller, width and height each by itself.
    pub scale: f32,
}

/// The grey level of what lies outside a letter image.
const PAPER: u8 = 255;

impl Augmentation {
    /// Changes that a reader hardly notices.
    #[must_use]
    pub fn light() -> Self {
        Self { shift: 0.05, rotation: 6.0, shear: 0.1, scale: 0.08 }
    }

    /// Sets the largest shift.
    #[must_use]
    pub fn with_shift(mut self, shift: f32) -> Self {
        self.shift = shift;
        self
    }

    /// Sets the largest rotation.
    #[must_use]
    pub fn with_rotation(mut self, rotation: f32) -> Self {
        self.rotation = rotation;
        self
    }

    /// Sets the largest shear.
    #[must_use]
    pub fn with_shear(mut self, shear: f32) -> Self {
        self.shear = shear;
        self
    }

    /// Sets the largest change of the size.
    #[must_use]
    pub fn with_scale(mut self, scale: f32) -> Self {
        self.scale = scale;
        self
    }

    /// # Errors
    /// [`DatasetError::BadOption`] names the first value that is out of its range.
    pub(crate) fn check(&self) -> Result<(), DatasetError> {
        let values = [
            ("augmentation.shift", self.shift, 0.5),
            ("augmentation.rotation", self.rotation, 45.0),
            ("augmentation.shear", self.shear, 1.0),
            ("augmentation.scale", self.scale, 0.9),
        ];
        match values.into_iter().find(|&(_, value, most)| !(0.0..=most).contains(&value)) {
            None => Ok(()),
            Some((option, value, most)) => Err(DatasetError::BadOption {
                option,
                expected: format!("a number from 0 to {most}"),
                actual: value.to_string(),
            }),
        }
    }

    /// Appends to `out` the grey levels of the square `letter` of `side` pixels, changed as `seed` says.
    pub(crate) fn apply(&self, letter: &[u8], side: u32, seed: u64, out: &mut Vec<u8>) {
        let map = AffineMap::random(self, side as f32, &mut seed::rng(seed));
        let sheet = Sheet::new(letter, side as usize);
        out.reserve(letter.len());
        for y in 0..side {
            for x in 0..side {
                let (from_x, from_y) = map.source(x as f32, y as f32);
                // Rounds, as levels are not negative.
                out.push((sheet.level(from_x, from_y) + 0.5) as u8);
            }
        }
    }
}

/// Which point of the letter a pixel of the result shows.
struct AffineMap {
    columns: [f32; 3],
    rows: [f32; 3],
}

impl AffineMap {
    fn random(most: &Augmentation, side: f32, rng: &mut Rng) -> Self {
        let mut uniform = |most: f32| most * (2.0 * seed::unit_f32(rng) - 1.0);
        let (shift_x, shift_y) = (uniform(most.shift) * side, uniform(most.shift) * side);
        let (sin, cos) = sin_cos(uniform(most.rotation.to_radians()));
        let shear = uniform(most.shear);
        let (scale_x, scale_y) = (1.0 + uniform(most.scale), 1.0 + uniform(most.scale));
        // Rotation * shear * scaling, around the centre of the square.
        let (xx, xy) = (cos * scale_x, (cos * shear - sin) * scale_y);
        let (yx, yy) = (sin * scale_x, (sin * shear + cos) * scale_y);
        let centre = (side - 1.0) / 2.0;
        Self {
            columns: [xx, xy, centre - (xx + xy) * centre + shift_x],
            rows: [yx, yy, centre - (yx + yy) * centre + shift_y],
        }
    }

    fn source(&self, x: f32, y: f32) -> (f32, f32) {
        let at = |[a, b, c]: [f32; 3]| a * x + b * y + c;
        (at(self.columns), at(self.rows))
    }
}

/// Sine and cosine for up to a quarter of pi, by their Taylor polynomials: off by less than 4e-7, and unlike the
/// functions of the standard library the same on every machine.
fn sin_cos(angle: f32) -> (f32, f32) {
    let square = angle * angle;
    let sin = angle * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0)));
    let cos = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
    (sin, cos)
}

/// A letter on a larger sheet of paper, so that every point that is asked for lies between four pixels.
struct Sheet {
    levels: Vec<u8>,
    width: usize,
    /// The last row and column of the letter, and one more.
    side: f32,
}

impl Sheet {
    fn new(letter: &[u8], side: usize) -> Self {
        let width = side + 3;
        let mut levels = vec![PAPER; width * width];
        for (row, line) in letter.chunks_exact(side).enumerate() {
            levels[(row + 1) * width + 1..][..side].copy_from_slice(line);
        }
        Self { levels, width, side: side as f32 }
    }

    /// The grey level at a point of the letter, by bilinear interpolation; paper outside.
    fn level(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.clamp(-1.0, self.side) + 1.0, y.clamp(-1.0, self.side) + 1.0);
        let (left, top) = (x as usize, y as usize);
        let (right_share, lower_share) = (x - left as f32, y - top as f32);
        let upper = &self.levels[top * self.width + left..];
        let lower = &upper[self.width..];
        let between = |row: &[u8]| f32::from(row[0]) * (1.0 - right_share) + f32::from(row[1]) * right_share;
        between(upper) * (1.0 - lower_share) + between(lower) * lower_share
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply(augmentation: Augmentation, letter: &[u8], side: u32, seed: u64) -> Vec<u8> {
        let mut out = Vec::new();
        augmentation.apply(letter, side, seed, &mut out);
        out
    }

    #[test]
    fn polynomials_are_sine_and_cosine() {
        for step in -450..=450 {
            let angle = (step as f32 / 10.0).to_radians();
            let (sin, cos) = sin_cos(angle);
            assert!((sin - angle.sin()).abs() < 5e-7 && (cos - angle.cos()).abs() < 5e-7, "{angle}");
        }
    }

    #[test]
    fn values_out_of_range_are_named() {
        let augmentation = Augmentation::light().with_scale(f32::NAN);
        assert!(matches!(
            augmentation.check(),
            Err(DatasetError::BadOption { option: "augmentation.scale", .. })
        ));
        assert!(Augmentation::light().check().is_ok());
        let most =
            Augmentation::default().with_shift(0.5).with_rotation(45.0).with_shear(1.0).with_scale(0.9);
        assert!(most.check().is_ok());
    }

    #[test]
    fn light_changes_keep_the_letter() {
        // A filled square of 10 x 10 in 20 x 20.
        let letter: Vec<u8> = (0..400)
            .map(|i| if (5..15).contains(&(i % 20)) && (5..15).contains(&(i / 20)) { 0 } else { 255 })
            .collect();
        for seed in 0..200 {
            let changed = apply(Augmentation::light(), &letter, 20, seed);
            let ink: u32 = changed.iter().map(|&level| u32::from(255 - level)).sum();
            let share = f64::from(ink) / f64::from(100 * 255);
            // Scaling by 8 % each way is what changes the area most.
            assert!((0.8..1.25).contains(&share), "seed {seed}: {share}");
        }
    }

    proptest! {
        #[test]
        fn no_change_is_the_letter_itself(letter in prop::collection::vec(any::<u8>(), 49), seed: u64) {
            prop_assert_eq!(apply(Augmentation::default(), &letter, 7, seed), letter);
        }

        #[test]
        fn paper_stays_paper(seed: u64) {
            let most = Augmentation::default().with_shift(0.5).with_rotation(45.0).with_shear(1.0).with_scale(0.9);
            prop_assert!(apply(most, &[255; 36], 6, seed).iter().all(|&level| level == 255));
        }
    }
}
