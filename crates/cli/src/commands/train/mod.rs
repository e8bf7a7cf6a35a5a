//! `captcha-lab train`
//!
//! | module | what it holds |
//! |---|---|
//! | `own_curve` | the learning curve of a folder: trainings on growing parts of it |
//! | `own` | networks that read whole images, on images of one's own |
//! | `own_folds` | cross-validation on them |
//! | `own_watch` | progress bars for them |
//! | `own_args` | the options that are only for these |
//! | `letters` | networks that read letters |
//! | `sequences` | networks that read whole images |
//! | `watch` | a progress bar with a line for each epoch |

#[cfg(feature = "torch")]
mod letters;
#[cfg(feature = "torch")]
mod own;
mod own_args;
#[cfg(feature = "torch")]
mod own_curve;
#[cfg(feature = "torch")]
mod own_folds;
#[cfg(feature = "torch")]
mod own_watch;
#[cfg(feature = "torch")]
mod sequences;
#[cfg(feature = "torch")]
mod watch;

use std::path::PathBuf;

use captcha_lab::render::Lengths;

use self::own_args::OwnArgs;
use crate::args::{CuttingArgs, Network, TrainingArgs};
use crate::run::Outcome;

#[cfg(feature = "torch")]
pub(super) use watch::Watch;

/// Train a network with libtorch: on images of your own, on letters that were cut, or on images drawn meanwhile.
///
/// `train DIR --out RUN` trains a network that reads the images of DIR, whose texts are in their names or in a label file.
/// Alphabet, network, epochs and what is done to the images are chosen by what is in DIR; a part of the images is kept to
/// measure the model on. With --from it goes on from another model.
///
/// The folder OUT gets the best model, a table of the metrics, the learning curves and a checkpoint; the same command
/// continues where it was interrupted, and with more --epochs trains on.
#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    /// A folder of labelled images: a network that reads whole images is trained on them. With --network compact or post
    /// it is --data.
    #[arg(value_name = "DIR", conflicts_with_all = ["data", "styles"])]
    folder: Option<PathBuf>,
    #[command(flatten)]
    own: OwnArgs,
    /// For letters: a folder of letters, as `extract` makes it, or of labelled images, which are cut in memory.
    #[arg(
        long,
        alias = "letters",
        value_name = "DIR",
        required_unless_present_any = ["styles", "folder"],
        conflicts_with = "styles"
    )]
    data: Option<PathBuf>,
    /// Instead: draw CAPTCHAs of this style: a preset, the distribution wild or a TOML file. Given several times, each is drawn as often as any
    /// other.
    #[arg(long = "style", value_name = "STYLE")]
    styles: Vec<PathBuf>,
    /// With --style: how many CAPTCHAs are drawn, for letters in all [default: 10000], for sequences in each epoch, always
    /// new ones [default: 30000].
    #[arg(long, alias = "images", value_name = "N")]
    count: Option<u64>,
    /// The folder of the run.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The network: letters (cuts the images into OUT/letters first, so that every step can be seen), compact or post
    /// (letters, cut in memory), deep-sequence (whole images of your own), sequence or fine-sequence (drawn ones; those
    /// whose details matter), base-sequence (images of all kinds), or a JSON file of layers [default: deep-sequence for DIR, else compact].
    #[arg(long, alias = "architecture", value_name = "NETWORK")]
    network: Option<Network>,
    /// Passes over the images [default: by their number], over the letters [default: 10], or epochs of new images
    /// [default: 20].
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// What is kept for validation: a share of the letters [default: 0.1], or a number of images [default: 2000].
    #[arg(long, value_parser = parse_validation, value_name = "SHARE|N")]
    validation: Option<f64>,
    /// For letters: how many characters a text has; the model then expects that. With --style it is known.
    #[arg(long, alias = "lengths", value_name = "N[-M]")]
    length: Option<Lengths>,
    /// Change the images at random, differently in each epoch: none, light, medium or strong [default for DIR: the
    /// stronger, the fewer images; for letters: none]. Letters are shifted, turned, sheared and scaled a little.
    #[arg(
        long,
        value_name = "STRENGTH",
        num_args = 0..=1,
        default_missing_value = "light",
        value_parser = ["none", "light", "medium", "strong"]
    )]
    augment: Option<String>,
    /// With --style, for whole images: invert images of light text on dark paper and stretch the contrast of each, in
    /// training and then always before the network [for DIR: where it helps].
    #[arg(long, requires = "styles")]
    normalize: bool,
    #[command(flatten)]
    cutting: CuttingArgs,
    #[command(flatten)]
    training: TrainingArgs,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

fn parse_validation(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && (value < 1.0 || value.fract() == 0.0) && value <= f64::from(u32::MAX) => {
            Ok(value)
        }
        _ => Err("expected a share such as 0.1 or a number of images such as 2000".to_owned()),
    }
}

impl Train {
    pub(super) fn run(&self) -> Outcome {
        let sequence = match &self.network {
            Some(network) => network.is_sequence()?,
            None => self.folder.is_some(),
        };
        if sequence && let Some(folder) = &self.folder {
            self.check_own()?;
            return self.own(folder);
        }
        self.own.check_absent(!sequence && self.data().is_some(), sequence)?;
        if sequence { self.sequences(self.check_sequences()?) } else { self.letters(self.check_letters()?) }
    }

