//! Class probabilities: bars for a letter, a heat map over the columns for a sequence.

use captcha_lab::Alphabet;
use captcha_lab::core::ndarray::{Array2, ArrayView2};
use captcha_lab::infer::softmax;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, Rgb, RgbImage};

use super::colour::{probability, text_on};
use super::ctc::{Collapse, Fate};
use super::draw::{Area, centred, fill};
use super::maps::Scale;
use super::numbers::short;
use crate::figures::drawing::palette::{BLUE, LINE, MUTED, TEXT, VERMILLION, WHITE, mix};
use crate::figures::drawing::text;

/// The symbol of the blank in pictures and tables.
pub const BLANK: &str = "\u{b7}";

/// The softmax of every row of `logits` `[steps, classes]` divided by `temperature`.
#[must_use]
pub fn probabilities(logits: &ArrayView2<'_, f32>, temperature: f32) -> Array2<f32> {
    let mut probabilities = logits.mapv(|logit| logit / temperature);
    for mut row in probabilities.outer_iter_mut() {
        let mut values = row.to_vec();
        softmax(&mut values);
        row.iter_mut().zip(values).for_each(|(place, value)| *place = value);
    }
    probabilities
}

/// A bar for the probability of each of `classes`, the highest one in orange, above the names of the classes.
#[must_use]
pub fn bars(classes: &[(String, f32)]) -> RgbImage {
    /// The height of a bar for 1, in pixels.
    const FULL: u32 = 320;
    /// Space above for percentages.
    const ABOVE: u32 = 44;
    /// Space below for names.
    const BELOW: u32 = 48;
    /// The least probability whose bar is labelled with a number.
    const TOLD: f32 = 0.005;
    let step = (1300 / classes.len().max(1) as u32).clamp(36, 120);
    let width = (step * classes.len() as u32).max(1) + 2 * BELOW;
    let mut picture = RgbImage::from_pixel(width, ABOVE + FULL + BELOW, WHITE);
    for quarter in 0..4 {
        let y = ABOVE + quarter * FULL / 4;
        fill(&mut picture, Area { x: BELOW, y, width: width - 2 * BELOW, height: 2 }, LINE);
    }
    let highest = classes.iter().map(|&(_, probability)| probability).fold(0.0, f32::max);
    for (index, (name, probability)) in classes.iter().enumerate() {
        let x = BELOW + index as u32 * step;
        let height = (probability * FULL as f32).round() as u32;
        let colour = if *probability == highest { VERMILLION } else { BLUE };
        let gap = step / 6;
        let bar = Area { x: x + gap, y: ABOVE + FULL - height, width: step - 2 * gap, height };
        fill(&mut picture, bar, colour);
        let under = Area { x, y: ABOVE + FULL + 4, width: step, height: BELOW - 4 };
        centred(&mut picture, under, name, 28.0, TEXT);
        if *probability >= TOLD {
            let share = format!("{:.0} %", probability * 100.0);
            let middle = (x as f32 + step as f32 / 2.0, bar.y as f32 - 10.0);
            text::draw_centred(&mut picture, &share, 24.0, middle, TEXT);
        }
    }
    fill(&mut picture, Area { x: BELOW, y: ABOVE + FULL, width: width - 2 * BELOW, height: 2 }, MUTED);
    picture
}

/// A square for each of `classes` with its name and score, coloured on the scale around 0.
#[must_use]
pub fn squares(classes: &[(String, f32)]) -> RgbImage {
    /// The side of a square in pixels.
    const SIDE: u32 = 104;
    /// Squares in a row: half of the Latin alphabet.
    const ROW: usize = 13;
    let scale = Scale::of(classes.iter().map(|(_, score)| score));
    let (columns, rows) = (classes.len().min(ROW) as u32, classes.len().div_ceil(ROW) as u32);
    let mut picture = RgbImage::from_pixel((columns * SIDE).max(1), (rows * SIDE).max(1), WHITE);
    for (index, (name, score)) in classes.iter().enumerate() {
        let (x, y) = ((index % ROW) as u32 * SIDE, (index / ROW) as u32 * SIDE);
        let paper = scale.colour(*score);
        let area = Area { x, y, width: SIDE - 4, height: SIDE - 4 };
        fill(&mut picture, area, LINE);
        fill(&mut picture, Area { x: x + 1, y: y + 1, width: SIDE - 6, height: SIDE - 6 }, paper);
        centred(&mut picture, Area { height: 60, ..area }, name, 40.0, text_on(paper));
        centred(&mut picture, Area { y: y + 54, height: 40, ..area }, &short(*score), 28.0, text_on(paper));
    }
    picture
}

