//! What is computed of an image and a model, and where in it the user is; without widgets.
//!
//! | file | what it holds |
//! |---|---|
//! | `insight` | [`Insight`](insight::Insight): the image, its pieces, and the values of every layer |
//! | `job` | the thread that computes it |
//! | `place` | [`Place`](place::Place): where the user is, and where keys lead |
//! | `planes` | how the values of a layer lie in maps, columns and lists |
//! | `sum` | [`Sum`](sum::Sum): the terms that make up one value |

pub(crate) mod insight;
pub(crate) mod job;
pub(crate) mod place;
pub(crate) mod planes;
pub(crate) mod sum;
