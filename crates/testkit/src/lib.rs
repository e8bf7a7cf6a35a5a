//! What the tests of captcha-lab share: golden images, the suite that every [`backend`] passes, and an allocator that
//! counts.
//!
//! ```no_run
//! use captcha_testkit::{Tolerance, assert_golden};
//! use image::{DynamicImage, GrayImage};
//!
//! let drawn = DynamicImage::ImageLuma8(GrayImage::new(30, 15));
//! // Compares with tests/golden/black.png of the crate under test.
//! assert_golden!("black", &drawn, Tolerance::EXACT);
//! ```
//!
//! A golden image is made, or made anew, by running the test with `UPDATE_GOLDEN=1`; look at it before committing
//! it. When a comparison fails, a strip "expected | difference | actual" is written to
//! `target/golden/<name>.png`.

mod allocations;
pub mod backend;
mod golden;

pub use allocations::CountingAllocator;
pub use golden::{GoldenError, Tolerance, compare_golden};
