//! Styles as TOML, and by the name of a preset or a file.

use std::io;
use std::path::Path;

use captcha_core::files::{ReadError, read_bounded};

use crate::error::RenderError;
use crate::style::Style;

/// Largest style file in bytes. The presets have 2 kB.
const MAX_FILE: u64 = 1 << 20;

impl Style {
    /// The preset of this name, or the style in the TOML file at this path.
    ///
    /// One of [`Style::PRESETS`] is always the preset; anything else is a path. A file that is called like a preset is
    /// opened as `./seed`.
    ///
    /// ```
    /// use captcha_render::Style;
    ///
    /// assert_eq!(Style::open("claptcha")?, Style::claptcha());
    /// assert_eq!(
    ///     Style::open("clapcha").unwrap_err().to_string(),
    ///     "there is no style \"clapcha\"; type one of seed, claptcha, lepture, easy, medium, hard, or the path of a TOML file"
    /// );
    /// # Ok::<(), captcha_render::RenderError>(())
    /// ```
    ///
    /// # Errors
    /// [`RenderError::UnknownStyle`] if there is neither, [`RenderError::StyleFile`] as [`from_file`](Self::from_file).
    pub fn open(name_or_path: impl AsRef<Path>) -> Result<Self, RenderError> {
        let path = name_or_path.as_ref();
        match path.to_str() {
            Some(name) if Self::PRESETS.contains(&name) => Self::preset(name),
            _ => unknown_if_missing(Self::from_file(path), path, Self::PRESETS),
        }
    }

    /// Reads a style from TOML.
    ///
    /// # Errors
    /// [`RenderError::ParseStyle`] says where, for instance at an unknown field. Ranges are checked by
    /// [`Renderer::new`](crate::Renderer::new).
    pub fn from_toml(text: &str) -> Result<Self, RenderError> {
        toml::from_str(text).map_err(|error| RenderError::ParseStyle(Box::new(error)))
    }

    /// Reads a style from a TOML file of at most 1 MiB.
    ///
    /// # Errors
    /// [`RenderError::StyleFile`] with the path and what is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, RenderError> {
        read_file(path.as_ref(), Self::from_toml)
    }

    /// The style as TOML, all fields written out.
    ///
    /// # Errors
    /// [`RenderError::WriteStyle`] if a length is above 2^63 - 1, which TOML can't say.
    pub fn to_toml(&self) -> Result<String, RenderError> {
        toml::to_string(self).map_err(|error| RenderError::WriteStyle(Box::new(error)))
    }
}

/// What `parse` makes of the TOML file at `path`, of at most 1 MiB.
pub(crate) fn read_file<T>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, RenderError>,
) -> Result<T, RenderError> {
    let fail = |source| RenderError::StyleFile { path: path.to_owned(), source };
    let bytes = read_bounded(path, MAX_FILE).map_err(|error| match error {
        ReadError::Io(error) => fail(Box::new(error)),
        error => fail(Box::new(error)),
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|error| fail(Box::new(error)))?;
    parse(text).map_err(|error| match error {
        RenderError::ParseStyle(source) => fail(source),
        error => fail(Box::new(error)),
    })
}

/// `result`, but if its file is missing, that there is no preset or file of that name.
pub(crate) fn unknown_if_missing<T>(
    result: Result<T, RenderError>,
    path: &Path,
    presets: &[&str],
) -> Result<T, RenderError> {
    match result {
        Err(RenderError::StyleFile { source, .. }) if is_missing(source.as_ref()) => {
            let name = path.to_string_lossy().into_owned();
            Err(RenderError::UnknownStyle { name, presets: presets.join(", ") })
        }
        result => result,
    }
}

/// Whether an error says that there is no such file.
fn is_missing(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}
