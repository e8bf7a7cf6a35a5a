//! The styles that have names.

use captcha_core::Alphabet;

use crate::canvas::background::{Background, Blobs, Gradient};
use crate::clutter::Clutter;
use crate::clutter::claptcha_line::LineClutter;
use crate::clutter::curve::CurveClutter;
use crate::clutter::dots::DotsClutter;
use crate::clutter::strokes::{SpotsClutter, Stroke, StrokesClutter};
use crate::error::RenderError;
use crate::font::built_in::{DROID_SANS_MONO, PT_SANS_BOLD};
use crate::layout::Layout;
use crate::layout::lepture_options::LeptureLayout;
use crate::layout::row_options::{Hollow, RowLayout, Shadow};
use crate::noise::{Blur, GaussianNoise, Jpeg, Noise, SaltAndPepper};
use crate::pillow::resample::Resampling;
use crate::style::{Margin, Style};
use crate::values::colour::Colours;
use crate::values::counts::Counts;
use crate::values::lengths::Lengths;
use crate::values::span::Span;
use crate::warp::distortion::{Distortion, Elastic, Wave};
use crate::warp::{QuadWarp, Warp};

impl Style {
    /// The names that [`Style::preset`] knows.
    pub const PRESETS: &[&str] = &["seed", "claptcha", "lepture", "easy", "medium", "hard"];

    /// The preset called `name`, one of [`Style::PRESETS`].
    ///
    /// # Errors
    /// [`RenderError::UnknownPreset`].
    pub fn preset(name: &str) -> Result<Self, RenderError> {
        match name {
            "seed" => Ok(Self::seed()),
            "claptcha" => Ok(Self::claptcha()),
            "lepture" => Ok(Self::lepture()),
            "easy" => Ok(Self::easy()),
            "medium" => Ok(Self::medium()),
            "hard" => Ok(Self::hard()),
            _ => {
                Err(RenderError::UnknownPreset { name: name.to_owned(), expected: Self::PRESETS.join(", ") })
            }
        }
    }

    /// The CAPTCHAs of the seed: Claptcha 0.3.3 without its line.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | size, texts | 300 x 150 pixels, six of `A` to `Z` |
    /// | font | PT Sans Bold, 110 pixels (margins of 20) |
    /// | colours | black on white |
    /// | characters | [`QuadWarp`] with points up to 0.2 to 0.7 of the cell away, bicubic |
    #[must_use]
    pub fn seed() -> Self {
        Self {
            width: 300,
            height: 150,
            alphabet: Alphabet::uppercase(),
            lengths: Lengths { min: 6, max: 6 },
            fonts: vec![PT_SANS_BOLD.to_owned()],
            resampling: Resampling::Bicubic,
            margin: Margin { x: 20, y: 20 },
            warp: vec![Warp::Quad(QuadWarp::default())],
            clutter: Vec::new(),
            noise: Vec::new(),
            layout: Layout::Claptcha,
            ink: Colours::BLACK,
            background: Background::Plain(Colours::WHITE),
            behind: Vec::new(),
            inverted: 0.0,
        }
    }

    /// [`Style::seed`] with the line that Claptcha itself always draws across the letters.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | line | [`LineClutter`]: from the left tenth to the right one, 0.02284 of the canvas' side wide, bent by 0.2 to 0.5 |
    #[must_use]
    pub fn claptcha() -> Self {
        Self::seed().with_clutter(vec![Clutter::Line(LineClutter::default())])
    }

    /// The CAPTCHAs of the Python package `captcha` 0.7.1, `ImageCaptcha` with its defaults.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | size, texts | 160 x 60 pixels, four of `0` to `9` and `A` to `Z` |
    /// | font | Droid Sans Mono, 42, 50 or 56 pixels for each character |
    /// | colours | ink of levels 10 to 200 on plain paper of levels 238 to 255 |
    /// | characters | [`LeptureLayout`]: rotated by up to 30 degrees, bent by up to a fifth of the width and a tenth of the height, an empty box before every other one, overlapping by up to a quarter |
    /// | clutter | 30 dots 3 pixels wide, one curve from 0 to 20 to 160 to 200 degrees |
    /// | noise | smoothed |
    #[must_use]
    pub fn lepture() -> Self {
        Self {
            width: 160,
            height: 60,
            alphabet: Alphabet::uppercase_alphanumeric(),
            lengths: Lengths { min: 4, max: 4 },
            fonts: vec![DROID_SANS_MONO.to_owned()],
            clutter: vec![Clutter::Dots(DotsClutter::default()), Clutter::Curve(CurveClutter::default())],
            noise: vec![Noise::Smooth],
            layout: Layout::Lepture(LeptureLayout::default()),
            ink: Colours::new(10, 200),
            background: Background::Plain(Colours::new(238, 255)),
            ..Self::bare()
        }
    }

