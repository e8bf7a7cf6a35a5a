//! The default method: connected components of ink are joined and cut to letters. See
//! [`ComponentOptions`](crate::ComponentOptions).
//!
//! | file | what it holds |
//! |---|---|
//! | `method` | the steps, from an image to its letters |
//! | `piece` | components that belong to one letter because one stands above the other |
//! | `reading` | the most plausible way to read pieces as a number of letters |
//! | `profile` | where a piece can be cut, and the best cuts |
//! | `costs` | what makes one reading more plausible than another |

mod costs;
mod method;
mod piece;
mod profile;
mod reading;

pub(crate) use method::{cut, find};
pub(crate) use profile::Profile;
