//! Renders text CAPTCHAs with their ground truth, reproducibly from (style, text, seed).
//!
//! ```
//! use captcha_render::image::ImageFormat;
//! use captcha_render::{Renderer, Style};
//!
//! let renderer = Renderer::new(Style::claptcha())?;
//! let captcha = renderer.random(42)?;
//!
//! let png = captcha.encode(ImageFormat::Png)?;
//! for glyph in &captcha.glyphs {
//!     println!("{} {:?}", glyph.character, glyph.bounds);
//! }
//! # assert!(png.starts_with(b"\x89PNG"));
//! # Ok::<(), captcha_render::RenderError>(())
//! ```
//!
//! | item | what it is |
//! |---|---|
//! | [`Style`] | what a family of CAPTCHAs looks like, as data; presets, TOML |
//! | [`StyleDistribution`] | styles with ranges and weights: every image samples one; `wild`, TOML |
//! | [`Styles`] | one style, or a distribution: what a renderer draws |
//! | [`Layout`] | how characters are set: [as Claptcha](Layout::Claptcha), [`LeptureLayout`], [`RowLayout`] |
//! | [`Warp`], [`Distortion`] | how a character or a row of them is bent |
//! | [`Colours`], [`Background`] | the colours of the characters, and what is behind them |
//! | [`Clutter`] | what is drawn behind and over the characters |
//! | [`Noise`] | what is laid over the whole picture |
//! | [`Renderer`] | draws the CAPTCHAs of a style or a distribution; shared by threads |
//! | [`Captcha`], [`Glyph`] | the picture, and where each character's ink is in it |
//! | [`TextSampler`] | samples texts from an alphabet |
//! | [`RenderError`] | why a style, a font or a text was refused |
//!
//! # The same everywhere
//! A CAPTCHA is a function of style, text and seed: bit by bit the same on every machine and for any number of threads.
//! The arithmetic is that of integers, and of floats where IEEE 754 defines the result exactly. Sines, cosines and
//! exponentials come from the crate `libm`, which uses nothing else; random numbers come from [`captcha_core::seed`].
//! Background, letters, clutter and noise have their own random streams, so a seed gives the same letters with and
//! without a line.
//!
//! # The same as Claptcha
//! [`Style::seed`] and [`Style::claptcha`] draw what the Python package Claptcha 0.3.3 draws. Given the same random
//! numbers, pictures are identical to those of Claptcha with Pillow 9.5: letters are hinted and rasterised as FreeType
//! does it, measured with the kerning of HarfBuzz, and warped and resized with Pillow's filters and rounding. The tests
//! compare with pictures that Claptcha drew. Two things differ: ligatures and contextual alternates are not applied
//! (they change the measured width of some texts in script fonts, not of capitals in PT Sans), and noise has its own
//! random numbers.
//!
//! # The same as captcha
//! [`Style::lepture`] draws what the Python package `captcha` 0.7.1 draws, in the same sense. The tests compare with
//! pictures that the package drew with Pillow 13.0: every digit and capital letter, and other fonts and sizes.
//!
//! # Its own
//! [`Style::easy`], [`Style::medium`] and [`Style::hard`] use a [`RowLayout`], which warps the outlines of glyphs
//! before it rasterises them: nothing is blurred, and the ground truth is exact.

mod canvas;
mod captcha;
mod clutter;
mod error;
mod font;
mod layout;
mod noise;
mod painting;
mod pillow;
mod renderer;
mod streams;
mod style;
mod values;
mod warp;

pub use canvas::background::{Background, Blobs, Gradient};
pub use captcha::{Captcha, Glyph};
pub use clutter::Clutter;
pub use clutter::claptcha_line::LineClutter;
pub use clutter::curve::CurveClutter;
pub use clutter::dots::DotsClutter;
pub use clutter::strokes::{SpotsClutter, Stroke, StrokesClutter};
pub use error::RenderError;
pub use font::built_in::BUILT_IN_FONTS;
pub use layout::Layout;
pub use layout::lepture_options::LeptureLayout;
pub use layout::row_options::{Hollow, RowLayout, Shadow};
pub use noise::warps::{Resample, Ripple, Water};
pub use noise::{Blur, GaussianNoise, Jpeg, Noise, SaltAndPepper, WhiteNoise};
pub use pillow::resample::Resampling;
pub use renderer::Renderer;
pub use style::distribution::StyleDistribution;
pub use style::styles::Styles;
pub use style::text_sampler::TextSampler;
pub use style::{Margin, Style};
pub use values::colour::Colours;
pub use values::counts::Counts;
pub use values::lengths::Lengths;
pub use values::limits::{MAX_SIDE, MAX_TEXT};
pub use values::size::ImageSize;
pub use values::span::Span;
pub use warp::distortion::{Distortion, Elastic, Wave};
pub use warp::{QuadWarp, Warp};

pub use captcha_core;
pub use image;
