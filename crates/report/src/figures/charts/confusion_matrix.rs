//! Which character was read as which.

use std::collections::BTreeMap;

use captcha_core::Alphabet;
use image::Rgb;
use plotters::coord::Shift;
use plotters::element::{Rectangle, Text};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, TextStyle};

use crate::figures::drawing::figure::{Chart, DrawingError, Figure, FigureError, text_style};
use crate::figures::drawing::palette::{BLUE, MUTED, TEXT, VERMILLION, WHITE, mix, plot};
use crate::format::{count, percent};

/// A heat map with the true characters as rows and the characters that were read as columns.
///
/// Right answers, on the diagonal, are blue by their share of the row. Errors are orange by the logarithm of
/// their share, so that even one in a thousand is visible, with their number where it fits. Pairs with a
/// character outside `alphabet` are only counted, in the line below the title. If there are more than 100
/// classes, those with the most errors are shown.
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

/// Left margin of the cells: axis title and labels.
const LEFT: i32 = 76;
/// Top margin of the cells: title, summary, axis title and labels.
const TOP: i32 = 124;
/// Right margin of the cells: the share of each row that is right.
const RIGHT: i32 = 84;
/// Bottom margin of the cells: the legend.
const BOTTOM: i32 = 72;
/// Left margin of the figure.
const SIDE: i32 = 24;
/// The width of the legend, which is also the least width of the cells.
const LEGEND: i32 = 440;

/// More classes than this can't be told apart in a picture: those with the most errors are shown.
const MOST_CLASSES: usize = 100;

struct Matrix {
    /// The characters that are shown, in the order of the alphabet.
    classes: Vec<char>,
    /// How often a true character was read as another or as itself, for the characters that are shown.
    cells: Vec<Vec<u64>>,
    /// All characters, and how many were read wrong, shown or not.
    all: u64,
    wrong: u64,
    /// Classes that are not shown.
    hidden: usize,
    /// Pairs with a character outside the alphabet.
    outside: u64,
}

impl Matrix {
    fn new(alphabet: &Alphabet, counts: &BTreeMap<(char, char), u64>) -> Self {
        let (mut all, mut wrong, mut outside) = (0, 0, 0);
        let mut errors = vec![0u64; alphabet.len()];
        for (&(truth, read), &count) in counts {
            match (alphabet.index_of(truth), alphabet.index_of(read)) {
                (Some(truth), Some(read)) => {
                    all += count;
                    if truth != read {
                        wrong += count;
                        errors[truth] += count;
                        errors[read] += count;
                    }
                }
                _ => outside += count,
            }
        }
        let mut shown: Vec<usize> = (0..alphabet.len()).collect();
        shown.sort_by_key(|&class| std::cmp::Reverse(errors[class]));
        shown.truncate(MOST_CLASSES);
        shown.sort_unstable();
        let classes: Vec<char> = shown.iter().filter_map(|&class| alphabet.character(class)).collect();
        let number = |truth: char, read: char| counts.get(&(truth, read)).copied().unwrap_or(0);
        let row = |&truth: &char| classes.iter().map(|&read| number(truth, read)).collect();
        let cells = classes.iter().map(row).collect();
        Self { hidden: alphabet.len() - classes.len(), classes, cells, all, wrong, outside }
    }

    /// The side of a cell: with 62 classes there is still room for labels and three-digit numbers.
    fn cell(&self) -> i32 {
        (720 / self.classes.len() as i32).clamp(14, 40)
    }

    /// The side of the whole matrix.
    fn side(&self) -> i32 {
        self.cell() * self.classes.len() as i32
    }

    fn size(&self) -> (u32, u32) {
        ((LEFT + self.side().max(LEGEND) + RIGHT) as u32, (TOP + self.side() + BOTTOM) as u32)
    }

