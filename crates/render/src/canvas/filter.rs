//! What is done to all pixels of a picture and moves ink.

use crate::canvas::Canvas;
use crate::canvas::displace::Displacement;
use crate::pillow::resample::Axis;
use crate::pillow::rgba::resize;
use crate::pillow::smooth::smooth;

/// What was done to a picture that also moved the ink of its characters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    /// Pillow's `SMOOTH`.
    Smooth,
    /// A Gaussian blur.
    Blur(Kernel),
    /// A warp.
    Displace(Displacement),
    /// A smaller picture, and from it one of the size it had.
    Resample { smaller: [Axis; 2], larger: [Axis; 2] },
}

/// Half of a symmetric kernel, from its middle on, in whole numbers: those of the whole kernel sum up to
/// [`Kernel::ONE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kernel(Vec<u32>);

impl Kernel {
    /// The sum of all weights.
    const ONE: u32 = 1 << 16;

    /// The Gaussian with this standard deviation in pixels, cut off at three of them.
    pub(crate) fn gaussian(sigma: f64) -> Self {
        let reach = (3.0 * sigma).ceil() as usize;
        let weights: Vec<f64> =
            (0..=reach).map(|x| libm::exp(-0.5 * (x as f64 / sigma) * (x as f64 / sigma))).collect();
        let sum = 2.0 * weights.iter().sum::<f64>() - weights[0];
        let whole = |weight: &f64| (weight / sum * f64::from(Self::ONE)).round_ties_even() as u32;
        let mut kernel: Vec<u32> = weights.iter().map(whole).collect();
        // The middle takes the rounding error.
        kernel[0] = Self::ONE - 2 * kernel[1..].iter().sum::<u32>();
        Self(kernel)
    }

    /// Blurs along one line of pixels of `step` levels.
    fn blur_line(&self, levels: &[u8], step: usize, blurred: &mut [u8]) {
        let reach = (self.0.len() - 1) * step;
        // The ends of the line are repeated beyond it.
        let ends = [&levels[..step], &levels[levels.len() - step..]];
        let [first, last] = ends.map(|end| end.iter().copied().cycle().take(reach));
        let line: Vec<u8> = first.chain(levels.iter().copied()).chain(last).collect();
        for (i, level) in blurred.iter_mut().enumerate() {
            let middle = i + reach;
            let mut sum = Self::ONE / 2 + u32::from(line[middle]) * self.0[0];
            for (away, &weight) in (1..).zip(&self.0[1..]) {
                sum +=
                    weight * (u32::from(line[middle - away * step]) + u32::from(line[middle + away * step]));
            }
            *level = (sum / Self::ONE) as u8;
        }
    }

    /// Blurs across rows of `step` levels. Beyond the ends the first and the last repeat.
    fn blur(&self, levels: &[u8], step: usize, blurred: &mut [u8]) {
        let last = levels.len() / step - 1;
        let pixel = |place: usize| &levels[place * step..][..step];
        let mut sums = vec![0u32; step];
        for (place, out) in blurred.chunks_exact_mut(step).enumerate() {
            for (sum, &level) in sums.iter_mut().zip(pixel(place)) {
                *sum = Self::ONE / 2 + u32::from(level) * self.0[0];
            }
            for (away, &weight) in (1..).zip(&self.0[1..]) {
                let (before, after) = (pixel(place.saturating_sub(away)), pixel((place + away).min(last)));
                for ((sum, &before), &after) in sums.iter_mut().zip(before).zip(after) {
                    *sum += weight * (u32::from(before) + u32::from(after));
                }
            }
            for (level, sum) in out.iter_mut().zip(&sums) {
                *level = (sum / Self::ONE) as u8;
            }
        }
    }
}

impl Filter {
    /// How far ink is moved, in pixels, or `None` if that depends on where it is in the picture.
    pub(crate) fn reach(&self) -> Option<usize> {
        match self {
            Self::Smooth => Some(1),
            Self::Blur(kernel) => Some(kernel.0.len() - 1),
            Self::Displace(_) | Self::Resample { .. } => None,
        }
    }

