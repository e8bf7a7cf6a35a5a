//! The options of a training on images of one's own.

use std::path::PathBuf;

use crate::args::FolderArgs;
use crate::run::Outcome;

/// The options of a training on images of one's own.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "For images of your own")]
pub(super) struct OwnArgs {
    /// Start from a model that ships, by its name, or from a model file: what fits is taken, characters by character.
    #[arg(long, value_name = "MODEL")]
    pub(super) from: Option<PathBuf>,
    /// With --from: train only the last layers in so many epochs at the start [default: 0].
    #[arg(long, value_name = "EPOCHS", requires = "from")]
    pub(super) freeze: Option<usize>,
    /// Megabytes of images that are kept in memory; the others are read again in each epoch [default: 1024].
    #[arg(long, value_name = "MB")]
    pub(super) memory: Option<u64>,
    /// Draw images in this style, a preset or a TOML file, so many that they are SHARE of all: --mix claptcha=0.5.
    #[arg(long, value_name = "STYLE=SHARE", value_parser = parse_mix)]
    pub(super) mix: Option<(PathBuf, f64)>,
    #[command(flatten)]
    pub(super) folder: FolderArgs,
    /// Train K networks, each on all images but a part, which it then reads: measures on all images, and lists labels that
    /// are probably wrong. No model is kept without --keep-models.
    #[arg(long, value_name = "K")]
    pub(super) folds: Option<usize>,
    /// With --folds: keep the runs and models of all folds.
    #[arg(long, requires = "folds")]
    pub(super) keep_models: bool,
    /// Train even if `check` says that it would be in vain.
    #[arg(long)]
    pub(super) no_check: bool,
    /// Instead of one training, POINTS of them on all images, half of them, and so on: what more images would be worth.
    #[arg(long, value_name = "POINTS", num_args = 0..=1, require_equals = true, default_missing_value = "4", conflicts_with = "folds")]
    pub(super) learning_curve: Option<usize>,
    /// Do not learn a batch by heart first.
    #[arg(long)]
    pub(super) no_rehearsal: bool,
}

fn parse_mix(text: &str) -> Result<(PathBuf, f64), String> {
    let parts = text.rsplit_once('=').and_then(|(style, share)| Some((style, share.parse::<f64>().ok()?)));
    match parts {
        Some((style, share)) if !style.is_empty() && (0.0..=0.95).contains(&share) => {
            Ok((style.into(), share))
        }
        _ => Err("expected a style and a share from 0 to 0.95, such as claptcha=0.5".to_owned()),
    }
}

impl OwnArgs {
    /// Refuses the options where no network for whole images is trained on images of one's own; `labels` says whether
    /// images are read nevertheless, to be cut into letters, and `sequence` whether the network reads whole images, which
    /// are drawn.
    pub(super) fn check_absent(&self, labels: bool, sequence: bool) -> Outcome {
        let given = [
            ("--from", self.from.is_some() && !sequence),
            ("--freeze", self.freeze.is_some() && !sequence),
            ("--memory", self.memory.is_some()),
            ("--folds", self.folds.is_some()),
            ("--mix", self.mix.is_some()),
            ("--no-check", self.no_check),
            ("--learning-curve", self.learning_curve.is_some()),
            ("--no-rehearsal", self.no_rehearsal),
            (
                "--labels, --pattern, --recursive, --ignore-case and --alphabet",
                self.folder.is_given() && !labels,
            ),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(format!(
                "{option}: only for whole images of your own: type `train DIR --out RUN` without --data and --style"
            )
            .into()),
            None => Ok(()),
        }
    }
}
