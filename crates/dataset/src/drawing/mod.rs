//! Corpora drawn with `captcha-render`.
//!
//! | file | what it holds |
//! |---|---|
//! | `generate` | draws a corpus, or completes one |
//! | `options` | what a corpus is made of |
//! | `ground_truth` | boxes and masks of the characters |
//! | `renderer` | a renderer as a source of CAPTCHAs |

pub(crate) mod generate;
mod ground_truth;
pub(crate) mod options;
mod renderer;
