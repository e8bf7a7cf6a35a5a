//! The letters of an image.
//!
//! | file | what it holds |
//! |---|---|
//! | `segmentation` | [`Segmentation`] and [`Letter`]: the result |
//! | `cutout` | the part of an image that shows one letter, and the order of reading |
//! | `letter_image` | [`letter_image()`]: a cutout resampled to the size that a network reads |

mod cutout;
mod letter_image;
mod segmentation;

pub(crate) use cutout::{Cutout, MAX_LETTERS, reading_order};
pub use letter_image::{Fit, letter_image};
pub(crate) use letter_image::{check_letter, resample_letter};
pub use segmentation::{Letter, Segmentation};
