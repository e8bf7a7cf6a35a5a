//! A window that slides over a map, and the resulting map: shared by the films of convolution and pooling.

use captcha_lab::core::ndarray::ArrayView2;
use image::{Rgb, RgbImage, imageops};

use super::draw::{Area, fill, frame, write};
use super::film::Film;
use super::maps::{Scale, map};
use crate::figures::drawing::palette::{BACKGROUND, LINE, MUTED, TEXT, VERMILLION, WHITE};

/// The width of a film in pixels: its numbers are legible at half this size, on a phone.
pub(super) const WIDTH: u32 = 720;
/// The margin, in pixels.
pub(super) const MARGIN: u32 = 20;
/// The em of captions in pixels.
pub(super) const CAPTION_EM: f32 = 22.0;
/// The line height of captions, in pixels.
pub(super) const CAPTION: u32 = 34;
/// The most rows and columns at which a film stops: one frame for each position would take minutes.
const STOPS: (usize, usize) = (5, 6);
/// How long a frame stays, in hundredths of a second: long enough to see where the window is.
const DELAY: u16 = 35;
/// How long the first frame stays, so that its numbers can be read.
const FIRST: u16 = 200;
/// How long the last frame stays.
const LAST: u16 = 500;

/// A window over the input of a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Its height and width, in values.
    pub(super) size: (usize, usize),
    /// How many rows of zero padding there are above and below the input, and columns at its left and right.
    pub(super) padding: (usize, usize),
    /// Its steps down and across, in values.
    pub(super) stride: (usize, usize),
}

/// The input of a layer with the window over it, and its output as far as it has been computed.
pub(super) struct Slide<'a> {
    output: ArrayView2<'a, f32>,
    scale: Scale,
    window: Window,
    /// Where the input is, without its padding.
    input_at: Area,
    /// The side of an input value in pixels.
    input_pixel: u32,
    /// The colour of the frame around the window.
    mark: Rgb<u8>,
    output_at: Area,
    output_pixel: u32,
    /// The picture that the next frames share.
    base: RgbImage,
    /// How many values of the output are in `base`.
    shown: usize,
}

