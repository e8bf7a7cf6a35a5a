//! Random displacements that are smooth.

use captcha_core::seed::{self, Rng};

/// The distances between the points of the two grids, in heights of the image: 8 and 24 pixels of 48, which bends
/// strokes and moves letters.
const CELLS: [f32; 2] = [1.0 / 6.0, 0.5];

/// The amplitude of each grid, in parts of what is asked for: wider waves may be higher.
const AMPLITUDES: [f32; 2] = [1.0, 2.0];

/// Random displacements at the points of two grids, and between them by cubic convolution: as smooth as random
/// displacements of every pixel that are blurred (P. Y. Simard et al., 2003), at a fraction of the work.
///
/// Known at some columns of every row.
pub(crate) struct Elastic {
    grids: [Grid; 2],
    columns: usize,
}

/// Points at multiples of a distance, with one row more before the image and two behind it.
struct Grid {
    cell: f32,
    /// For each row of points the displacements in pixels at the columns, all horizontal ones and then all vertical ones.
    rows: Vec<f32>,
}

impl Elastic {
    /// Displacements of up to about `amplitude` heights for an image of `height` rows, at the columns 0, `step`,
    /// 2 `step` ..., `columns` in all.
    pub(crate) fn random(amplitude: f32, [columns, step]: [usize; 2], height: usize, rng: &mut Rng) -> Self {
        let mut grid = |cell: f32, amplitude: f32| {
            let cell = (cell * height as f32).max(2.0);
            let points = |extent: usize| (extent.saturating_sub(1) as f32 / cell) as usize + 4;
            let points_a_row = points((columns - 1) * step + 1);
            let taps: Vec<_> = (0..columns).map(|column| taps((column * step) as f32 / cell)).collect();
            let mut rows = Vec::with_capacity(points(height) * 2 * columns);
            let mut line = vec![0.0; points_a_row];
            for _ in 0..points(height) * 2 {
                let mut uniform = || amplitude * height as f32 * (2.0 * seed::unit_f32(rng) - 1.0);
                line.fill_with(&mut uniform);
                rows.extend(taps.iter().map(|&(first, weights)| {
                    weights.iter().zip(&line[first..]).map(|(weight, value)| weight * value).sum::<f32>()
                }));
            }
            Grid { cell, rows }
        };
        let grids = [grid(CELLS[0], amplitude * AMPLITUDES[0]), grid(CELLS[1], amplitude * AMPLITUDES[1])];
        Self { grids, columns }
    }

    /// The displacements of row `y` in pixels: the horizontal ones of all columns, then the vertical ones.
    pub(crate) fn row(&self, y: usize, out: &mut Vec<f32>) {
        let values = 2 * self.columns;
        out.clear();
        out.resize(values, 0.0);
        for grid in &self.grids {
            let (first, weights) = taps(y as f32 / grid.cell);
            for (weight, row) in weights.iter().zip(grid.rows[first * values..].chunks_exact(values)) {
                out.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }
}

/// The first of the four points around `place`, which is at least 0 and in cells, and their weights: R. G. Keys,
/// "Cubic convolution interpolation for digital image processing", IEEE TASSP 29, 1981, doi
/// 10.1109/TASSP.1981.1163711, with a = -1/2.
fn taps(place: f32) -> (usize, [f32; 4]) {
    let first = place as usize;
    let t = place - first as f32;
    let (t2, t3) = (t * t, t * t * t);
    let weights = [
        0.5 * (2.0 * t2 - t - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ];
    (first, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displacements_are_smooth_and_as_large_as_asked_for() {
        let (mut row, mut above) = (Vec::new(), Vec::new());
        let mut largest: f32 = 0.0;
        for seed in 0..20 {
            let elastic = Elastic::random(0.02, [100, 1], 48, &mut seed::rng(seed));
            for y in 0..48 {
                elastic.row(y, &mut row);
                let (across, down) = row.split_at(100);
                for line in [across, down] {
                    assert!(line.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1.0), "{seed}");
                }
                assert!(y == 0 || row.iter().zip(&above).all(|(a, b): (&f32, &f32)| (a - b).abs() < 1.0));
                largest = row.iter().fold(largest, |most, value| most.max(value.abs()));
                above.clone_from(&row);
            }
        }
        // 0.96 pixels of the fine grid, 1.92 of the coarse one, and what cubic convolution overshoots.
        assert!((2.0..4.0).contains(&largest), "{largest}");
    }

    #[test]
    fn every_fourth_column_is_the_same_as_all_of_them() {
        let rows = |columns, step| {
            let mut row = Vec::new();
            Elastic::random(0.02, [columns, step], 48, &mut seed::rng(3)).row(17, &mut row);
            row
        };
        let (all, some) = (rows(101, 1), rows(26, 4));
        for column in 0..26 {
            assert_eq!((all[4 * column], all[101 + 4 * column]), (some[column], some[26 + column]));
        }
    }

    #[test]
    fn the_weights_are_those_of_cubic_convolution() {
        assert_eq!(taps(3.0), (3, [0.0, 1.0, 0.0, 0.0]));
        assert_eq!(taps(3.5), (3, [-0.0625, 0.5625, 0.5625, -0.0625]));
    }

    #[test]
    fn tiny_images_have_displacements() {
        for (columns, height) in [(1, 1), (1, 60), (700, 2)] {
            let mut row = Vec::new();
            Elastic::random(0.2, [columns, 1], height, &mut seed::rng(2)).row(height - 1, &mut row);
            assert!(row.len() == 2 * columns && row.iter().all(|value| value.is_finite()));
        }
    }
}
