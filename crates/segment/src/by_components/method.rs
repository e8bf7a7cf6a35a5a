//! The steps of the default method, from an image to its letters.

use captcha_core::GlyphBox;
use image::{GrayImage, Luma};

use super::piece::{Piece, pieces};
use super::profile::Profile;
use super::reading::{Part, read, read_freely};
use crate::error::SegmentError;
use crate::ink::{ComponentSet, Run};
use crate::letter::{Cutout, Letter, MAX_LETTERS, reading_order};
use crate::options::ComponentOptions;

/// The components of the image, and the pieces that they form.
pub(crate) fn find(
    image: &GrayImage,
    level: u8,
    options: &ComponentOptions,
    expected: Option<usize>,
) -> Result<(ComponentSet, Vec<Piece>), SegmentError> {
    let components = ComponentSet::of(image, level);
    let is_speck = |component: usize| components.list[component].ink < u64::from(options.min_ink);
    let kept: Vec<usize> = (0..components.list.len()).filter(|&component| !is_speck(component)).collect();
    if kept.is_empty() {
        return Err(SegmentError::NoInk);
    }
    if kept.len() > options.max_pieces {
        return Err(SegmentError::TooManyPieces { found: kept.len(), limit: options.max_pieces });
    }
    let overlap = if expected.is_some() { options.join_overlap } else { options.free_join_overlap };
    let pieces = pieces(&components, &kept, overlap);
    Ok((components, pieces))
}

/// The letters that the pieces are read as, left to right.
pub(crate) fn cut(
    image: &GrayImage,
    components: &ComponentSet,
    pieces: &[Piece],
    options: &ComponentOptions,
    expected: Option<usize>,
    letter: impl Fn(Cutout) -> Letter,
) -> Result<Vec<Letter>, SegmentError> {
    let profile = |piece: &Piece| {
        Profile::of(
            piece.bounds.x()..piece.bounds.right(),
            piece.components.iter().flat_map(|&c| components.runs(c)),
        )
    };
    let parts = match expected {
        None => read_freely(pieces, options.max_aspect, profile)?,
        Some(letters) if letters == pieces.len() => whole(pieces),
        Some(letters) if letters > options.max_pieces => {
            return Err(SegmentError::WrongCount { found: pieces.len(), expected: letters });
        }
        Some(letters) => read(pieces, letters, options.max_aspect, profile)?
            .ok_or(SegmentError::WrongCount { found: pieces.len(), expected: letters })?,
    };
    if parts.len() > MAX_LETTERS {
        return Err(SegmentError::TooManyPieces { found: parts.len(), limit: MAX_LETTERS });
    }
    let cutouts = parts.iter().filter_map(|part| cutout(image, components, pieces, part));
    let mut letters: Vec<Letter> = cutouts.map(letter).collect();
    letters.sort_by_key(|letter| reading_order(letter.bounds));
    Ok(letters)
}

/// Every piece as one letter.
fn whole(pieces: &[Piece]) -> Vec<Part> {
    pieces
        .iter()
        .enumerate()
        .map(|(i, piece)| Part { pieces: i..i + 1, columns: piece.bounds.x()..piece.bounds.right() })
        .collect()
}

/// The ink of one letter on white paper, or `None` if its columns hold none.
fn cutout(image: &GrayImage, components: &ComponentSet, pieces: &[Piece], part: &Part) -> Option<Cutout> {
    let runs: Vec<Run> = pieces[part.pieces.clone()]
        .iter()
        .flat_map(|piece| &piece.components)
        .flat_map(|&component| components.runs(component))
        .map(|run| Run {
            start: run.start.max(part.columns.start),
            end: run.end.min(part.columns.end),
            ..*run
        })
        .filter(|run| run.start < run.end)
        .collect();
    let bounds = runs.iter().map(|run| run.bounds()).reduce(GlyphBox::union)?;
    let mut letter = GrayImage::from_pixel(bounds.width(), bounds.height(), Luma([255]));
    let pixels: &mut [u8] = &mut letter;
    let (stride, letter_stride) = (image.width() as usize, bounds.width() as usize);
    for run in runs {
        let source = run.y as usize * stride + run.start as usize;
        let target = (run.y - bounds.y()) as usize * letter_stride + (run.start - bounds.x()) as usize;
        let length = (run.end - run.start) as usize;
        pixels[target..target + length].copy_from_slice(&image.as_raw()[source..source + length]);
    }
    Some(Cutout { bounds, image: letter })
}