/// The probability of each class in each column, `[steps, classes]`, aligned with the image above, of which
/// each column is a strip. Below it are the best class of each column, whether it is kept, and the resulting
/// text.
#[must_use]
pub fn heat_map(
    image: &GrayImage,
    probabilities: &ArrayView2<'_, f32>,
    alphabet: &Alphabet,
    collapse: &Collapse,
) -> RgbImage {
    /// The height of a row of the map, in pixels.
    const ROW: u32 = 30;
    /// The height of a row of the collapse.
    const TALL: u32 = 52;
    /// Space on the left for the names of rows.
    const NAMES: u32 = 150;
    const EM: f32 = 24.0;
    let (steps, classes) = probabilities.dim();
    // Wide enough for a letter, narrow enough that the map fits a screen.
    let column = (1200 / steps.max(1) as u32).clamp(28, 56);
    let width = column * steps as u32;
    let strip =
        (u64::from(width) * u64::from(image.height()) / u64::from(image.width().max(1))).max(1) as u32;
    let map_top = strip + 12;
    let below = map_top + classes as u32 * ROW + 16;
    let mut picture = RgbImage::from_pixel(NAMES + width + 10, below + 3 * (TALL + 6), WHITE);

    let large =
        imageops::resize(&DynamicImage::from(image.clone()).into_rgb8(), width, strip, FilterType::Nearest);
    imageops::replace(&mut picture, &large, NAMES.into(), 0);
    for step in 0..=steps as u32 {
        let x = (NAMES + step * column).saturating_sub(1);
        fill(&mut picture, Area { x, y: 0, width: 1, height: strip }, mix(WHITE, BLUE, 0.4));
    }
    let name = |picture: &mut RgbImage, y: u32, height: u32, name: &str| {
        let end = NAMES as f32 - 12.0 - text::width(name, EM);
        let baseline = (y + height / 2) as f32 + 0.35 * EM;
        text::draw(picture, name, EM, (end, baseline), MUTED, text::Direction::Right);
    };
    for class in 0..classes {
        let y = map_top + class as u32 * ROW;
        let label = alphabet.character(class).map_or_else(|| "blank".to_owned(), |c| c.to_string());
        name(&mut picture, y, ROW, &label);
        for step in 0..steps {
            let area = Area { x: NAMES + step as u32 * column, y, width: column, height: ROW };
            fill(&mut picture, area, LINE);
            let inner = Area { width: column - 1, height: ROW - 1, ..area };
            fill(&mut picture, inner, probability(probabilities[[step, class]]));
        }
    }
    let rows = ["best guess", "kept", "the text"];
    for (index, label) in rows.into_iter().enumerate() {
        name(&mut picture, below + index as u32 * (TALL + 6), TALL, label);
    }
    for (step, guess) in collapse.columns.iter().enumerate() {
        let x = NAMES + step as u32 * column;
        let cell = |row: u32| Area { x, y: below + row * (TALL + 6), width: column - 2, height: TALL };
        let shown = guess.character.map_or_else(|| BLANK.to_owned(), |c| c.to_string());
        let paper = probability(guess.probability * if guess.character.is_some() { 1.0 } else { 0.15 });
        fill(&mut picture, cell(0), paper);
        centred(&mut picture, cell(0), &shown, 30.0, text_on(paper));
        let (mark, paper): (&str, Rgb<u8>) = match guess.fate {
            Fate::Kept => (&shown, VERMILLION),
            Fate::Repeat => ("\u{d7}", LINE),
            Fate::Blank => ("", WHITE),
        };
        fill(&mut picture, cell(1), paper);
        centred(&mut picture, cell(1), mark, 30.0, if guess.fate == Fate::Kept { WHITE } else { MUTED });
    }
    let whole = Area { x: NAMES, y: below + 2 * (TALL + 6), width, height: TALL };
    centred(&mut picture, whole, &collapse.text, 44.0, TEXT);
    picture
}

#[cfg(test)]
mod tests {
    use captcha_lab::core::ndarray::array;

    use super::*;
    use crate::inside::ctc::collapse;

    #[test]
    fn bars_are_as_high_as_they_are_probable() {
        let classes = [("A".to_owned(), 0.25), ("B".to_owned(), 0.75), ("C".to_owned(), 0.0)];
        let picture = bars(&classes);
        let height = |colour| {
            let column = |x| (0..picture.height()).filter(|&y| *picture.get_pixel(x, y) == colour).count();
            (0..picture.width()).map(column).max()
        };
        assert_eq!((height(BLUE), height(VERMILLION)), (Some(80), Some(240)));
        assert!(bars(&[]).width() > 0);
        assert_eq!(squares(&classes).dimensions(), (3 * 104, 104));
        assert_eq!(squares(&vec![("A".to_owned(), -1.0); 36]).dimensions(), (13 * 104, 3 * 104));
    }

    #[test]
    fn the_heat_map_stands_under_its_image() {
        let logits = array![[9.0f32, 0.0, 0.0], [0.0, 0.0, 9.0], [0.0, 9.0, 0.0]];
        let alphabet = Alphabet::new("AB").unwrap();
        let probabilities = probabilities(&logits.view(), 1.0);
        assert!(probabilities.outer_iter().all(|row| (row.sum() - 1.0).abs() < 1e-6));
        let collapse = collapse(&logits.view(), &alphabet, 1.0);
        let picture = heat_map(&GrayImage::new(12, 8), &probabilities.view(), &alphabet, &collapse);
        // The black image is as wide as the three columns.
        assert_eq!((0..picture.width()).filter(|&x| picture.get_pixel(x, 0).0 == [0; 3]).count(), 3 * 55);
        assert_eq!(*picture.get_pixel(150 + 5, 112 + 12 + 5), probability(probabilities[[0, 0]]));
        let kept = picture.pixels().filter(|&&pixel| pixel == VERMILLION).count();
        assert!(kept > 2 * 45 * 40, "{kept}");
    }
}
