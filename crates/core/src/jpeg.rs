//! The losses of JPEG compression in one component of a picture.
//!
//! Internal: shared by the crates of captcha-lab, and changed without notice.
//!
//! The steps are those of ITU-T T.81 (1992) with the tables of T.81 annex K, scaled as the Independent JPEG Group's
//! library does it. The lossless coding steps are left out. All arithmetic is in doubles, so that every machine gets the
//! same result.

/// The side of a block.
pub const BLOCK: usize = 8;

type Block = [[f64; BLOCK]; BLOCK];

/// Steps of luminance, T.81 table K.1.
const LUMINANCE: [[u16; BLOCK]; BLOCK] = [
    [16, 11, 10, 16, 24, 40, 51, 61],
    [12, 12, 14, 19, 26, 58, 60, 55],
    [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62],
    [18, 22, 37, 56, 68, 109, 103, 77],
    [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101],
    [72, 92, 95, 98, 112, 100, 103, 99],
];

/// Steps of chrominance, T.81 table K.2.
const CHROMINANCE: [[u16; BLOCK]; BLOCK] = [
    [17, 18, 24, 47, 99, 99, 99, 99],
    [18, 21, 26, 66, 99, 99, 99, 99],
    [24, 26, 56, 99, 99, 99, 99, 99],
    [47, 66, 99, 99, 99, 99, 99, 99],
    [99, 99, 99, 99, 99, 99, 99, 99],
    [99, 99, 99, 99, 99, 99, 99, 99],
    [99, 99, 99, 99, 99, 99, 99, 99],
    [99, 99, 99, 99, 99, 99, 99, 99],
];

/// What a quality of compression does to one component.
pub struct Compression {
    steps: Block,
    transform: Transform,
}

impl Compression {
    /// Luminance, or grey levels, with a quality of 1 to 100; others count as the nearest of these.
    #[must_use]
    pub fn luminance(quality: u32) -> Self {
        Self { steps: steps(&LUMINANCE, quality), transform: Transform::new() }
    }

    /// Chrominance, with a quality of 1 to 100; others count as the nearest of these.
    #[must_use]
    pub fn chrominance(quality: u32) -> Self {
        Self { steps: steps(&CHROMINANCE, quality), transform: Transform::new() }
    }

    /// Applies the losses to grey levels, with `width` of them in a row.
    pub fn apply(&self, levels: &mut [u8], width: usize) {
        let mut values: Vec<f64> = levels.iter().map(|&level| f64::from(level)).collect();
        self.quantise(&mut values, width);
        // They are whole numbers from 0 to 255.
        levels.iter_mut().zip(values).for_each(|(level, value)| *level = value as u8);
    }

    /// Rounds the cosine coefficients of every block of `levels`, from 0 to 255 with `width` of them in a row, to whole
    /// numbers of steps; at the right and lower edge blocks repeat the last levels. The results are whole numbers.
    pub fn quantise(&self, levels: &mut [f64], width: usize) {
        let height = levels.len() / width.max(1);
        for top in (0..height).step_by(BLOCK) {
            for left in (0..width).step_by(BLOCK) {
                let place =
                    |x: usize, y: usize| (top + y).min(height - 1) * width + (left + x).min(width - 1);
                let block: Block =
                    std::array::from_fn(|y| std::array::from_fn(|x| levels[place(x, y)] - 128.0));
                let mut coefficients = self.transform.forward(&block);
                for (row, steps) in coefficients.iter_mut().zip(&self.steps) {
                    for (coefficient, step) in row.iter_mut().zip(steps) {
                        *coefficient = round(*coefficient / step) * step;
                    }
                }
                let block = self.transform.backward(&coefficients);
                for (y, row) in block.iter().enumerate().take(height - top) {
                    let start = (top + y) * width + left;
                    let end = start + BLOCK.min(width - left);
                    for (level, value) in levels[start..end].iter_mut().zip(row) {
                        *level = round(value + 128.0).clamp(0.0, 255.0);
                    }
                }
            }
        }
    }
}

/// Rounds to the nearest whole number, half to even, without the call that `f64::round_ties_even` is on processors of
/// any age; for numbers of less than 51 bits.
#[inline(always)]
fn round(value: f64) -> f64 {
    /// 1.5 * 2^52, from which on neighbouring doubles are whole numbers.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    (value + WHOLE) - WHOLE
}

/// The steps of `table` for a quality.
fn steps(table: &[[u16; BLOCK]; BLOCK], quality: u32) -> Block {
    let quality = quality.clamp(1, 100);
    let scale = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|row| row.map(|step| f64::from(((u32::from(step) * scale + 50) / 100).clamp(1, 255))))
}

/// The discrete cosine transform of blocks (T.81 A.3.3), orthonormal: columns, then rows.
struct Transform([[f64; BLOCK]; BLOCK]);

impl Transform {
    fn new() -> Self {
        Self(std::array::from_fn(|frequency| {
            let scale = if frequency == 0 { 0.125f64.sqrt() } else { 0.5 };
            std::array::from_fn(|place| {
                scale * libm::cos((2 * place + 1) as f64 * frequency as f64 * std::f64::consts::PI / 16.0)
            })
        }))
    }

    fn forward(&self, block: &Block) -> Block {
        product(&product(&self.0, block), &transposed(&self.0))
    }

    fn backward(&self, coefficients: &Block) -> Block {
        product(&product(&transposed(&self.0), coefficients), &self.0)
    }
}

fn transposed(block: &Block) -> Block {
    std::array::from_fn(|y| std::array::from_fn(|x| block[x][y]))
}

fn product(a: &Block, b: &Block) -> Block {
    a.map(|row| {
        let mut sums = [0.0; BLOCK];
        for (weight, line) in row.iter().zip(b) {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += weight * value;
            }
        }
        sums
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_stays_flat_and_strokes_lose_detail() {
        for quality in [1, 50, 100] {
            let mut levels = vec![93; 19 * 11];
            Compression::luminance(quality).apply(&mut levels, 19);
            assert!(levels.iter().all(|&level| level == levels[0]), "{quality}");
        }
        let strokes: Vec<u8> = (0..19 * 11).map(|i| if i % 19 % 3 == 0 { 0 } else { 255 }).collect();
        let away = |quality| {
            let mut levels = strokes.clone();
            Compression::luminance(quality).apply(&mut levels, 19);
            levels.iter().zip(&strokes).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>()
        };
        assert!(away(100) < away(60) && away(60) < away(10));
        Compression::luminance(50).apply(&mut [], 0);
    }
}
