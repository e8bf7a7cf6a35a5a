//! Drawing for the views.
//!
//! | file | what it holds |
//! |---|---|
//! | `bands` | columns that are spread over several rows |
//! | `cells` | values as a grid of coloured cells with numbers |
//! | `flow` | items side by side, in as many rows as they need |
//! | `map` | one feature map on screen, and which of its cells is pointed at |
//! | `scene` | what all views show, with labels |
//! | `textures` | pictures, made once and kept |

pub(crate) mod bands;
pub(crate) mod cells;
pub(crate) mod flow;
pub(crate) mod map;
pub(crate) mod scene;
pub(crate) mod textures;
