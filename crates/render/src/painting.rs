//! One picture: what a style, a text and random numbers make.

use captcha_core::seed;
use image::{DynamicImage, GrayImage, RgbImage};
use rand::Rng;

use crate::canvas::Canvas;
use crate::canvas::coverage::Coverage;
use crate::canvas::filter::Filter;
use crate::captcha::Glyph;
use crate::error::RenderError;
use crate::layout::set_text::Resize;
use crate::layout::typesetter::Typesetter;
use crate::pillow::resample::Axis;
use crate::pillow::{rgba, sparse_resize};
use crate::streams::{Stream, Streams};
use crate::style::Style;

/// The style of one picture with its typesetter.
pub(crate) struct Look<'a> {
    pub(crate) style: &'a Style,
    pub(crate) typesetter: &'a Typesetter,
}

impl Look<'_> {
    /// Paints `text` with the random numbers of `streams`.
    pub(crate) fn paint(&self, text: &str, streams: &mut impl Streams) -> Result<Painting, RenderError> {
        let style = self.style;
        let grey = style.is_grey();
        let paper = style.background.sample(streams.of(Stream::Background));
        let ink = style.ink.sample(streams.of(Stream::Ink));
        let mut behind = None;
        if !style.behind.is_empty() {
            behind = Some(seed::rng(streams.of(Stream::Behind).next_u64()));
        }
        let mut paper = |width, height| {
            let mut canvas = paper.canvas(width, height, grey);
            if let Some(rng) = &mut behind {
                style
                    .behind
                    .iter()
                    .for_each(|clutter| clutter.apply(&mut canvas, ink, style.resampling, rng));
            }
            canvas
        };
        let set = self.typesetter.set_text(style, text, (ink, &mut paper), streams)?;
        let mut canvas = set.canvas;
        let rng = streams.of(Stream::Clutter);
        for clutter in &style.clutter {
            clutter.apply(&mut canvas, ink, style.resampling, rng);
        }
        if style.inverted > 0.0 && seed::unit(streams.of(Stream::Negative)) < style.inverted {
            canvas.levels.iter_mut().for_each(|level| *level = 255 - *level);
        }
        let rng = streams.of(Stream::Noise);
        let filters = style.noise.iter().filter_map(|noise| noise.apply(&mut canvas, rng)).collect();
        let room = (canvas.width, canvas.height);
        let image = match &set.resize {
            Resize::Last(columns, rows) => resized(canvas, columns, rows),
            _ => canvas.into_image(),
        };
        Ok(Painting { image, coverages: set.coverages, resize: set.resize, filters, room })
    }
}

/// The canvas at the size of the image.
fn resized(canvas: Canvas, columns: &Axis, rows: &Axis) -> DynamicImage {
    let (width, height) = (canvas.width, canvas.height);
    let (out_width, out_height) = (columns.len() as u32, rows.len() as u32);
    let whole = "the levels of every pixel";
    if canvas.channels == 1 {
        let canvas = GrayImage::from_raw(width as u32, height as u32, canvas.levels).expect(whole);
        return sparse_resize::resize(&canvas, columns, rows).into();
    }
    let levels = rgba::resize(canvas.levels.as_chunks::<3>().0, (width, height), columns, rows);
    RgbImage::from_raw(out_width, out_height, levels.into_flattened()).expect(whole).into()
}

/// A finished picture and the ink that each character left on its canvas.
pub(crate) struct Painting {
    image: DynamicImage,
    coverages: Vec<Option<Coverage>>,
    resize: Resize,
    /// What was done to the canvas that also moved ink.
    filters: Vec<Filter>,
    /// The size of the canvas when they were applied.
    room: (usize, usize),
}

impl Painting {
    /// Where the characters of `text`, which is what was painted, are.
    pub(crate) fn glyphs(&self, text: &str) -> Vec<Glyph> {
        text.chars()
            .zip(&self.coverages)
            .map(|(character, coverage)| {
                let seen = coverage.as_ref().and_then(|coverage| self.seen(coverage));
                seen.map_or(Glyph::hidden(character), |seen| {
                    let (bounds, mask) = seen.mask();
                    Glyph { character, bounds: Some(bounds), mask }
                })
            })
            .collect()
    }

    /// What is left of `coverage` in the image.
    fn seen(&self, coverage: &Coverage) -> Option<Coverage> {
        let drawn = match &self.resize {
            Resize::Done(columns, rows) => coverage.resized(columns, rows)?,
            _ => coverage.clone(),
        };
        let filtered =
            self.filters.iter().try_fold(drawn, |coverage, filter| coverage.filtered(filter, self.room))?;
        match &self.resize {
            Resize::Last(columns, rows) => filtered.resized(columns, rows),
            _ => Some(filtered),
        }
    }

    pub(crate) fn into_image(self) -> DynamicImage {
        self.image
    }
}
