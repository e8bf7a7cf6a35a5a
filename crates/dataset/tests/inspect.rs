//! What is found out about a folder, and splits that go by it.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use captcha_dataset::{ColourKind, DatasetError, FolderOptions, FolderReport, LabelledFolder};
use captcha_render::{Renderer, Style};
use common::StopAfter;
use image::{DynamicImage, ImageFormat};

/// The CAPTCHA of `text` in the file `name`.
fn draw(folder: &Path, name: &str, text: &str) -> DynamicImage {
    let image = Renderer::new(Style::seed()).unwrap().render(text, 7).unwrap().image;
    image.save_with_format(folder.join(name), ImageFormat::Png).unwrap();
    image
}

fn inspect(folder: &Path) -> (LabelledFolder, FolderReport) {
    let labelled = LabelledFolder::open(folder, &FolderOptions::default()).unwrap();
    let report = FolderReport::of(&labelled, &()).unwrap();
    (labelled, report)
}

/// Twelve different CAPTCHAs, copies of two of them, and what can't be used.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (number, text) in
        ["ABCD", "ABCE", "FGHI", "KLMN", "OPQR", "STUV", "WXYZ", "AACC", "BBDD", "EEFF", "GGHH", "AAAAA"]
            .into_iter()
            .enumerate()
    {
        let image = draw(path, &format!("{text}-{number}.png"), text);
        if number == 2 {
            // The same pixels in another kind of file, and with another label.
            image.to_rgba8().save_with_format(path.join("FGHJ-bmp.bmp"), ImageFormat::Bmp).unwrap();
        }
        if number == 3 {
            let small = image.resize_exact(
                image.width() * 3 / 4,
                image.height() * 3 / 4,
                image::imageops::FilterType::CatmullRom,
            );
            small.to_rgb8().save_with_format(path.join("KLMN-small.jpg"), ImageFormat::Jpeg).unwrap();
        }
    }
    fs::write(path.join("CUT.png"), &fs::read(path.join("FGHI-2.png")).unwrap()[..60]).unwrap();
    fs::write(path.join("EMPTY.png"), "").unwrap();
    fs::write(path.join("notes.txt"), "x").unwrap();
    image::GrayImage::from_pixel(90, 30, image::Luma([200])).save(path.join("BLANK.png")).unwrap();
    folder
}

#[test]
fn everything_is_counted_and_named() {
    let folder = folder();
    let (labelled, report) = inspect(folder.path());
    let names = |group: &Vec<usize>| group.iter().map(|&n| &*report.images[n].name).collect::<Vec<_>>();
    assert_eq!(report.duplicates.iter().map(names).collect::<Vec<_>>(), [["FGHI-2.png", "FGHJ-bmp.bmp"]]);
    assert_eq!(
        report.near_duplicates.iter().map(names).collect::<Vec<_>>(),
        [["KLMN-3.png", "KLMN-small.jpg"]]
    );
    assert_eq!(report.conflicts, report.duplicates);
    let unreadable: BTreeMap<&str, &str> =
        report.unreadable.iter().map(|image| (&*image.name, &*image.reason)).collect();
    assert!(unreadable["CUT.png"].starts_with("the image is truncated or corrupt"), "{unreadable:?}");
    assert_eq!(unreadable["EMPTY.png"], "expected an image, got 0 bytes");
    assert_eq!((report.listed, report.images.len(), labelled.len()), (17, 15, 17));
    assert_eq!((report.left_out.len(), &report.left_out[0].names), (1, &vec!["notes.txt".to_owned()]));

    let blank = report.images.iter().find(|image| image.blank).unwrap();
    assert_eq!((&*blank.name, blank.colour), ("BLANK.png", ColourKind::Grey));
    assert_eq!(report.counts.lengths, BTreeMap::from([(4, 13), (5, 2)]));
    let a = report.counts.characters[0];
    assert_eq!((a.character, a.count, a.images, a.rare), ('A', 10, 5, true));
    assert_eq!(report.counts.sizes.iter().map(|size| size.images).sum::<u64>(), 15);
    assert_eq!((report.counts.light_text, report.counts.longest()), (0, 5));

    let groups = report.groups();
    assert_eq!(groups.len(), 17);
    let group = |name: &str| groups[labelled.samples().position(|sample| sample.name() == name).unwrap()];
    assert_eq!(group("KLMN-3.png"), group("KLMN-small.jpg"));
    assert_ne!(group("ABCD-0.png"), group("ABCE-1.png"));

    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<FolderReport>(&json).unwrap(), report);
}

#[test]
fn a_split_by_content_keeps_copies_together() {
    let folder = folder();
    let (labelled, report) = inspect(folder.path());
    let groups = report.groups();
    for seed in 0..20 {
        let parts = labelled.split_by_content(&groups, [0.6, 0.4], seed).unwrap();
        let with =
            |name: &str| parts.iter().position(|part| part.samples().any(|sample| sample.name() == name));
        assert_eq!(with("FGHI-2.png"), with("FGHJ-bmp.bmp"));
        assert_eq!(with("KLMN-3.png"), with("KLMN-small.jpg"));
        assert!((9..=11).contains(&parts[0].len()) && parts[0].len() + parts[1].len() == 17);
    }
    let folds = labelled.folds(&groups, 5, 1).unwrap();
    let sizes: Vec<usize> = (0..5).map(|fold| folds.iter().filter(|&&of| of == fold).count()).collect();
    assert!(
        sizes.iter().all(|size| (2..=5).contains(size)) && sizes.iter().sum::<usize>() == 17,
        "{sizes:?}"
    );
    for count in [0, 1, 16] {
        let error = labelled.folds(&groups, count, 1).unwrap_err().to_string();
        assert!(error.starts_with("folds: expected 2 to 15"), "{error}");
    }
    let error = labelled.split_by_content(&[1, 2], [1.0], 1).unwrap_err();
    assert!(matches!(error, DatasetError::BadOption { option: "groups", .. }), "{error}");
}

#[test]
fn a_folder_without_a_readable_image_is_one_error_and_work_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("AB.png"), "no picture").unwrap();
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let error = FolderReport::of(&labelled, &()).unwrap_err().to_string();
    assert!(error.contains("AB.png: not an image of a known format"), "{error}");
    draw(folder.path(), "CD.png", "CD");
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    let error = FolderReport::of(&labelled, &StopAfter::new(0)).unwrap_err();
    assert!(matches!(error, DatasetError::Interrupted { .. }), "{error}");
    // A file that vanishes is named, and ends nothing.
    fs::remove_file(folder.path().join("AB.png")).unwrap();
    let report = FolderReport::of(&labelled, &()).unwrap();
    assert!(report.unreadable[0].reason.starts_with("the file can't be read"), "{:?}", report.unreadable);
}
