//! How characters are set: the options of each layout, and its typesetter.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Layout`]: the options of one of the layouts |
//! | `typesetter` | the typesetter of a style: that of its layout |
//! | `set_text` | what a typesetter makes: characters on a canvas |
//! | `claptcha` | the typesetter of the layout `claptcha`: cells side by side |
//! | `lepture_options`, `lepture` | the options and the typesetter of the layout `lepture`: rotated, bent, overlapping |
//! | `row_options`, `row` | the options and the typesetter of the layout `row`: shapes in a row |

pub(crate) mod claptcha;
pub(crate) mod lepture;
pub(crate) mod lepture_options;
pub(crate) mod row;
pub(crate) mod row_options;
pub(crate) mod set_text;
pub(crate) mod typesetter;

use serde::{Deserialize, Serialize};

use crate::error::RenderError;
use crate::layout::lepture_options::LeptureLayout;
use crate::layout::row_options::RowLayout;
use crate::values::only_kind::only_kind;

/// How characters are shaped and placed. In TOML a table with a `kind`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Layout {
    /// As Claptcha: in cells side by side on a canvas that is resized to the image. It alone uses the style's `margin`,
    /// `warp` and `resampling`.
    #[default]
    #[serde(deserialize_with = "only_kind")]
    Claptcha,
    /// As the Python package `captcha`: rotated and bent characters that overlap.
    Lepture(LeptureLayout),
    /// The project's own: outlines that are sheared, rotated, distorted and then rasterised.
    Row(RowLayout),
}

impl Layout {
    /// Refuses values out of their range for an image of `size` pixels.
    pub(crate) fn validate(&self, size: (u32, u32)) -> Result<(), RenderError> {
        match self {
            Self::Claptcha => Ok(()),
            Self::Lepture(lepture) => lepture.validate(),
            Self::Row(row) => row.validate(size),
        }
    }
}
