//! What is done to the pixels of an image at last: blur, noise, JPEG and erased rectangles.

use captcha_core::jpeg::Compression;
use captcha_core::seed::{self, Rng};
use rand::Rng as _;

use crate::augment::options::ImageAugmentation;

/// The smallest standard deviation of a blur, in pixels: less is none.
const LEAST_BLUR: f32 = 0.2;

/// The smallest side of an erased rectangle, in heights: 3 pixels of 48.
const LEAST_ERASED: f32 = 1.0 / 16.0;

/// The best quality of JPEG compression; better ones change nothing that can be seen.
const BEST_QUALITY: f32 = 95.0;

/// The standard deviation of the sum of four uniform bytes, sqrt(4 (256^2 - 1) / 12).
const FOUR_BYTES: f32 = 147.8;

/// Spoils the image of `width` columns whose grey levels are `levels`.
pub(crate) fn spoil(levels: &mut [u8], width: usize, most: &ImageAugmentation, rng: &mut Rng) {
    let mut chosen = |share: f32| {
        let (chosen, strength) = (seed::unit_f32(rng) < share, seed::unit_f32(rng));
        chosen.then_some(strength)
    };
    let [blurred, noisy, compressed, erased] =
        [most.blur_share, most.noise_share, most.jpeg_share, most.erase_share].map(&mut chosen);
    if let Some(strength) = blurred {
        let deviation = LEAST_BLUR + strength * (most.blur - LEAST_BLUR);
        if deviation >= LEAST_BLUR {
            blur(levels, width, deviation);
        }
    }
    if let Some(strength) = noisy {
        add_noise(levels, strength * most.noise, rng);
    }
    if let Some(strength) = compressed {
        let lowest = most.jpeg.min(BEST_QUALITY);
        let quality = (lowest + strength * (BEST_QUALITY - lowest)) as u32;
        Compression::luminance(quality).apply(levels, width);
    }
    if let Some(strength) = erased {
        erase(levels, width, most.erase, strength, rng);
    }
}

/// Gaussian blur, rows and then columns, with weights of 1/256; outside, the edge is repeated.
fn blur(levels: &mut [u8], width: usize, deviation: f32) {
    let weights = weights(deviation);
    let height = levels.len() / width;
    let reach = weights.len() - 1;
    let mut sums = vec![0_u16; width];
    let mut padded = vec![0; width + 2 * reach];
    for row in levels.chunks_exact_mut(width) {
        padded[..reach].fill(row[0]);
        padded[reach..][..width].copy_from_slice(row);
        padded[reach + width..].fill(row[width - 1]);
        sums.fill(128);
        for (distance, &weight) in weights.iter().enumerate() {
            add(&mut sums, &padded[reach - distance..], weight);
            if distance > 0 {
                add(&mut sums, &padded[reach + distance..], weight);
            }
        }
        store(&sums, row);
    }
    let before = levels.to_vec();
    let row = |y: usize| &before[y.min(height - 1) * width..][..width];
    for (y, out) in levels.chunks_exact_mut(width).enumerate() {
        sums.fill(128);
        for (distance, &weight) in weights.iter().enumerate() {
            add(&mut sums, row(y.saturating_sub(distance)), weight);
            if distance > 0 {
                add(&mut sums, row(y + distance), weight);
            }
        }
        store(&sums, out);
    }
}

/// Adds the weighted levels to the sums; with 128 for rounding, these stay below 2^16.
fn add(sums: &mut [u16], levels: &[u8], weight: u16) {
    for (sum, &level) in sums.iter_mut().zip(levels) {
        *sum += weight * u16::from(level);
    }
}

fn store(sums: &[u16], levels: &mut [u8]) {
    for (level, sum) in levels.iter_mut().zip(sums) {
        *level = (sum >> 8) as u8;
    }
}

/// The weights of a Gaussian up to three standard deviations, from the centre on, in 1/256; with those of the other
/// side they add up to 256.
fn weights(deviation: f32) -> Vec<u16> {
    let reach = (3.0 * deviation) as usize + 1;
    let exact =
        |distance: usize| libm::expf(-0.5 * (distance as f32 / deviation) * (distance as f32 / deviation));
    let sum = 2.0 * (0..=reach).map(exact).sum::<f32>() - 1.0;
    let mut weights: Vec<u16> =
        (0..=reach).map(|distance| (256.0 * exact(distance) / sum + 0.5) as u16).collect();
    weights[0] = 256 - 2 * weights[1..].iter().sum::<u16>();
    weights
}

