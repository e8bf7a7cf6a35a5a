//! What the CPU has.
//!
//! | file | what it holds |
//! |---|---|
//! | `isa` | the instruction sets that there are kernels for, and which of them this CPU has |

mod isa;

pub use self::isa::{ISA_VARIABLE, Isa, IsaError};
