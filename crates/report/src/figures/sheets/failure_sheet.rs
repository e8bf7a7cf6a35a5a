//! Images that were read wrong, with the true text and the reading.

use image::{DynamicImage, Rgb, RgbImage, imageops};

use super::align::{Column, align};
use super::grid::{Grid, MOST_CELLS, columns_for, empty_sheet, note_of_rest};
use crate::figures::drawing::palette::{MUTED, TEXT, VERMILLION};
use crate::figures::drawing::text::{self, Direction};
use crate::figures::drawing::thumbnail::thumbnail;

/// One image that was read wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The image.
    pub image: DynamicImage,
    /// The text that it shows.
    pub truth: String,
    /// The text that was read, or the reason why there is none.
    pub read: Result<String, String>,
}

/// The largest image of a sheet in pixels: the default size of Claptcha, unscaled.
const LARGEST: (u32, u32) = (300, 150);
/// Gap between cells, in pixels.
const GAP: u32 = 20;
/// The em of truth and reading, in pixels.
const TEXT_EM: f32 = 20.0;
/// The em of the labels before them, and of reasons.
const WORD_EM: f32 = 14.0;
/// Line height of truth and reading.
const LINE: f32 = 24.0;
/// Line height of a reason.
const REASON_LINE: f32 = 18.0;
/// The smallest em to which a long text is shrunk.
const SMALLEST_EM: f32 = 10.0;
/// Where texts start, from the left edge of the cell.
const INDENT: f32 = 50.0;
/// The narrowest cell, so that a reason has room.
const NARROWEST: u32 = 210;
/// Maximum number of lines of a reason.
const REASON_LINES: usize = 3;

/// Images in a grid; below each, its true text and the reading with the wrong characters marked, or the
/// reason why there is no reading.
///
/// `columns` is the number of images in a row; 0 takes as many as fit on a page. At most 1000 images are
/// shown; a note states if there are more. Truth and reading are aligned with the fewest differences: a wrong
/// or surplus character is red and underlined, a missing one is a red gap.
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
        gap: (GAP, GAP),
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

/// The caption below an image.
enum Caption {
    /// Truth and reading, aligned, and the em at which they fit.
    Read(Vec<Column>, f32),
    /// The truth, and the lines of the reason why there is no reading.
    Nothing(String, Vec<String>),
}

impl Caption {
    fn of(failure: &Failure, width: f32) -> Self {
        let width = width - INDENT;
        match &failure.read {
            Ok(read) => {
                let columns = align(&failure.truth, read);
                let needed: f32 = columns.iter().map(|&column| column_width(column, TEXT_EM)).sum();
                let em = (TEXT_EM * width / needed.max(1.0)).clamp(SMALLEST_EM, TEXT_EM);
                // A text that is too long even at this size is cut off.
                let mut x = 0.0;
                let fits = |&column: &Column| {
                    x += column_width(column, em);
                    x <= width
                };
                Self::Read(columns.into_iter().take_while(fits).collect(), em)
            }
            Err(reason) => {
                let mut lines = text::wrap(reason, WORD_EM, width);
                if lines.len() > REASON_LINES {
                    let rest = lines.split_off(REASON_LINES - 1).join(" ");
                    lines.push(text::cut(&rest, WORD_EM, width));
                }
                Self::Nothing(text::cut(&failure.truth, TEXT_EM, width), lines)
            }
        }
    }

    fn lines(&self) -> usize {
        match self {
            Self::Read(..) => 2,
            Self::Nothing(_, reason) => 1 + reason.len(),
        }
    }

    fn draw(&self, sheet: &mut RgbImage, (left, baseline): (f32, f32)) {
        let (start, next) = (left + INDENT, baseline + LINE);
        let mut word = |word, y| text::draw(sheet, word, WORD_EM, (left, y), MUTED, Direction::Right);
        word("truth", baseline);
        word(if matches!(self, Self::Read(..)) { "read" } else { "failed" }, next);
        match self {
            Self::Nothing(truth, reason) => {
                text::draw(sheet, truth, TEXT_EM, (start, baseline), TEXT, Direction::Right);
                for (line, words) in reason.iter().enumerate() {
                    let place = (start, next + line as f32 * REASON_LINE);
                    text::draw(sheet, words, WORD_EM, place, VERMILLION, Direction::Right);
                }
            }
            Self::Read(columns, em) => {
                let mut x = start;
                for &column in columns {
                    draw_column(sheet, column, *em, (x, baseline, next));
                    x += column_width(column, *em);
                }
            }
        }
    }
}

