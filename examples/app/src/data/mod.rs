//! What the window shows and knows, without widgets and threads.
//!
//! | file | what it holds |
//! |---|---|
//! | `note` | what the user is told |
//! | `picture` | an image, and what is known of it |
//! | `reader` | a model, and what it read |
//! | `recipe` | what is drawn |
//! | `subject` | what is looked into |

pub(crate) mod note;
pub(crate) mod picture;
pub(crate) mod reader;
pub(crate) mod recipe;
pub(crate) mod subject;
