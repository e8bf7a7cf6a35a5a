//! Training data.
//!
//! | file | what it holds |
//! |---|---|
//! | `training_data` | [`TrainingData`](training_data::TrainingData): where training gets its batches from |
//! | `batch` | images with the classes of what they show |
//! | `letter_epochs` | the letters of a set, in another order in every epoch |
//! | `augmentation` | letters moved and bent a little |
//! | `letter_stream` | letters of images that are drawn in the background |
//! | `captcha_stream` | whole images that are drawn in the background |
//! | `folder_stream` | whole images that somebody has |
//! | `folder_batch` | a batch of these as a thread makes it |
//! | `mix` | images that are drawn meanwhile, among those that somebody has |
//! | `order` | the order of an epoch of images, and which of them make a batch |
//! | `sheet` | images of several widths as one batch |
//! | `captcha_batch` | whole images with their texts |
//! | `options` | how a stream is drawn, and what it did |

pub(crate) mod augmentation;
pub(crate) mod batch;
pub(crate) mod captcha_batch;
pub(crate) mod captcha_stream;
pub(crate) mod folder_batch;
pub(crate) mod folder_stream;
pub(crate) mod letter_epochs;
pub(crate) mod letter_stream;
pub(crate) mod mix;
pub(crate) mod options;
pub(crate) mod order;
pub(crate) mod sheet;
pub(crate) mod training_data;