fn draw_column(sheet: &mut RgbImage, (truth, read): Column, em: f32, (x, above, below): (f32, f32, f32)) {
    let width = column_width((truth, read), em);
    let wrong = truth != read;
    for (glyph, baseline, colour) in
        [(truth, above, TEXT), (read, below, if wrong { VERMILLION } else { TEXT })]
    {
        let Some(glyph) = glyph.map(String::from) else { continue };
        let left = x + (width - text::width(&glyph, em)) / 2.0;
        text::draw(sheet, &glyph, em, (left, baseline), colour, Direction::Right);
    }
    if wrong {
        underline(sheet, (x + 1.0, x + width - 1.0), below + 4.0, VERMILLION);
    }
}

fn column_width((truth, read): Column, em: f32) -> f32 {
    let width =
        |glyph: Option<char>| glyph.map_or(0.0, |glyph| text::width(glyph.encode_utf8(&mut [0; 4]), em));
    width(truth).max(width(read)) + 1.0
}

fn underline(sheet: &mut RgbImage, (from, to): (f32, f32), y: f32, colour: Rgb<u8>) {
    for y in [y, y + 1.0] {
        for x in from.round() as i64..to.round() as i64 {
            text::blend(sheet, (x, y.round() as i64), colour, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;

    use super::*;
    use crate::figures::drawing::palette::{BACKGROUND, WHITE};

    fn failure(truth: &str, read: Result<&str, &str>) -> Failure {
        Failure {
            image: GrayImage::from_pixel(300, 150, image::Luma([255])).into(),
            truth: truth.to_owned(),
            read: read.map(str::to_owned).map_err(str::to_owned),
        }
    }

    /// The columns that contain vermillion.
    fn red(sheet: &RgbImage) -> Vec<u32> {
        (0..sheet.width())
            .filter(|&x| (0..sheet.height()).any(|y| *sheet.get_pixel(x, y) == VERMILLION))
            .collect()
    }

    #[test]
    fn only_what_is_wrong_is_red() {
        let sheet = failure_sheet(&[failure("ABCDEF", Ok("ABCDEF"))], 1);
        assert!(red(&sheet).is_empty());
        let first = red(&failure_sheet(&[failure("ABCDEF", Ok("XBCDEF"))], 1));
        let last = red(&failure_sheet(&[failure("ABCDEF", Ok("ABCDEX"))], 1));
        assert!(first.last() < last.first(), "{first:?} {last:?}");
        let missing = red(&failure_sheet(&[failure("ABCDEF", Ok("ABCDE"))], 1));
        assert!(
            missing.first() > first.last(),
            "a missing character leaves a red gap in its place: {missing:?}"
        );
    }

    #[test]
    fn a_reason_is_red_words() {
        let sheet = failure_sheet(&[failure("ABCDEF", Err("no ink"))], 1);
        assert!(!red(&sheet).is_empty());
    }

    #[test]
    fn nothing_leaves_its_cell() {
        let long = "W".repeat(400);
        let words = "wide ".repeat(100);
        let failures = [
            failure(&long, Ok("A")),
            failure("A", Ok(&long)),
            failure(&long, Err(&long)),
            failure("", Ok("")),
            failure("A", Err("")),
            failure("A", Err(&words)),
        ];
        for failure in failures {
            let sheet = failure_sheet(std::slice::from_ref(&failure), 1);
            let margin = (sheet.width() - crate::figures::sheets::grid::MARGIN / 2..sheet.width())
                .flat_map(|x| (0..sheet.height()).map(move |y| (x, y)));
            assert!(margin.into_iter().all(|(x, y)| *sheet.get_pixel(x, y) == BACKGROUND), "{failure:?}");
        }
    }

    #[test]
    fn the_image_is_shown_whole() {
        let sheet = failure_sheet(&[failure("A", Ok("B")), failure("A", Ok("B"))], 2);
        assert_eq!(sheet.pixels().filter(|&&pixel| pixel == WHITE).count(), 2 * 300 * 150);
        assert!(failure_sheet(&[], 0).width() > 0);
    }
}
