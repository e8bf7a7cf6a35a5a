//! What a renderer refuses of a style.

use crate::clutter::Clutter;
use crate::error::RenderError;
use crate::noise::Noise;
use crate::style::Style;
use crate::style::text_sampler::TextSampler;
use crate::values::limits::{MAX_SIDE, check_entries, check_number};
use crate::warp::Warp;

/// Most fonts of a style.
const MAX_FONTS: usize = 1000;

/// Smallest height of a font in pixels that still shows characters.
const MIN_FONT_HEIGHT: u32 = 4;

impl Style {
    /// Refuses values that are out of their range; fonts are checked where they are loaded.
    pub(crate) fn validate(&self) -> Result<TextSampler, RenderError> {
        for (field, side) in [("width", self.width), ("height", self.height)] {
            if !(1..=MAX_SIDE).contains(&side) {
                return Err(RenderError::bad_style(field, side, format!("1 to {MAX_SIDE} pixels")));
            }
        }
        if u64::from(self.margin.x) * 2 >= u64::from(self.width) {
            let expected = format!("less than half of the width {}", self.width);
            return Err(RenderError::bad_style("margin.x", self.margin.x, expected));
        }
        if u64::from(self.margin.y) * 2 + u64::from(MIN_FONT_HEIGHT) > u64::from(self.height) {
            let expected = format!("to leave {MIN_FONT_HEIGHT} of the height {} for the font", self.height);
            return Err(RenderError::bad_style("margin.y", self.margin.y, expected));
        }
        if self.fonts.is_empty() {
            return Err(RenderError::bad_style("fonts", "empty", "at least one font"));
        }
        if self.fonts.len() > MAX_FONTS {
            let expected = format!("at most {MAX_FONTS} fonts");
            return Err(RenderError::bad_style("fonts", format!("a list of {}", self.fonts.len()), expected));
        }
        self.ink.check("ink")?;
        self.background.validate().map_err(|error| error.within("background"))?;
        self.layout.validate((self.width, self.height)).map_err(|error| error.within("layout"))?;
        check_number(self.inverted, "inverted", 0.0, 1.0)?;
        check_entries("behind", &self.behind, Clutter::validate)?;
        check_entries("warp", &self.warp, Warp::validate)?;
        check_entries("clutter", &self.clutter, Clutter::validate)?;
        check_entries("noise", &self.noise, Noise::validate)?;
        TextSampler::new(self.alphabet.clone(), self.lengths.into())
    }
}
