//! Which character was read as which.

use std::collections::BTreeMap;

use captcha_core::Alphabet;
use image::Rgb;
use plotters::coord::Shift;
use plotters::element::{Rectangle, Text};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, TextStyle};

use super::figure::{Chart, DrawingError, Figure, FigureError, text_style};
use super::palette::{BLUE, LINE, MUTED, TEXT, VERMILLION, WHITE, mix, plot};
use crate::format::{count, percent};

/// A heat map with the truth from top to bottom and what was read from left to right.
///
/// What is right, on the diagonal, is blue by its share of the row; what is wrong is orange by the logarithm of
/// its share, so that a single error in a thousand shows, with its number where it fits. Pairs with a character
/// outside `alphabet` are only counted, in the line under the title.
///
/// # Errors
/// [`FigureError::Draw`] if the chart can't be laid out.
pub fn confusion_matrix(
    alphabet: &Alphabet,
    counts: &BTreeMap<(char, char), u64>,
) -> Result<Figure, FigureError> {
    let matrix = Matrix::new(alphabet, counts);
    Figure::of(matrix.size(), &matrix)
}

/// Left of the cells: axis title and labels.
const LEFT: i32 = 76;
/// Above the cells: title, summary, axis title and labels.
const TOP: i32 = 124;
/// Right of the cells: the share of each row that is right.
const RIGHT: i32 = 84;
/// Below the cells: the legend.
const BOTTOM: i32 = 72;
/// Left of everything.
const SIDE: i32 = 24;
/// The width of the legend, and so the least width of the cells.
const LEGEND: i32 = 440;

struct Matrix<'a> {
    classes: &'a [char],
    /// Row-major, truth by read.
    cells: Vec<u64>,
    /// Pairs with a character outside the alphabet.
    outside: u64,
}

impl<'a> Matrix<'a> {
    fn new(alphabet: &'a Alphabet, counts: &BTreeMap<(char, char), u64>) -> Self {
        let classes = alphabet.characters();
        let mut cells = vec![0; classes.len() * classes.len()];
        let mut outside = 0;
        for (&(truth, read), &count) in counts {
            match (alphabet.index_of(truth), alphabet.index_of(read)) {
                (Some(truth), Some(read)) => cells[truth * classes.len() + read] += count,
                _ => outside += count,
            }
        }
        Self { classes, cells, outside }
    }

    /// The side of a cell: a README shows the whole without shrinking, and up to 62 classes have labels.
    fn cell(&self) -> i32 {
        (720 / self.classes.len() as i32).clamp(2, 40)
    }

    /// The side of all cells.
    fn side(&self) -> i32 {
        self.cell() * self.classes.len() as i32
    }

    fn size(&self) -> (u32, u32) {
        ((LEFT + self.side().max(LEGEND) + RIGHT) as u32, (TOP + self.side() + BOTTOM) as u32)
    }

    fn row(&self, truth: usize) -> &[u64] {
        &self.cells[truth * self.classes.len()..][..self.classes.len()]
    }

    fn summary(&self) -> String {
        let all: u64 = self.cells.iter().sum();
        let right: u64 = (0..self.classes.len()).map(|class| self.row(class)[class]).sum();
        let wrong = all - right;
        let mut summary = match all {
            0 => "no characters".to_owned(),
            all => format!(
                "{} characters, {} read wrong ({})",
                count(all),
                count(wrong),
                percent(wrong as f64 / all as f64)
            ),
        };
        if self.outside > 0 {
            summary.push_str(&format!("; {} more outside the alphabet", count(self.outside)));
        }
        summary
    }
}

impl Chart for Matrix<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        area.draw(&Text::new("Confusion matrix", (SIDE, 18), text_style(20.0, TEXT)))?;
        area.draw(&Text::new(self.summary(), (SIDE, 42), text_style(13.0, MUTED)))?;
        self.draw_axes(area)?;
        self.draw_cells(area)?;
        self.draw_legend(area)
    }
}

