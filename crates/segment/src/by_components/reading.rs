//! The most plausible way to read pieces as a number of letters.

use std::ops::Range;

use super::costs::Costs;
use super::piece::Piece;
use super::profile::Profile;
use crate::error::SegmentError;

/// One letter of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The pieces that it consists of: several fragments, or one piece.
    pub(crate) pieces: Range<usize>,
    /// The columns of these pieces that belong to it: all, unless the piece is cut.
    pub(crate) columns: Range<u32>,
}

/// The cheapest reading of the first few pieces as a number of letters: its cost, and its last step.
#[derive(Debug, Clone)]
struct PartialReading {
    cost: f64,
    /// The pieces of the last step: several that are joined to one letter, or a single one.
    pieces: Range<usize>,
    /// The cuts of the last step through a single piece.
    cuts: Vec<u32>,
}

/// The cheapest reading of `pieces` as `letters` letters, or `None` if there is no plausible one.
///
/// Dynamic programming over the pieces from left to right: each step joins a few neighbours to one letter, or cuts one
/// piece to several letters.
///
/// # Errors
/// [`SegmentError::TooComplex`].
pub(crate) fn read(
    pieces: &[Piece],
    letters: usize,
    max_aspect: f32,
    profile: impl Fn(&Piece) -> Profile,
) -> Result<Option<Vec<Part>>, SegmentError> {
    if letters == 0 {
        return Ok(None);
    }
    let ink_width: u64 = pieces.iter().map(|piece| u64::from(piece.bounds.width())).sum();
    let costs = Costs::new(ink_width as f64 / letters as f64, tallest(pieces), max_aspect);
    check_steps(pieces.iter().map(|piece| steps(piece, letters, &costs)))?;
    // best[i][n]: the first `i` pieces read as `n` letters.
    let mut best: Vec<Vec<Option<PartialReading>>> = vec![vec![None; letters + 1]; pieces.len() + 1];
    best[0][0] = Some(PartialReading { cost: 0.0, pieces: 0..0, cuts: Vec::new() });
    for (i, piece) in pieces.iter().enumerate() {
        let steps = joins(pieces, i, &costs).map(|(cost, joined)| (cost, joined, Vec::new())).chain(
            profile(piece)
                .cuts(&costs, letters)
                .into_iter()
                .skip(1)
                .map(|(cost, cuts)| (cost, i..i + 1, cuts)),
        );
        for (cost, step, cuts) in steps {
            for made in cuts.len() + 1..=letters {
                let Some(before) = &best[step.start][made - 1 - cuts.len()] else { continue };
                let cost = before.cost + cost;
                if best[i + 1][made].as_ref().is_none_or(|other| cost < other.cost) {
                    best[i + 1][made] =
                        Some(PartialReading { cost, pieces: step.clone(), cuts: cuts.clone() });
                }
            }
        }
    }

    let mut parts = Vec::with_capacity(letters);
    let (mut done, mut left) = (pieces.len(), letters);
    while done > 0 {
        let Some(reading) = &best[done][left] else { return Ok(None) };
        parts.extend(reading.parts(pieces).into_iter().rev());
        (done, left) = (reading.pieces.start, left - 1 - reading.cuts.len());
    }
    parts.reverse();
    Ok(Some(parts))
}

/// The most steps of a search for cuts, which take some seconds. One piece that is 4096 pixels wide and is cut to 256
/// letters takes 2^26 steps, an ordinary image fewer than 2^20. Only options that leave wide pieces above each other
/// apart need more.
const MOST_STEPS: u64 = 1 << 32;

/// An upper bound of the steps that the search for the cuts of a piece takes.
fn steps(piece: &Piece, letters: usize, costs: &Costs) -> u64 {
    let width = u64::from(piece.bounds.width());
    let cuts = (letters as u64).min(width / costs.narrowest.max(1) as u64);
    width.saturating_mul(width.min(costs.widest as u64)).saturating_mul(cuts)
}

/// # Errors
/// [`SegmentError::TooComplex`] if the steps of all pieces are too many.
fn check_steps(of_pieces: impl Iterator<Item = u64>) -> Result<(), SegmentError> {
    let steps = of_pieces.fold(0, u64::saturating_add);
    if steps > MOST_STEPS { Err(SegmentError::TooComplex { steps, limit: MOST_STEPS }) } else { Ok(()) }
}

/// Every piece read as one letter, except that a piece wider than `max_aspect` times the height of the tallest piece is
/// cut until no letter is, or as far as there are plausible cuts.
///
/// # Errors
/// [`SegmentError::TooComplex`].
pub(crate) fn read_freely(
    pieces: &[Piece],
    max_aspect: f32,
    profile: impl Fn(&Piece) -> Profile,
) -> Result<Vec<Part>, SegmentError> {
    let tallest = tallest(pieces);
    let widest = f64::from(max_aspect) * f64::from(tallest);
    // The number of letters, and their costs, of a piece that is to be cut.
    let letters = |piece: &Piece| {
        let width = f64::from(piece.bounds.width());
        let letters = (width / widest).ceil();
        let cut = letters > 1.0 && letters <= MOST_FREE_LETTERS;
        cut.then(|| (letters as usize, Costs::new(width / letters, tallest, max_aspect)))
    };
    check_steps(pieces.iter().filter_map(|piece| {
        let (letters, costs) = letters(piece)?;
        Some(steps(piece, letters, &costs))
    }))?;
    let cuts = |piece: &Piece| {
        let (letters, costs) = letters(piece)?;
        profile(piece).cuts(&costs, letters).pop().map(|(_, cuts)| cuts)
    };
    let parts = pieces.iter().enumerate().flat_map(|(i, piece)| {
        let cuts = cuts(piece).unwrap_or_default();
        PartialReading { cost: 0.0, pieces: i..i + 1, cuts }.parts(pieces)
    });
    Ok(parts.collect())
}

