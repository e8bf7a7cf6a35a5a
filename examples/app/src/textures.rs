//! Images that the screen shows.

use std::collections::HashMap;
use std::sync::Arc;

use captcha_lab::core::image::DynamicImage;
use eframe::egui::{Context, TextureFilter, TextureHandle, TextureOptions};

use crate::Picture;

/// The textures of images, made when they are first shown and dropped when a frame goes by without.
#[derive(Default)]
pub(crate) struct Textures {
    /// By the address of the image, which stays its own as long as it is kept here.
    kept: HashMap<*const DynamicImage, Kept>,
}

struct Kept {
    _image: Arc<DynamicImage>,
    texture: TextureHandle,
    shown: bool,
}

/// Single pixels are to be seen, and what is shrunk is to be smooth.
const OPTIONS: TextureOptions =
    TextureOptions { magnification: TextureFilter::Nearest, ..TextureOptions::LINEAR };

impl std::fmt::Debug for Textures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Textures").field("kept", &self.kept.len()).finish()
    }
}

impl Textures {
    /// The texture of `picture`.
    pub(crate) fn of(&mut self, context: &Context, picture: &Picture) -> TextureHandle {
        let kept = self.kept.entry(Arc::as_ptr(&picture.image)).or_insert_with(|| Kept {
            _image: Arc::clone(&picture.image),
            texture: context.load_texture("picture", Arc::clone(picture.colours()), OPTIONS),
            shown: true,
        });
        kept.shown = true;
        kept.texture.clone()
    }

    /// Drops what was not shown since the last call.
    pub(crate) fn end_frame(&mut self) {
        self.kept.retain(|_, kept| std::mem::take(&mut kept.shown));
    }
}
