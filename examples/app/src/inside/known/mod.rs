//! The data of the view: what is computed from an image and a model, and the position of the user in it;
//! without widgets.
//!
//! | file | what it holds |
//! |---|---|
//! | `insight` | [`Insight`](insight::Insight): the image, its pieces, and the values of every layer |
//! | `job` | the thread that computes it |
//! | `place` | [`Place`](place::Place): the position of the user, and navigation by keys |
//! | `planes` | how the values of a layer are arranged in maps, columns and lists |
//! | `sum` | [`Sum`](sum::Sum): the terms that make up one value |

pub(crate) mod insight;
pub(crate) mod job;
pub(crate) mod place;
pub(crate) mod planes;
pub(crate) mod sum;
