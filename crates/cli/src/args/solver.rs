//! Which model reads, and its options.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use captcha_lab::infer::{NativeOptions, NativeRecognizer, Precision};
use captcha_lab::render::{Lengths, RenderError};
use captcha_lab::{Alphabet, Search, Solver, open_model};

use crate::run::Outcome;

/// What runs a network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Backend {
    /// Pure Rust.
    #[default]
    Native,
    /// libtorch; needs the feature `torch`.
    Libtorch,
}

/// The message where libtorch is not built in.
#[cfg(not(feature = "torch"))]
pub(crate) const NO_LIBTORCH: &str = "this program was built without libtorch: in the repository, run `cargo xtask setup` \
    and then `cargo install --path crates/cli --features torch`";

/// Which model reads, and how: shared by `solve` and `evaluate`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SolverArgs {
    /// A model file that `train` made, or the name of one that ships: base-sequence, which reads
    /// nearly everything, seed-letters, claptcha-sequence, lepture-sequence, hard-sequence.
    #[arg(long, default_value = "base-sequence", value_name = "MODEL")]
    model: PathBuf,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    /// How exactly the native backend computes: f32, or int8, which is faster and a little less exact on CPUs that have
    /// instructions for it.
    #[arg(long, default_value_t, value_name = "PRECISION")]
    precision: Precision,
    /// How many characters each image has, or 0 for any number; without it, as many as in training.
    #[arg(long, alias = "lengths", value_name = "N[-M]")]
    length: Option<KnownLengths>,
    /// The only characters that a text can have; without it, all that the model reads.
    #[arg(long, value_name = "CHARACTERS")]
    allowed: Option<Alphabet>,
    /// For models of sequences: how many beginnings of a text are followed at a time, or 0 to take the best of each
    /// column.
    #[arg(long, value_name = "N")]
    beam: Option<usize>,
}

/// Lengths that a text can have; `None` is any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KnownLengths(Option<RangeInclusive<usize>>);

/// Parses [`Lengths`], and `0` for any length.
impl FromStr for KnownLengths {
    type Err = RenderError;

    fn from_str(text: &str) -> Result<Self, RenderError> {
        Ok(Self(if text.trim() == "0" { None } else { Some(text.parse::<Lengths>()?.into()) }))
    }
}

impl SolverArgs {
    /// The solver that these arguments describe. `alphabet` is what texts are known to be written in, where `--allowed`
    /// does not say it.
    ///
    /// # Errors
    /// If the file is not a model, the backend is not built in, or the model does not support the options.
    pub(crate) fn open(&self, alphabet: Option<&Alphabet>, ignore_case: bool) -> Outcome<Solver> {
        let model = open_model(&self.model)?;
        let solver = match self.backend {
            Backend::Native => {
                let options = NativeOptions::default().with_precision(self.precision);
                Solver::with_recognizer(Box::new(NativeRecognizer::with_options(&model, options)?))?
            }
            Backend::Libtorch if self.precision != Precision::F32 => {
                return Err(
                    "--precision is for the native backend; libtorch computes in 32-bit floats".into()
                );
            }
            #[cfg(feature = "torch")]
            Backend::Libtorch => {
                Solver::with_recognizer(Box::new(captcha_lab::model::TorchRecognizer::new(&model)?))?
            }
            #[cfg(not(feature = "torch"))]
            Backend::Libtorch => {
                return Err(NO_LIBTORCH.into());
            }
        };
        if solver.precision() != self.precision {
            eprintln!(
                "note: this model is run in {} here, which is faster than {} on this CPU",
                solver.precision(),
                self.precision
            );
        }
        let allowed = self.allowed.as_ref().or(alphabet).cloned();
        let mut decoding = solver.decoding().clone().with_allowed(allowed).with_ignore_case(ignore_case);
        if let Some(KnownLengths(lengths)) = &self.length {
            decoding = decoding.with_lengths(lengths.clone());
        }
        match self.beam {
            None => {}
            Some(0) => decoding = decoding.with_search(Search::BestPath),
            Some(width) => decoding = decoding.with_search(Search::Prefixes { width }),
        }
        Ok(solver.with_decoding(decoding)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_length_is_any_length() {
        assert_eq!("0".parse::<KnownLengths>().unwrap(), KnownLengths(None));
        assert_eq!("4-8".parse::<KnownLengths>().unwrap(), KnownLengths(Some(4..=8)));
    }
}
