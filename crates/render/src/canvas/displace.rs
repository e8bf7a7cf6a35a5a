//! Warps of the whole picture.

use std::f64::consts::TAU;

use crate::canvas::Canvas;
use crate::warp::distortion::Sine;

/// Where the pixels of a warped picture come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Displacement {
    /// Every row is moved sideways and every column up or down, as far as a sine says.
    Ripple {
        /// How far to the right of pixel `(x, y)` lies what it shows, by y.
        right: Sine,
        /// How far below, by x.
        down: Sine,
    },
    /// Rings around the middle of the picture.
    Water {
        /// The largest displacement and the distance of rings, both in pixels.
        amplitude: f64,
        length: f64,
        phase: f64,
        /// The distance from the middle where the rings end.
        radius: f64,
    },
}

impl Displacement {
    /// The picture after the warp, linear between pixels. Beyond the edges the outermost pixels are repeated.
    pub(crate) fn apply(&self, canvas: &mut Canvas) {
        let original = canvas.clone();
        let (width, channels) = (canvas.width, canvas.channels);
        let mut show = |place: usize, (x, y): (f64, f64)| {
            let pixel = &mut canvas.levels[place * channels..][..channels];
            sample(&original, (x, y), pixel);
        };
        match *self {
            Self::Ripple { right, down } => {
                let down: Vec<f64> = (0..width).map(|x| down.at(x as f64)).collect();
                for y in 0..original.height {
                    let right = right.at(y as f64);
                    for (x, down) in down.iter().enumerate() {
                        show(y * width + x, (x as f64 + right, y as f64 + down));
                    }
                }
            }
            Self::Water { amplitude, length, phase, radius } => {
                let middle = (width as f64 / 2.0, original.height as f64 / 2.0);
                for y in 0..original.height {
                    for x in 0..width {
                        let (dx, dy) = (x as f64 - middle.0, y as f64 - middle.1);
                        let distance = (dx * dx + dy * dy).sqrt();
                        if distance == 0.0 || distance > radius {
                            continue;
                        }
                        let strength = (radius - distance) / radius / distance;
                        let moved = amplitude * libm::sin(TAU * distance / length - phase) * strength;
                        show(y * width + x, (x as f64 + dx * moved, y as f64 + dy * moved));
                    }
                }
            }
        }
    }
}

/// Writes to `pixel` what `canvas` shows at `(x, y)`.
fn sample(canvas: &Canvas, (x, y): (f64, f64), pixel: &mut [u8]) {
    let (x, y) = (x.clamp(0.0, canvas.width as f64 - 1.0), y.clamp(0.0, canvas.height as f64 - 1.0));
    let (column, row) = (x as usize, y as usize);
    // Shares of 256.
    let (dx, dy) = (((x - column as f64) * 256.0) as u32, ((y - row as f64) * 256.0) as u32);
    let (next, below) = ((column + 1).min(canvas.width - 1), (row + 1).min(canvas.height - 1));
    let at = |column: usize, row: usize| &canvas.levels[(row * canvas.width + column) * canvas.channels..];
    let corners = [at(column, row), at(next, row), at(column, below), at(next, below)];
    for (channel, level) in pixel.iter_mut().enumerate() {
        let [a, b, c, d] = corners.map(|corner| u32::from(corner[channel]));
        let (above, below) = (a * (256 - dx) + b * dx, c * (256 - dx) + d * dx);
        *level = ((above * (256 - dy) + below * dy + 0x8000) >> 16) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A canvas whose columns have the levels 0, 10, 20, ...
    fn ramp() -> Canvas {
        let levels = (0..20 * 10).map(|i| (i % 20 * 10) as u8).collect();
        Canvas { width: 20, height: 10, channels: 1, levels }
    }

    #[test]
    fn a_ripple_moves_rows_by_its_sine() {
        let still = Sine { amplitude: 0.0, speed: 1.0, phase: 0.0 };
        let mut canvas = ramp();
        // Quarter periods of a row: 0, 1.5, 0, -1.5 pixels.
        let right = Sine { amplitude: 1.5, speed: TAU / 4.0, phase: 0.0 };
        Displacement::Ripple { right, down: still }.apply(&mut canvas);
        let row = |y: usize| [canvas.levels[y * 20], canvas.levels[y * 20 + 10], canvas.levels[y * 20 + 19]];
        assert_eq!(
            [row(0), row(1), row(2), row(3)],
            [[0, 100, 190], [15, 115, 190], [0, 100, 190], [0, 85, 175]]
        );
        let mut canvas = ramp();
        Displacement::Ripple { right: still, down: right }.apply(&mut canvas);
        assert_eq!(canvas, ramp(), "columns of one level");
    }

    #[test]
    fn water_moves_towards_and_away_from_the_middle_and_ends_at_its_radius() {
        let mut canvas = ramp();
        let water = Displacement::Water { amplitude: 2.0, length: 8.0, phase: 0.0, radius: 4.0 };
        water.apply(&mut canvas);
        // The middle is (10, 5). At distance 2: amplitude 2 x sine 1 x half of the radius left.
        let middle = &canvas.levels[5 * 20..6 * 20];
        assert_eq!((middle[12], middle[8], middle[10], middle[14], middle[19]), (130, 70, 100, 140, 190));
    }
}
