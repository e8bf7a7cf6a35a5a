//! Web pages.
//!
//! | file | what it holds |
//! |---|---|
//! | `html` | a page that grows: sections, texts, tables, pictures |
//! | `inlined` | pictures and charts that are part of a page, which then is one file |

mod html;
mod inlined;

pub(crate) use html::{Page, Size};
pub(crate) use inlined::{inline_chart, inline_png};
