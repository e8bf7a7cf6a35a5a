//! Pictures of a corpus, of letters, of a training and of an evaluation, as files.

use std::io;
use std::path::{Path, PathBuf};

use captcha_lab::core::image::GrayImage;
use captcha_lab::core::{Alphabet, DecodeError};
use captcha_lab::dataset::{DatasetError, FolderOptions, LabelledFolder, LetterSet};
use captcha_lab::{Answer, Evaluation};

use crate::figures::{
    Failure, FigureError, calibration, confusion_matrix, contact_sheet, failure_sheet, letter_sheet, save_png,
};

/// Why a picture could not be drawn or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PicturesError {
    /// A folder is not there, or can't be made.
    #[error("the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The labelled images can't be listed.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// An image can't be read.
    #[error(transparent)]
    Image(#[from] DecodeError),
    /// A picture can't be drawn or written.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// Number of images on a contact sheet, and in a row of it.
const SHEET: usize = 24;
const SHEET_COLUMNS: usize = 4;

/// Letters shown for each class on a sheet of letters.
const LETTERS: usize = 12;

/// The first failures, for a failure sheet.
#[derive(Debug, Default)]
pub struct Failures(Vec<Failure>);

impl Failures {
    /// Maximum number of failures on a sheet, and in a row of it.
    const MOST: usize = 48;
    const COLUMNS: usize = 6;

    /// Keeps the answer if it is wrong and there is room.
    pub fn add(&mut self, answer: Answer) {
        if answer.right || self.0.len() >= Self::MOST {
            return;
        }
        let Some(image) = answer.image else { return };
        let read =
            answer.reading.map(|prediction| prediction.text).map_err(|error| error.reason().to_owned());
        self.0.push(Failure { image, truth: answer.label, read });
    }
}

/// The path of a file next to the folder `path`, named after the folder with `ending` appended.
///
/// A path without a name of its own, such as `.` or `data/..`, is resolved first, so that the file is never
/// placed inside the folder.
///
/// # Errors
/// [`PicturesError::Folder`] if there is no such folder, or it has no parent: `/`.
pub fn beside(path: impl AsRef<Path>, ending: &str) -> Result<PathBuf, PicturesError> {
    let path = path.as_ref();
    let fail = |source| PicturesError::Folder { path: path.to_owned(), source };
    let named = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path.canonicalize().map_err(fail)?,
    };
    let Some(name) = named.file_name() else {
        return Err(fail(io::Error::new(
            io::ErrorKind::InvalidInput,
            "nothing can be beside the root folder",
        )));
    };
    let mut name = name.to_owned();
    name.push(ending);
    Ok(named.with_file_name(name))
}

/// Draws the first images of a folder with their labels into a file next to the folder; returns its path.
///
/// # Errors
/// [`PicturesError`] if an image can't be read or the sheet can't be written.
pub fn save_folder_sheet(folder: impl AsRef<Path>) -> Result<PathBuf, PicturesError> {
    let folder = folder.as_ref();
    let sheet = beside(folder, "-sheet.png")?;
    let samples = LabelledFolder::open(folder, &FolderOptions::default())?;
    let items = samples
        .samples()
        .take(SHEET)
        .map(|sample| Ok((sample.load()?, sample.label.to_string())))
        .collect::<Result<Vec<_>, DecodeError>>()?;
    save_png(&contact_sheet(&items, SHEET_COLUMNS), &sheet)?;
    Ok(sheet)
}

/// Draws the first letters of each class.
///
/// # Errors
/// [`PicturesError::Figure`] if the sheet can't be written.
pub fn save_letter_sheet(letters: &LetterSet, path: impl AsRef<Path>) -> Result<(), PicturesError> {
    let mut classes: Vec<(char, Vec<GrayImage>)> =
        letters.alphabet().characters().iter().map(|&character| (character, Vec::new())).collect();
    for index in 0..letters.len() {
        // The sheet states the number of letters, so it is given all of them.
        classes[letters.label(index)].1.push(letters.image(index));
    }
    Ok(save_png(&letter_sheet(&classes, LETTERS), path)?)
}

/// Draws the confusion matrix, the calibration and the failures into `folder`.
///
/// # Errors
/// [`PicturesError`] if they can't be written.
pub fn save_results(
    folder: impl AsRef<Path>,
    alphabet: &Alphabet,
    evaluation: &Evaluation,
    failures: &Failures,
) -> Result<(), PicturesError> {
    let folder = folder.as_ref();
    std::fs::create_dir_all(folder)
        .map_err(|source| PicturesError::Folder { path: folder.to_owned(), source })?;
    confusion_matrix(alphabet, &evaluation.confusions)?.save(folder.join("confusion"))?;
    calibration(&evaluation.calibration)?.save(folder.join("calibration"))?;
    save_png(&failure_sheet(&failures.0, Failures::COLUMNS), folder.join("failures.png"))?;
    Ok(())
}

/// Draws the learning curves of a training to `stem.png` and `stem.svg`.
///
/// # Errors
/// [`PicturesError`] if they can't be written.
#[cfg(feature = "torch")]
pub fn save_learning_curves(
    history: &[captcha_lab::model::EpochMetrics],
    stem: impl AsRef<Path>,
) -> Result<(), PicturesError> {
    crate::figures::learning_curves(&epoch_rows(history))?.save(stem)?;
    Ok(())
}

/// The epochs of a training for [`learning_curves`](crate::figures::learning_curves).
#[cfg(feature = "torch")]
#[must_use]
pub fn epoch_rows(history: &[captcha_lab::model::EpochMetrics]) -> Vec<crate::figures::EpochRow> {
    let rows = history.iter().map(|metrics| crate::figures::EpochRow {
        epoch: metrics.epoch as u32,
        train_loss: metrics.train_loss,
        validation_loss: metrics.validation_loss,
        train_accuracy: metrics.train_accuracy,
        validation_accuracy: metrics.validation_accuracy,
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_a_folder_is_never_in_it() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let data = root.join("data");
        std::fs::create_dir_all(data.join("letters")).unwrap();
        let sheet = root.join("data-sheet.png");
        for folder in [data.clone(), data.join("."), data.join("letters").join("..")] {
            assert_eq!(beside(&folder, "-sheet.png").unwrap(), sheet, "{}", folder.display());
        }
        // A test runs in the folder of its package.
        let here = std::env::current_dir().unwrap();
        assert_eq!(beside(Path::new("."), "-sheet.png").unwrap(), here.with_file_name("report-sheet.png"));
        // A folder with a name need not exist.
        assert_eq!(beside(Path::new("new"), ".png").unwrap(), Path::new("new.png"));
        for folder in ["/", "no/such/.."] {
            assert!(beside(Path::new(folder), "-sheet.png").is_err(), "{folder}");
        }
    }
}
