//! What all views show, and in which colours.

use captcha_lab::ModelMetadata;
use captcha_lab::infer::{Layer, Shape};
use captcha_report::inside::words::{self, Words};
use eframe::egui::{Color32, Context, Stroke, TextureId};

use crate::inside::known::insight::{Insight, Piece};
use crate::inside::paint::textures::Textures;

/// What all views show: the selected piece and its values in the network.
pub(crate) struct Scene<'a> {
    /// All that is known of the image.
    pub(crate) insight: &'a Insight,
    /// The metadata of the model.
    pub(crate) metadata: &'a ModelMetadata,
    /// The selected piece.
    pub(crate) piece: &'a Piece,
    /// Its index.
    pub(crate) index: usize,
    /// The pictures.
    pub(crate) textures: &'a mut Textures,
}

/// The colour of what is selected or hovered: the bluish green of Okabe and Ito, which no scale of values
/// contains.
pub(crate) const ACCENT: Color32 = Color32::from_rgb(0x00, 0x9e, 0x73);

/// The frame of what is selected.
pub(crate) fn chosen() -> Stroke {
    Stroke::new(2.0, ACCENT)
}

impl Scene<'_> {
    /// The picture of a map of a level.
    pub(crate) fn map(&mut self, context: &Context, level: usize, map: usize) -> TextureId {
        self.textures.map(context, self.index, self.piece, level, map)
    }

    /// A layer in words.
    pub(crate) fn words(&self, stage: usize) -> Words {
        words::layer(&self.piece.layer(stage), self.piece.shape(stage), self.piece.shape(stage + 1))
    }

    /// Whether the model reads the whole image at once.
    pub(crate) fn is_sequence(&self) -> bool {
        self.metadata.architecture.is_sequence()
    }

    /// The temperature: scores are divided by it before the softmax.
    pub(crate) fn temperature(&self) -> f32 {
        self.metadata.temperature.unwrap_or(1.0)
    }

    /// The label of a class in a cell: its character, or a dot for the blank.
    pub(crate) fn class(&self, class: usize) -> String {
        self.metadata.alphabet.character(class).map_or_else(|| "\u{b7}".to_owned(), String::from)
    }

    /// The position of a value in a level, in words: `map 3, row 1, column 2`, `value 17`, `column 4, class
    /// A`.
    pub(crate) fn whereabouts(&self, level: usize, cell: crate::inside::known::planes::Cell) -> String {
        let planes = self.piece.planes(level);
        let last = level == self.piece.layers();
        let [first, second, third] = planes.index(cell);
        if planes.are_maps() {
            let map = if planes.maps > 1 { format!("map {}, ", first + 1) } else { String::new() };
            format!("{map}row {}, column {}", second + 1, third + 1)
        } else if planes.are_columns() {
            let what =
                if last { format!("class {}", self.class(second)) } else { format!("value {}", second + 1) };
            format!("column {}, {what}", first + 1)
        } else if last {
            format!("class {}", self.class(second))
        } else {
            format!("value {}", second + 1)
        }
    }
}

/// A name of a layer that is short enough for the header of a column.
pub(crate) fn short_name(layer: Layer) -> String {
    match layer {
        Layer::Conv2d { kernel, .. } => format!("conv {}\u{d7}{}", kernel.width, kernel.height),
        Layer::BatchNorm2d => "norm".to_owned(),
        Layer::Relu => "ReLU".to_owned(),
        Layer::MaxPool2d { size } => format!("pool {}\u{d7}{}", size.width, size.height),
        Layer::Dropout { .. } => "dropout".to_owned(),
        Layer::Flatten => "flatten".to_owned(),
        Layer::Columns => "columns".to_owned(),
        Layer::Linear { .. } => "linear".to_owned(),
        layer => format!("{layer:?}"),
    }
}

/// A shape in one or two short lines.
pub(crate) fn short_shape(shape: Shape) -> Vec<String> {
    match shape {
        Shape::Maps { channels: 1, height, width } => vec![format!("{width}\u{d7}{height}")],
        Shape::Maps { channels, height, width } => {
            vec![format!("{channels} maps"), format!("{width}\u{d7}{height}")]
        }
        Shape::Vector { features } => vec![format!("{features} values")],
        Shape::Sequence { steps, features } => vec![format!("{steps} columns"), format!("of {features}")],
        shape => vec![shape.to_string()],
    }
}
