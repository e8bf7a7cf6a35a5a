//! What the views paint with.
//!
//! | file | what it holds |
//! |---|---|
//! | `bands` | columns that are spread over several rows |
//! | `cells` | values as a grid of coloured cells with numbers |
//! | `flow` | items beside each other, in as many rows as they need |
//! | `map` | one feature map on screen, and which of its cells is pointed at |
//! | `scene` | what every view shows, and its names |
//! | `textures` | pictures, made once and kept |

pub(crate) mod bands;
pub(crate) mod cells;
pub(crate) mod flow;
pub(crate) mod map;
pub(crate) mod scene;
pub(crate) mod textures;
