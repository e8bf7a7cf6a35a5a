//! Networks that read letters.

use std::ops::RangeInclusive;
use std::path::Path;

use captcha_lab::core::describe;
use captcha_lab::dataset::{
    Augmentation, LabelledFolder, LetterOptions, LetterSet, LetterSummary, Mixture, extract_letters,
};
use captcha_lab::model::{LetterTraining, TrainOptions};
use captcha_lab::render::Renderer;
use captcha_lab::segment::Segmenter;

use super::{Train, Watch};
use crate::progress::Progress;
use crate::run::Outcome;

impl Train {
    /// Trains a network that reads letters.
    pub(super) fn letters(&self, share: f64) -> Outcome {
        let (letters, lengths) = match self.data() {
            Some(folder) => (self.in_folder(folder)?, self.length.map(RangeInclusive::from)),
            None => {
                let renderers = self.renderers()?;
                let lengths = renderers.iter().map(Renderer::lengths);
                let lengths = lengths.reduce(|mut all, other| {
                    (all.min, all.max) = (all.min.min(other.min), all.max.max(other.max));
                    all
                });
                (self.drawn(renderers)?, lengths.map(|lengths| lengths.min..=lengths.max))
            }
        };
        let architecture = self.network().for_letters(letters.alphabet().len(), letters.size())?;
        let options = self.training.options(TrainOptions::default());
        let mut training = LetterTraining::new(letters)
            .with_architecture(architecture)
            .with_validation(share)
            .with_augmentation(self.augment_letters().then(Augmentation::light))
            .with_options(options.with_epochs(self.epochs.unwrap_or(10)))
            .with_folder(&self.out)
            .with_note("command", Self::command());
        if let Some(lengths) = lengths {
            training = training.with_lengths(lengths);
        }
        let watch = Watch::of("letters");
        let trained = training.run(&watch)?;
        watch.finish();
        self.report(&trained, "letters")
    }

    /// Whether letters are changed at random.
    fn augment_letters(&self) -> bool {
        self.augment.as_deref() == Some("light")
    }

    /// A renderer for each style.
    pub(super) fn renderers(&self) -> Outcome<Vec<Renderer>> {
        self.styles.iter().map(|style| Ok(Renderer::open(style)?)).collect()
    }

    /// The segmenter that the arguments describe.
    fn segmenter(&self) -> Outcome<Segmenter> {
        Ok(Segmenter::new(self.cutting.options().with_letter_size(self.network().letter_size()?))?)
    }

    /// Letters of CAPTCHAs that are drawn for the training.
    fn drawn(&self, renderers: Vec<Renderer>) -> Outcome<LetterSet> {
        let source = Mixture::new(renderers)?;
        let count = self.count.unwrap_or(10_000);
        let progress = Progress::new("Drawing", "images");
        let (letters, summary) =
            LetterSet::from_source(&source, count, self.training.seed, &self.segmenter()?, &progress)?;
        progress.finish();
        tell(&summary);
        Ok(letters)
    }

    /// The letters in a folder of letters, or in the images of a folder of labelled images.
    fn in_folder(&self, folder: &Path) -> Outcome<LetterSet> {
        let images = LabelledFolder::open(folder, &self.own.folder.options());
        let images = match (self.own.folder.is_given(), images) {
            // Only images have labels to be looked for.
            (true, images) => images?,
            (false, images) => match (LetterSet::open(folder, &LetterOptions::default()), images) {
                (Ok((letters, skipped)), _) => {
                    if !skipped.is_empty() {
                        eprintln!("{skipped}");
                    }
                    return self.cut_alike(letters);
                }
                (Err(_), Ok(images)) => images,
                (Err(no_letters), Err(_)) => return Err(no_letters.into()),
            },
        };
        if self.network().keeps_letters() {
            return self.in_letter_folders(&images);
        }
        let progress = Progress::new("Cutting", "images");
        let (letters, summary) = LetterSet::from_samples(&images, &self.segmenter()?, &progress)
            .map_err(|error| format!("{}: {}", folder.display(), describe(&error)))?;
        progress.finish();
        tell(&summary);
        if !images.skipped().is_empty() {
            eprintln!("{}", images.skipped());
        }
        Ok(letters)
    }

    /// The letters of `images`, which are kept in the folder `letters` of the run. What was cut before is not cut again.
    fn in_letter_folders(&self, images: &LabelledFolder) -> Outcome<LetterSet> {
        let folder = self.out.join("letters");
        let progress = Progress::new("Cutting", "images");
        let summary = extract_letters(images, &self.segmenter()?, &folder, &progress)?;
        progress.finish();
        tell(&summary);
        eprintln!("the letters are in {}", folder.display());
        let options = LetterOptions::default().with_alphabet(images.alphabet().clone());
        let (letters, skipped) = LetterSet::open(&folder, &options)?;
        for left_out in [images.skipped(), &skipped] {
            if !left_out.is_empty() {
                eprintln!("{left_out}");
            }
        }
        Ok(letters)
    }

    /// `letters` with their segmentation: that recorded in the folder or, if there is none, that of the
    /// arguments.
    fn cut_alike(&self, letters: LetterSet) -> Outcome<LetterSet> {
        let said = self.cutting.options().with_letter_size(letters.size());
        match letters.segmentation() {
            None => Ok(letters.with_segmentation(Some(said))),
            Some(known) if self.cutting.is_given() && *known != said => Err(
                "these letters were cut otherwise than the arguments say: leave out --method, --median-radius and \
                 --line-width, for the folder knows how its letters were cut"
                    .into(),
            ),
            Some(_) => Ok(letters),
        }
    }
}

/// Reports the result of cutting, and why some images gave no letters.
fn tell(summary: &LetterSummary) {
    eprintln!("{summary}");
}
