//! Where the labels of a folder come from.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the labels of a folder come from. Displays as a part of a sentence: `labels from ...`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LabelSource {
    /// The start of each file name, up to the first `-`, `_` or `.`.
    #[default]
    FileNames,
    /// What a [`LabelPattern`](crate::LabelPattern) finds in each name.
    Pattern(String),
    /// The manifest of a corpus of `generate_corpus`, or those of its shards.
    Manifest,
    /// Label files: the paths as found, or as given.
    LabelFiles(Vec<PathBuf>),
    /// WebDataset shards: how many.
    TarShards(usize),
    /// Several of these, in different folders.
    Several(Vec<LabelSource>),
}

impl LabelSource {
    /// This source and one more.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::LabelFiles(mut files), Self::LabelFiles(more)) => {
                files.extend(more);
                Self::LabelFiles(files)
            }
            (Self::TarShards(shards), Self::TarShards(more)) => Self::TarShards(shards + more),
            (Self::Several(mut all), other) => {
                let alike = |known: &Self| std::mem::discriminant(known) == std::mem::discriminant(&other);
                match all.iter().position(alike) {
                    Some(known) => all[known] = std::mem::take(&mut all[known]).and(other),
                    None => all.push(other),
                }
                Self::Several(all)
            }
            (a, b) => Self::Several(vec![a, b]),
        }
    }
}

impl fmt::Display for LabelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileNames => f.write_str("the file names up to the first `-`, `_` or `.`"),
            Self::Pattern(pattern) => write!(f, "the names by the pattern {pattern}"),
            Self::Manifest => f.write_str("the manifest of the corpus"),
            Self::LabelFiles(files) => match &files[..] {
                [file] => write!(f, "the label file {}", file.display()),
                [first, ..] => write!(f, "{} label files, such as {}", files.len(), first.display()),
                [] => f.write_str("no label file"),
            },
            Self::TarShards(1) => f.write_str("1 tar shard"),
            Self::TarShards(shards) => write!(f, "{shards} tar shards"),
            Self::Several(sources) => {
                for (index, source) in sources.iter().enumerate() {
                    write!(f, "{}{source}", if index == 0 { "" } else { "; and from " })?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_sources_are_told_in_one_sentence() {
        let all = [
            LabelSource::FileNames,
            LabelSource::FileNames,
            LabelSource::TarShards(1),
            LabelSource::LabelFiles(vec!["a/labels.csv".into()]),
            LabelSource::TarShards(2),
        ];
        let all = all.into_iter().reduce(LabelSource::and).unwrap();
        assert_eq!(
            all.to_string(),
            "the file names up to the first `-`, `_` or `.`; and from 3 tar shards; and from the label file a/labels.csv"
        );
    }
}
