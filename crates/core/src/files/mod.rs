//! Files that are written whole or not at all, and read up to a limit.
//!
//! Internal: shared by the crates of captcha-lab, and changed without notice.
//!
//! | file | what it holds |
//! |---|---|
//! | `read` | [`read_bounded`]: a regular file of limited size; devices and pipes are refused |
//! | `write` | [`write_whole`]: a file under a temporary name until it is complete |
//! | `temporary` | [`remove_temporaries`]: what a killed process left behind |

mod read;
mod temporary;
mod write;

pub use read::{ReadError, open_regular, read_bounded};
pub use temporary::{is_temporary, remove_temporaries, remove_temporaries_below};
pub use write::{Durability, write_whole};
