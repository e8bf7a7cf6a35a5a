//! Pictures for the screen, made once and kept.

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

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Picture {
    /// The image as it came.
    Colour,
    /// Its grey levels.
    Grey,
    /// Ink and paper.
    Binary,
    /// What the network reads.
    Piece { piece: usize },
    /// A map of a level.
    Map { piece: usize, level: usize, map: usize },
    /// What a ReLU removes of a map.
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
    /// Forgets all pictures.
    pub(crate) fn clear(&mut self) {
        self.handles.clear();
    }

    /// The picture, made by `make` if it is new. Its pixels stay squares when it is enlarged.
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

    /// A map of a level of `piece`, which is the one of index `index`.
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

    /// What the ReLU `stage` removes of a map.
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

/// The colour of a value of a level: grey for the image, which is ink, and from blue over white to orange for what
/// layers make of it.
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

/// The colour on screen.
pub(crate) fn on_screen(colour: Rgb<u8>) -> Color32 {
    let [r, g, b] = colour.0;
    Color32::from_rgb(r, g, b)
}

/// Paints all of a texture.
pub(crate) fn paint(painter: &Painter, texture: TextureId, rect: Rect) {
    painter.image(texture, rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
}
