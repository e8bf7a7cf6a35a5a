//! A folder looked at before anything is trained on it.

use captcha_core::Monitor;
use captcha_dataset::{DatasetError, FolderReport, LabelledFolder};
use captcha_infer::Architecture;
use serde::Serialize;

use super::problem::Problem;
use super::problems::problems;
use super::proposal::Proposal;

/// What a folder holds, what is wrong with it, and what a training on it should be.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Counts, duplicates and facts.
    pub report: FolderReport,
    /// What is wrong, errors first.
    pub problems: Vec<Problem>,
    /// The training that suits it.
    pub proposal: Proposal,
}

/// Looks at every image of `folder`, and says what is wrong and what a training on it should be: with the sequence
/// network `architecture`, or else one that suits the images.
///
/// ```no_run
/// use captcha_lab::dataset::{FolderOptions, LabelledFolder};
/// use captcha_lab::own::check;
///
/// let folder = LabelledFolder::open("captchas", &FolderOptions::default())?;
/// let check = check(&folder, None, &())?;
/// for problem in &check.problems {
///     println!("{problem}");
/// }
/// if check.errors().next().is_none() {
///     println!("about {:?} for {} epochs", check.proposal.duration(), check.proposal.epochs);
/// }
/// # Ok::<(), captcha_lab::dataset::DatasetError>(())
/// ```
///
/// # Errors
/// [`DatasetError::NothingUsable`] if not one image can be read; [`DatasetError::Interrupted`] if the monitor asked to
/// stop.
pub fn check(
    folder: &LabelledFolder,
    architecture: Option<&Architecture>,
    monitor: &dyn Monitor,
) -> Result<Check, DatasetError> {
    Ok(Check::of(FolderReport::of(folder, monitor)?, architecture))
}

impl Check {
    /// What is wrong with the folder of `report`, and what a training on it should be; see [`check`](fn@check).
    #[must_use]
    pub fn of(report: FolderReport, architecture: Option<&Architecture>) -> Self {
        let proposal = match architecture {
            Some(architecture) => Proposal::with(&report, architecture),
            None => Proposal::of(&report),
        };
        let problems = problems(&report, &proposal);
        Self { report, problems, proposal }
    }

    /// What makes a training vain.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.is_error)
    }

    /// What a training puts up with.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| !problem.is_error)
    }
}
