//! Whole images changed at random, so that a network learns more from few of them.
//!
//! | file | what it holds |
//! |---|---|
//! | `options` | [`ImageAugmentation`](options::ImageAugmentation): what is changed, and by how much |
//! | `augmenter` | an image changed as a seed says |
//! | `geometry` | where a pixel of the result comes from: affine, perspective and elastic in one map |
//! | `elastic` | random displacements that are smooth |
//! | `levels` | gamma, contrast, brightness and polarity as one table |
//! | `spoil` | blur, noise, JPEG and erased rectangles |

pub(crate) mod augmenter;
mod elastic;
mod geometry;
mod levels;
pub(crate) mod options;
mod spoil;