    /// The one-line summary of the matrix.
    fn summary(&self) -> String {
        let mut summary = match self.all {
            0 => "no characters".to_owned(),
            all => {
                let share = percent(self.wrong as f64 / all as f64);
                format!("{} characters, {} read wrong ({share})", count(all), count(self.wrong))
            }
        };
        if self.outside > 0 {
            summary.push_str(&format!("; {} more outside the alphabet", count(self.outside)));
        }
        if self.hidden > 0 {
            summary.push_str(&format!("; {} classes with fewer errors are not shown", self.hidden));
        }
        summary
    }
}

impl Chart for Matrix {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        area.draw(&Text::new("Confusion matrix", (SIDE, 18), text_style(20.0, TEXT)))?;
        area.draw(&Text::new(self.summary(), (SIDE, 42), text_style(13.0, MUTED)))?;
        self.draw_axes(area)?;
        self.draw_cells(area)?;
        self.draw_legend(area)
    }
}

impl Matrix {
    fn draw_axes<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let (cell, middle) = (self.cell(), self.side() / 2);
        let title = centred(13.0, MUTED);
        area.draw(&Text::new("read as", (LEFT + middle, TOP - 42), title.clone()))?;
        let turned = title.clone().transform(FontTransform::Rotate270);
        area.draw(&Text::new("truth", (LEFT - 44, TOP + middle), turned))?;
        area.draw(&Text::new("right", (LEFT + self.side() + RIGHT / 2, TOP - 16), title))?;
        let em = label_em(cell);
        let middle = |index: usize| index as i32 * cell + cell / 2;
        for (index, character) in self.classes.iter().enumerate() {
            let label = character.to_string();
            area.draw(&Text::new(label.clone(), (LEFT + middle(index), TOP - 16), centred(em, TEXT)))?;
            area.draw(&Text::new(label, (LEFT - 18, TOP + middle(index)), centred(em, TEXT)))?;
            let row = &self.cells[index];
            let all: u64 = row.iter().sum();
            let share = if all == 0 { "-".to_owned() } else { percent(row[index] as f64 / all as f64) };
            let place = (LEFT + self.side() + RIGHT / 2, TOP + middle(index));
            area.draw(&Text::new(share, place, centred(em.min(12.0), MUTED)))?;
        }
        Ok(())
    }

    fn draw_cells<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let (cell, side) = (self.cell(), self.side());
        let filled = |from, to, colour| Rectangle::new([from, to], plot(colour).filled());
        area.draw(&filled((LEFT, TOP), (LEFT + side, TOP + side), NEVER))?;
        for (truth, row) in self.cells.iter().enumerate() {
            let all: u64 = row.iter().sum();
            for (read, &number) in row.iter().enumerate().filter(|&(_, &number)| number > 0) {
                let (x, y) = (LEFT + read as i32 * cell, TOP + truth as i32 * cell);
                let share = number as f64 / all as f64;
                let colour = if truth == read { colour_of_right(share) } else { colour_of_wrong(share) };
                area.draw(&filled((x, y), (x + cell, y + cell), colour))?;
                if truth != read
                    && let Some(em) = number_em(number, cell)
                {
                    let place = (x + (cell - 1) / 2, y + cell / 2);
                    area.draw(&Text::new(number.to_string(), place, centred(em, TEXT)))?;
                }
            }
        }
        for line in (1..=self.classes.len() as i32).map(|index| index * cell) {
            let (x, y) = (LEFT + line, TOP + line);
            area.draw(&filled((x - 1, TOP), (x, TOP + side), WHITE))?;
            area.draw(&filled((LEFT, y - 1), (LEFT + side, y), WHITE))?;
        }
        Ok(())
    }

    fn draw_legend<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let y = TOP + self.side() + 28;
        let left = text_style(12.0, MUTED).pos(Pos::new(HPos::Left, VPos::Center));
        let mut x = LEFT;
        for (title, steps, colour) in [
            ("right", [0.25, 0.5, 0.75, 1.0], colour_of_right as fn(f64) -> Rgb<u8>),
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

/// The em of the labels of rows and columns.
fn label_em(cell: i32) -> f64 {
    (f64::from(cell) * 0.7).min(15.0)
}

/// The em of a number in a cell, if there is room: a digit is about 0.6 em wide.
fn number_em(number: u64, cell: i32) -> Option<f64> {
    /// Smaller digits are not legible.
    const SMALLEST: f64 = 6.0;
    let digits = number.to_string().len() as f64;
    let em = (f64::from(cell - 3) / (0.6 * digits)).min(f64::from(cell) * 0.62).min(13.0);
    (em >= SMALLEST).then_some(em)
}

/// Pairs that did not occur.
const NEVER: Rgb<u8> = Rgb([0xf4, 0xf5, 0xf7]);

/// From pale to full blue with the square of the share, so that differences among high accuracies stand out.
fn colour_of_right(share: f64) -> Rgb<u8> {
    mix(WHITE, BLUE, 0.15 + 0.7 * share * share)
}

/// From pale to full orange with the logarithm of the share, from one in a thousand or less to all.
fn colour_of_wrong(share: f64) -> Rgb<u8> {
    const LEAST: f64 = 0.001;
    let strength = 1.0 - share.max(LEAST).log10() / LEAST.log10();
    mix(WHITE, VERMILLION, 0.25 + 0.75 * strength)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colour in the top left corner of a cell.
    fn cell_colour(figure: &Figure, cell: i32, (truth, read): (i32, i32)) -> Rgb<u8> {
        let scale = crate::figures::drawing::canvas::SCALE as i32;
        let pixel = |start: i32, index: i32| ((start + index * cell) * scale + 4) as u32;
        *figure.image().get_pixel(pixel(LEFT, read), pixel(TOP, truth))
    }

    #[test]
    fn right_is_blue_wrong_is_orange_and_counted() {
        let counts = BTreeMap::from([(('0', '0'), 999), (('0', '7'), 1), (('3', '3'), 5), (('A', '0'), 2)]);
        let figure = confusion_matrix(&Alphabet::digits(), &counts).unwrap();
        assert_eq!(cell_colour(&figure, 40, (0, 0)), colour_of_right(0.999));
        assert_eq!(cell_colour(&figure, 40, (0, 7)), colour_of_wrong(0.001));
        assert_eq!(cell_colour(&figure, 40, (7, 0)), NEVER);
        let words = figure.words();
        assert!(
            words
                .contains(&"1,005 characters, 1 read wrong (0.10 %); 2 more outside the alphabet".to_owned()),
            "{words:?}"
        );
        assert_eq!(
            words.iter().filter(|word| *word == "1").count(),
            3,
            "two labels and one error: {words:?}"
        );
        assert!(words.contains(&"99.90 %".to_owned()));
    }

    #[test]
    fn every_alphabet_has_a_picture() {
        for size in [1, 2, 10, 26, 36, 62, 100, 300] {
            let alphabet = Alphabet::new(&('\u{100}'..).take(size).collect::<String>()).unwrap();
            let last = alphabet.characters()[size - 1];
            let counts = BTreeMap::from([((last, last), 10), ((last, alphabet.characters()[0]), 123_456)]);
            let figure = confusion_matrix(&alphabet, &counts).unwrap();
            let words = figure.words();
            assert!(words.contains(&last.to_string()), "{size}: the class with the errors is shown");
            assert!(figure.image().width() < 3200, "{size}");
            assert_eq!(
                words[1].contains("200 classes with fewer errors are not shown"),
                size == 300,
                "{words:?}"
            );
            let edge = figure.image().width() - 1;
            assert!(
                (0..figure.image().height()).all(|y| *figure.image().get_pixel(edge, y) == WHITE),
                "{size}"
            );
        }
        confusion_matrix(&Alphabet::digits(), &BTreeMap::new()).unwrap();
    }

    #[test]
    fn numbers_are_left_out_where_they_can_t_be_read() {
        assert!(number_em(9, 14).is_some());
        assert!(number_em(123, 14).is_some());
        assert!(number_em(12_345, 14).is_none());
        assert!(number_em(12_345, 40).is_some());
    }
}
