//! Where CAPTCHAs come from.
//!
//! | file | what it holds |
//! |---|---|
//! | `mixture` | several sources, each as often as any other |
//! | `source` | [`CaptchaSource`](source::CaptchaSource): images with texts, each a function of a seed |

pub(crate) mod mixture;
pub(crate) mod source;
