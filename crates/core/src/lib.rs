//! The types and functions that all crates of captcha-lab share.
//!
//! | module | what it holds |
//! |---|---|
//! | `alphabet` | [`Alphabet`]: the ordered set of characters that a CAPTCHA can contain; maps characters to class indices |
//! | `label` | [`Label`]: the known answer of a sample, read from a file name or given |
//! | `letter_case` | [`fold_case`], [`other_case`]: capital and small letters |
//! | `glyph_box` | [`GlyphBox`]: a non-empty rectangle in pixels |
//! | [`ink`] | the one place where pixels become floats: ink 1.0, paper 0.0 |
//! | `decode` | [`decode_image`], [`open_image`], [`to_gray`]: images from untrusted bytes, with limits and typed errors |
//! | `encode` | [`encode_image`]: images as the bytes of a file |
//! | `describe` | [`describe()`], [`MainError`]: an error with its sources on one line |
//! | `escape` | texts in file names |
//! | `levels` | [`shows_light_text`], [`stretch_contrast`]: what grey levels say, and levels that are changed |
//! | `resample` | [`scale_to_height`], [`scaled_width`]: an image at the height that a network reads |
//! | [`seed`] | derived seeds, the random number generator of the project, uniform random numbers |
//! | `fingerprint` | [`Fingerprint`], [`ContentHash`], [`Difference`]: how data is recognised again, and what differs |
//! | `monitor` | [`Monitor`]: progress and interruption of long work |
//! | `jpeg` | the losses of JPEG compression; internal |
//! | `files` | files that are written whole or not at all, and read up to a limit; internal |
//!
//! Images show dark ink on light paper, with 8 bits a channel and the origin at the top left. Sizes are `width, height` in
//! pixels. Tensors are `f32` in NCHW order.

mod alphabet;
mod decode;
mod describe;
mod encode;
mod escape;
#[doc(hidden)]
pub mod files;
mod fingerprint;
mod glyph_box;
pub mod ink;
#[doc(hidden)]
pub mod jpeg;
mod label;
mod letter_case;
mod levels;
mod monitor;
#[doc(hidden)]
pub mod resample;
pub mod seed;

pub use alphabet::{Alphabet, AlphabetError};
pub use decode::{DecodeError, ImageLimits, decode_image, open_image, to_gray};
pub use describe::{MainError, describe};
pub use encode::encode_image;
pub use fingerprint::{ContentHash, Difference, Fingerprint};
pub use glyph_box::{GlyphBox, GlyphBoxError};
pub use label::{Label, LabelError};
pub use letter_case::{fold_case, other_case};
pub use levels::{shows_light_text, stretch_contrast};
pub use monitor::Monitor;
pub use resample::{scale_to_height, scaled_width};

pub use image;
pub use ndarray;
pub use rand;
