//! All steps of a model from the pixels of an image to its text.

use std::path::Path;

use captcha_lab::core::ink::ink_batch;
use captcha_lab::core::ndarray::{Array2, Axis};
use captcha_lab::core::to_gray;
use captcha_lab::infer::{RecognizeError, Shape, Trace};
use captcha_lab::segment::{SegmentError, Steps};
use captcha_lab::{Label, ModelFile, Prediction, SolveError, Solver};
use image::{DynamicImage, GrayImage};

/// The path of an image through a model.
pub struct Road {
    model: ModelFile,
    image: DynamicImage,
    grey: GrayImage,
    way: Way,
    /// The text that was read, or why the image can't be segmented.
    prediction: Result<Prediction, SegmentError>,
    label: Option<Label>,
}

/// How a model reads.
pub enum Way {
    /// Letter by letter.
    Letters {
        /// The grey levels after noise and line removal, if the model uses it before segmentation.
        cleaned: Option<GrayImage>,
        /// The result of each step of the segmentation.
        steps: Box<Steps>,
        /// The letter that is followed, from 0, with its trace through the network; `None` if the image can't
        /// be segmented.
        followed: Option<(usize, Box<Trace>)>,
    },
    /// All at once.
    Sequence {
        /// The image, scaled to the input of the network.
        scaled: GrayImage,
        /// The trace of the image through the network.
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
        /// How many letters there are.
        letters: usize,
        /// The number that was asked for, from 1.
        number: usize,
    },
}

impl Road {
    /// The path of `image` through `model`. If the model reads letters, letter `number`, counted from 1, is
    /// followed through all layers.
    ///
    /// An image that can't be segmented into letters has a path too, which ends at that step.
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
                // The number of letters is that of the reading; without a reading, the number that the model
                // expects.
                let known =
                    model.metadata().lengths.filter(|(fewest, most)| fewest == most).map(|(most, _)| most);
                let expected = prediction.as_ref().map_or(known, |read| Some(read.characters.len()));
                let steps = segmenter.steps(&model.metadata().preparation.levels(&grey), expected);
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
                let scaled = model.metadata().prepare(&grey)?;
                let trace = Box::new(trace(&model, &scaled)?);
                Way::Sequence { scaled, trace }
            }
        };
        Ok(Self { model, image, grey, way, prediction, label: None })
    }

    /// The same path, with the true text of the image.
    #[must_use]
    pub fn with_label(mut self, label: Option<Label>) -> Self {
        self.label = label;
        self
    }

    /// The true text from the name of an image file, if it is a text that `model` can read.
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

    /// The original image.
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
    /// Why the image can't be segmented into letters.
    pub fn prediction(&self) -> Result<&Prediction, &SegmentError> {
        self.prediction.as_ref()
    }

    /// The true text of the image, if it is known.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_ref().map(Label::as_str)
    }

    /// The trace of the letter that is followed, or of the whole image; `None` if the image can't be
    /// segmented.
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

    /// The temperature: the scores are divided by it before the softmax.
    #[must_use]
    pub fn temperature(&self) -> f32 {
        self.model.metadata().temperature.unwrap_or(1.0)
    }
}

/// The trace of a grey image of the input size of the network.
fn trace(model: &ModelFile, image: &GrayImage) -> Result<Trace, RecognizeError> {
    let expected = model.metadata().architecture.input;
    let batch = ink_batch([image]).ok_or(RecognizeError::MixedSizes { expected })?;
    Trace::new(model, &batch.index_axis(Axis(0), 0))
}
