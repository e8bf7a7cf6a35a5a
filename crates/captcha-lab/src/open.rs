//! One rule for the name of a model that ships against the path of a file.

use std::path::Path;

use captcha_infer::ModelFile;

use crate::error::SolveError;
#[cfg(feature = "pretrained")]
use crate::pretrained::Pretrained;

/// The model that ships under a name, or the model file at a path.
///
/// `model` is a name if it has no path separator and no extension: `hard-sequence`. If a model of that name ships
/// ([`Pretrained`](crate::Pretrained)), it is that model, whatever files there are. Everything else is a path:
/// `model.safetensors`, `runs/first/model.safetensors`, and `./hard-sequence` for a file of that name.
///
/// ```
/// let model = captcha_lab::open_model("hard-sequence")?;
/// assert!(model.metadata().architecture.is_sequence());
/// let error = captcha_lab::open_model("hard-sequenec").unwrap_err().to_string();
/// assert!(error.contains("expected base-sequence, seed-letters,"), "{error}");
/// # Ok::<(), captcha_lab::SolveError>(())
/// ```
///
/// # Errors
/// [`SolveError::NoSuchModel`] for a name that no model and no file has, [`SolveError::Model`] with the path for a file
/// that can't be used.
pub fn open_model(model: impl AsRef<Path>) -> Result<ModelFile, SolveError> {
    let path = model.as_ref();
    let name = path.to_str().filter(|name| path.extension().is_none() && is_file_name(name));
    #[cfg(feature = "pretrained")]
    if let Some(pretrained) = name.and_then(Pretrained::named) {
        return Ok(ModelFile::from_bytes(pretrained.bytes())?);
    }
    if let Some(name) = name
        && !path.exists()
    {
        return Err(SolveError::NoSuchModel { name: name.to_owned(), names: names() });
    }
    Ok(ModelFile::open(path)?)
}

/// Whether there is no separator of folders.
fn is_file_name(name: &str) -> bool {
    !name.contains(std::path::is_separator)
}

/// The names of the models that ship.
fn names() -> &'static [&'static str] {
    #[cfg(feature = "pretrained")]
    return Pretrained::NAMES;
    #[cfg(not(feature = "pretrained"))]
    &[]
}
