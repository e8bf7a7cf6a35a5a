//! All that is found out about a folder, from decoding every image once.

use std::path::PathBuf;

use captcha_core::{Alphabet, DecodeError, Monitor, describe};
use serde::{Deserialize, Serialize};

use super::counts::FolderCounts;
use super::facts::{ImageFacts, facts};
use super::groups::{Groups, groups, roots};
use crate::parallel::pool::{Work, chunk_size};
use crate::{DatasetError, LabelSource, LabelledFolder, SkipReason, Skipped};

/// What is in a folder of labelled images: counts, duplicates, and everything that can't be used, by name.
///
/// ```no_run
/// use captcha_dataset::{FolderOptions, FolderReport, LabelledFolder};
///
/// let folder = LabelledFolder::open("captchas", &FolderOptions::default())?;
/// let report = FolderReport::of(&folder, &())?;
/// println!("{} images, labels from {}", report.images.len(), report.source);
/// for group in &report.conflicts {
///     let images: Vec<String> =
///         group.iter().map(|&image| format!("{} ({})", report.images[image].name, report.images[image].label)).collect();
///     println!("the same picture with different labels: {}", images.join(", "));
/// }
/// let [training, test] = folder.split_by_content(&report.groups(), [0.8, 0.2], 1)?;
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FolderReport {
    /// The folder.
    pub path: PathBuf,
    /// Where its labels come from.
    pub source: LabelSource,
    /// The characters that its labels have, or that were asked for.
    pub alphabet: Alphabet,
    /// Images with labels in the folder, the unreadable ones included.
    pub listed: usize,
    /// The images that can be read, in the order of the folder.
    pub images: Vec<ImageFacts>,
    /// Counts over them.
    pub counts: FolderCounts,
    /// Groups of images with equal pixels, as numbers in `images`, each of at least two.
    pub duplicates: Vec<Vec<usize>>,
    /// Groups of pictures that differ no more than a picture does from itself saved again or scaled, as numbers in
    /// `images`. Of equal images, the first is in it.
    pub near_duplicates: Vec<Vec<usize>>,
    /// Those of both kinds whose labels are not all the same: not all of them can be right.
    pub conflicts: Vec<Vec<usize>>,
    /// Images that can't be read or decoded.
    pub unreadable: Vec<UnreadableImage>,
    /// What was left out when the folder was listed.
    pub left_out: Vec<LeftOut>,
}

/// An image that can't be read or decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnreadableImage {
    /// What reports call it.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What was left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// Why.
    pub reason: SkipReason,
    /// How many.
    pub count: u64,
    /// The first of them, at most [`Skipped::NAMES`].
    pub names: Vec<String>,
}

impl FolderReport {
    /// Decodes every image of `folder`, in parallel, and looks for those that are the same.
    ///
    /// Memory holds about 1 kB an image.
    ///
    /// # Errors
    /// [`DatasetError::NothingUsable`] if not one image can be read; [`DatasetError::Interrupted`] if the monitor asked
    /// to stop.
    pub fn of(folder: &LabelledFolder, monitor: &dyn Monitor) -> Result<Self, DatasetError> {
        let total = folder.len() as u64;
        let work = Work::new(monitor, total);
        let (mut images, mut looks, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
        let numbers: Vec<usize> = (0..folder.len()).collect();
        for chunk in numbers.chunks(chunk_size()) {
            let read = |&index: &usize| {
                let Some(sample) = folder.sample(index) else { return Ok(None) };
                Ok(Some(match sample.load() {
                    Ok(image) => Ok(facts(index, sample.name(), sample.label.as_str(), &image)),
                    Err(error) => Err(UnreadableImage {
                        name: sample.name().to_owned(),
                        // The name says where it is.
                        reason: match &error {
                            DecodeError::File { source, .. } => describe(source.as_ref()),
                            error => describe(error),
                        },
                    }),
                }))
            };
            for result in work.finished(work.each(chunk, read))?.into_iter().flatten() {
                match result {
                    Ok((facts, look)) => {
                        images.push(facts);
                        looks.push(look);
                    }
                    Err(error) => unreadable.push(error),
                }
            }
        }
        if images.is_empty() {
            let mut skipped = Skipped::default();
            for UnreadableImage { name, reason } in unreadable {
                skipped.add(SkipReason::Unreadable, || format!("{name}: {reason}"));
            }
            let (path, expected) = (folder.path().to_owned(), "images that can be decoded".to_owned());
            return Err(DatasetError::NothingUsable { path, expected, skipped });
        }
        let Groups { exact, near } = groups(folder, &images, &looks, monitor)
            .ok_or(DatasetError::Interrupted { done: total, total })?;
        let differ =
            |group: &&Vec<usize>| group.iter().any(|&image| images[image].label != images[group[0]].label);
        let conflicts = exact.iter().chain(&near).filter(differ).cloned().collect();
        let left_out = folder.skipped().reasons().map(|(reason, files)| LeftOut {
            reason: reason.clone(),
            count: files.count,
            names: files.names.clone(),
        });
        Ok(Self {
            path: folder.path().to_owned(),
            source: folder.source().clone(),
            alphabet: folder.alphabet().clone(),
            listed: folder.len(),
            counts: FolderCounts::of(&images, folder.alphabet()),
            duplicates: exact,
            near_duplicates: near,
            conflicts,
            unreadable,
            left_out: left_out.collect(),
            images,
        })
    }

    /// For every image of the folder, those that can't be read included, the number of its group: images that are the
    /// same or nearly the same have one number. For
    /// [`LabelledFolder::split_by_content`](crate::LabelledFolder::split_by_content).
    #[must_use]
    pub fn groups(&self) -> Vec<usize> {
        let pairs: Vec<(usize, usize)> = self
            .duplicates
            .iter()
            .chain(&self.near_duplicates)
            .flat_map(|group| group.windows(2))
            .map(|pair| (self.images[pair[0]].index, self.images[pair[1]].index))
            .collect();
        roots(self.listed, &pairs)
    }
}
