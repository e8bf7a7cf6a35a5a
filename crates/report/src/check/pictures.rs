//! Images of the folder: some of all, and those that are the same.

use captcha_lab::dataset::{FolderReport, ImageFacts, LabelledFolder};
use maud::html;

use super::page::CheckPageError;
use crate::figures::drawing::thumbnail::thumbnail;
use crate::page::{Page, inline_png};

/// The largest picture of an image, in pixels.
const LARGEST: (u32, u32) = (240, 90);

/// Images that are shown of all, of a group, and groups that are shown of a kind.
const SOME: usize = 36;
const OF_A_GROUP: usize = 6;
const GROUPS: usize = 12;

/// Shows images from the whole folder.
pub(super) fn some_of_all(
    page: &mut Page,
    report: &FolderReport,
    folder: &LabelledFolder,
) -> Result<(), CheckPageError> {
    let all = report.images.len();
    let shown = all.min(SOME);
    page.section("images", "The images");
    page.note(&if shown == all {
        "All of them.".to_owned()
    } else {
        format!("{shown} of {all}, from first to last.")
    });
    page.row();
    for number in 0..shown {
        // The same step everywhere, and the first and the last among them.
        let index = if shown > 1 { number * (all - 1) / (shown - 1) } else { 0 };
        card(page, &report.images[index], folder, "truth")?;
    }
    page.end();
    page.end();
    Ok(())
}

/// Shows groups of images that are the same or nearly the same.
pub(super) fn the_same(
    page: &mut Page,
    report: &FolderReport,
    folder: &LabelledFolder,
) -> Result<(), CheckPageError> {
    let in_conflict = |group: &&Vec<usize>| !report.conflicts.contains(group);
    let of = |groups: &[Vec<usize>]| groups.iter().filter(in_conflict).cloned().collect::<Vec<_>>();
    for (id, title, text, class, groups) in [
        (
            "conflicts",
            "The same picture, different labels",
            "Of each group, one label at most is right.",
            "wrong",
            report.conflicts.clone(),
        ),
        (
            "near",
            "Nearly the same picture",
            "Saved again, scaled or cropped by a hair: a split keeps each group on one side.",
            "truth",
            of(&report.near_duplicates),
        ),
        (
            "duplicates",
            "The same picture",
            "Equal pixel for pixel: a split keeps each group on one side.",
            "truth",
            of(&report.duplicates),
        ),
    ] {
        if groups.is_empty() {
            continue;
        }
        page.section(id, title);
        page.text(text);
        for group in groups.iter().take(GROUPS) {
            page.row();
            for &image in group.iter().take(OF_A_GROUP) {
                card(page, &report.images[image], folder, class)?;
            }
            page.end();
            if group.len() > OF_A_GROUP {
                page.note(&format!("and {} more that are the same", group.len() - OF_A_GROUP));
            }
        }
        if groups.len() > GROUPS {
            page.note(&format!("and {} more groups", groups.len() - GROUPS));
        }
        page.end();
    }
    Ok(())
}

/// An image with its label and its name; without the picture if the file has vanished meanwhile.
fn card(
    page: &mut Page,
    image: &ImageFacts,
    folder: &LabelledFolder,
    class: &str,
) -> Result<(), CheckPageError> {
    let picture = folder.sample(image.index).and_then(|sample| sample.load().ok());
    let picture = picture.map(|picture| thumbnail(&picture, LARGEST));
    let address = picture.as_ref().map(inline_png).transpose()?;
    let alt = format!("The image {}, labelled {}.", image.name, image.label);
    page.add(html! {
        figure.card {
            @if let (Some(picture), Some(address)) = (&picture, &address) {
                img src=(address) width=(picture.width()) height=(picture.height()) alt=(alt);
            }
            figcaption { span class=(class) { (image.label) } br; (image.name) }
        }
    });
    Ok(())
}
