//! Pieces of ink: components that belong to one letter because one stands above the other.

use captcha_core::GlyphBox;

use crate::components::ComponentSet;

/// Components that are read as one, such as the two of an `i`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// The smallest box that holds it.
    pub(crate) bounds: GlyphBox,
    /// Its components, by number.
    pub(crate) components: Vec<usize>,
}

impl Piece {
    /// Both as one.
    pub(crate) fn join(mut self, other: &Self) -> Self {
        self.bounds = self.bounds.union(other.bounds);
        self.components.extend(&other.components);
        self
    }
}

/// The pieces of the components `kept`, left to right: components are joined while two overlap in x by more than
/// `overlap` of the narrower one.
pub(crate) fn pieces(components: &ComponentSet, kept: &[usize], overlap: f32) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(kept.len());
    for &component in kept {
        let mut piece = Piece { bounds: components.list[component].bounds, components: vec![component] };
        // A join makes the piece wider, so that it can overlap with what it did not before.
        while let Some(other) =
            pieces.iter().position(|other| shared_width(piece.bounds, other.bounds) > overlap)
        {
            piece = pieces.swap_remove(other).join(&piece);
        }
        pieces.push(piece);
    }
    pieces.sort_by_key(|piece| reading_order(piece.bounds));
    pieces
}

/// By the middle of the box, then by its corner, so that the order never depends on how boxes were found.
pub(crate) fn reading_order(bounds: GlyphBox) -> (u32, u32, u32) {
    (bounds.x() + bounds.right(), bounds.x(), bounds.y())
}

/// How much of the width of the narrower box the other one covers, 0 to 1.
fn shared_width(a: GlyphBox, b: GlyphBox) -> f32 {
    let shared = a.right().min(b.right()).saturating_sub(a.x().max(b.x()));
    shared as f32 / a.width().min(b.width()) as f32
}
