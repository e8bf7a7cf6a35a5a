//! The views, from the whole road to single numbers.
//!
//! | file | what it holds |
//! |---|---|
//! | `columns` | where the maps of the overview stand |
//! | `ctc` | how the columns of a sequence become a text |
//! | `numbers` | the image as numbers, around a lens |
//! | `overview` | all layers at once |
//! | `prepared` | how the image is cut, or brought to the height of the network |
//! | `road` | the steps from image to text, of which one is chosen |
//! | `scores` | the classes with their scores and probabilities |

pub(crate) mod columns;
pub(crate) mod ctc;
pub(crate) mod numbers;
pub(crate) mod overview;
pub(crate) mod prepared;
pub(crate) mod road;
pub(crate) mod scores;
