//! What repeats the arithmetic of Pillow to the last bit.
//!
//! | file | what it holds |
//! |---|---|
//! | `resample` | [`Resampling`](resample::Resampling), and the fixed-point weights of `resize` |
//! | `sparse_resize` | `resize` of grey pictures that are mostly empty |
//! | `rgba` | pictures with transparency: `rotate`, `resize` and `transform` |
//! | `quad` | the quadrilateral warp: `transform` with `QUAD` |
//! | `sampled_image` | images that are sampled between their pixels |
//! | `wide_line` | wide straight lines: `ImageDraw.line` |
//! | `arc` | arcs one pixel wide: `ImageDraw.arc` |
//! | `smooth` | the filter `SMOOTH` |
//! | `reference` | tests against pictures that Claptcha, `captcha` and Pillow drew |

pub(crate) mod arc;
pub(crate) mod quad;
#[cfg(test)]
mod reference;
pub(crate) mod resample;
pub(crate) mod rgba;
pub(crate) mod sampled_image;
pub(crate) mod smooth;
pub(crate) mod sparse_resize;
pub(crate) mod wide_line;
