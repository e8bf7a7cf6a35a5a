//! How a network sees an image: what the window shows and what `explain` writes, piece by piece.
//!
//! | module | what it is |
//! |---|---|
//! | [`colour`] | values as colours |
//! | [`words`] | every step of the road from pixels to text in plain words |
//! | [`ctc`] | how the columns of a sequence network become a text |

pub mod colour;
pub mod ctc;
pub mod words;
