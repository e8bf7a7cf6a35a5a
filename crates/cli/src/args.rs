//! Arguments that several examples take.

use std::error::Error;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use captcha_lab::infer::{Architecture, NativeOptions, NativeRecognizer, Precision, Shape};
use captcha_lab::render::{Resampling, Style};
use captcha_lab::{Alphabet, ModelFile, Pretrained, Search, Solver};

/// What runs a network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Backend {
    /// Pure Rust.
    #[default]
    Native,
    /// libtorch; needs the feature `torch`.
    Libtorch,
}

/// [`Precision`] on the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Exactness {
    /// 32-bit floats.
    #[default]
    F32,
    /// Products of 8 bits: much faster on a CPU with VNNI, a little less exact.
    Int8,
}

impl From<Exactness> for Precision {
    fn from(exactness: Exactness) -> Self {
        match exactness {
            Exactness::F32 => Self::F32,
            Exactness::Int8 => Self::Int8,
        }
    }
}

/// Which letter network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Network {
    /// The project's own: 3x3 convolutions with batch normalisation.
    #[default]
    Compact,
    /// The post's: two 5x5 convolutions, two fully connected layers.
    Post,
}

impl Network {
    /// The architecture for `classes` characters and letters of `size` x `size` pixels.
    #[must_use]
    pub fn architecture(self, classes: usize, size: u32) -> Architecture {
        let mut architecture = self.preset(classes);
        (architecture.input.height, architecture.input.width) = (size as usize, size as usize);
        architecture
    }

    /// Width and height of a letter that the architecture is made for, in pixels.
    #[must_use]
    pub fn letter_size(self) -> u32 {
        self.preset(1).input.width as u32
    }

    fn preset(self, classes: usize) -> Architecture {
        match self {
            Self::Compact => Architecture::compact(classes),
            Self::Post => Architecture::post(classes),
        }
    }
}

