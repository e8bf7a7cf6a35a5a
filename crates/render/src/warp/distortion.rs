//! How a whole row of characters is bent.

use captcha_core::seed;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::canvas::path::{Extent, Point};
use crate::error::RenderError;
use crate::values::limits::check_number;
use crate::values::span::Span;

/// How a whole row of characters is bent. In TOML a table with a `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Distortion {
    /// Sine waves.
    Wave(Wave),
    /// Every point moves a little, neighbouring points alike.
    Elastic(Elastic),
}

/// Sine waves: a point `(x, y)` moves down by `a sin(2 pi x / l + p)` and to the right by `b sin(2 pi y / m + q)`. The
/// amplitudes `a` and `b`, the lengths `l` and `m`, and the phases `p` and `q`, from 0 to 2 pi, are sampled
/// independently.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Wave {
    /// The amplitude as a share of the image's height, 0 to 0.5. Default 0.03 to 0.06.
    pub amplitude: Span,
    /// The wavelength as a share of the image's height, 0.2 to 20. Default 1 to 2.
    pub length: Span,
}

/// Elastic distortion: random displacements at the nodes of a square grid, interpolated by a uniform cubic B-spline.
///
/// Source: P. Y. Simard, D. Steinkraus, J. C. Platt, "Best practices for convolutional neural networks applied to
/// visual document analysis", ICDAR 2003, doi 10.1109/ICDAR.2003.1227801, with a spline in place of the Gaussian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Elastic {
    /// The largest displacement of a node along each axis, as a share of the image's height, 0 to 0.5. Default 0.05 to
    /// 0.08.
    pub strength: Span,
    /// The distance of neighbouring nodes as a share of the image's height, 0.05 to 2. Default 0.25.
    pub grid: f64,
}

impl Default for Wave {
    fn default() -> Self {
        Self { amplitude: Span::new(0.03, 0.06), length: Span::new(1.0, 2.0) }
    }
}

impl Default for Elastic {
    fn default() -> Self {
        Self { strength: Span::new(0.05, 0.08), grid: 0.25 }
    }
}

impl Wave {
    /// Waves of this amplitude and wavelength, as shares of the image's height.
    #[must_use]
    pub fn new(amplitude: Span, length: Span) -> Self {
        Self { amplitude, length }
    }
}

impl Elastic {
    /// Nodes at a distance of `grid` that move by up to `strength`, both as shares of the image's height.
    #[must_use]
    pub fn new(strength: Span, grid: f64) -> Self {
        Self { strength, grid }
    }
}

impl Distortion {
    pub(crate) fn validate(&self) -> Result<(), RenderError> {
        match self {
            Self::Wave(wave) => {
                wave.amplitude.check("amplitude", 0.0, 0.5)?;
                wave.length.check("length", 0.2, 20.0)
            }
            Self::Elastic(elastic) => {
                elastic.strength.check("strength", 0.0, 0.5)?;
                check_number(elastic.grid, "grid", 0.05, 2.0)
            }
        }
    }

    /// Samples a distortion of an image `height` pixels high with a row in `extent`.
    pub(crate) fn sample(&self, height: f64, extent: Extent, rng: &mut impl Rng) -> Bend {
        match self {
            Self::Wave(wave) => {
                let mut one = || Sine::sample(wave.amplitude, wave.length, height, rng);
                Bend::Wave { down: one(), right: one() }
            }
            Self::Elastic(elastic) => {
                let strength = elastic.strength.sample(rng) * height;
                Bend::Elastic(Grid::sample(strength, elastic.grid * height, extent, rng))
            }
        }
    }
}

/// A sampled distortion.
pub(crate) enum Bend {
    Wave { down: Sine, right: Sine },
    Elastic(Grid),
}

/// `amplitude sin(speed place + phase)`, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sine {
    pub(crate) amplitude: f64,
    pub(crate) speed: f64,
    pub(crate) phase: f64,
}

impl Sine {
    /// A sine with an amplitude and a wavelength that are shares of `height`, and any phase.
    pub(crate) fn sample(amplitude: Span, length: Span, height: f64, rng: &mut impl Rng) -> Self {
        Self {
            amplitude: amplitude.sample(rng) * height,
            speed: std::f64::consts::TAU / (length.sample(rng) * height),
            phase: seed::uniform(rng, 0.0, std::f64::consts::TAU),
        }
    }

