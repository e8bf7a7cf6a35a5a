//! Cells of confidences that are narrow near 0 and 1.

use crate::Confidence;

/// Bits of the mantissa that tell cells apart: sixteen cells for each halving of the distance from 0 or 1.
const MANTISSA_BITS: u32 = 4;
const SHIFT: u32 = f32::MANTISSA_DIGITS - 1 - MANTISSA_BITS;

/// The first cell from 0 or 1 has all up to 2^-24, half of what a float can differ from 1.
const NEAREST: u32 = (f32::EPSILON / 2.0).to_bits() >> SHIFT;

/// Cells from 0 or 1 to a half.
const SIDE: usize = ((0.5f32.to_bits() >> SHIFT) - NEAREST + 1) as usize;

/// How many there are.
pub(crate) const CELLS: usize = 2 * SIDE;

/// The cell of a confidence; higher confidences have higher ones.
pub(crate) fn cell_of(confidence: Confidence) -> usize {
    // The first bits of a float are its exponent and the start of its mantissa.
    let cell = |distance: f32| (distance.to_bits() >> SHIFT).saturating_sub(NEAREST) as usize;
    let value = confidence.value();
    if value < 0.5 { cell(value) } else { CELLS - 1 - cell(1.0 - value) }
}

/// The least confidence of a cell.
pub(crate) fn start_of(cell: usize) -> f64 {
    let distance = |cell: usize| f64::from(f32::from_bits((NEAREST + cell as u32) << SHIFT));
    match cell {
        0 => 0.0,
        SIDE => 0.5,
        below if below < SIDE => distance(below),
        above => 1.0 - distance(CELLS - above),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_in_order_and_hold_what_starts_in_them() {
        assert_eq!(CELLS, 738);
        let mut last = 0;
        for step in 0..=100_000u32 {
            // Close to 0, even, and close to 1.
            let even = step as f32 / 100_000.0;
            for value in [even.powi(8), even, 1.0 - (1.0 - even).powi(8)] {
                let (cell, value) = (cell_of(Confidence::new(value).unwrap()), f64::from(value));
                assert!(start_of(cell) <= value, "{value} in {cell}");
                assert!(cell + 1 == CELLS || value <= start_of(cell + 1) + 1e-9, "{value} in {cell}");
            }
            let cell = cell_of(Confidence::new(even).unwrap());
            assert!(cell >= last, "{even}");
            last = cell;
        }
        assert_eq!((cell_of(Confidence::default()), last), (0, CELLS - 1));
    }
}