impl Matrix<'_> {
    fn draw_axes<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let (cell, middle) = (self.cell(), self.side() / 2);
        let title = centred(13.0, MUTED);
        area.draw(&Text::new("read as", (LEFT + middle, TOP - 42), title.clone()))?;
        let turned = title.clone().transform(FontTransform::Rotate270);
        area.draw(&Text::new("truth", (LEFT - 44, TOP + middle), turned))?;
        area.draw(&Text::new("right", (LEFT + self.side() + RIGHT / 2, TOP - 16), title))?;
        let Some(em) = label_em(cell) else { return Ok(()) };
        let middle = |index: usize| index as i32 * cell + cell / 2;
        for (index, character) in self.classes.iter().enumerate() {
            let label = character.to_string();
            area.draw(&Text::new(label.clone(), (LEFT + middle(index), TOP - 16), centred(em, TEXT)))?;
            area.draw(&Text::new(label, (LEFT - 18, TOP + middle(index)), centred(em, TEXT)))?;
            let row = self.row(index);
            let all: u64 = row.iter().sum();
            let share = if all == 0 { "-".to_owned() } else { percent(row[index] as f64 / all as f64) };
            let place = (LEFT + self.side() + RIGHT / 2, TOP + middle(index));
            area.draw(&Text::new(share, place, centred(em.min(12.0), MUTED)))?;
        }
        Ok(())
    }

    fn draw_cells<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let cell = self.cell();
        // Between cells, where they are large enough to spare it.
        let gap = i32::from(cell >= 8);
        for truth in 0..self.classes.len() {
            let row = self.row(truth);
            let all: u64 = row.iter().sum();
            for (read, &number) in row.iter().enumerate() {
                let (x, y) = (LEFT + read as i32 * cell, TOP + truth as i32 * cell);
                let share = if all == 0 { 0.0 } else { number as f64 / all as f64 };
                let colour = if truth == read { colour_of_right(share) } else { colour_of_wrong(share) };
                area.draw(&Rectangle::new(
                    [(x, y), (x + cell - gap, y + cell - gap)],
                    plot(colour).filled(),
                ))?;
                if truth != read && number > 0 {
                    let ink = if share > 0.1 { WHITE } else { TEXT };
                    if let Some(em) = number_em(number, cell) {
                        let place = (x + (cell - gap) / 2, y + cell / 2);
                        area.draw(&Text::new(number.to_string(), place, centred(em, ink)))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn draw_legend<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let y = TOP + self.side() + 28;
        let left = text_style(12.0, MUTED).pos(Pos::new(HPos::Left, VPos::Center));
        let mut x = LEFT;
        for (title, steps, colour) in [
            ("right", [0.5, 0.9, 0.99, 1.0], colour_of_right as fn(f64) -> Rgb<u8>),
            ("wrong", [0.001, 0.01, 0.1, 1.0], colour_of_wrong),
        ] {
            area.draw(&Text::new(title, (x, y), left.clone()))?;
            x += 38;
            for step in steps {
                area.draw(&Rectangle::new([(x, y - 7), (x + 38, y + 7)], plot(colour(step)).filled()))?;
                let label = format!("{} %", (step * 1000.0).round() / 10.0);
                area.draw(&Text::new(label, (x + 19, y + 18), centred(11.0, MUTED)))?;
                x += 40;
            }
            x += 26;
        }
        Ok(())
    }
}

fn centred(em: f64, colour: Rgb<u8>) -> TextStyle<'static> {
    text_style(em, colour).pos(Pos::new(HPos::Center, VPos::Center))
}

/// The em of the labels of rows and columns, if a cell has room for them.
fn label_em(cell: i32) -> Option<f64> {
    (cell >= 9).then(|| (f64::from(cell) * 0.7).clamp(8.0, 15.0))
}

/// The em of a number in a cell, if there is room: a digit is about 0.6 em wide.
fn number_em(number: u64, cell: i32) -> Option<f64> {
    /// Smaller digits can't be read.
    const SMALLEST: f64 = 6.0;
    let digits = number.to_string().len() as f64;
    let em = (f64::from(cell - 3) / (0.6 * digits)).min(f64::from(cell) * 0.62).min(13.0);
    (em >= SMALLEST).then_some(em)
}

/// From pale to full blue with the square of the share: what is mostly right differs most.
fn colour_of_right(share: f64) -> Rgb<u8> {
    if share == 0.0 { LINE } else { mix(WHITE, BLUE, 0.15 + 0.7 * share * share) }
}

/// From pale to full orange with the logarithm of the share, from 1 in 1000 and less to all.
fn colour_of_wrong(share: f64) -> Rgb<u8> {
    const LEAST: f64 = 0.001;
    match share {
        0.0 => Rgb([0xf6, 0xf7, 0xf8]),
        share => mix(WHITE, VERMILLION, 0.25 + 0.75 * (1.0 - share.max(LEAST).log10() / LEAST.log10())),
    }
}
