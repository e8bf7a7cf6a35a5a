//! How a folder of labelled images is read.

use std::path::PathBuf;

use captcha_lab::Alphabet;
use captcha_lab::dataset::{FolderOptions, LabelPattern};

/// How a folder of labelled images is read.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct FolderArgs {
    /// A CSV, TSV or JSON-lines file of image names and texts, or a list of corrections.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// A regular expression that finds the text in an image's name, in a group named label: "^(?<label>[a-z]+)-".
    #[arg(long, value_name = "REGEX")]
    pattern: Option<LabelPattern>,
    /// Look in the folders within the folder, too.
    #[arg(long)]
    recursive: bool,
    /// Capital and small letters are the same.
    #[arg(long)]
    ignore_case: bool,
    /// The characters that texts can have; images with others are left out.
    #[arg(long, value_name = "CHARACTERS")]
    alphabet: Option<Alphabet>,
}

impl FolderArgs {
    /// The options that these arguments ask for.
    pub(crate) fn options(&self) -> FolderOptions {
        let options = FolderOptions::default()
            .with_labels(self.labels.clone())
            .with_pattern(self.pattern.clone())
            .with_recursive(self.recursive)
            .with_ignore_case(self.ignore_case);
        match &self.alphabet {
            Some(alphabet) => options.with_alphabet(alphabet.clone()),
            None => options,
        }
    }

    /// Whether one of them is given.
    pub(crate) fn is_given(&self) -> bool {
        let Self { labels, pattern, recursive, ignore_case, alphabet } = self;
        labels.is_some() || pattern.is_some() || *recursive || *ignore_case || alphabet.is_some()
    }
}
