//! Pictures and pages that show what captcha-lab does.
//!
//! | item | what it is |
//! |---|---|
//! | [`figures`] | pictures: contact sheets, letters by class, learning curves, confusion matrix, failures |
//! | [`inside`] | how a network sees an image: values as colours, every step in words, CTC, films |
//! | [`check`] | the page about a folder of images: what is in it and what is wrong with it |
//! | [`explain`] | the page that tells how an image is read, with its pictures |
//! | [`run`](mod@run) | the page of a training run: what it was given, what it learnt, what it reads and what it does not |
//! | [`pictures`] | the pictures of a corpus, a training and an evaluation, as files |
//! | [`Table`], [`format`](mod@format) | aligned tables, and numbers formatted for people |
//! | [`describe`] | an error and its sources on one line |
//!
//! Nothing here needs a system font or a C library.

pub mod check;
pub mod explain;
pub mod figures;
pub mod format;
pub mod inside;
mod page;
pub mod pictures;
pub mod run;
mod table;

pub use captcha_lab::core::describe;
pub use table::{ShareWithInterval, Table, TableStyle, share_cells};
