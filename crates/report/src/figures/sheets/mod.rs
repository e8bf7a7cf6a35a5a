//! Sheets of images with captions.
//!
//! | file | what it shows |
//! |---|---|
//! | `contact_sheet` | images with their texts |
//! | `style_sheet` | blocks of images, one for each style |
//! | `augmentation_sheet` | images beside their changed copies |
//! | `letter_sheet` | letters, one row for each character |
//! | `failure_sheet` | images that are read wrong, with what is wrong |
//! | `grid` | cells of equal size in rows and columns |
//! | `align` | which characters of two texts differ |

mod align;
mod augmentation_sheet;
mod contact_sheet;
mod failure_sheet;
mod grid;
mod letter_sheet;
mod style_sheet;

pub use augmentation_sheet::augmentation_sheet;
pub use contact_sheet::contact_sheet;
pub use failure_sheet::{Failure, failure_sheet};
pub use letter_sheet::letter_sheet;
pub use style_sheet::{StyleBlock, style_sheet};