    pub(crate) fn apply(&self, canvas: &mut Canvas) {
        match self {
            Self::Smooth => smooth(&mut canvas.levels, (canvas.width, canvas.height), canvas.channels),
            Self::Displace(displacement) => displacement.apply(canvas),
            Self::Resample { smaller, larger } => resample(canvas, smaller, larger),
            Self::Blur(kernel) => {
                // Whole rows at once, then the pixels of each.
                let stride = canvas.width * canvas.channels;
                let mut rows = vec![0; canvas.levels.len()];
                kernel.blur(&canvas.levels, stride, &mut rows);
                let lines = rows.chunks_exact(stride).zip(canvas.levels.chunks_exact_mut(stride));
                lines.for_each(|(row, blurred)| kernel.blur_line(row, canvas.channels, blurred));
            }
        }
    }
}

/// Resizes the canvas by columns and rows, and back.
fn resample(canvas: &mut Canvas, smaller: &[Axis; 2], larger: &[Axis; 2]) {
    fn both<const CHANNELS: usize>(
        levels: &[u8],
        room: (usize, usize),
        smaller: &[Axis; 2],
        larger: &[Axis; 2],
    ) -> Vec<u8> {
        let small = resize(levels.as_chunks::<CHANNELS>().0, room, &smaller[0], &smaller[1]);
        let room = (smaller[0].len(), smaller[1].len());
        resize(&small, room, &larger[0], &larger[1]).into_flattened()
    }
    let room = (canvas.width, canvas.height);
    canvas.levels = match canvas.channels {
        1 => both::<1>(&canvas.levels, room, smaller, larger),
        _ => both::<3>(&canvas.levels, room, smaller, larger),
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pillow's `Filter.c` as it is written, in floats.
    fn naive_smooth(canvas: &Canvas) -> Vec<u8> {
        let (stride, step) = (canvas.width * canvas.channels, canvas.channels);
        let mut levels = canvas.levels.clone();
        for y in 1..canvas.height.saturating_sub(1) {
            for i in step..stride - step {
                let at = |row: usize, i: usize| f64::from(canvas.levels[row * stride + i]);
                let sum: f64 = (y - 1..=y + 1).map(|y| at(y, i - step) + at(y, i) + at(y, i + step)).sum();
                levels[y * stride + i] = ((sum + 4.0 * at(y, i)) / 13.0 + 0.5) as u8;
            }
        }
        levels
    }

    /// The blur of one pixel by its definition, columns rounded before rows.
    fn naive_blur(canvas: &Canvas, kernel: &Kernel) -> Vec<u8> {
        let weight = |away: i64| kernel.0.get(away.unsigned_abs() as usize).copied().unwrap_or(0);
        let reach = kernel.0.len() as i64 - 1;
        let pass = |levels: &[u8], down: bool| -> Vec<u8> {
            let (w, h, c) = (canvas.width as i64, canvas.height as i64, canvas.channels as i64);
            let at = |x: i64, y: i64, channel: i64| {
                u32::from(levels[((y.clamp(0, h - 1) * w + x.clamp(0, w - 1)) * c + channel) as usize])
            };
            let places = (0..w * h * c).map(|i| (i / c % w, i / c / w, i % c));
            let blurred = places.map(|(x, y, channel)| {
                let terms = (-reach..=reach)
                    .map(|d| weight(d) * if down { at(x, y + d, channel) } else { at(x + d, y, channel) });
                ((terms.sum::<u32>() + Kernel::ONE / 2) / Kernel::ONE) as u8
            });
            blurred.collect()
        };
        pass(&pass(&canvas.levels, true), false)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn filters_are_what_they_are_defined_as(
            levels in proptest::collection::vec(any::<u8>(), 3 * 9 * 7), grey: bool, sigma in 0.11f64..4.0,
        ) {
            let channels = if grey { 1 } else { 3 };
            let mut canvas = Canvas { width: 9, height: 7, channels, levels: levels[..9 * 7 * channels].to_vec() };
            let expected = naive_smooth(&canvas);
            Filter::Smooth.apply(&mut canvas);
            prop_assert_eq!(&canvas.levels, &expected);
            let kernel = Kernel::gaussian(sigma);
            prop_assert_eq!(kernel.0[0] + 2 * kernel.0[1..].iter().sum::<u32>(), Kernel::ONE);
            let expected = naive_blur(&canvas, &kernel);
            Filter::Blur(kernel).apply(&mut canvas);
            prop_assert_eq!(&canvas.levels, &expected);
        }
    }
}
