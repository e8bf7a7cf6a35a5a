//! Cuts text CAPTCHAs into letters.
//!
//! A [`Segmenter`] takes an image with dark ink on light paper and, if it is known, the number of letters. It returns the
//! letters from left to right, each with its box and with an image of a fixed size for a network, or the reason why the
//! image could not be cut. Nothing is learned: the method is a small set of rules about strokes.
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
//! | step | default: [`ComponentOptions`] | seed: [`ContourOptions`] |
//! |---|---|---|
//! | binarisation | [`Threshold::Contrast`]: a quarter of the way from paper to ink | everything that is not white is ink |
//! | connected ink | [`component_boxes`] | [`outer_contour_boxes`] |
//! | what is dropped | specks of a few pixels | boxes of at most 5 pixels |
//! | fragments | joined if one stands above the other, or if the number of letters requires it | the box grows downwards |
//! | touching letters | cut where the fewest strokes are crossed, as often as the number of letters requires | a wide box is halved |
//! | wrong number | [`SegmentError::WrongCount`] if no join or cut is plausible | [`SegmentError::WrongCount`] |
//! | [`letter_image`] | the ink of the letter only, aspect ratio kept, centred | all that is in the box, stretched |
//!
//! [`Segmenter::steps`] returns what each step found. [`score_boxes`] compares boxes with the ground truth.
//!
//! On fresh images of the style `seed` of `captcha-render`, six letters each, the default finds all six where they are
//! (each box with an intersection over union of at least 0.7) in more than 99.9 % if their number is known, and in more
//! than 99.5 % if it is not. The steps of the seed do so in 97 %.
//!
//! Ink that is no letter and touches letters, such as a line across the text, is cut together with them: there are as
//! many boxes as expected, but hardly one fits. [`Cleaning`] removes a line that is thinner than the strokes. Other such
//! images are for a recogniser that reads the whole image at once.
//!
//! Source for the whole, and for the name "cut": R. G. Casey, E. Lecolinet, "A survey of methods and strategies in
//! character segmentation", IEEE Transactions on Pattern Analysis and Machine Intelligence 18 (7), 690-706, 1996,
//! doi 10.1109/34.506792.
//!
//! # The modules
//!
//! | module | what it holds |
//! |---|---|
//! | `segmenter`, `steps` | [`Segmenter`]: from an image to its letters; [`Steps`]: what each step found |
//! | `by_components`, `by_contours` | the default method; the method of the seed |
//! | `cleaning` | [`Cleaning`]: noise and a line are removed first |
//! | `ink` | [`Threshold`]; runs, connected components and contours of ink |
//! | `letter` | [`Letter`] and [`letter_image`] |
//! | `options` | [`SegmentOptions`] and [`SegmentPreset`] |
//! | `box_score`, `draw_boxes` | boxes compared with the ground truth; boxes drawn |
//! | `error` | [`SegmentError`] |

mod box_score;
mod by_components;
mod by_contours;
mod cleaning;
mod draw_boxes;
mod error;
mod ink;
mod letter;
mod options;
mod segmenter;
mod steps;

pub use box_score::{BoxScore, score_boxes};
pub use cleaning::Cleaning;
pub use draw_boxes::draw_boxes;
pub use error::SegmentError;
pub use ink::{Threshold, binarise, component_boxes, outer_contour_boxes};
pub use letter::{Fit, Letter, Segmentation, letter_image};
pub use options::{ComponentOptions, ContourOptions, Method, SegmentOptions, SegmentPreset};
pub use segmenter::Segmenter;
pub use steps::Steps;

pub use captcha_core;
pub use image;
