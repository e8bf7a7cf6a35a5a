//! The page that tells how an image is read: pixels, letters or columns, every layer, scores and text.
//!
//! | file | what it holds |
//! |---|---|
//! | `story` | [`story()`]: the whole page, in order |
//! | `preparation`, `layers`, `outcome` | its three parts: before the network, in it, and after it |
//! | `worked` | one value worked out in full |
//! | `draft` | the page and its pictures while they are made; [`Story`], the finished files |
//!
//! ```no_run
//! use captcha_lab::{ModelFile, Pretrained};
//! use captcha_report::explain::story;
//! use captcha_report::inside::Road;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let image = captcha_lab::core::open_image("QXKZEF.png", Default::default())?;
//! let model = ModelFile::from_bytes(Pretrained::SeedLetters.bytes())?;
//! // The first letter is followed through every layer.
//! let road = Road::new(model, image, 1)?;
//! story(&road, "QXKZEF.png")?.save("explain")?;
//! # Ok(())
//! # }
//! ```

mod draft;
mod layers;
mod outcome;
mod preparation;
mod story;
mod worked;

pub use draft::{Story, StoryError};
pub use story::story;
