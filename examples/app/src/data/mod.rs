//! The data of the window, without widgets and threads.
//!
//! | file | what it holds |
//! |---|---|
//! | `note` | messages to the user |
//! | `picture` | an image, and what is known about it |
//! | `reader` | a model, and what it read |
//! | `recipe` | what is drawn next |
//! | `subject` | an image and the model that is inspected on it |

pub(crate) mod note;
pub(crate) mod picture;
pub(crate) mod reader;
pub(crate) mod recipe;
pub(crate) mod subject;
