//! Pieces of ink: components that belong to one letter because one stands above the other.

use captcha_core::GlyphBox;

use crate::ink::ComponentSet;
use crate::letter::reading_order;

/// Components that are read as one, such as the two components of an `i`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// The smallest box that holds it.
    pub(crate) bounds: GlyphBox,
    /// Its components, by number.
    pub(crate) components: Vec<usize>,
}

impl Piece {
    /// Both pieces as one.
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

/// How much of the width of the narrower box the other one covers, 0 to 1.
fn shared_width(a: GlyphBox, b: GlyphBox) -> f32 {
    let shared = a.right().min(b.right()).saturating_sub(a.x().max(b.x()));
    shared as f32 / a.width().min(b.width()) as f32
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    /// The boxes of the pieces of a picture of 12 x 4 pixels.
    fn boxes(picture: [&str; 4], overlap: f32) -> Vec<GlyphBox> {
        let image = GrayImage::from_fn(12, 4, |x, y| {
            Luma([if picture[y as usize].as_bytes()[x as usize] == b'#' { 0 } else { 255 }])
        });
        let components = ComponentSet::of(&image, 0);
        let all: Vec<usize> = (0..components.list.len()).collect();
        pieces(&components, &all, overlap).into_iter().map(|piece| piece.bounds).collect()
    }

    #[test]
    fn what_stands_above_is_one_piece() {
        let picture = [
            "..#.....##..", //
            "............",
            "..#..#......",
            "..#..#..#...",
        ];
        let expected = [(2, 0, 1, 4), (5, 2, 1, 2), (8, 0, 2, 4)];
        assert_eq!(boxes(picture, 0.5), expected.map(|(x, y, w, h)| GlyphBox::new(x, y, w, h).unwrap()));
    }

    #[test]
    fn a_small_overlap_is_two_pieces_unless_asked_for() {
        let picture = [
            "######......", //
            "######......",
            "............",
            ".....######.",
        ];
        assert_eq!(boxes(picture, 0.5).len(), 2);
        assert_eq!(boxes(picture, 0.1).len(), 1);
    }

    #[test]
    fn a_join_that_brings_another_within_reach_goes_on() {
        // The bar below holds both dots, which do not overlap each other; the order of the components is that of
        // their first rows.
        let picture = [
            "..#....#....", //
            "............",
            "############",
            "............",
        ];
        assert_eq!(boxes(picture, 0.5), [GlyphBox::new(0, 0, 12, 3).unwrap()]);
    }
}
