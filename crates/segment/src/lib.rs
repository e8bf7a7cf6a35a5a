//! Cuts text CAPTCHAs into letters.
//!
//! A [`Segmenter`] takes an image with dark ink on light paper, and the number of letters if it is known. It gives
//! the letters left to right, each with its box and with an image of a fixed size for a network, or says why not.
//! Nothing is learned: the method is a handful of rules on strokes.
//!
//! ```
//! use captcha_segment::image::{GrayImage, Luma};
//! use captcha_segment::{SegmentError, SegmentOptions, Segmenter};
//!
//! // Three bars on white paper, the middle one broken in two.
//! let image = GrayImage::from_fn(70, 40, |x, y| {
//!     let bar = (5..35).contains(&y) && x >= 10 && x % 20 < 8 && !(x / 20 == 1 && (18..22).contains(&y));
//!     Luma([if bar { 0 } else { 255 }])
//! });
//! let segmenter = Segmenter::new(SegmentOptions::default())?;
//! let found = segmenter.segment(&image, Some(3))?;
//! assert_eq!(found.letters[1].bounds.height(), 30);
//! assert_eq!(found.letters[1].image.dimensions(), (24, 24));
//!
//! let blank = GrayImage::from_pixel(70, 40, Luma([255]));
//! assert_eq!(segmenter.segment(&blank, Some(3)), Err(SegmentError::NoInk));
//! # Ok::<(), SegmentError>(())
//! ```
//!
//! # The steps
//!
//! | step | by the default, [`Components`] | by the seed, [`Contours`] |
//! |---|---|---|
//! | which pixels are ink | [`Threshold::Contrast`]: a quarter of the way from paper to ink | all that is not white |
//! | which hang together | [`component_boxes`] | [`outer_contour_boxes`] |
//! | what is no letter | specks of a few pixels | boxes of at most 5 pixels |
//! | fragments | joined if one stands above the other, or if the number of letters tells | the box grows downwards |
//! | touching letters | cut where the fewest strokes are crossed, as many times as the number of letters tells | a wide box is halved |
//! | the wrong number | [`SegmentError::WrongCount`] if no join or cut is plausible | [`SegmentError::WrongCount`] |
//! | [`letter_image`] | the letter's own ink, aspect ratio kept, centred | all in the box, stretched |
//!
//! [`Segmenter::steps`] shows what each step found. [`score_boxes`] compares boxes with the ground truth.
//!
//! On fresh images of the style `seed` of `captcha-render`, six letters each, the default finds all six where they
//! are (each box with an intersection over union of at least 0.7) in more than 99.9 % if it knows their number and in
//! more than 99.5 % if it does not; the seed's steps do in 97 %.
//!
//! Ink that is no letter and touches letters, such as a line across the text, is cut with them: there are as many boxes
//! as expected then, but hardly one fits. Such images are for a recogniser that reads the whole image at once.
//!
//! Source for the whole, and for the name "cut": R. G. Casey, E. Lecolinet, "A survey of methods and strategies in
//! character segmentation", IEEE Transactions on Pattern Analysis and Machine Intelligence 18 (7), 690-706, 1996,
//! doi 10.1109/34.506792.

mod by_components;
mod by_contours;
mod cleaning;
mod components;
mod contours;
mod costs;
mod cut;
mod error;
mod letter;
mod line;
mod options;
mod piece;
mod reading;
mod resample;
mod runs;
mod score;
mod segmenter;
mod steps;
mod threshold;

pub use cleaning::Cleaning;
pub use components::component_boxes;
pub use contours::outer_contour_boxes;
pub use error::SegmentError;
pub use letter::{Letter, Segmentation};
pub use options::{Components, Contours, Fit, Method, SegmentOptions};
pub use resample::letter_image;
pub use score::{BoxScore, score_boxes};
pub use segmenter::Segmenter;
pub use steps::{Steps, draw_boxes};
pub use threshold::{Threshold, binarise};

pub use captcha_core;
pub use image;
