//! What the other rooms speak in: ranges, numbers of things, colours, limits.
//!
//! | file | what it holds |
//! |---|---|
//! | `span` | [`Span`](span::Span): a range that a parameter is sampled from |
//! | `counts` | [`Counts`](counts::Counts): a range of whole numbers |
//! | `lengths` | [`Lengths`](lengths::Lengths): how many characters texts have |
//! | `size` | [`ImageSize`](size::ImageSize): width and height |
//! | `colour` | [`Colours`](colour::Colours): the colours that a part of a picture can have |
//! | `limits` | what nothing may exceed, and the checks |
//! | `random` | random places in a list |
//! | `only_kind` | reading a TOML table that has a `kind` and nothing else |

pub(crate) mod colour;
pub(crate) mod counts;
pub(crate) mod lengths;
pub(crate) mod limits;
pub(crate) mod only_kind;
pub(crate) mod random;
pub(crate) mod size;
pub(crate) mod span;
