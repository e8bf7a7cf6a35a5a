//! Threads, shuffling and splits: the same results for any number of threads.
//!
//! | file | what it holds |
//! |---|---|
//! | `pool` | many items in parallel, with progress, stopped at the first error |
//! | `ordered` | background threads whose results come in order |
//! | `split` | seeded, stratified splits |
//! | `shuffle` | seeded shuffling |

pub(crate) mod ordered;
pub(crate) mod pool;
pub(crate) mod shuffle;
pub(crate) mod split;
