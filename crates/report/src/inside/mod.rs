//! How a network sees an image, piece by piece: what the window shows and what the page of [`explain`](crate::explain) is made of.
//!
//! | module | what it is |
//! |---|---|
//! | [`colour`] | values as colours |
//! | [`words`], [`numbers`] | every step from pixels to text in plain words; formatted numbers |
//! | [`ctc`] | how the columns of a sequence network become text |
//! | [`pixels`] | an image as data: channels, numbers, boxes, columns |
//! | [`maps`], [`trace`] | feature maps, filters and whole layers as pictures |
//! | [`flashlight()`], [`pooling()`] | films: a filter that slides over an image, and a pooling window |
//! | [`scores`] | class probabilities as bars, and as a heat map over the columns |
//! | [`Road`] | all steps of a model from pixels to text |
//!
//! ```
//! use captcha_lab::render::{Renderer, Style};
//! use captcha_lab::{ModelFile, Pretrained};
//! use captcha_report::inside::{Road, flashlight};
//!
//! let captcha = Renderer::new(Style::seed())?.render("QXKZEF", 42)?;
//! let model = ModelFile::from_bytes(Pretrained::SeedLetters.bytes())?;
//! // The first letter, through every layer of the network.
//! let road = Road::new(model, captcha.image, 1)?;
//! let trace = road.trace().ok_or("the image can't be cut")?;
//! // Filter 3 of the first layer, as it slides over the letter.
//! let film = flashlight(trace, 0, 2).ok_or("no convolution of one image")?;
//! assert!(film.to_gif()?.starts_with(b"GIF89a"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod colour;
pub mod ctc;
pub(crate) mod draw;
mod film;
mod flashlight;
pub mod maps;
pub mod numbers;
pub mod pixels;
mod pooling;
mod road;
pub mod scores;
pub(crate) mod slide;
pub mod trace;
pub mod words;
pub(crate) mod worked;

pub use film::{Film, FilmError};
pub use flashlight::flashlight;
pub use pooling::pooling;
pub use road::{Road, RoadError, Way};