    pub(crate) fn at(&self, place: f64) -> f64 {
        self.amplitude * libm::sin(place * self.speed + self.phase)
    }
}

impl Bend {
    pub(crate) fn move_point(&self, (x, y): Point) -> Point {
        match self {
            Self::Wave { down, right } => (x + right.at(y), y + down.at(x)),
            Self::Elastic(grid) => {
                let (dx, dy) = grid.at(x, y);
                (x + dx, y + dy)
            }
        }
    }
}

/// Movements at the nodes of a grid.
pub(crate) struct Grid {
    left: f64,
    top: f64,
    step: f64,
    columns: usize,
    rows: usize,
    nodes: Vec<Point>,
}

impl Grid {
    fn sample(strength: f64, step: f64, extent: Extent, rng: &mut impl Rng) -> Self {
        /// The most nodes along one axis: more than any picture shows.
        const MOST: f64 = 4096.0;
        // Two nodes more on each side than the row needs.
        let count = |low: f64, high: f64| ((high - low) / step).ceil().min(MOST) as usize + 4;
        let (columns, rows) = (count(extent.left, extent.right), count(extent.top, extent.bottom));
        let mut side = || seed::uniform(rng, -strength, strength);
        let nodes = (0..columns * rows).map(|_| (side(), side())).collect();
        Self { left: extent.left - step, top: extent.top - step, step, columns, rows, nodes }
    }

    /// The movement of `(x, y)`.
    fn at(&self, x: f64, y: f64) -> Point {
        let place = |value: f64, count: usize| {
            let place = (value / self.step).clamp(1.0, count as f64 - 3.0);
            let node = (place as usize).min(count - 3);
            (node - 1, spline(place - node as f64))
        };
        let (column, across) = place(x - self.left, self.columns);
        let (row, down) = place(y - self.top, self.rows);
        let mut moved = (0.0, 0.0);
        for (row, down) in (row..).zip(down) {
            let nodes = &self.nodes[row * self.columns + column..][..4];
            for (node, across) in nodes.iter().zip(across) {
                moved.0 += node.0 * (down * across);
                moved.1 += node.1 * (down * across);
            }
        }
        moved
    }
}

/// The weights of four nodes at share `t` between the inner two.
fn spline(t: f64) -> [f64; 4] {
    let u = 1.0 - t;
    [
        u * u * u / 6.0,
        (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
        (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
        t * t * t / 6.0,
    ]
}

#[cfg(test)]
mod tests {
    use captcha_core::seed::rng;

    use super::*;

    #[test]
    fn points_move_by_no_more_than_the_strength_and_neighbours_alike() {
        let extent = Extent { left: 10.0, top: -5.0, right: 190.0, bottom: 65.0 };
        let elastic = Distortion::Elastic(Elastic::new(Span::new(0.1, 0.1), 0.2));
        let wave = Distortion::Wave(Wave::new(Span::new(0.1, 0.1), Span::new(1.0, 1.0)));
        for (distortion, seed) in [(&elastic, 1), (&wave, 2), (&elastic, 3)] {
            let bend = distortion.sample(70.0, extent, &mut rng(seed));
            let mut moved = 0.0f64;
            for i in 0..2000 {
                let point = (10.0 + f64::from(i % 50) * 3.6, -5.0 + f64::from(i / 50) * 1.75);
                let (x, y) = bend.move_point(point);
                let (dx, dy) = (x - point.0, y - point.1);
                assert!(dx.abs() <= 7.0 && dy.abs() <= 7.0, "{dx} {dy}");
                moved = moved.max(dx.abs());
                let near = bend.move_point((point.0 + 0.01, point.1));
                assert!((near.0 - x - 0.01).abs() < 0.02 && (near.1 - y).abs() < 0.02);
            }
            assert!(moved > 2.0, "{moved}");
        }
        for t in [0.0, 0.3, 1.0] {
            assert!((spline(t).iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
    }
}
