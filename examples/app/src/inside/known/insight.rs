//! Everything that is computed from an image and a model before it is shown.

use captcha_lab::core::image::GrayImage;
use captcha_lab::core::ndarray::{Array3, ArrayView2, Axis};
use captcha_lab::core::{ink, to_gray};
use captcha_lab::infer::{Character, Layer, Origin, Shape, Trace};
use captcha_lab::segment::{Segmenter, Steps};
use captcha_lab::{ModelFile, Prediction, Solver};
use captcha_report::describe;
use captcha_report::inside::colour::largest;

use crate::inside::Subject;
use crate::inside::known::planes::{Cell, Planes};

/// An image and its analysis by a model.
#[derive(Debug)]
pub(crate) struct Insight {
    /// The image as grey levels.
    pub(crate) grey: GrayImage,
    /// The grey levels as the preparation of the model changes them, if it does.
    pub(crate) prepared: Option<GrayImage>,
    /// The steps of its segmentation, if the model reads letters.
    pub(crate) steps: Option<Steps>,
    /// The inputs of the network in order: the letters, or the whole image.
    pub(crate) pieces: Vec<Piece>,
    /// The reading.
    pub(crate) prediction: Option<Prediction>,
    /// Why there are no pieces.
    pub(crate) problem: Option<String>,
}

/// One input of the network, and the values of every layer.
///
/// *Levels* are the inputs and outputs of layers: level 0 is the image; level `n + 1` is the output of layer
/// `n`, whose input is level `n`.
#[derive(Debug)]
pub(crate) struct Piece {
    /// The input image of the network.
    pub(crate) image: GrayImage,
    /// The character that was read from it, if it is a letter.
    pub(crate) character: Option<Character>,
    trace: Trace,
    /// The end of the colour scale of each level.
    scales: Vec<f32>,
    planes: Vec<Planes>,
}

impl Insight {
    /// Reads the image, unless that has been done, segments it as for the reading, and computes a trace of
    /// every piece.
    pub(crate) fn new(subject: &Subject) -> Self {
        let grey = to_gray(&subject.image);
        let solver = Solver::new(&subject.model);
        let prediction = match (&subject.prediction, &solver) {
            (Some(prediction), _) => Ok((**prediction).clone()),
            (None, Ok(solver)) => solver.solve(&subject.image).map_err(|error| describe(&error)),
            (None, Err(error)) => Err(describe(error)),
        };
        let prepared = subject.model.metadata().preparation.levels(&grey);
        let segmenter = solver.as_ref().ok().and_then(Solver::segmenter);
        let steps =
            segmenter.map(|segmenter| cut(segmenter, &prepared, &subject.model, prediction.as_ref().ok()));
        let images = match &steps {
            Some(Steps { result: Ok(cut), .. }) => {
                Ok(cut.letters.iter().map(|letter| letter.image.clone()).collect())
            }
            Some(Steps { result: Err(error), .. }) => Err(describe(error)),
            None if !subject.model.metadata().architecture.is_sequence() => Err(String::new()),
            None => {
                let prepared = subject.model.metadata().prepare(&grey);
                prepared.map(|image| vec![image]).map_err(|error| describe(&error))
            }
        };
        let pieces = images.and_then(|images: Vec<GrayImage>| {
            let characters = prediction.as_ref().map_or(&[][..], |prediction| &prediction.characters);
            let letters = steps.is_some();
            check_values(&subject.model, images.len())?;
            let pieces = images.into_iter().enumerate().map(|(i, image)| {
                Piece::new(&subject.model, image, characters.get(i).filter(|_| letters).cloned())
            });
            pieces.collect::<Result<Vec<_>, _>>()
        });
        let (pieces, problem) = match pieces {
            Ok(pieces) => (pieces, None),
            // The first error is the more informative one.
            Err(error) => (Vec::new(), Some(prediction.as_ref().err().cloned().unwrap_or(error))),
        };
        let prepared = Some(prepared.into_owned()).filter(|prepared| *prepared != grey);
        Self { grey, prepared, steps, pieces, prediction: prediction.ok(), problem }
    }
}

/// The most values of all layers and letters together: 512 MiB, or 1000 letters of the pretrained model.
const MOST_VALUES: usize = 1 << 27;

/// Checks that the values of every layer can be kept for `letters` letters: the limits of a model hold for
/// one letter.
fn check_values(model: &ModelFile, letters: usize) -> Result<(), String> {
    let architecture = &model.metadata().architecture;
    if architecture.is_sequence() {
        return Ok(());
    }
    let shapes = architecture.shapes().map_err(|error| describe(&error))?;
    let values = shapes.iter().fold(0usize, |values, shape| values.saturating_add(shape.len()));
    match values.checked_mul(letters) {
        Some(values) if values <= MOST_VALUES => Ok(()),
        _ => Err(format!(
            "the layers make {values} values of each of {letters} letters, at most {MOST_VALUES} in all are kept"
        )),
    }
}

