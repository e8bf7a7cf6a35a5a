//! The views, from the overview to single numbers.
//!
//! | file | what it holds |
//! |---|---|
//! | `columns` | the layout of the overview |
//! | `ctc` | how the columns of a sequence become text |
//! | `numbers` | the image as numbers, around a lens |
//! | `overview` | all layers at once |
//! | `prepared` | how the image is segmented, or scaled to the height of the network |
//! | `road` | the steps from image to text, one of them selected |
//! | `scores` | the classes with their scores and probabilities |

pub(crate) mod columns;
pub(crate) mod ctc;
pub(crate) mod numbers;
pub(crate) mod overview;
pub(crate) mod prepared;
pub(crate) mod road;
pub(crate) mod scores;
