//! The most plausible way to read pieces of ink as a known number of letters.

use std::ops::Range;

use crate::cut::Profile;
use crate::piece::Piece;

/// One letter of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The pieces that it is made of: several fragments, or one piece.
    pub(crate) pieces: Range<usize>,
    /// The columns of these pieces that are its own: all, unless the piece is cut.
    pub(crate) columns: Range<u32>,
}

/// What a reading costs: letters of about the same width are cheap, cuts through much ink are dear.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Costs {
    /// The mean width of a letter in pixels.
    typical: f64,
    /// The height of the tallest piece in pixels.
    tallest: f64,
    /// The narrowest letter that a cut may leave, in pixels.
    pub(crate) narrowest: usize,
    /// The widest letter that a cut may leave, in pixels.
    pub(crate) widest: usize,
    /// The widest letter that a join may make, in pixels.
    widest_join: f64,
}

/// What a cut through a stroke as high as the tallest piece costs, where 1 is the cost of a letter of no width.
const CUT_WEIGHT: f64 = 2.0;

/// The narrowest letter that a cut may leave, as a share of the height of the tallest piece: half of an `I` of an
/// ordinary font, 10 times as high as it is wide.
const NARROWEST_CUT: f64 = 0.1;

/// The widest letter that a cut may leave, as a multiple of the mean: a `W` beside `I`s.
const WIDEST_CUT: f64 = 4.0;

impl Costs {
    /// The costs of reading `pieces`, of which no letter is wider than `max_aspect` times the tallest, as `letters`
    /// letters.
    pub(crate) fn new(pieces: &[Piece], letters: usize, max_aspect: f32) -> Self {
        let ink_width: u32 = pieces.iter().map(|piece| piece.bounds.width()).sum();
        Self::of(f64::from(ink_width) / letters as f64, tallest(pieces), max_aspect)
    }

    fn of(typical: f64, tallest: u32, max_aspect: f32) -> Self {
        let tallest = f64::from(tallest);
        Self {
            typical,
            tallest,
            narrowest: (NARROWEST_CUT * tallest).ceil() as usize,
            widest: (WIDEST_CUT * typical).ceil() as usize,
            widest_join: f64::from(max_aspect) * tallest,
        }
    }

    /// The cost of a letter of this width.
    pub(crate) fn letter(&self, width: u32) -> f64 {
        (f64::from(width) / self.typical - 1.0).powi(2)
    }

    /// The cost of a cut that goes through so many rows of ink.
    pub(crate) fn cut(&self, crossed: u32) -> f64 {
        CUT_WEIGHT * f64::from(crossed) / self.tallest
    }
}

/// The best way to make `letters` letters of the first so many pieces: its cost, and the last step.
#[derive(Debug, Clone)]
struct Way {
    cost: f64,
    /// The pieces of the last step: several that are joined to one letter, or one.
    pieces: Range<usize>,
    /// The cuts of the last step, if it was a single piece.
    cuts: Vec<u32>,
}

/// The cheapest reading of `pieces` as `letters` letters, or `None` if there is no plausible one.
///
/// Dynamic programming over the pieces from left to right: a letter is a few neighbours joined, or some letters are
/// one piece cut.
pub(crate) fn read(
    pieces: &[Piece],
    letters: usize,
    max_aspect: f32,
    profile: impl Fn(&Piece) -> Profile,
) -> Option<Vec<Part>> {
    let costs = Costs::new(pieces, letters, max_aspect);
    // ways[i][n]: `n` letters of the first `i` pieces.
    let mut ways: Vec<Vec<Option<Way>>> = vec![vec![None; letters + 1]; pieces.len() + 1];
    ways[0][0] = Some(Way { cost: 0.0, pieces: 0..0, cuts: Vec::new() });
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
                let Some(before) = &ways[step.start][made - 1 - cuts.len()] else { continue };
                let cost = before.cost + cost;
                if ways[i + 1][made].as_ref().is_none_or(|way| cost < way.cost) {
                    ways[i + 1][made] = Some(Way { cost, pieces: step.clone(), cuts: cuts.clone() });
                }
            }
        }
    }

    let mut parts = Vec::with_capacity(letters);
    let (mut done, mut left) = (pieces.len(), letters);
    while done > 0 {
        let way = ways[done][left].as_ref()?;
        parts.extend(way.parts(pieces).into_iter().rev());
        (done, left) = (way.pieces.start, left - 1 - way.cuts.len());
    }
    parts.reverse();
    Some(parts)
}

/// Every piece as one letter, but those wider than `max_aspect` times the tallest as so many that none is.
pub(crate) fn read_freely(
    pieces: &[Piece],
    max_aspect: f32,
    profile: impl Fn(&Piece) -> Profile,
) -> Vec<Part> {
    let tallest = tallest(pieces);
    let widest = f64::from(max_aspect) * f64::from(tallest);
    let mut parts = Vec::with_capacity(pieces.len());
    for (i, piece) in pieces.iter().enumerate() {
        let width = f64::from(piece.bounds.width());
        let letters = (width / widest).ceil().max(1.0);
        let cuts = if letters > 1.0 {
            let costs = Costs::of(width / letters, tallest, max_aspect);
            profile(piece).cuts(&costs, letters as usize).pop().map_or_else(Vec::new, |(_, cuts)| cuts)
        } else {
            Vec::new()
        };
        parts.extend(Way { cost: 0.0, pieces: i..i + 1, cuts }.parts(pieces));
    }
    parts
}

/// The height of the tallest piece.
fn tallest(pieces: &[Piece]) -> u32 {
    pieces.iter().map(|piece| piece.bounds.height()).max().unwrap_or(1)
}

/// The ways to join the pieces that end with piece `last` to one letter: alone, with the one before, and so on.
fn joins<'a>(
    pieces: &'a [Piece],
    last: usize,
    costs: &'a Costs,
) -> impl Iterator<Item = (f64, Range<usize>)> + 'a {
    let mut bounds = pieces[last].bounds;
    (0..=last).rev().map_while(move |first| {
        bounds = bounds.union(pieces[first].bounds);
        let plausible = first == last || f64::from(bounds.width()) <= costs.widest_join;
        plausible.then(|| (costs.letter(bounds.width()), first..last + 1))
    })
}

impl Way {
    /// The letters of the last step, left to right.
    fn parts(&self, pieces: &[Piece]) -> Vec<Part> {
        let joined = &pieces[self.pieces.clone()];
        let start = joined.iter().map(|piece| piece.bounds.x()).min().unwrap_or(0);
        let end = joined.iter().map(|piece| piece.bounds.right()).max().unwrap_or(0);
        let edges: Vec<u32> = [start].into_iter().chain(self.cuts.iter().copied()).chain([end]).collect();
        edges.windows(2).map(|edge| Part { pieces: self.pieces.clone(), columns: edge[0]..edge[1] }).collect()
    }
}
