//! The page of a check.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use captcha_lab::core::files::{Durability, write_whole};
use captcha_lab::dataset::LabelledFolder;
use captcha_lab::own::{Check, Problem};
use maud::html;

use super::{counts, pictures};
use crate::format::count;
use crate::page::Page;

/// Names that are listed below a problem.
const NAMES: usize = 200;

/// Why the page of a check could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckPageError {
    /// A picture can't be encoded.
    #[error("a picture of the page can't be encoded")]
    Picture(#[from] image::ImageError),
    /// The page can't be written.
    #[error("{} can't be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

/// Everything that the page of a [`Check`] tells.
///
/// ```no_run
/// use captcha_lab::dataset::{FolderOptions, LabelledFolder};
/// use captcha_lab::own::check;
/// use captcha_report::check::CheckPage;
///
/// let folder = LabelledFolder::open("captchas", &FolderOptions::default())?;
/// let check = check(&folder, None, &())?;
/// CheckPage { check: &check, folder: &folder, command: "captcha-lab train captchas --out run", plan: &[] }
///     .save("check.html")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CheckPage<'a> {
    /// What was found out.
    pub check: &'a Check,
    /// The folder that it is about, from which the pictures are read.
    pub folder: &'a LabelledFolder,
    /// The command that trains on it.
    pub command: &'a str,
    /// What that training will be: names and values.
    pub plan: &'a [(String, String)],
}

impl CheckPage<'_> {
    /// The page as one HTML file: with its pictures, without scripts, and light or dark as the system is set.
    ///
    /// # Errors
    /// [`CheckPageError::Picture`] if a picture can't be encoded.
    pub fn to_html(&self) -> Result<String, CheckPageError> {
        let Self { check, folder, .. } = self;
        let report = &check.report;
        let title = format!("{} images in {}", count(report.images.len() as u64), report.path.display());
        let mut page = Page::default();
        page.title(&title);
        page.text(&format!("Labels from {}.", report.source));
        self.outcome(&mut page);
        if !check.problems.is_empty() {
            page.section("problems", "What is wrong");
            check.problems.iter().for_each(|problem| write_problem(&mut page, problem));
            page.end();
        }
        pictures::some_of_all(&mut page, report, folder)?;
        pictures::the_same(&mut page, report, folder)?;
        counts::write(&mut page, report);
        Ok(page.finish(&title))
    }

    /// Writes the page, whole or not at all.
    ///
    /// # Errors
    /// As [`to_html`](Self::to_html), and [`CheckPageError::Write`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CheckPageError> {
        let (path, page) = (path.as_ref(), self.to_html()?);
        write_whole(path, Durability::Process, |file| file.write_all(page.as_bytes()))
            .map_err(|source| CheckPageError::Write { path: path.to_owned(), source })
    }

    /// Whether it can be trained on, and how.
    fn outcome(&self, page: &mut Page) {
        let [errors, warnings] = [self.check.errors().count(), self.check.warnings().count()];
        let number = |number: usize, word: &str| match number {
            0 => format!("no {word}s"),
            1 => format!("1 {word}"),
            _ => format!("{number} {word}s"),
        };
        let class = if errors > 0 { "answer wrong" } else { "answer right" };
        let told = format!("{}, {}", number(errors, "error"), number(warnings, "warning"));
        page.paragraph(class, &format!("{}{}", told[..1].to_uppercase(), &told[1..]));
        if errors > 0 {
            page.text("A training would be in vain. Mend the errors first.");
            return;
        }
        page.text("To train on these images:");
        page.add(html! { div.wide tabindex="0" { pre { (self.command) } } });
        if !self.plan.is_empty() {
            page.add(html! {
                div.wide tabindex="0" {
                    table.facts { tbody { @for (name, value) in self.plan { tr { th { (name) } td { (value) } } } } }
                }
            });
        }
    }
}

fn write_problem(page: &mut Page, problem: &Problem) {
    let class = if problem.is_error { "fact wrong" } else { "fact" };
    page.paragraph(class, &problem.to_string());
    if problem.names.is_empty() {
        return;
    }
    let shown = problem.names.len().min(NAMES);
    let summary = if problem.names.len() == 1 { "which".to_owned() } else { format!("which ({shown})") };
    page.add(html! {
        details {
            summary { (summary) }
            ul.names { @for name in &problem.names[..shown] { li { (name) } } }
            @if problem.names.len() > shown { p.note { "and " (problem.names.len() - shown) " more" } }
        }
    });
}