    /// The project's own, easy: what a simple web form shows.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | size, texts | 200 x 70 pixels, 4 to 6 of [`Alphabet::unambiguous`] |
    /// | fonts | one of five sans and serif fonts for an image, 0.5 to 0.6 of the height |
    /// | colours | ink of levels 0 to 100 on plain paper of levels 215 to 255 |
    /// | characters | [`RowLayout`]: gaps of 0.05 to 0.2, up to 0.05 up or down, rotated by up to 12 degrees, sheared by up to 0.15 |
    /// | clutter | 10 to 30 discs of 0.6 to 1.2 pixels and a line 1 to 1.5 pixels wide in the colour of the ink |
    /// | noise | Gaussian, up to 6 levels |
    #[must_use]
    pub fn easy() -> Self {
        let layout = RowLayout::default()
            .with_size(Span::new(0.5, 0.6))
            .with_gap(Span::new(0.05, 0.2))
            .with_shift(Span::new(-0.05, 0.05))
            .with_rotate(Span::new(-12.0, 12.0))
            .with_shear(Span::new(-0.15, 0.15));
        Self {
            lengths: Lengths { min: 4, max: 6 },
            fonts: fonts(&PLAIN),
            layout: Layout::Row(layout),
            ink: Colours::new(0, 100),
            background: Background::Plain(Colours::new(215, 255)),
            clutter: vec![
                spots(Counts::new(10, 30), Span::new(0.6, 1.2)),
                strokes(Stroke::Line, Counts::new(1, 1), Span::new(1.0, 1.5)),
            ],
            noise: vec![Noise::Gaussian(GaussianNoise::new(Span::new(0.0, 6.0)))],
            ..Self::own()
        }
    }

    /// The project's own, medium: what most generators draw at their best.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | size, texts | 200 x 70 pixels, 4 to 7 of [`Alphabet::unambiguous`] |
    /// | fonts | one of nine for each character, 0.48 to 0.62 of the height |
    /// | colours | ink of levels 0 to 110 on a gradient of levels 190 to 255; a quarter is light on dark |
    /// | characters | [`RowLayout`]: gaps of 0 to 0.1, up to 0.08 up or down, rotated by up to 20 degrees, sheared by up to 0.25, perspective of up to 0.15, waves of 0.02 to 0.05 with lengths of 1 to 2.5; shadows in 3 of 10 |
    /// | behind | up to 3 ellipses of levels 140 to 220, 1 to 2 pixels wide |
    /// | clutter | 1 to 2 Bezier curves 1.4 to 2.2 pixels wide and 20 to 50 discs of 0.6 to 1.4 pixels in the colour of the ink |
    /// | noise | blurred by up to 0.7 pixels, Gaussian of up to 10 levels |
    #[must_use]
    pub fn medium() -> Self {
        let layout = RowLayout::default()
            .with_size(Span::new(0.48, 0.62))
            .with_mixed(true, false)
            .with_gap(Span::new(0.0, 0.1))
            .with_shift(Span::new(-0.08, 0.08))
            .with_rotate(Span::new(-20.0, 20.0))
            .with_shear(Span::new(-0.25, 0.25))
            .with_perspective(Span::new(-0.15, 0.15))
            .with_distort(vec![Distortion::Wave(Wave::new(Span::new(0.02, 0.05), Span::new(1.0, 2.5)))])
            .with_shadow(Shadow::new(0.3, Span::new(0.05, 0.1), Span::new(0.2, 0.4)));
        let faint = StrokesClutter::new(Stroke::Ellipse, Counts::new(0, 3), Span::new(1.0, 2.0));
        Self {
            lengths: Lengths { min: 4, max: 7 },
            fonts: fonts(&PLAIN).into_iter().chain(fonts(&VARIED)).collect(),
            layout: Layout::Row(layout),
            ink: Colours::new(0, 110),
            background: Background::Gradient(Gradient::new(Colours::new(190, 255))),
            behind: vec![Clutter::Strokes(faint.with_colours(Colours::new(140, 220)))],
            clutter: vec![
                strokes(Stroke::Bezier, Counts::new(1, 2), Span::new(1.4, 2.2)),
                spots(Counts::new(20, 50), Span::new(0.6, 1.4)),
            ],
            noise: vec![
                Noise::Blur(Blur::new(Span::new(0.0, 0.7))),
                Noise::Gaussian(GaussianNoise::new(Span::new(0.0, 10.0))),
            ],
            inverted: 0.25,
            ..Self::own()
        }
    }

