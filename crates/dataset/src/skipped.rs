//! What was left out, and why.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a file or an image was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// A pipe or a device, or a folder that was not to be searched.
    NotAFile,
    /// Neither the ending of the name nor the first bytes are those of a known image format.
    NotAnImage,
    /// There is no label: the file name does not start with one, the pattern is not found in it, or the tar shard has
    /// no text for it.
    NoLabel,
    /// The label is empty.
    EmptyLabel,
    /// A label file has two different texts for the image.
    TwoLabels,
    /// There is a label file, and the image is not in it.
    NotInLabelFile,
    /// A line of a label file has no name and text.
    BadLine,
    /// The file has the name of a label file and is none.
    NotALabelFile,
    /// A tar shard that ends too early or is none; what came before is used.
    DamagedShard,
    /// The label has a character outside the alphabet.
    UnknownCharacter,
    /// The folder has a manifest, and the file is not in it.
    NotInManifest,
    /// The manifest or label file has it, but there is no such file in the folder.
    Missing,
    /// The manifest says that there are more images, but the run that draws them has not come so far.
    NotDrawn,
    /// A shard of the corpus that has images has no folder, or no manifest.
    MissingShard,
    /// The folder has the shards of a corpus, and this lies beside them.
    BesideShards,
    /// The image can't be read or decoded.
    Unreadable,
    /// The image is not the one that was read at first.
    Changed,
    /// The name of a letter folder stands for no character.
    NotALetterFolder,
    /// A letter image of another size than the others.
    WrongSize,
    /// The source of a stream gave no image.
    SourceFailed,
    /// The image can't be made into what the network takes, for example because it is too wide.
    NotPrepared,
    /// The image could not be cut into as many letters as its label has; the reason in short.
    NotSegmented(String),
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFile => f.write_str("not a file, or a folder (searched only if `recursive`)"),
            Self::NotAnImage => f.write_str("not an image"),
            Self::NoLabel => f.write_str("no label"),
            Self::EmptyLabel => f.write_str("empty label"),
            Self::TwoLabels => f.write_str("two different texts in the label file"),
            Self::NotInLabelFile => f.write_str("not in the label file"),
            Self::BadLine => f.write_str("line of a label file without name and text"),
            Self::NotALabelFile => f.write_str("named like a label file, but none"),
            Self::DamagedShard => f.write_str("damaged tar shard"),
            Self::UnknownCharacter => f.write_str("label with a character outside the alphabet"),
            Self::NotInManifest => f.write_str("not in the manifest"),
            Self::Missing => f.write_str("listed, but missing"),
            Self::NotDrawn => f.write_str("not drawn yet"),
            Self::MissingShard => f.write_str("missing shard"),
            Self::BesideShards => f.write_str("beside the shards of a corpus"),
            Self::Unreadable => f.write_str("unreadable image"),
            Self::Changed => f.write_str("image that was changed"),
            Self::NotALetterFolder => f.write_str("folder name that stands for no character"),
            Self::WrongSize => f.write_str("letter of another size"),
            Self::SourceFailed => f.write_str("not drawn by its source"),
            Self::NotPrepared => f.write_str("not an image that the network takes"),
            Self::NotSegmented(reason) => write!(f, "not segmented: {reason}"),
        }
    }
}

/// How many files were left out for each reason, with a few examples.
///
/// Displays as one line a reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    reasons: BTreeMap<SkipReason, SkippedFiles>,
}

/// The files that were left out for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedFiles {
    /// How many.
    pub count: u64,
    /// The first of them, at most [`Skipped::EXAMPLES`], each with what was wrong.
    pub examples: Vec<String>,
    /// The first of them, at most [`Skipped::NAMES`].
    pub names: Vec<String>,
}

impl Skipped {
    /// Most examples that are kept for a reason.
    pub const EXAMPLES: usize = 3;

    /// Most names that are kept for a reason.
    pub const NAMES: usize = 1000;

    /// Whether nothing was left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// How many files were left out in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.reasons.values().map(|files| files.count).sum()
    }

    /// How many files were left out for `reason`.
    #[must_use]
    pub fn count(&self, reason: &SkipReason) -> u64 {
        self.reasons.get(reason).map_or(0, |files| files.count)
    }

    /// Every reason with its files.
    pub fn reasons(&self) -> impl Iterator<Item = (&SkipReason, &SkippedFiles)> {
        self.reasons.iter()
    }

    /// Adds the counts and examples of `other`.
    pub(crate) fn extend(&mut self, other: Self) {
        for (reason, other) in other.reasons {
            let files = self.reasons.entry(reason).or_default();
            files.count += other.count;
            let room = Self::EXAMPLES.saturating_sub(files.examples.len());
            files.examples.extend(other.examples.into_iter().take(room));
            let room = Self::NAMES.saturating_sub(files.names.len());
            files.names.extend(other.names.into_iter().take(room));
        }
    }

    pub(crate) fn add(&mut self, reason: SkipReason, example: impl FnOnce() -> String) {
        self.add_many(reason, 1, example);
    }

    /// Adds `count` files with one example.
    pub(crate) fn add_many(&mut self, reason: SkipReason, count: u64, example: impl FnOnce() -> String) {
        if count == 0 {
            return;
        }
        let files = self.reasons.entry(reason).or_default();
        files.count += count;
        if files.names.len() < Self::NAMES {
            let example = example();
            if files.examples.len() < Self::EXAMPLES {
                files.examples.push(example.clone());
            }
            files.names.push(example);
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing skipped");
        }
        for (line, (reason, files)) in self.reasons.iter().enumerate() {
            let separator = if line == 0 { "" } else { "\n" };
            write!(
                f,
                "{separator}skipped {}: {reason} (for example {})",
                files.count,
                files.examples.join("; ")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_and_keeps_the_first_examples() {
        let mut skipped = Skipped::default();
        for i in 0..5 {
            skipped.add(SkipReason::NotAnImage, || format!("{i}.txt"));
        }
        skipped.add(SkipReason::NoLabel, || "-.png".to_owned());
        assert_eq!(skipped.total(), 6);
        assert_eq!(skipped.count(&SkipReason::NotAnImage), 5);
        assert_eq!(skipped.count(&SkipReason::Unreadable), 0);
        assert_eq!(
            skipped.to_string(),
            "skipped 5: not an image (for example 0.txt; 1.txt; 2.txt)\n\
             skipped 1: no label (for example -.png)"
        );
        assert_eq!(Skipped::default().to_string(), "nothing skipped");
    }
}
