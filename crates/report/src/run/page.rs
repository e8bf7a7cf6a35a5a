//! The page of a run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use captcha_lab::core::files::{Durability, write_whole};
use image::{DynamicImage, RgbImage};
use maud::{Markup, html};

use super::told::{RunReport, SplitPart, Tested};
use super::{folds, tested};
use crate::figures::drawing::thumbnail::thumbnail;
use crate::figures::{FigureError, learning_curves};
use crate::format::{count, percent};
use crate::page::{Page, Size, inline_chart, inline_png};

/// Why the page of a run could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunReportError {
    /// A chart can't be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
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

/// The largest picture of an image on the page, in pixels.
const LARGEST: (u32, u32) = (360, 120);

impl RunReport {
    /// The page as one HTML file: with its pictures, without scripts, and light or dark as the system is set.
    ///
    /// # Errors
    /// [`RunReportError`] if a chart can't be drawn or a picture can't be encoded.
    pub fn to_html(&self) -> Result<String, RunReportError> {
        let mut page = Page::default();
        page.title(&self.title);
        self.outcome(&mut page);
        if let Some(tested) = &self.tested {
            tested::write(&mut page, tested)?;
        }
        if !self.folds.is_empty() {
            folds::write(&mut page, &self.folds);
        }
        if !self.label_errors.is_empty() {
            folds::label_errors(&mut page, &self.label_errors, self.label_file.as_deref())?;
        }
        self.training(&mut page)?;
        self.images(&mut page)?;
        Ok(page.finish(&self.title))
    }

    /// Writes the page, whole or not at all.
    ///
    /// # Errors
    /// As [`to_html`](Self::to_html), and [`RunReportError::Write`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), RunReportError> {
        let (path, page) = (path.as_ref(), self.to_html()?);
        write_whole(path, Durability::Process, |file| file.write_all(page.as_bytes()))
            .map_err(|source| RunReportError::Write { path: path.to_owned(), source })
    }

    /// What came of it, why it ended, and what would help.
    fn outcome(&self, page: &mut Page) {
        if let Some(Tested { images, evaluation, .. }) = &self.tested {
            let share = evaluation.whole;
            let (low, high) = share.interval();
            page.paragraph("answer", &format!("{} of {images} is read right", percent(share.value())));
            page.text(&format!(
                "Whole texts, {} of {} images; 95 % interval {} to {}.",
                count(share.hits),
                count(share.total),
                percent(low),
                percent(high)
            ));
        }
        if let Some(stopped) = &self.stopped {
            page.fact(&format!("Why it stopped: {stopped}."));
        }
        if !self.advice.is_empty() {
            page.heading("What would help");
            page.add(html! { ul { @for advice in &self.advice { li { (advice) } } } });
        }
    }

    /// The learning curves, and what was set.
    fn training(&self, page: &mut Page) -> Result<(), RunReportError> {
        if self.epochs.is_empty() && self.configuration.is_empty() && self.command.is_none() {
            return Ok(());
        }
        page.section("training", "Training");
        if !self.epochs.is_empty() {
            let alt = format!("Loss and accuracy of {} epochs.", self.epochs.len());
            page.add(inline_chart(&learning_curves(&self.epochs)?, &alt));
        }
        if let Some(command) = &self.command {
            page.add(html! { div.wide tabindex="0" { pre { (command) } } });
        }
        facts(page, &self.configuration);
        page.end();
        Ok(())
    }

    /// The images: what is known of them, their parts, and what augmentation makes of them.
    fn images(&self, page: &mut Page) -> Result<(), RunReportError> {
        if self.data.is_empty() && self.split.is_empty() && self.augmentation.is_none() {
            return Ok(());
        }
        page.section("images", "Images");
        facts(page, &self.data);
        if !self.split.is_empty() {
            page.heading("Parts");
            let rows = self.split.iter().map(|SplitPart { name, images, purpose }| {
                vec![format!("{name}: {purpose}"), count(*images)]
            });
            page.table(&["part", "images"], &rows.collect::<Vec<_>>());
        }
        if let Some(sheet) = &self.augmentation {
            page.heading("As augmentation makes them");
            let caption = "Every epoch sees each image changed in another way.";
            let alt = "Training images after augmentation.";
            page.picture(&inline_png(sheet)?, sheet, Size::Full, alt, caption);
        }
        page.end();
        Ok(())
    }
}

/// A table of names and values.
fn facts(page: &mut Page, facts: &[(String, String)]) {
    if facts.is_empty() {
        return;
    }
    page.add(html! {
        div.wide tabindex="0" {
            table.facts { tbody { @for (name, value) in facts { tr { th { (name) } td { (value) } } } } }
        }
    });
}

/// A picture of an image with what is said of it below, each line with its class, for a grid of such.
pub(super) fn card(
    image: Option<&DynamicImage>,
    alt: &str,
    lines: &[(&str, String)],
) -> Result<Markup, RunReportError> {
    let picture: Option<RgbImage> = image.map(|image| thumbnail(image, LARGEST));
    let address = picture.as_ref().map(inline_png).transpose()?;
    Ok(html! {
        figure {
            @if let (Some(picture), Some(address)) = (&picture, &address) {
                img src=(address) width=(picture.width()) height=(picture.height()) alt=(alt);
            }
            figcaption { @for (class, line) in lines { span class=(class) { (line) } br; } }
        }
    })
}

/// Cards side by side, as many as there is room for.
pub(super) fn cards(page: &mut Page, cards: &[Markup]) {
    page.add(html! { div.cards { @for card in cards { (card) } } });
}
