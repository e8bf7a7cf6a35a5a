//! Running a network.
//!
//! | file | what it holds |
//! |---|---|
//! | `session` | forward passes one after the other, on one thread or several |
//! | `network` | one forward pass, or a part of it, on one thread |
//! | `worker` | a thread that a session hands work to |
//! | `buffers` | the memory of one thread |

mod buffers;
mod network;
mod session;
mod worker;

pub use self::session::Session;

pub(super) use self::network::Network;
pub(super) use self::worker::BACKEND;
