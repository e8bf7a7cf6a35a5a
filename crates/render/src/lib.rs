//! Renders text CAPTCHAs with their ground truth, reproducibly from (style, text, seed).

mod captcha;
mod clutter;
mod draw;
mod error;
mod font;
mod ink;
mod kerning;
mod line;
mod narrow;
mod noise;
mod polygon;
mod quad;
mod raster;
#[cfg(test)]
mod reference;
mod renderer;
mod resample;
mod setting;
mod sheet;
mod style;
mod text;
mod warp;

pub use captcha::{Captcha, Glyph};
pub use clutter::{Clutter, LineClutter};
pub use error::RenderError;
pub use font::BUILT_IN_FONTS;
pub use noise::{Noise, WhiteNoise};
pub use renderer::Renderer;
pub use resample::Resampling;
pub use style::{Lengths, MAX_SIDE, Margin, Span, Style};
pub use text::{MAX_TEXT, TextSampler};
pub use warp::{QuadWarp, Warp};

pub use captcha_core;
pub use image;
