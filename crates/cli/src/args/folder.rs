//! How a folder of labelled images is read.

use std::path::PathBuf;

use captcha_lab::Alphabet;
use captcha_lab::dataset::{FolderOptions, LabelPattern};

use crate::output::quoted;

/// Where the labels of a folder are, and which of its images count.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct FolderArgs {
    /// Search folders within the folder, too.
    #[arg(long)]
    recursive: bool,
    /// Find the label in each name with this regular expression, in its group `label`: `^\d+_(?<label>[^_.]+)`.
    #[arg(long, value_name = "REGEX")]
    pattern: Option<LabelPattern>,
    /// The labels are in this file: CSV, TSV, JSON lines, or name, tab, text. With a column `was` it only corrects the
    /// labels of the images that it names.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Capital and small letters are the same.
    #[arg(long)]
    ignore_case: bool,
    /// The characters that labels may have; images with others are left out.
    #[arg(long, value_name = "CHARACTERS")]
    alphabet: Option<Alphabet>,
}

impl FolderArgs {
    /// The options of the library.
    pub(crate) fn options(&self) -> FolderOptions {
        let options = FolderOptions::default()
            .with_recursive(self.recursive)
            .with_pattern(self.pattern.clone())
            .with_labels(self.labels.clone())
            .with_ignore_case(self.ignore_case);
        match &self.alphabet {
            Some(alphabet) => options.with_alphabet(alphabet.clone()),
            None => options,
        }
    }

    /// The characters that labels may have, if they are given.
    pub(crate) fn alphabet(&self) -> Option<&Alphabet> {
        self.alphabet.as_ref()
    }

    /// Whether capital and small letters are the same.
    pub(crate) fn ignores_case(&self) -> bool {
        self.ignore_case
    }

    /// Whether one of them is given.
    pub(crate) fn is_given(&self) -> bool {
        let Self { labels, pattern, recursive, ignore_case, alphabet } = self;
        labels.is_some() || pattern.is_some() || *recursive || *ignore_case || alphabet.is_some()
    }

    /// The arguments as they are typed, each with a blank before it.
    pub(crate) fn typed(&self) -> String {
        let text = |text: &str| quoted(std::path::Path::new(text));
        [
            self.recursive.then(|| " --recursive".to_owned()),
            self.pattern.as_ref().map(|pattern| format!(" --pattern {}", text(pattern.as_str()))),
            self.labels.as_ref().map(|labels| format!(" --labels {}", quoted(labels))),
            self.ignore_case.then(|| " --ignore-case".to_owned()),
            self.alphabet.as_ref().map(|alphabet| format!(" --alphabet {}", text(&alphabet.to_string()))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