/// Which model reads, and how: shared by `solve` and `evaluate`.
#[derive(Debug, Clone, clap::Args)]
pub struct SolverArgs {
    /// A model file that `train` or `train_sequence` made, or the name of one that ships: seed-letters,
    /// claptcha-sequence, lepture-sequence, hard-sequence. Without it, seed-letters.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    /// How exactly the native backend computes.
    #[arg(long, value_enum, default_value_t)]
    precision: Exactness,
    /// How many characters each image has, or 0 for any number; without it, as many as in training.
    #[arg(long, alias = "lengths", value_parser = parse_known_lengths, value_name = "N[-M]")]
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

/// As [`parse_lengths`], and `0` for any.
fn parse_known_lengths(text: &str) -> Result<KnownLengths, String> {
    let known = if text.trim() == "0" { None } else { Some(parse_lengths(text)?) };
    Ok(KnownLengths(known))
}

impl SolverArgs {
    /// The solver that they describe.
    ///
    /// # Errors
    /// If the file is no model, the backend is not built in, or the model can't read what is asked for.
    pub fn open(&self) -> Result<Solver, Box<dyn Error>> {
        let model = match &self.model {
            Some(model) => open_model(model)?,
            None => ModelFile::from_bytes(Pretrained::SeedLetters.bytes())?,
        };
        let solver = match self.backend {
            Backend::Native => {
                let options = NativeOptions::default().with_precision(self.precision.into());
                Solver::with_recognizer(Box::new(NativeRecognizer::with_options(&model, options)?))?
            }
            Backend::Libtorch if self.precision != Exactness::F32 => {
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
                return Err(
                    "this program was built without libtorch; build it with `--features torch`".into()
                );
            }
        };
        let mut decoding = solver.decoding().clone().with_allowed(self.allowed.clone());
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

/// The model that ships under this name, or the model file at this path.
///
/// # Errors
/// If there is neither, or the file is no model.
pub fn open_model(name: &Path) -> Result<ModelFile, Box<dyn Error>> {
    let pretrained = name.to_str().and_then(Pretrained::named).filter(|_| !name.exists());
    if let Some(pretrained) = pretrained {
        return Ok(ModelFile::from_bytes(pretrained.bytes())?);
    }
    if name.extension().is_none() && !name.exists() {
        let names: Vec<&str> = Pretrained::ALL.iter().map(|model| model.name()).collect();
        let name = name.display();
        return Err(format!("there is no model {name}, expected {} or a model file", names.join(", ")).into());
    }
    Ok(ModelFile::open(name)?)
}

/// The preset called `name`, or the style in the TOML file of that name.
///
/// # Errors
/// If there is neither, or the file is no style.
pub fn open_style(name: &str) -> Result<Style, Box<dyn Error>> {
    if Style::PRESETS.contains(&name) {
        return Ok(Style::preset(name)?);
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        return Err(format!(
            "there is no style {name:?}, expected {} or a TOML file",
            Style::PRESETS.join(", ")
        )
        .into());
    }
    Ok(Style::from_file(path)?)
}

/// A network that reads whole images and has `characters` classes and the blank: `sequence`, `fine-sequence`, or a JSON file
/// with what a model file holds as its architecture.
///
/// # Errors
/// If there is no such file, or it has no architecture of such a network.
pub fn open_architecture(name: &str, characters: usize) -> Result<Architecture, Box<dyn Error>> {
    // Any width: sequence networks take all.
    const WIDTH: usize = 100;
    match name {
        "sequence" => return Ok(Architecture::sequence(characters, WIDTH)),
        "fine-sequence" => return Ok(Architecture::fine_sequence(characters, WIDTH)),
        _ => {}
    }
    let json = std::fs::read(name).map_err(|error| {
        format!("{name:?} is neither sequence nor fine-sequence nor a file that can be read: {error}")
    })?;
    let architecture: Architecture =
        serde_json::from_slice(&json).map_err(|error| format!("{name} is no architecture: {error}"))?;
    match architecture.output().map_err(|error| format!("{name} makes no network: {error}"))? {
        Shape::Sequence { features, .. } if features == characters + 1 => Ok(architecture),
        shape => Err(format!(
            "{name} ends in {shape} ([steps, classes] is what a network for whole images ends in), expected {} classes: \
             {characters} characters and the blank",
            characters + 1
        )
        .into()),
    }
}

/// `6` or `4-8`.
///
/// # Errors
/// If it is neither.
pub fn parse_lengths(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    match (low.trim().parse(), high.trim().parse()) {
        (Ok(low), Ok(high)) if 1 <= low && low <= high => Ok(low..=high),
        _ => Err("expected a number such as 6 or a range such as 4-8".to_owned()),
    }
}

/// `nearest`, `bilinear` or `bicubic`.
///
/// # Errors
/// If it is none of them.
pub fn parse_resampling(text: &str) -> Result<Resampling, String> {
    match text {
        "nearest" => Ok(Resampling::Nearest),
        "bilinear" => Ok(Resampling::Bilinear),
        "bicubic" => Ok(Resampling::Bicubic),
        _ => Err("expected nearest, bilinear or bicubic".to_owned()),
    }
}

/// `300x150`.
///
/// # Errors
/// If it is not two numbers with an `x` between them.
pub fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let numbers =
        text.split_once('x').and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    numbers.ok_or_else(|| "expected two numbers such as 300x150".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes() {
        assert_eq!(parse_lengths("6"), Ok(6..=6));
        assert_eq!(parse_lengths("4-8"), Ok(4..=8));
        assert!(["", "0", "8-4", "a", "4-"].iter().all(|text| parse_lengths(text).is_err()));
        assert_eq!(parse_known_lengths("0"), Ok(KnownLengths(None)));
        assert_eq!(parse_known_lengths("4-8"), Ok(KnownLengths(Some(4..=8))));
        assert_eq!(parse_size("300x150"), Ok((300, 150)));
        assert!(["300", "x", "3x-1", "300*150"].iter().all(|text| parse_size(text).is_err()));
    }

    #[test]
    fn a_style_that_is_not_there_is_told() {
        let error = open_style("sede").unwrap_err().to_string();
        assert!(error.contains("seed, claptcha"), "{error}");
        assert!(open_style("missing.toml").is_err());
    }

    #[test]
    fn an_architecture_has_a_name_or_a_file_and_fits_the_alphabet() {
        assert_eq!(open_architecture("fine-sequence", 36).unwrap().input.height, 60);
        let error = open_architecture("fine", 36).unwrap_err().to_string();
        assert!(error.contains("sequence nor fine-sequence"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("net.json");
        let name = file.to_str().unwrap();
        for (architecture, fits) in [
            (Architecture::sequence(36, 96), true),
            (Architecture::sequence(26, 96), false),
            (Architecture::post(37), false),
        ] {
            std::fs::write(&file, serde_json::to_vec(&architecture).unwrap()).unwrap();
            assert_eq!(open_architecture(name, 36).ok(), fits.then_some(architecture));
        }
        std::fs::write(&file, "{}").unwrap();
        let error = open_architecture(name, 36).unwrap_err().to_string();
        assert!(error.contains("no architecture"), "{error}");
    }
}