    /// Refuses options for whole images; returns the share of the letters that is for validation.
    fn check_letters(&self) -> Outcome<f64> {
        if let Some(strength @ ("medium" | "strong")) = self.augment.as_deref() {
            return Err(format!(
                "--augment {strength}: letters are changed only lightly: type --augment light"
            )
            .into());
        }
        if self.normalize {
            return Err("--normalize: for whole images; letters are always brought to one contrast".into());
        }
        match self.validation.unwrap_or(0.1) {
            share if share < 1.0 => Ok(share),
            images => Err(format!("--validation {images}: for letters it is a share, such as 0.1").into()),
        }
    }

    /// The network, where its default is one for letters.
    #[cfg(feature = "torch")]
    fn network(&self) -> Network {
        self.network.clone().unwrap_or_default()
    }

    /// The folder of letters or of images to cut.
    fn data(&self) -> Option<&PathBuf> {
        self.data.as_ref().or(self.folder.as_ref())
    }

    /// Refuses options that a training on images of one's own does not have.
    fn check_own(&self) -> Outcome {
        let not_here = [
            ("--count", self.count.is_some()),
            ("--length", self.length.is_some()),
            ("--method, --median-radius and --line-width", self.cutting.is_given()),
        ];
        if let Some((option, _)) = not_here.iter().find(|(_, given)| *given) {
            return Err(format!("{option}: not for whole images of your own; leave it out").into());
        }
        match self.validation {
            Some(images) if images >= 1.0 => {
                Err(format!("--validation {images}: for images of your own it is a share, such as 0.07")
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses options for letters; returns how many images are for validation.
    fn check_sequences(&self) -> Outcome<usize> {
        if self.data.is_some() {
            return Err(
                "--data is for letters: type the folder without --data for a network that reads whole images, or \
                 --network compact for letters"
                    .into(),
            );
        }
        let for_letters = [
            ("--augment", self.augment.is_some()),
            ("--length", self.length.is_some()),
            ("--method, --median-radius and --line-width", self.cutting.is_given()),
        ];
        if let Some((option, _)) = for_letters.iter().find(|(_, given)| *given) {
            return Err(format!("{option}: only for letters; leave it out, or type --network compact").into());
        }
        match self.validation.unwrap_or(2000.0) {
            images if images >= 1.0 => Ok(images as usize),
            share => {
                Err(format!("--validation {share}: for whole images it is a number, such as 2000").into())
            }
        }
    }

    #[cfg(not(feature = "torch"))]
    fn letters(&self, _: f64) -> Outcome {
        Err(format!("training needs libtorch, and {}", crate::args::NO_LIBTORCH).into())
    }

    #[cfg(not(feature = "torch"))]
    fn sequences(&self, _: usize) -> Outcome {
        self.letters(0.0)
    }

    #[cfg(not(feature = "torch"))]
    fn own(&self, _: &std::path::Path) -> Outcome {
        self.letters(0.0)
    }
}

#[cfg(feature = "torch")]
impl Train {
    /// The command line for the model file; arguments that are not Unicode are shown with `\u{fffd}`.
    fn command() -> String {
        let words: Vec<String> =
            std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    /// Draws the learning curves and reports the results of the training.
    fn report(&self, trained: &captcha_lab::model::Trained, samples: &str) -> Outcome {
        use crate::output::{next, print, print_json, quoted};
        use captcha_report::pictures::save_learning_curves;

        save_learning_curves(&trained.history, self.out.join("curves"))?;
        let model = self.out.join("model.safetensors");
        let metadata = trained.model.metadata();
        if self.json {
            let best = trained.best();
            return Ok(print_json(&Summary {
                model: &model,
                epoch: best.map(|best| best.epoch),
                epochs: trained.history.len(),
                validation_accuracy: best.map(|best| best.validation_accuracy),
            })?);
        }
        let epoch = metadata.training.get("epoch").map_or("?", String::as_str);
        let accuracy = metadata.scores.get("validation_accuracy").map_or("?", String::as_str);
        print(format_args!(
            "best: epoch {epoch} with {accuracy} of the validation {samples}; model in {}",
            model.display()
        ))?;
        next(format_args!("evaluate --model {} --data DIR", quoted(&model)));
        Ok(())
    }
}

/// The results of a training.
#[cfg(feature = "torch")]
#[derive(serde::Serialize)]
struct Summary<'a> {
    model: &'a std::path::Path,
    /// The best epoch.
    epoch: Option<usize>,
    epochs: usize,
    validation_accuracy: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validation_is_a_share_or_a_number() {
        assert_eq!(parse_validation("0.1"), Ok(0.1));
        assert_eq!(parse_validation("2000"), Ok(2000.0));
        for text in ["0", "-1", "1.5", "nan", "inf", "x", "1e12"] {
            assert!(parse_validation(text).is_err(), "{text}");
        }
    }
}