/// The most letters that a piece is cut into if the number of letters is not known: a longer piece is a line, not a word.
const MOST_FREE_LETTERS: f64 = 32.0;

/// The height of the tallest piece.
fn tallest(pieces: &[Piece]) -> u32 {
    pieces.iter().map(|piece| piece.bounds.height()).max().unwrap_or(1)
}

/// The ways to make one letter that ends with piece `last`, with their costs: the piece alone, joined with the one before
/// it, and so on.
fn joins<'a>(
    pieces: &'a [Piece],
    last: usize,
    costs: &'a Costs,
) -> impl Iterator<Item = (f64, Range<usize>)> + 'a {
    let mut bounds = pieces[last].bounds;
    let mut gap = 0;
    (0..=last).rev().map_while(move |first| {
        gap += bounds.x().saturating_sub(pieces[first].bounds.right());
        bounds = bounds.union(pieces[first].bounds);
        let plausible = first == last || f64::from(bounds.width()) <= costs.widest_join;
        plausible.then(|| (costs.letter(bounds.width()) + costs.gap(gap), first..last + 1))
    })
}

impl PartialReading {
    /// The letters of the last step, left to right.
    fn parts(&self, pieces: &[Piece]) -> Vec<Part> {
        let joined = &pieces[self.pieces.clone()];
        let start = joined.iter().map(|piece| piece.bounds.x()).min().unwrap_or(0);
        let end = joined.iter().map(|piece| piece.bounds.right()).max().unwrap_or(0);
        let edges: Vec<u32> = [start].into_iter().chain(self.cuts.iter().copied()).chain([end]).collect();
        edges.windows(2).map(|edge| Part { pieces: self.pieces.clone(), columns: edge[0]..edge[1] }).collect()
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::GlyphBox;

    use super::*;

    /// Pieces of these columns, 40 rows high.
    fn pieces(columns: &[Range<u32>]) -> Vec<Piece> {
        let piece = |columns: &Range<u32>| Piece {
            bounds: GlyphBox::new(columns.start, 0, columns.end - columns.start, 40).unwrap(),
            components: Vec::new(),
        };
        columns.iter().map(piece).collect()
    }

    /// A piece of which every cut goes through two rows of ink.
    fn thin(piece: &Piece) -> Profile {
        let rows = [0, 1].map(|y| crate::ink::Run { y, start: piece.bounds.x(), end: piece.bounds.right() });
        Profile::of(piece.bounds.x()..piece.bounds.right(), &rows)
    }

    /// The pieces and the columns of the letters that are read.
    fn letters(columns: &[Range<u32>], letters: usize) -> Option<Vec<(Range<usize>, Range<u32>)>> {
        let parts = read(&pieces(columns), letters, 1.25, thin).unwrap()?;
        Some(parts.into_iter().map(|part| (part.pieces, part.columns)).collect())
    }

    #[test]
    fn the_fragments_that_make_an_ordinary_letter_are_joined() {
        // 0..30 | 40..52 54..70 | 80..112 | 120..130: the two in the middle are one.
        let found = letters(&[0..30, 40..52, 54..70, 80..112, 120..130], 4).unwrap();
        assert_eq!(found, [(0..1, 0..30), (1..3, 40..70), (3..4, 80..112), (4..5, 120..130)]);
    }

    #[test]
    fn three_fragments_can_be_one_letter() {
        let found = letters(&[0..30, 40..49, 50..59, 60..69, 80..112], 3).unwrap();
        assert_eq!(found, [(0..1, 0..30), (1..4, 40..69), (4..5, 80..112)]);
    }

    #[test]
    fn the_piece_that_is_two_letters_wide_is_cut() {
        let found = letters(&[0..30, 40..100, 110..136], 4).unwrap();
        assert_eq!(found, [(0..1, 0..30), (1..2, 40..70), (1..2, 70..100), (2..3, 110..136)]);
    }

    #[test]
    fn a_cut_and_a_join_go_together() {
        // Four pieces for four letters, if none is cut; with five letters only a cut and no join does.
        let found = letters(&[0..60, 70..84, 85..100, 110..140], 4);
        assert_eq!(found.unwrap().len(), 4);
        let found = letters(&[0..90, 100..112, 113..125, 135..165], 5).unwrap();
        assert_eq!(
            found,
            [(0..1, 0..30), (0..1, 30..60), (0..1, 60..90), (1..3, 100..125), (3..4, 135..165)]
        );
    }

    #[test]
    fn what_is_not_plausible_is_not_read() {
        assert_eq!(letters(&[0..30, 40..70], 0), None);
        assert_eq!(letters(&[0..30, 40..70], 1), None, "wider than a letter");
        assert_eq!(letters(&[0..10, 20..24], 9), None, "letters narrower than a stroke");
    }

    #[test]
    fn without_a_number_only_the_wide_are_cut() {
        let parts = read_freely(&pieces(&[0..30, 40..90, 100..200]), 1.25, thin).unwrap();
        let columns: Vec<_> = parts.into_iter().map(|part| part.columns).collect();
        assert_eq!(columns, [0..30, 40..90, 100..150, 150..200]);
    }
}
