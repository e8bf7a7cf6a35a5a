//! The terms of one value, arranged for display.

use captcha_lab::infer::{Layer, Origin, Tap, Window};

use crate::inside::known::insight::Piece;
use crate::inside::known::planes::Cell;

/// The terms that give one value of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sum {
    /// A convolution: the window of each map times the weights of the filter for it.
    Window {
        /// One for each map of the level before.
        channels: Vec<Channel>,
        /// The sides of the window.
        kernel: Window,
        /// The bias.
        bias: f32,
    },
    /// Fully connected: every value times its weight.
    Weighted {
        /// The products, as they lie in the level before.
        products: Vec<Product>,
        /// The bias.
        bias: f32,
    },
    /// A maximum over a window.
    Largest {
        /// The window, row by row.
        taps: Vec<Tap>,
        /// Columns of the window.
        width: usize,
        /// The index of the largest value.
        chosen: usize,
    },
    /// One value, scaled and shifted, rectified, or only moved.
    Single {
        /// The value and its scale.
        tap: Tap,
        /// The shift.
        shift: f32,
    },
}

/// The contribution of one map to a value of a convolution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Channel {
    /// The window row by row.
    pub(crate) taps: Vec<Tap>,
    /// The sum of the products.
    pub(crate) partial: f32,
}

/// The contribution of one value to a value of a fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Product {
    /// The level in which the value is shown: the one before flattening.
    pub(crate) level: usize,
    /// Its cell there.
    pub(crate) cell: Cell,
    /// The value.
    pub(crate) input: f32,
    /// Its weight.
    pub(crate) weight: f32,
}

impl Product {
    /// The product.
    pub(crate) fn value(&self) -> f32 {
        self.input * self.weight
    }
}

impl Sum {
    /// The terms of the value of `cell`; `None` if there is no such value.
    pub(crate) fn of(piece: &Piece, stage: usize, cell: Cell) -> Option<Self> {
        let layer = piece.layer(stage);
        Some(match piece.origin(stage, cell)? {
            Origin::Sum { taps, bias } => match layer {
                Layer::Conv2d { kernel, .. } => {
                    let channels = taps.chunks(kernel.area()).map(|taps| Channel {
                        taps: taps.to_vec(),
                        partial: taps.iter().map(|tap| tap.input * tap.weight).sum(),
                    });
                    Self::Window { channels: channels.collect(), kernel, bias }
                }
                _ => Self::Weighted { products: products(piece, stage, &taps), bias },
            },
            Origin::Largest { taps, chosen } => {
                let width = match layer {
                    Layer::MaxPool2d { size } => size.width,
                    _ => taps.len(),
                };
                Self::Largest { taps, width, chosen }
            }
            Origin::Single { tap, shift } => Self::Single { tap, shift },
            _ => return None,
        })
    }
}

/// The products of a fully connected layer, each with the cell in which its input is shown.
fn products(piece: &Piece, stage: usize, taps: &[Tap]) -> Vec<Product> {
    let planes = piece.planes(stage);
    let products = taps.iter().filter_map(|tap| {
        let (level, cell) = piece.unmoved(stage, planes.cell(tap.place?));
        Some(Product { level, cell, input: tap.input, weight: tap.weight })
    });
    products.collect()
}

/// The indices of `values`, those with the largest absolute value first.
pub(crate) fn by_size(values: impl IntoIterator<Item = f32>) -> Vec<usize> {
    let values: Vec<f32> = values.into_iter().map(f32::abs).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order
}

/// A number as it is written in a cell: short, with a true minus sign.
pub(crate) fn number(value: f32) -> String {
    let size = value.abs();
    let digits = match size {
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{size:.digits$}");
    // No minus sign if the number is rounded to zero.
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        format!("\u{2212}{text}")
    } else {
        text
    }
}

/// A number with its sign.
pub(crate) fn signed_number(value: f32) -> String {
    let text = number(value);
    if text.starts_with('\u{2212}') { text } else { format!("+{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0.00"),
            (-0.001, "0.00"),
            (-0.012, "\u{2212}0.01"),
            (1.234, "1.23"),
            (-12.34, "\u{2212}12.3"),
            (255.0, "255"),
            (99.97, "100"),
            (9.999, "10.0"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text, "{value}");
        }
        assert_eq!(signed_number(0.5), "+0.50");
        assert_eq!(signed_number(-0.5), "\u{2212}0.50");
    }

    #[test]
    fn the_largest_come_first() {
        assert_eq!(by_size([0.5, -2.0, 1.0]), [1, 2, 0]);
    }
}