impl<'a> Slide<'a> {
    /// A window over `input`, which gives `output`; `below` pixels are left free for the explanation below.
    pub(super) fn new(
        (input, input_scale): (ArrayView2<'_, f32>, Scale),
        (output, scale): (ArrayView2<'a, f32>, Scale),
        window: Window,
        captions: [&str; 2],
        below: u32,
    ) -> Self {
        let (rows, columns) = input.dim();
        let (rows, columns) = ((rows + 2 * window.padding.0) as u32, (columns + 2 * window.padding.1) as u32);
        // Two square maps are placed side by side, two wide ones below each other.
        let beside = 2 * columns <= 3 * rows;
        let room = if beside { (WIDTH - 3 * MARGIN) / 2 } else { WIDTH - 2 * MARGIN };
        let input_pixel = (room / columns.max(rows)).max(1);
        let (out_rows, out_columns) = (output.nrows() as u32, output.ncols() as u32);
        let output_pixel = (columns.max(rows) * input_pixel / out_columns.max(out_rows).max(1)).max(1);
        let top = MARGIN + CAPTION;
        let padded = Area { x: MARGIN, y: top, width: columns * input_pixel, height: rows * input_pixel };
        let output_size = (out_columns * output_pixel, out_rows * output_pixel);
        let (x, y) = match beside {
            true => (MARGIN + room + MARGIN, top + (padded.height.saturating_sub(output_size.1)) / 2),
            false => (MARGIN, top + padded.height + MARGIN + CAPTION),
        };
        let output_at = Area { x, y, width: output_size.0, height: output_size.1 };
        let width = WIDTH.max(padded.x + padded.width + MARGIN).max(x + output_size.0 + MARGIN);
        let height = (padded.y + padded.height).max(y + output_size.1) + below;
        let mut base = RgbImage::from_pixel(width, height, WHITE);
        fill(&mut base, padded, BACKGROUND);
        let inset = (window.padding.1 as u32 * input_pixel, window.padding.0 as u32 * input_pixel);
        let input_at = Area {
            x: padded.x + inset.0,
            y: padded.y + inset.1,
            width: padded.width - 2 * inset.0,
            height: padded.height - 2 * inset.1,
        };
        let picture = map(&input, input_scale, input_pixel);
        imageops::replace(&mut base, &picture, input_at.x.into(), input_at.y.into());
        fill(&mut base, output_at, BACKGROUND);
        for (area, caption) in [(padded, captions[0]), (output_at, captions[1])] {
            frame(&mut base, area.grown(1), 1, LINE);
            write(&mut base, (area.x, area.y - 10), caption, CAPTION_EM, MUTED);
        }
        // A colour that stands out: orange on ink, dark on blue and orange.
        let mark = if input_scale == Scale::Ink { VERMILLION } else { TEXT };
        Self { output, scale, window, input_at, input_pixel, mark, output_at, output_pixel, base, shown: 0 }
    }

    /// The row below which there is space for the explanation.
    pub(super) fn bottom(&self) -> u32 {
        (self.input_at.y + self.input_at.height + self.window.padding.0 as u32 * self.input_pixel)
            .max(self.output_at.y + self.output_at.height)
    }

    /// The film: the window moves from position to position of the output, and `explain` completes each
    /// frame. The last frame shows the whole output, with the window at its largest value.
    pub(super) fn film(mut self, explain: impl Fn(&mut RgbImage, (usize, usize))) -> Film {
        let mut film = Film::new();
        let (rows, columns) = self.output.dim();
        let steps = |all: usize, stops: usize| (0..all).step_by(all.div_ceil(stops).max(1));
        for row in steps(rows, STOPS.0) {
            for column in steps(columns, STOPS.1) {
                let delay = if film.is_empty() { FIRST } else { DELAY };
                self.show(row * columns + column + 1);
                film.push(self.at((row, column), &explain), delay);
            }
        }
        self.show(rows * columns);
        film.push(self.at(strongest(&self.output), &explain), LAST);
        film
    }

    /// Draws the first `count` values of the output.
    fn show(&mut self, count: usize) {
        let columns = self.output.ncols().max(1);
        for index in self.shown..count {
            let (row, column) = (index / columns, index % columns);
            let colour = self.scale.colour(self.output[[row, column]]);
            let area = self.output_area((row, column));
            fill(&mut self.base, area, colour);
        }
        self.shown = self.shown.max(count);
    }

    /// The frame with the window at this position of the output.
    fn at(&self, place: (usize, usize), explain: &impl Fn(&mut RgbImage, (usize, usize))) -> RgbImage {
        let mut picture = self.base.clone();
        let Window { size, padding, stride } = self.window;
        let pixel = self.input_pixel;
        let window = Area {
            x: self.input_at.x + (place.1 * stride.1) as u32 * pixel - padding.1 as u32 * pixel,
            y: self.input_at.y + (place.0 * stride.0) as u32 * pixel - padding.0 as u32 * pixel,
            width: size.1 as u32 * pixel,
            height: size.0 as u32 * pixel,
        };
        frame(&mut picture, window.grown(2), 4, self.mark);
        frame(&mut picture, self.output_area(place).grown(3), 3, TEXT);
        explain(&mut picture, place);
        picture
    }

    /// The area of a value of the output.
    fn output_area(&self, (row, column): (usize, usize)) -> Area {
        let corner = (
            self.output_at.x + column as u32 * self.output_pixel,
            self.output_at.y + row as u32 * self.output_pixel,
        );
        Area::square(corner, self.output_pixel)
    }
}

/// The row and column of the largest value; the first one of equal values.
pub(crate) fn strongest(values: &ArrayView2<'_, f32>) -> (usize, usize) {
    let mut best = ((0, 0), f32::NEG_INFINITY);
    for (place, &value) in values.indexed_iter() {
        if value > best.1 {
            best = (place, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use captcha_lab::core::ndarray::Array2;

    use super::*;

    #[test]
    fn every_size_has_a_film_of_bounded_length() {
        for (rows, columns, padding) in [
            (24, 24, (1, 1)),
            (20, 20, (2, 2)),
            (48, 96, (1, 0)),
            (1, 1, (0, 0)),
            (3, 800, (0, 3)),
            (7, 5, (0, 0)),
        ] {
            let values = Array2::from_shape_fn((rows, columns), |(y, x)| (y + x) as f32);
            let scale = Scale::of(&values);
            let window = Window { size: (2 * padding.0 + 1, 2 * padding.1 + 1), padding, stride: (1, 1) };
            let slide =
                Slide::new((values.view(), Scale::Ink), (values.view(), scale), window, ["in", "out"], 50);
            assert!(slide.bottom() + 50 <= slide.base.height());
            let film = slide.film(|_, _| {});
            assert!((2..=31).contains(&film.len()), "{rows} x {columns}: {}", film.len());
            let last = film.last().unwrap();
            assert!(last.pixels().any(|&pixel| pixel == VERMILLION), "{rows} x {columns}");
        }
    }

    #[test]
    fn the_last_frame_shows_the_whole_output() {
        let values = Array2::from_elem((5, 30), 1.0f32);
        let window = Window { size: (3, 3), padding: (1, 1), stride: (1, 1) };
        let scale = Scale::Signed { largest: 1.0 };
        let ink = Array2::zeros((5, 30));
        let film =
            Slide::new((ink.view(), Scale::Ink), (values.view(), scale), window, ["", ""], 0).film(|_, _| {});
        let orange =
            |picture: &RgbImage| picture.pixels().filter(|&&pixel| pixel == scale.colour(1.0)).count();
        // 21 x 21 pixels a value, without the frame around one of them; the window has the same colour.
        assert!(orange(film.last().unwrap()) > 149 * 21 * 21);
    }
}
