//! Breaks the columns of the overview into bands.

use std::ops::Range;

/// The columns of each band: as few bands as possible for columns of these widths in `room`, with `gap`
/// between them, and of similar length. A column that is wider than the room gets a band of its own.
pub(crate) fn bands(widths: &[f32], gap: f32, room: f32) -> Vec<Range<usize>> {
    /// The step by which the room is narrowed, in points.
    const STEP: f32 = 8.0;
    let fewest = fill(widths, gap, room);
    let mut best = fewest.clone();
    let mut narrower = room - STEP;
    while narrower > 0.0 {
        let bands = fill(widths, gap, narrower);
        if bands.len() > fewest.len() {
            break;
        }
        best = bands;
        narrower -= STEP;
    }
    best
}

/// Fills one band after the other.
fn fill(widths: &[f32], gap: f32, room: f32) -> Vec<Range<usize>> {
    let mut bands = Vec::new();
    let (mut start, mut used) = (0, 0.0);
    for (i, width) in widths.iter().enumerate() {
        let with_this = if i == start { *width } else { used + gap + width };
        if i > start && with_this > room {
            bands.push(start..i);
            (start, used) = (i, *width);
        } else {
            used = with_this;
        }
    }
    if start < widths.len() {
        bands.push(start..widths.len());
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_few_and_even() {
        let widths = [50.0; 10];
        assert_eq!(bands(&widths, 10.0, 590.0).len(), 1, "just enough room");
        assert_eq!(bands(&widths, 10.0, 589.0), [0..5, 5..10], "not nine and one");
        assert_eq!(bands(&widths, 10.0, 240.0), [0..4, 4..8, 8..10], "three bands need four columns in one");
        assert!(bands(&[], 10.0, 240.0).is_empty());
    }

    #[test]
    fn what_is_too_wide_has_a_band_of_its_own() {
        assert_eq!(bands(&[10.0, 500.0, 10.0], 5.0, 100.0), [0..1, 1..2, 2..3]);
    }
}
