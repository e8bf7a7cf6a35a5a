//! Background work, on threads of its own.
//!
//! | file | what it holds |
//! |---|---|
//! | `files` | opening and writing files |
//! | `many` | many images at once |
//! | `panics` | panics as errors |
//! | `worker` | a thread that does one job after the other |

pub(crate) mod files;
pub(crate) mod many;
pub(crate) mod panics;
pub(crate) mod worker;
