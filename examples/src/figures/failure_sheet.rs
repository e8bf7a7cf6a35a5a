//! What went wrong, with the image that it went wrong on.

use image::{DynamicImage, Rgb, RgbImage, imageops};

use super::grid::{Grid, MOST_CELLS, columns_for, empty_sheet, note_of_rest};
use super::palette::{MUTED, TEXT, VERMILLION};
use super::text::{self, Direction};
use super::thumbnail::thumbnail;

/// One image that was not read right.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The image.
    pub image: DynamicImage,
    /// The text that it shows.
    pub truth: String,
    /// What was read, or the reason why nothing was.
    pub read: Result<String, String>,
}

/// The largest image of a sheet in pixels: what Claptcha draws by default, as it is.
const LARGEST: (u32, u32) = (300, 150);
/// Between cells, in pixels.
const GAP: u32 = 20;
/// The em of truth and reading, in pixels.
const TEXT_EM: f32 = 20.0;
/// The em of the words before them, and of reasons.
const WORD_EM: f32 = 14.0;
/// From one baseline to the next.
const LINE: f32 = 24.0;
/// The column in which texts start, from the left of the cell.
const INDENT: f32 = 46.0;
/// The narrowest cell, so that a reason has room.
const NARROWEST: u32 = 210;
/// Lines that a reason may take.
const REASON_LINES: usize = 3;

/// Images in a grid; under each, its truth and what was read with the wrong characters marked, or the reason why
/// nothing was read.
///
/// `columns` is the number of images beside each other; 0 takes as many as fit on a page. At most 1000 are
/// shown, and a note says so. Truth and reading stand aligned with the fewest differences: a wrong or surplus
/// character is red and underlined, a missing one is a red gap.
#[must_use]
pub fn failure_sheet(failures: &[Failure], columns: usize) -> RgbImage {
    if failures.is_empty() {
        return empty_sheet("no failures");
    }
    let shown = &failures[..failures.len().min(MOST_CELLS)];
    let images: Vec<RgbImage> = shown.iter().map(|failure| thumbnail(&failure.image, LARGEST)).collect();
    let height = images.iter().map(RgbImage::height).max().unwrap_or(1);
    let cell_width = images.iter().map(RgbImage::width).max().unwrap_or(1).max(NARROWEST);
    let captions: Vec<Caption> =
        shown.iter().map(|failure| Caption::of(failure, cell_width as f32)).collect();
    let lines = captions.iter().map(Caption::lines).max().unwrap_or(1);
    let grid = Grid {
        cells: shown.len(),
        columns: columns_for(columns, shown.len(), cell_width, GAP),
        cell: (cell_width, height + (LINE * lines as f32 + 0.5 * LINE) as u32),
        gap: GAP,
    };
    let mut sheet = grid.sheet(note_of_rest(shown.len(), failures.len(), "failures").as_deref());
    for (index, (image, caption)) in images.iter().zip(&captions).enumerate() {
        let (x, y) = grid.origin(index);
        let left = x + (cell_width - image.width()) / 2;
        imageops::replace(&mut sheet, image, left.into(), (y + height - image.height()).into());
        caption.draw(&mut sheet, (x as f32, (y + height) as f32 + LINE));
    }
    sheet
}

/// What stands under an image.
enum Caption {
    /// Truth and reading, aligned: the same columns, with gaps.
    Read(Vec<(Option<char>, Option<char>)>),
    /// The truth, and why nothing was read.
    Nothing(String, Vec<String>),
}

impl Caption {
    fn of(failure: &Failure, width: f32) -> Self {
        match &failure.read {
            Ok(read) => Self::Read(align(&failure.truth, read)),
            Err(reason) => {
                let mut lines = text::wrap(reason, WORD_EM, width - INDENT);
                if lines.len() > REASON_LINES {
                    let rest = lines.split_off(REASON_LINES - 1).join(" ");
                    lines.push(text::cut(&rest, WORD_EM, width - INDENT));
                }
                Self::Nothing(failure.truth.clone(), lines)
            }
        }
    }

    fn lines(&self) -> usize {
        match self {
            Self::Read(_) => 2,
            Self::Nothing(_, reason) => 1 + reason.len(),
        }
    }

    fn draw(&self, sheet: &mut RgbImage, (left, baseline): (f32, f32)) {
        let next = baseline + LINE;
        text::draw(sheet, "truth", WORD_EM, (left, baseline), MUTED, Direction::Right);
        text::draw(sheet, "read", WORD_EM, (left, next), MUTED, Direction::Right);
        let start = left + INDENT;
        match self {
            Self::Nothing(truth, reason) => {
                text::draw(sheet, truth, TEXT_EM, (start, baseline), TEXT, Direction::Right);
                for (line, words) in reason.iter().enumerate() {
                    let place = (start, next + line as f32 * LINE * 0.75);
                    text::draw(sheet, words, WORD_EM, place, VERMILLION, Direction::Right);
                }
            }
            Self::Read(columns) => {
                let mut x = start;
                for &(truth, read) in columns {
                    let glyphs = [truth, read].map(|c| c.map(String::from).unwrap_or_default());
                    let [above, below] = [&glyphs[0], &glyphs[1]].map(|glyph| text::width(glyph, TEXT_EM));
                    let wide = above.max(below);
                    let place = |width: f32, y: f32| (x + (wide - width) / 2.0, y);
                    let wrong = truth != read;
                    text::draw(sheet, &glyphs[0], TEXT_EM, place(above, baseline), TEXT, Direction::Right);
                    let colour = if wrong { VERMILLION } else { TEXT };
                    text::draw(sheet, &glyphs[1], TEXT_EM, place(below, next), colour, Direction::Right);
                    if wrong {
                        underline(sheet, (x + 1.0, x + wide - 1.0), next + 4.0, VERMILLION);
                    }
                    x += wide + 1.0;
                }
            }
        }
    }
}

fn underline(sheet: &mut RgbImage, (from, to): (f32, f32), y: f32, colour: Rgb<u8>) {
    for y in [y, y + 1.0] {
        for x in from.round() as i64..to.round() as i64 {
            text::blend(sheet, (x, y.round() as i64), colour, 1.0);
        }
    }
}

/// The columns of truth and reading with the fewest that differ, by the dynamic programme of the edit distance
/// (R. A. Wagner, M. J. Fischer, JACM 21 (1), 1974, doi 10.1145/321796.321811).
fn align(truth: &str, read: &str) -> Vec<(Option<char>, Option<char>)> {
    let (a, b): (Vec<char>, Vec<char>) = (truth.chars().collect(), read.chars().collect());
    // `cost[i][j]`: the distance between what follows `a[i]` and what follows `b[j]`, both included.
    let mut cost = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..=a.len()).rev() {
        for j in (0..=b.len()).rev() {
            cost[i][j] = match (a.get(i), b.get(j)) {
                (Some(x), Some(y)) => {
                    (cost[i + 1][j + 1] + usize::from(x != y)).min(cost[i + 1][j] + 1).min(cost[i][j + 1] + 1)
                }
                _ => a.len() - i + b.len() - j,
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut columns = Vec::with_capacity(a.len().max(b.len()));
    while i < a.len() || j < b.len() {
        let paired = i < a.len() && j < b.len();
        if paired && cost[i][j] == cost[i + 1][j + 1] + usize::from(a[i] != b[j]) {
            columns.push((Some(a[i]), Some(b[j])));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && cost[i][j] == cost[i + 1][j] + 1 {
            columns.push((Some(a[i]), None));
            i += 1;
        } else {
            columns.push((None, Some(b[j])));
            j += 1;
        }
    }
    columns
}
