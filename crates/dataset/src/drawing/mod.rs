//! Corpora drawn with `captcha-render`.
//!
//! | file | what it holds |
//! |---|---|
//! | `generate` | draws a corpus, or completes one |
//! | `options` | what a corpus is made of |
//! | `header` | what its manifest says of the options |
//! | `neighbours` | what may lie beside a corpus that is to be written |
//! | `file_names` | from texts to the names of their files |
//! | `ground_truth` | boxes and masks of the characters |
//! | `alike` | a renderer whose texts are like those of images that somebody has |
//! | `renderer` | a renderer as a source of CAPTCHAs |

pub(crate) mod alike;
mod file_names;
pub(crate) mod generate;
mod ground_truth;
mod header;
mod neighbours;
pub(crate) mod options;
mod renderer;