/// The image segmented into as many letters as were read, if it was read.
fn cut(segmenter: &Segmenter, grey: &GrayImage, model: &ModelFile, read: Option<&Prediction>) -> Steps {
    let Some(read) = read else {
        let known = model.metadata().lengths.filter(|(fewest, most)| fewest == most);
        return segmenter.steps(grey, known.map(|(length, _)| length));
    };
    let same = |steps: &Steps| {
        steps.result.as_ref().is_ok_and(|cut| {
            let boxes = cut.letters.iter().map(|letter| Some(letter.bounds));
            boxes.eq(read.characters.iter().map(|character| character.bounds))
        })
    };
    let counted = segmenter.steps(grey, Some(read.characters.len()));
    if same(&counted) {
        return counted;
    }
    Some(segmenter.steps(grey, None)).filter(same).unwrap_or(counted)
}

impl Piece {
    fn new(model: &ModelFile, image: GrayImage, character: Option<Character>) -> Result<Self, String> {
        let batch = ink::ink_batch([&image]).ok_or("there is no image")?;
        let trace = Trace::new(model, &batch.index_axis(Axis(0), 0)).map_err(|error| describe(&error))?;
        let outputs = trace.stages().iter().map(|stage| scale(&stage.values));
        let scales = std::iter::once(1.0).chain(outputs).collect();
        let outputs = trace.stages().iter().map(|stage| Planes::of(stage.shape));
        let planes = std::iter::once(Planes::of_image(trace.input())).chain(outputs).collect();
        Ok(Self { image, character, trace, scales, planes })
    }

    /// How many layers the network has.
    pub(crate) fn layers(&self) -> usize {
        self.trace.stages().len()
    }

    /// A layer.
    pub(crate) fn layer(&self, stage: usize) -> Layer {
        self.trace.stages()[stage].layer
    }

    /// The shape of a level.
    pub(crate) fn shape(&self, level: usize) -> Shape {
        match level.checked_sub(1) {
            Some(stage) => self.trace.stages()[stage].shape,
            None => {
                let (channels, height, width) = self.trace.input().dim();
                Shape::Maps { channels, height, width }
            }
        }
    }

    /// The layout of the values of a level.
    pub(crate) fn planes(&self, level: usize) -> Planes {
        self.planes[level]
    }

    /// The values of a level.
    pub(crate) fn values(&self, level: usize) -> &Array3<f32> {
        match level.checked_sub(1) {
            Some(stage) => &self.trace.stages()[stage].values,
            None => self.trace.input(),
        }
    }

    /// The scores, `[steps, classes]`.
    pub(crate) fn scores(&self) -> ArrayView2<'_, f32> {
        self.values(self.layers()).index_axis(Axis(2), 0)
    }

    /// One value of a level.
    pub(crate) fn value(&self, level: usize, cell: Cell) -> f32 {
        self.values(level)[self.planes(level).index(cell)]
    }

    /// The terms that give a value of a layer.
    pub(crate) fn origin(&self, stage: usize, cell: Cell) -> Option<Origin> {
        self.trace.origin(stage, self.planes(stage + 1).index(cell))
    }

    /// The end of a level's scale of colours.
    pub(crate) fn scale(&self, level: usize) -> f32 {
        self.scales[level]
    }

    /// The cell of a map with the largest absolute value.
    pub(crate) fn strongest(&self, level: usize, map: usize) -> Cell {
        let planes = self.planes(level);
        let mut cell = planes.nearest(Cell { map, ..Cell::default() });
        let mut best = cell;
        for _ in 1..planes.height * planes.width {
            cell = planes.after(cell, 1);
            if self.value(level, cell).abs() > self.value(level, best).abs() {
                best = cell;
            }
        }
        best
    }

    /// The origin of a value that was only moved: the level before flattening, splitting into columns and
    /// dropout, and the cell there.
    pub(crate) fn unmoved(&self, level: usize, cell: Cell) -> (usize, Cell) {
        let (mut level, mut cell) = (level, cell);
        while let Some(stage) = level.checked_sub(1)
            && matches!(self.layer(stage), Layer::Flatten | Layer::Columns | Layer::Dropout { .. })
            && let Some(Origin::Single { tap, .. }) = self.origin(stage, cell)
            && let Some(place) = tap.place
        {
            level = stage;
            cell = self.planes(level).cell(place);
        }
        (level, cell)
    }
}

/// The end of the colour scale of these values: the absolute value that one in a hundred exceeds, so that a
/// few strong values do not leave all others pale.
fn scale(values: &Array3<f32>) -> f32 {
    let mut sizes: Vec<f32> =
        values.iter().map(|value| value.abs()).filter(|size| size.is_finite()).collect();
    let place = sizes.len() - sizes.len().div_ceil(100);
    let end = if sizes.is_empty() { 0.0 } else { *sizes.select_nth_unstable_by(place, f32::total_cmp).1 };
    if end > 0.0 { end } else { largest(values) }
}

#[cfg(test)]
mod tests {
    use captcha_lab::Pretrained;

    use super::*;

    #[test]
    fn letters_are_followed_as_long_as_memory_allows() {
        let model = ModelFile::from_bytes(Pretrained::SeedLetters.bytes()).unwrap();
        assert_eq!(check_values(&model, 1000), Ok(()));
        assert!(check_values(&model, 10_000).is_err_and(|error| error.contains("10000 letters")));
    }
}