/// Adds noise of this standard deviation, in shares of white: sums of four uniform numbers, which are nearly normal.
fn add_noise(levels: &mut [u8], deviation: f32, rng: &mut Rng) {
    let factor = (deviation * 255.0 / FOUR_BYTES * 65536.0) as i32;
    let mut bytes = vec![0; levels.len() * 4];
    rng.fill_bytes(&mut bytes);
    for (level, bytes) in levels.iter_mut().zip(bytes.as_chunks::<4>().0) {
        let sum: i32 = bytes.iter().map(|&byte| i32::from(byte)).sum();
        let noise = ((sum - 510) * factor + (1 << 15)) >> 16;
        *level = (i32::from(*level) + noise).clamp(0, 255) as u8;
    }
}

/// Paints a random rectangle in a random grey level.
fn erase(levels: &mut [u8], width: usize, most: f32, shade: f32, rng: &mut Rng) {
    let height = levels.len() / width;
    let mut side = |extent: usize| {
        let share = LEAST_ERASED + seed::unit_f32(rng) * (most - LEAST_ERASED).max(0.0);
        ((share * height as f32) as usize).clamp(1, extent)
    };
    let (across, down) = (side(width), side(height));
    let left = seed::below(rng, (width - across + 1) as u64) as usize;
    let top = seed::below(rng, (height - down + 1) as u64) as usize;
    for row in levels.chunks_exact_mut(width).skip(top).take(down) {
        row[left..left + across].fill((shade * 255.0) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 40;

    fn mean_and_deviation(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        (mean, (values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt())
    }

    #[test]
    fn a_blurred_dot_is_a_gaussian() {
        for deviation in [0.3, 0.7, 1.5, 3.0] {
            let mut levels = vec![0; WIDTH * 31];
            // As much light in one dot as is not lost in rounding.
            for (y, x) in (14..17).flat_map(|y| (19..22).map(move |x| (y, x))) {
                levels[y * WIDTH + x] = 255;
            }
            blur(&mut levels, WIDTH, deviation);
            let total: f64 = levels.iter().map(|&level| f64::from(level)).sum();
            let spread: f64 = levels
                .iter()
                .enumerate()
                .map(|(i, &level)| f64::from(level) * ((i % WIDTH) as f64 - 20.0).powi(2))
                .sum::<f64>()
                / total;
            // The square itself has a variance of 2/3.
            let expected = f64::from(deviation * deviation) + 2.0 / 3.0;
            assert!((spread / expected - 1.0).abs() < 0.12, "{deviation}: {spread} {expected}");
        }
        let mut flat = vec![93; WIDTH * 5];
        blur(&mut flat, WIDTH, 2.0);
        assert!(flat.iter().all(|&level| level == 93));
    }

    #[test]
    fn noise_has_its_standard_deviation() {
        let mut levels = vec![128; 20_000];
        add_noise(&mut levels, 0.06, &mut seed::rng(1));
        let (mean, deviation) = mean_and_deviation(levels.iter().map(|&level| f64::from(level)));
        assert!((mean - 128.0).abs() < 0.5 && (deviation - 0.06 * 255.0).abs() < 0.5, "{mean} {deviation}");
    }

    #[test]
    fn shares_are_how_many_images_are_spoiled() {
        let changed = |most: ImageAugmentation| {
            let image: Vec<u8> = (0..WIDTH * 30).map(|i| (i % 7 * 30) as u8).collect();
            let spoiled = |seed: u64| {
                let mut levels = image.clone();
                spoil(&mut levels, WIDTH, &most, &mut seed::rng(seed));
                levels != image
            };
            (0..400).filter(|&seed| spoiled(seed)).count()
        };
        let none = ImageAugmentation::none();
        let cases = [
            none.with_blur(1.0).with_blur_share(0.25),
            none.with_noise(0.1).with_noise_share(0.25),
            none.with_jpeg(30.0).with_jpeg_share(0.25),
            none.with_erase(0.3).with_erase_share(0.25),
        ];
        for most in cases {
            // Binomial with a standard deviation of 8.7; the weakest changes of some kinds are none.
            assert!((60..=135).contains(&changed(most)), "{most:?}: {}", changed(most));
        }
        assert_eq!(changed(none), 0);
    }

    #[test]
    fn one_rectangle_is_erased() {
        for seed in 0..50 {
            let mut levels = vec![255; WIDTH * 30];
            erase(&mut levels, WIDTH, 0.5, 0.2, &mut seed::rng(seed));
            let erased: Vec<usize> = (0..levels.len()).filter(|&i| levels[i] == 51).collect();
            let columns = 1 + erased.iter().map(|i| i % WIDTH).max().unwrap() - erased[0] % WIDTH;
            let rows = 1 + erased[erased.len() - 1] / WIDTH - erased[0] / WIDTH;
            assert_eq!(erased.len(), columns * rows);
            assert!(columns <= 15 && rows <= 15);
        }
    }
}
