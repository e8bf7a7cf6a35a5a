//! The page of a training run, in one file that needs no network.
//!
//! | file | what it holds |
//! |---|---|
//! | `told` | [`RunReport`] and what it is made of: everything that the page tells |
//! | `page` | the page: [`RunReport::to_html`], [`RunReport::save`] |
//! | `of_own` | what a training on one's own images gives for it, with the feature `torch` |
//! | `of_folds` | what a cross-validation on them gives for it |
//! | `tested` | what was read of the test part: accuracy, characters, confidences, worst images |
//! | `folds` | a cross-validation: its folds, and labels that are probably wrong |

mod folds;
#[cfg(feature = "torch")]
mod of_folds;
#[cfg(feature = "torch")]
mod of_own;
mod page;
mod tested;
mod told;

pub use page::RunReportError;
pub use told::{FoldRow, LabelError, RunReport, SplitPart, Tested, WorstImage};
