//! The panels of the window, and what they share.
//!
//! | file | what it holds |
//! |---|---|
//! | `clutter` | sliders for clutter and noise |
//! | `dialogs` | dialogs that ask for a file |
//! | `generate` | the panel on the left: what is drawn |
//! | `image` | the image, with the reading drawn over it |
//! | `look` | sizes and colours of all widgets |
//! | `many` | the view `Many at once` |
//! | `reading` | the view `Read` |
//! | `shortcuts` | keys |
//! | `sliders` | one slider for one kind of value |
//! | `style` | sliders for a whole style |
//! | `tab` | which view is open |
//! | `textures` | images on screen |

pub(crate) mod clutter;
pub(crate) mod dialogs;
pub(crate) mod generate;
pub(crate) mod image;
pub(crate) mod look;
pub(crate) mod many;
pub(crate) mod reading;
pub(crate) mod shortcuts;
pub(crate) mod sliders;
pub(crate) mod style;
pub(crate) mod tab;
pub(crate) mod textures;