    /// The project's own, hard: every defence at once, and still read by people.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | size, texts | 200 x 70 pixels, 4 to 8 of [`Alphabet::unambiguous`] |
    /// | fonts | one of nine for each character, 0.5 to 0.66 of the height |
    /// | colours | an ink of levels 0 to 105 for each character on 15 to 40 blobs of levels 175 to 255 with radii of 0.1 to 0.5; a third is light on dark |
    /// | characters | [`RowLayout`]: gaps of -0.04 to 0.02, so most touch, up to 0.1 up or down, 0.85 to 1.2 times as wide, rotated by up to 20 degrees, sheared by up to 0.3, perspective of up to 0.2, waves of 0.02 to 0.05 with lengths of 0.8 to 2, elastic by 0.03 to 0.06 with nodes 0.3 apart; hollow in a quarter, shadows in 3 of 10 |
    /// | behind | up to 2 arcs, ellipses and lines each, of levels 100 to 200, 1 to 2.5 pixels wide |
    /// | clutter | 1 to 2 Bezier curves 1.4 to 2.4 pixels wide, up to 1 arc and line each, 20 to 60 discs of 0.6 to 1.6 pixels |
    /// | noise | salt and pepper on up to 1.5 %, blurred by up to 0.7 pixels, Gaussian of up to 12 levels, JPEG of quality 40 to 90 |
    #[must_use]
    pub fn hard() -> Self {
        let layout = RowLayout::default()
            .with_size(Span::new(0.5, 0.66))
            .with_mixed(true, true)
            .with_gap(Span::new(-0.04, 0.02))
            .with_shift(Span::new(-0.1, 0.1))
            .with_stretch(Span::new(0.85, 1.2))
            .with_rotate(Span::new(-20.0, 20.0))
            .with_shear(Span::new(-0.3, 0.3))
            .with_perspective(Span::new(-0.2, 0.2))
            .with_distort(vec![
                Distortion::Wave(Wave::new(Span::new(0.02, 0.05), Span::new(0.8, 2.0))),
                Distortion::Elastic(Elastic::new(Span::new(0.03, 0.06), 0.3)),
            ])
            .with_hollow(Hollow::new(0.25, Span::new(0.05, 0.07)))
            .with_shadow(Shadow::new(0.3, Span::new(0.05, 0.1), Span::new(0.2, 0.4)));
        let behind = [Stroke::Arc, Stroke::Ellipse, Stroke::Line].map(|stroke| {
            let faint = StrokesClutter::new(stroke, Counts::new(0, 2), Span::new(1.0, 2.5));
            Clutter::Strokes(faint.with_colours(Colours::new(100, 200)))
        });
        Self {
            lengths: Lengths { min: 4, max: 8 },
            fonts: fonts(&PLAIN).into_iter().chain(fonts(&VARIED)).collect(),
            layout: Layout::Row(layout),
            ink: Colours::new(0, 105),
            background: Background::Blobs(Blobs::new(
                Colours::new(175, 255),
                Counts::new(15, 40),
                Span::new(0.1, 0.5),
            )),
            behind: behind.to_vec(),
            clutter: vec![
                strokes(Stroke::Bezier, Counts::new(1, 2), Span::new(1.4, 2.4)),
                strokes(Stroke::Arc, Counts::new(0, 1), Span::new(1.2, 2.0)),
                strokes(Stroke::Line, Counts::new(0, 1), Span::new(1.2, 2.0)),
                spots(Counts::new(20, 60), Span::new(0.6, 1.6)),
            ],
            noise: vec![
                Noise::SaltAndPepper(SaltAndPepper::new(Span::new(0.0, 0.015))),
                Noise::Blur(Blur::new(Span::new(0.0, 0.7))),
                Noise::Gaussian(GaussianNoise::new(Span::new(0.0, 12.0))),
                Noise::Jpeg(Jpeg::new(Counts::new(40, 90))),
            ],
            inverted: 1.0 / 3.0,
            ..Self::own()
        }
    }

    /// The seed without what only the layout `claptcha` has a use for.
    fn bare() -> Self {
        Self { margin: Margin { x: 0, y: 0 }, warp: Vec::new(), ..Self::seed() }
    }

    /// What the project's own presets share.
    fn own() -> Self {
        Self { width: 200, height: 70, alphabet: Alphabet::unambiguous(), ..Self::bare() }
    }
}

/// Fonts that are read at once.
const PLAIN: [&str; 5] =
    [PT_SANS_BOLD, "averia-sans-bold", "caladea-bold", "comic-neue-bold", "liberation-sans-bold"];

/// SparseResize, round and monospaced fonts.
const VARIED: [&str; 4] = ["courier-prime-bold", "dosis-bold", "quicksand-bold", "yanone-kaffeesatz-bold"];

fn fonts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Strokes in the colour of the ink.
fn strokes(stroke: Stroke, count: Counts, width: Span) -> Clutter {
    Clutter::Strokes(StrokesClutter::new(stroke, count, width))
}

/// Discs in the colour of the ink.
fn spots(count: Counts, radius: Span) -> Clutter {
    Clutter::Spots(SpotsClutter::new(count, radius))
}
