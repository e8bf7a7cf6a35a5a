//! Everything that a model does with an image, from its pixels to its text.

use std::path::Path;

use captcha_lab::core::ink::ink_batch;
use captcha_lab::core::ndarray::{Array2, Axis};
use captcha_lab::core::to_gray;
use captcha_lab::infer::{RecognizeError, Shape, Trace};
use captcha_lab::segment::{SegmentError, Steps};
use captcha_lab::{Label, ModelFile, Prediction, SolveError, Solver};
use image::{DynamicImage, GrayImage};

/// An image on its way through a model.
pub struct Road {
    model: ModelFile,
    image: DynamicImage,
    grey: GrayImage,
    way: Way,
    /// What is read; why nothing is, if the image can't be cut.
    prediction: Result<Prediction, SegmentError>,
    label: Option<Label>,
}

/// How a model reads.
pub enum Way {
    /// Letter by letter.
    Letters {
        /// The grey levels without noise and lines, if the model has them taken out before it cuts.
        cleaned: Option<GrayImage>,
        /// What each step of cutting found.
        steps: Box<Steps>,
        /// The letter that is followed, from 0, and what the network makes of it; `None` if the image can't be cut.
        followed: Option<(usize, Box<Trace>)>,
    },
    /// All at once.
    Sequence {
        /// The image as the network takes it.
        scaled: GrayImage,
        /// What the network makes of it.
        trace: Box<Trace>,
    },
}

/// Why an image can't be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoadError {
    /// The model or the image can't be used.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// The network failed.
    #[error(transparent)]
    Recognize(#[from] RecognizeError),
    /// There is no such letter.
    #[error("the image has {letters} letters, there is no letter {number}")]
    Letter {
        /// How many there are.
        letters: usize,
        /// Which was asked for, from 1.
        number: usize,
    },
}

impl Road {
    /// The road of `image` through `model`; of a model of letters, the one of letter `number`, from 1, is followed to the
    /// end.
    ///
    /// An image that can't be cut into letters has a road too: it ends there.
    ///
    /// # Errors
    /// [`RoadError`] if the model can't read such images, or there is no such letter.
    pub fn new(model: ModelFile, image: DynamicImage, number: usize) -> Result<Self, RoadError> {
        let solver = Solver::new(&model)?;
        let grey = to_gray(&image);
        let prediction = match solver.solve(&image) {
            Ok(prediction) => Ok(prediction),
            Err(SolveError::Segment(error)) => Err(error),
            Err(error) => return Err(error.into()),
        };
        let way = match solver.segmenter() {
            Some(segmenter) => {
                // As many letters as were read are found again; else as many as the model knows of.
                let known =
                    model.metadata().lengths.filter(|(fewest, most)| fewest == most).map(|(most, _)| most);
                let expected = prediction.as_ref().map_or(known, |read| Some(read.characters.len()));
                let steps = segmenter.steps(&grey, expected);
                let letters = steps.result.as_ref().map_or(&[][..], |found| &found.letters);
                let followed = match letters.get(number.wrapping_sub(1)) {
                    Some(letter) => Some((number - 1, Box::new(trace(&model, &letter.image)?))),
                    None if letters.is_empty() => None,
                    None => return Err(RoadError::Letter { letters: letters.len(), number }),
                };
                let cleaned = steps.cleaned.clone();
                Way::Letters { cleaned, steps: Box::new(steps), followed }
            }
            None => {
                let scaled = model.metadata().architecture.prepare(&grey)?;
                let trace = Box::new(trace(&model, &scaled)?);
                Way::Sequence { scaled, trace }
            }
        };
        Ok(Self { model, image, grey, way, prediction, label: None })
    }

    /// The same road of an image whose text is known.
    #[must_use]
    pub fn with_label(mut self, label: Option<Label>) -> Self {
        self.label = label;
        self
    }

    /// The text in the name of an image file, if it is one that `model` could read.
    #[must_use]
    pub fn label_of(model: &ModelFile, path: &Path) -> Option<Label> {
        let label = Label::from_path(path).ok()?.checked(&model.metadata().alphabet).ok()?;
        let length = label.as_str().chars().count();
        model
            .metadata()
            .lengths
            .is_none_or(|(fewest, most)| (fewest..=most).contains(&length))
            .then_some(label)
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &ModelFile {
        &self.model
    }

    /// The image as it came.
    #[must_use]
    pub fn image(&self) -> &DynamicImage {
        &self.image
    }

    /// Its grey levels.
    #[must_use]
    pub fn grey(&self) -> &GrayImage {
        &self.grey
    }

    /// How it is read.
    #[must_use]
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// What is read.
    ///
    /// # Errors
    /// Why the image can't be cut into letters.
    pub fn prediction(&self) -> Result<&Prediction, &SegmentError> {
        self.prediction.as_ref()
    }

    /// What the image shows, if that is known.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_ref().map(Label::as_str)
    }

    /// What the network makes of the letter that is followed, or of the image; `None` if it can't be cut.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        match &self.way {
            Way::Letters { followed, .. } => followed.as_ref().map(|(_, trace)| &**trace),
            Way::Sequence { trace, .. } => Some(trace),
        }
    }

    /// The class scores at the end of the trace, `[steps, classes]`; one step for a letter.
    #[must_use]
    pub fn logits(&self) -> Option<Array2<f32>> {
        let last = self.trace()?.stages().last()?;
        let shape = match last.shape {
            Shape::Sequence { steps, features } => (steps, features),
            shape => (1, shape.len()),
        };
        Array2::from_shape_vec(shape, last.values.iter().copied().collect()).ok()
    }

    /// What the scores are divided by before the softmax.
    #[must_use]
    pub fn temperature(&self) -> f32 {
        self.model.metadata().temperature.unwrap_or(1.0)
    }
}

/// What the network makes of a grey image of its size.
fn trace(model: &ModelFile, image: &GrayImage) -> Result<Trace, RecognizeError> {
    let expected = model.metadata().architecture.input;
    let batch = ink_batch([image]).ok_or(RecognizeError::MixedSizes { expected })?;
    Trace::new(model, &batch.index_axis(Axis(0), 0))
}
