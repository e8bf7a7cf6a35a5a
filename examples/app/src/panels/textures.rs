//! Textures of images.

use std::collections::HashMap;
use std::sync::Arc;

use captcha_lab::core::image::DynamicImage;
use eframe::egui::{ColorImage, Context, TextureFilter, TextureHandle, TextureOptions};

use crate::Picture;

/// The textures of images, created when first shown and dropped after a frame that does not show them.
#[derive(Default)]
pub(crate) struct Textures {
    kept: HashMap<Key, Kept>,
}

/// The address of the image, which is unique as long as the image is kept here, and whether it is a
/// thumbnail.
type Key = (*const DynamicImage, bool);

/// The largest side of a thumbnail in pixels, more than it has on a high-density screen.
const THUMBNAIL: usize = 512;

struct Kept {
    _image: Arc<DynamicImage>,
    texture: TextureHandle,
    shown: bool,
}

/// Enlarged images keep sharp pixels, reduced ones are smoothed.
const OPTIONS: TextureOptions =
    TextureOptions { magnification: TextureFilter::Nearest, ..TextureOptions::LINEAR };

impl std::fmt::Debug for Textures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Textures").field("kept", &self.kept.len()).finish()
    }
}

impl Textures {
    /// The texture of `picture`, reduced if it exceeds the size limit of textures.
    pub(crate) fn of(&mut self, context: &Context, picture: &Picture) -> TextureHandle {
        self.get(context, picture, false, |most| {
            let is_small = picture.colours().size.iter().all(|&side| side <= most);
            if is_small { Arc::clone(picture.colours()) } else { Arc::new(picture.within(most)) }
        })
    }

    /// A texture of `picture` that is large enough for a thumbnail. It is not cached in the picture, since
    /// there may be hundreds of them.
    pub(crate) fn thumbnail(&mut self, context: &Context, picture: &Picture) -> TextureHandle {
        self.get(context, picture, true, |most| Arc::new(picture.within(most.min(THUMBNAIL))))
    }

    /// The texture of the pixels that `make` returns, given the largest side of a texture.
    fn get(
        &mut self,
        context: &Context,
        picture: &Picture,
        is_thumbnail: bool,
        make: impl FnOnce(usize) -> Arc<ColorImage>,
    ) -> TextureHandle {
        let kept = self.kept.entry((Arc::as_ptr(&picture.image), is_thumbnail)).or_insert_with(|| Kept {
            _image: Arc::clone(&picture.image),
            texture: context.load_texture(
                "picture",
                make(context.input(|input| input.max_texture_side)),
                OPTIONS,
            ),
            shown: true,
        });
        kept.shown = true;
        kept.texture.clone()
    }

    /// Drops the textures that were not shown since the last call.
    pub(crate) fn end_frame(&mut self) {
        self.kept.retain(|_, kept| std::mem::take(&mut kept.shown));
    }
}
