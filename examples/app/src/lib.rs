//! The window of captcha-lab: draw an image, read it, and see how the network reads it.
//!
//! | item | what it is |
//! |---|---|
//! | [`Window`] | the whole window |
//! | [`Inside`] | its view `See inside` |
//! | [`Subject`] | the image and the model that it looks into |

mod inside;
mod subject;
mod window;

pub use inside::Inside;
pub use subject::Subject;
pub use window::Window;
