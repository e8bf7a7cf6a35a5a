//! The vocabulary that every crate of captcha-lab shares.
//!
//! | item | what it is |
//! |---|---|
//! | [`Alphabet`] | the ordered set of characters that a CAPTCHA can contain; maps characters to class indices |
//! | [`Label`] | the known answer of a sample, read from a file name or given |
//! | [`GlyphBox`] | a non-empty rectangle in pixels |
//! | [`ink`] | the one place where pixels become floats: ink 1.0, paper 0.0 |
//! | [`decode_image`], [`open_image`] | images from untrusted bytes, with limits and typed errors |
//! | [`resample`] | images brought to the size that a network reads |
//! | [`seed`] | derived seeds, the random number generator of the project, uniform numbers |
//! | [`Fingerprint`], [`ContentHash`] | what data is known by, and what differs |
//! | [`Monitor`] | how long work reports its progress and is interrupted |
//!
//! Images are dark ink on light paper, 8 bits a channel, origin at the top left, sizes `width, height` in
//! pixels. Tensors are `f32` in NCHW order.

mod alphabet;
mod decode;
#[doc(hidden)]
pub mod files;
mod fingerprint;
mod glyph_box;
pub mod ink;
mod label;
mod monitor;
pub mod resample;
pub mod seed;

pub use alphabet::{Alphabet, AlphabetError};
pub use decode::{DecodeError, ImageLimits, decode_image, open_image, to_gray};
pub use fingerprint::{ContentHash, Difference, Fingerprint};
pub use glyph_box::{GlyphBox, GlyphBoxError};
pub use label::{Label, LabelError};
pub use monitor::Monitor;
pub use resample::{scale_to_height, scaled_width};

pub use image;
pub use ndarray;
pub use rand;
