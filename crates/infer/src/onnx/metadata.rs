//! What an ONNX file says beside its network.

use crate::{Contrast, ModelFile, Normalisation, Polarity};

/// How an image is resampled, in words; `examples/python/read_onnx.py` does it in numpy.
const RESAMPLING: &str = "area: ink = 255 - level, rows first, then columns; the width is the multiple of column_width nearest to \
width * stretch * height / rows, at least one; a pixel is the mean of what it covers, of at least one pixel of the image; \
level = 255 - floor(ink + 0.5); 32-bit floats";

/// How levels become the input of the network, in words.
const INK: &str = "ink: 1 - level / 255";

/// How colours become levels, in words.
const GREY: &str = "0.21264784 red + 0.7151792 green + 0.07217304 blue, rounded, in 32-bit floats; transparent pixels over white (255)";

/// Keys and values, in the order of the file: everything that is needed to read an image with the network.
pub(super) fn of(model: &ModelFile) -> Vec<(&'static str, String)> {
    let metadata = model.metadata();
    let (architecture, preparation) = (&metadata.architecture, &metadata.preparation);
    let sequence = architecture.is_sequence();
    let mut said = vec![
        ("alphabet", metadata.alphabet.characters().iter().collect()),
        ("reads", if sequence { "sequence" } else { "letters" }.to_owned()),
        ("grey", GREY.to_owned()),
        (
            "polarity",
            match preparation.polarity {
                Polarity::AsIs => "as_is",
                Polarity::Inverted => "inverted",
                Polarity::ByImage => "by_image",
            }
            .to_owned(),
        ),
        (
            "contrast",
            match preparation.contrast {
                Contrast::AsIs => "as_is",
                Contrast::Stretched => "stretched",
            }
            .to_owned(),
        ),
        (
            "normalisation",
            match metadata.normalisation {
                Normalisation::Ink => INK,
            }
            .to_owned(),
        ),
        ("height", architecture.input.height.to_string()),
    ];
    if sequence {
        said.extend([
            ("column_width", architecture.column_width().to_string()),
            ("stretch", f64::from(preparation.stretch).to_string()),
            ("resampling", RESAMPLING.to_owned()),
            ("blank", metadata.alphabet.len().to_string()),
        ]);
    } else {
        said.push(("width", architecture.input.width.to_string()));
        said.extend(metadata.segmentation.iter().map(|options| ("segmentation", options.to_string())));
    }
    said.push(("temperature", metadata.temperature.map_or(1.0, f64::from).to_string()));
    said.extend(metadata.lengths.map(|(fewest, most)| ("lengths", format!("{fewest}-{most}"))));
    said
}
