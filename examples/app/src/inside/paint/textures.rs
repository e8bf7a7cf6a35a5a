//! Textures of pictures, made once and cached.

use std::collections::HashMap;
use std::fmt;

use captcha_lab::core::image::{Rgb, RgbImage, imageops};
use captcha_report::inside::colour;
use eframe::egui::load::SizedTexture;
use eframe::egui::{
    Color32, ColorImage, Context, Painter, Rect, TextureHandle, TextureId, TextureOptions, pos2,
};

use crate::inside::known::insight::Piece;
use crate::inside::known::planes::Cell;

/// The content of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Picture {
    /// The original image.
    Colour,
    /// Its grey levels.
    Grey,
    /// The grey levels, inverted or stretched as the model says.
    Prepared,
    /// The binarised image.
    Binary,
    /// An input of the network.
    Piece { piece: usize },
    /// A map of a level.
    Map { piece: usize, level: usize, map: usize },
    /// The values of a map that a ReLU sets to zero.
    Removed { piece: usize, stage: usize, map: usize },
    /// The probabilities of the classes over the columns.
    HeatMap { all_classes: bool },
}

/// The pictures of one image and model.
#[derive(Default)]
pub(crate) struct Textures {
    handles: HashMap<Picture, TextureHandle>,
}

impl fmt::Debug for Textures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.handles.keys()).finish()
    }
}

impl Textures {
    /// Drops all pictures.
    pub(crate) fn clear(&mut self) {
        self.handles.clear();
    }

    /// The picture, made by `make` if it is not cached. It is enlarged without smoothing.
    pub(crate) fn get(
        &mut self,
        context: &Context,
        picture: Picture,
        make: impl FnOnce() -> RgbImage,
    ) -> TextureId {
        self.sized(context, picture, make).id
    }

    /// The picture and its size in pixels.
    pub(crate) fn sized(
        &mut self,
        context: &Context,
        picture: Picture,
        make: impl FnOnce() -> RgbImage,
    ) -> SizedTexture {
        let load = || {
            let most = context.input(|input| input.max_texture_side) as u32;
            let mut image = make();
            if image.width().max(image.height()) > most {
                let size = [image.width().min(most), image.height().min(most)];
                image = imageops::resize(&image, size[0], size[1], imageops::FilterType::Nearest);
            }
            let size = [image.width() as usize, image.height() as usize];
            let pixels = ColorImage::from_rgb(size, image.as_raw());
            context.load_texture(format!("{picture:?}"), pixels, TextureOptions::NEAREST)
        };
        SizedTexture::from_handle(self.handles.entry(picture).or_insert_with(load))
    }

    /// A map of a level of `piece`, which has index `index`.
    pub(crate) fn map(
        &mut self,
        context: &Context,
        index: usize,
        piece: &Piece,
        level: usize,
        map: usize,
    ) -> TextureId {
        self.get(context, Picture::Map { piece: index, level, map }, || {
            map_image(piece, level, map, |value| value)
        })
    }

    /// The values of a map that the ReLU `stage` sets to zero.
    pub(crate) fn removed(
        &mut self,
        context: &Context,
        index: usize,
        piece: &Piece,
        stage: usize,
        map: usize,
    ) -> TextureId {
        self.get(context, Picture::Removed { piece: index, stage, map }, || {
            map_image(piece, stage, map, |value| value.min(0.0))
        })
    }
}

/// The colour of a value of a level: grey for the image, which is ink; for the outputs of layers, from blue
/// over white to orange.
pub(crate) fn value_colour(piece: &Piece, level: usize, value: f32) -> Rgb<u8> {
    match level {
        0 => colour::grey(value, 1.0, 0.0),
        level => colour::signed(value, piece.scale(level)),
    }
}

fn map_image(piece: &Piece, level: usize, map: usize, change: impl Fn(f32) -> f32) -> RgbImage {
    let planes = piece.planes(level);
    RgbImage::from_fn(planes.width as u32, planes.height as u32, |x, y| {
        let cell = Cell { map, y: y as usize, x: x as usize };
        value_colour(piece, level, change(piece.value(level, cell)))
    })
}

/// The colour as an egui colour.
pub(crate) fn on_screen(colour: Rgb<u8>) -> Color32 {
    let [r, g, b] = colour.0;
    Color32::from_rgb(r, g, b)
}

/// Paints a whole texture.
pub(crate) fn paint(painter: &Painter, texture: TextureId, rect: Rect) {
    painter.image(texture, rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
}
