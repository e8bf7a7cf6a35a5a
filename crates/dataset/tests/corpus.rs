//! Corpora on disk: the same bytes however they came to be, and nobody's files lost.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may, as tests do")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use captcha_core::seed;
use captcha_dataset::{
    CorpusManifest, CorpusOptions, DatasetError, FolderOptions, ImageFileFormat, LabelledFolder, MANIFEST,
    Shard, TextsHeader, generate_corpus,
};
use captcha_render::{Renderer, Styles};
use common::{StopAfter, snapshot, style};
use proptest::prelude::*;

/// Images in a test corpus: more than distinct texts of one character, so that names clash.
const COUNT: u64 = 40;

fn options() -> CorpusOptions {
    CorpusOptions::new(style(), COUNT).with_seed(5).with_threads(2)
}

fn generate(options: &CorpusOptions, folder: &Path) {
    generate_corpus(options, folder, &()).unwrap();
}

#[test]
fn images_are_named_after_their_text_and_can_be_drawn_again_from_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let summary = generate_corpus(&options(), folder.path(), &()).unwrap();
    assert_eq!((summary.images, summary.drawn), (COUNT, COUNT));

    let manifest = CorpusManifest::open(folder.path()).unwrap();
    assert_eq!(manifest.header().styles().unwrap(), style().into());
    assert_eq!((manifest.header().count, manifest.header().seed), (COUNT, 5));
    assert_eq!(manifest.header().texts, TextsHeader::Sampled);
    let renderer = Renderer::new(manifest.header().styles().unwrap()).unwrap();
    let mut files = BTreeSet::from([MANIFEST.to_owned()]);
    for (index, record) in manifest.enumerate() {
        let record = record.unwrap();
        assert_eq!(record.seed, seed::derive(5, index as u64));
        assert!(record.file.starts_with(&record.text), "{record:?}");
        let path = folder.path().join(&record.file);
        assert_eq!(fs::metadata(&path).unwrap().len(), record.bytes);
        assert_eq!(image::open(&path).unwrap(), renderer.render(&record.text, record.seed).unwrap().image);
        assert!(files.insert(record.file.to_lowercase()), "{record:?} twice");
    }
    assert_eq!(files.len() as u64, COUNT + 1);
    assert_eq!(snapshot(folder.path()).len(), files.len());
    assert!(files.iter().any(|file| file.ends_with("-3.png")), "no text came three times: {files:?}");

    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(labelled.len() as u64, COUNT);
    assert!(labelled.skipped().is_empty(), "{}", labelled.skipped());
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let [one, four, all] = [1, 4, 0].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        generate(&options().with_threads(threads), folder.path());
        snapshot(folder.path())
    });
    assert_eq!(one, four);
    assert_eq!(one, all);
}

#[test]
fn an_interrupted_run_is_completed_by_the_next() {
    let whole = tempfile::tempdir().unwrap();
    generate(&options(), whole.path());
    for limit in [0, 1, 17, COUNT - 5] {
        let folder = tempfile::tempdir().unwrap();
        let error = generate_corpus(&options(), folder.path(), &StopAfter::new(limit)).unwrap_err();
        assert!(
            matches!(error, DatasetError::Interrupted { done, total: COUNT } if done >= limit),
            "{limit}: {error}"
        );
        let summary = generate_corpus(&options(), folder.path(), &()).unwrap();
        assert!(summary.drawn <= COUNT - limit, "{limit}: {summary:?}");
        assert_eq!(snapshot(folder.path()), snapshot(whole.path()));
    }
}

#[test]
fn a_corpus_carries_its_ground_truth() {
    let folder = tempfile::tempdir().unwrap();
    let options = options().with_masks(true);
    generate(&options, folder.path());
    let manifest = CorpusManifest::open(folder.path()).unwrap();
    assert!(manifest.header().boxes && manifest.header().masks);
    let renderer = Renderer::new(style()).unwrap();
    let records: Vec<_> = CorpusManifest::open(folder.path()).unwrap().map(Result::unwrap).collect();
    for record in &records {
        let captcha = renderer.render(&record.text, record.seed).unwrap();
        let boxes: Vec<_> = captcha.glyphs.iter().map(|glyph| glyph.bounds).collect();
        assert_eq!(record.boxes.as_ref(), Some(&boxes), "{record:?}");
        assert_eq!(image::open(manifest.image_path(record)).unwrap(), captcha.image);
        let mask = image::open(manifest.mask_path(record).unwrap()).unwrap();
        let image::DynamicImage::ImageLuma8(mask) = mask else { panic!("{mask:?}") };
        assert_eq!(mask.dimensions(), (captcha.image.width(), captcha.image.height()));
        for (x, y, value) in mask.enumerate_pixels() {
            let coverage = |glyph: &captcha_render::Glyph| {
                let bounds = glyph.bounds?;
                let (x, y) = (x.checked_sub(bounds.x())?, y.checked_sub(bounds.y())?);
                glyph.mask.get_pixel_checked(x, y).map(|pixel| pixel.0[0])
            };
            let most = captcha.glyphs.iter().filter_map(coverage).max().unwrap_or(0);
            match value.0[0] {
                0 => assert!(most < 128, "{record:?} at {x}, {y}"),
                number => {
                    let own = coverage(&captcha.glyphs[usize::from(number) - 1]);
                    assert_eq!(own, Some(most), "{record:?} at {x}, {y}");
                    assert!(most >= 128, "{record:?} at {x}, {y}");
                }
            }
        }
        assert!(mask.pixels().any(|value| value.0[0] as usize == record.text.chars().count()));
    }
    // Masks are no images of the corpus, and come back when they are lost.
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!((labelled.len() as u64, labelled.skipped().total()), (COUNT, 0), "{}", labelled.skipped());
    let whole = snapshot(folder.path());
    fs::remove_file(manifest.mask_path(&records[3]).unwrap()).unwrap();
    fs::write(manifest.mask_path(&records[5]).unwrap(), "half").unwrap();
    fs::write(folder.path().join("masks/.captcha-lab-x.tmp"), "half").unwrap();
    generate(&options, folder.path());
    assert_eq!(snapshot(folder.path()), whole);

    // Neither changes the images.
    let plain = tempfile::tempdir().unwrap();
    generate(&options.with_masks(false).with_boxes(false), plain.path());
    let manifest = CorpusManifest::open(plain.path()).unwrap();
    assert!(!manifest.header().boxes);
    let first = manifest.map(Result::unwrap).next().unwrap();
    assert_eq!((first.boxes, first.mask_bytes), (None, None));
    for (name, bytes) in snapshot(plain.path()).into_iter().filter(|(name, _)| name != MANIFEST) {
        assert_eq!(whole[&name], bytes, "{name}");
    }
}

#[test]
fn boxes_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    generate(&CorpusOptions::new(style(), 1).with_texts(["A"]), folder.path());
    let path = folder.path().join(MANIFEST);
    let manifest = fs::read_to_string(&path).unwrap();
    let (start, rest) = manifest.split_once("\"boxes\":[[").unwrap();
    let (_, rest) = rest.split_once("]").unwrap();
    for values in ["1,1,0,4", "4294967295,1,2,2", "1,2,3"] {
        fs::write(&path, format!("{start}\"boxes\":[[{values}]{rest}")).unwrap();
        let error = CorpusManifest::open(folder.path()).unwrap().next().unwrap().unwrap_err();
        assert!(matches!(error, DatasetError::Manifest { line: 2, .. }), "{error}");
    }
}

#[test]
fn a_finished_corpus_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    generate(&options(), folder.path());
    let summary = generate_corpus(&options(), folder.path(), &()).unwrap();
    assert_eq!((summary.images, summary.drawn), (COUNT, 0));
}

#[test]
fn shards_have_the_texts_and_seeds_of_the_whole() {
    let whole = tempfile::tempdir().unwrap();
    generate(&options(), whole.path());
    let divided = tempfile::tempdir().unwrap();
    for index in 0..3 {
        generate(&options().with_shard(Shard::new(index, 3).unwrap()), divided.path());
    }
    let pairs = |folder: &Path| -> Vec<(String, u64)> {
        let manifest = CorpusManifest::open(folder).unwrap();
        manifest.map(|record| record.map(|record| (record.text, record.seed)).unwrap()).collect()
    };
    let mut all: Vec<_> =
        (0..3).flat_map(|index| pairs(&divided.path().join(format!("shard-{index:04}-of-0003")))).collect();
    let mut expected = pairs(whole.path());
    all.sort();
    expected.sort();
    assert_eq!(all, expected);

    let labels = |folder: &Path| -> BTreeMap<String, usize> {
        let mut labels = BTreeMap::new();
        for sample in LabelledFolder::open(folder, &FolderOptions::default()).unwrap().samples() {
            sample.load().unwrap();
            *labels.entry(sample.label.to_string()).or_insert(0) += 1;
        }
        labels
    };
    assert_eq!(labels(divided.path()), labels(whole.path()));
}

#[test]
fn given_texts_come_in_order_and_again() {
    let folder = tempfile::tempdir().unwrap();
    generate(&CorpusOptions::new(style(), 5).with_texts(["AB", "A-B", "ab"]), folder.path());
    let manifest = CorpusManifest::open(folder.path()).unwrap();
    assert!(matches!(manifest.header().texts, TextsHeader::Given { count: 3, .. }));
    let files: Vec<_> = manifest.map(Result::unwrap).map(|record| (record.text, record.file)).collect();
    let expected = [
        ("AB", "AB.png"),
        ("A-B", "A%2DB.png"),
        ("ab", "ab-2.png"),
        ("AB", "AB-3.png"),
        ("A-B", "A%2DB-2.png"),
    ];
    assert_eq!(files, expected.map(|(text, file)| (text.to_owned(), file.to_owned())));
    // The manifest has the text that the file name can't have.
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!(labelled.samples().filter(|sample| sample.label.as_str() == "A-B").count(), 2);
}

#[test]
fn other_formats_are_written() {
    for (format, ending) in
        [(ImageFileFormat::Jpeg, "jpg"), (ImageFileFormat::WebP, "webp"), (ImageFileFormat::Pnm, "pnm")]
    {
        let folder = tempfile::tempdir().unwrap();
        generate(&CorpusOptions::new(style(), 1).with_texts(["ABC"]).with_format(format), folder.path());
        let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
        let sample = labelled.sample(0).unwrap();
        assert_eq!(sample.path, folder.path().join(format!("ABC.{ending}")));
        assert_eq!(sample.load_gray().unwrap().dimensions(), (72, 30));
    }
}

#[test]
fn a_run_with_other_options_is_refused_and_names_them() {
    let folder = tempfile::tempdir().unwrap();
    generate(&options(), folder.path());
    let before = snapshot(folder.path());
    let cases = [
        (options().with_seed(6), "seed"),
        (CorpusOptions::new(style(), COUNT + 1).with_seed(5), "count"),
        (CorpusOptions::new(style().with_size(80, 30), COUNT).with_seed(5), "style.width"),
        (options().with_format(ImageFileFormat::Bmp), "image_format"),
        (options().with_texts(["A"]), "texts"),
    ];
    for (other, option) in cases {
        match generate_corpus(&other, folder.path(), &()).unwrap_err() {
            DatasetError::OtherOptions { differences, .. } => {
                assert_eq!(differences.iter().map(|d| d.option.as_str()).collect::<Vec<_>>(), [option]);
            }
            error => panic!("{option}: {error}"),
        }
    }
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn a_corpus_of_a_distribution_is_completed_and_known() {
    let distribution = |height: u32| {
        let toml = format!(
            "[[family]]\nname = \"row\"\n[family.style]\nheight = {{ integer = [20, {height}] }}\naspect = 2\n\
             margin = {{ x = 0, y = 0 }}\nlengths = {{ min = 1, max = 3 }}\nlayout = {{ kind = \"row\" }}"
        );
        Styles::from_toml(&toml).unwrap()
    };
    let options = |height| CorpusOptions::new(distribution(height), COUNT).with_seed(5).with_threads(1);
    let [whole, cut] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    generate(&options(40), whole.path());
    generate_corpus(&options(40), cut.path(), &StopAfter::new(3)).unwrap_err();
    generate(&options(40), cut.path());
    assert_eq!(snapshot(whole.path()), snapshot(cut.path()));
    let manifest = CorpusManifest::open(cut.path()).unwrap();
    assert_eq!(manifest.header().styles().unwrap(), distribution(40));
    match generate_corpus(&options(41), cut.path(), &()).unwrap_err() {
        DatasetError::OtherOptions { differences, .. } => {
            assert!(differences[0].option.starts_with("style.family"), "{differences:?}");
        }
        error => panic!("{error}"),
    }
}

#[test]
fn a_font_file_that_changed_is_named() {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts");
    let folder = tempfile::tempdir().unwrap();
    let (font, out) = (folder.path().join("mine.ttf"), folder.path().join("out"));
    fs::copy(fonts.join("Caladea-Bold.ttf"), &font).unwrap();
    let options = CorpusOptions::new(style().with_fonts([font.to_str().unwrap()]), 4).with_threads(1);
    generate_corpus(&options, &out, &StopAfter::new(2)).unwrap_err();
    let before = snapshot(&out);
    fs::copy(fonts.join("PTSans-Bold.ttf"), &font).unwrap();
    match generate_corpus(&options, &out, &()).unwrap_err() {
        DatasetError::OtherOptions { differences, .. } => {
            let names: Vec<_> = differences.iter().map(|difference| difference.option.as_str()).collect();
            assert_eq!(names, [format!("fonts.{}", font.display())]);
        }
        error => panic!("{error}"),
    }
    assert_eq!(snapshot(&out), before);
    fs::copy(fonts.join("Caladea-Bold.ttf"), &font).unwrap();
    generate(&options, &out);
}

#[test]
fn images_and_shards_do_not_share_a_folder() {
    let shard = |index, count| options().with_shard(Shard::new(index, count).unwrap());
    let refused = |options: &CorpusOptions, folder: &Path, name: &str| {
        let before = snapshot(folder);
        match generate_corpus(options, folder, &()).unwrap_err() {
            DatasetError::ShardsAndImages { found, .. } => assert!(found.contains(name), "{found}"),
            error => panic!("{error}"),
        }
        assert_eq!(snapshot(folder), before);
    };
    let whole = tempfile::tempdir().unwrap();
    generate(&options(), whole.path());
    refused(&shard(0, 2), whole.path(), ".");
    fs::remove_file(whole.path().join(MANIFEST)).unwrap();
    refused(&shard(0, 2), whole.path(), ".png");

    let divided = tempfile::tempdir().unwrap();
    generate(&shard(0, 2), divided.path());
    refused(&options(), divided.path(), "shard-0000-of-0002");
    // Also where a whole corpus was begun before there was this check.
    fs::copy(divided.path().join("shard-0000-of-0002").join(MANIFEST), divided.path().join(MANIFEST))
        .unwrap();
    refused(&options(), divided.path(), "shard-0000-of-0002");
    fs::remove_file(divided.path().join(MANIFEST)).unwrap();

    // Shards of another corpus.
    for other in [shard(1, 3), shard(1, 2).with_seed(6)] {
        let error = generate_corpus(&other, divided.path(), &()).unwrap_err();
        assert!(matches!(error, DatasetError::MixedShards { .. }), "{error}");
    }
    generate(&shard(1, 2), divided.path());
    assert_eq!(generate_corpus(&shard(1, 2), divided.path(), &()).unwrap().drawn, 0);
    fs::write(divided.path().join("notes.txt"), "mine").unwrap();
    generate(&shard(0, 2), divided.path());
}

#[test]
fn a_corpus_of_an_earlier_version_is_read_and_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    generate(&options(), folder.path());
    let path = folder.path().join(MANIFEST);
    let manifest = fs::read_to_string(&path).unwrap();
    // What version 1 did not have.
    let news = |value: &mut serde_json::Value| {
        let object = value.as_object_mut().unwrap();
        ["boxes", "masks", "fonts"].iter().for_each(|name| drop(object.remove(*name)));
    };
    let mut earlier = String::new();
    for (number, line) in manifest.lines().enumerate() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        news(&mut line);
        if number == 0 {
            line["version"] = 1.into();
            line["texts"] = "drawn".into();
        }
        earlier.push_str(&format!("{line}\n"));
    }
    fs::write(&path, &earlier).unwrap();
    let labelled = LabelledFolder::open(folder.path(), &FolderOptions::default()).unwrap();
    assert_eq!((labelled.len() as u64, labelled.skipped().total()), (COUNT, 0));
    let manifest = CorpusManifest::open(folder.path()).unwrap();
    assert_eq!(manifest.header().texts, TextsHeader::Sampled);
    assert!(manifest.map(Result::unwrap).all(|record| record.boxes.is_none()));
    let error = generate_corpus(&options(), folder.path(), &()).unwrap_err();
    assert!(error.to_string().contains("version 1 of the format \"captcha-lab corpus\""), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), earlier);
}

#[test]
fn files_of_somebody_else_stay() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let error = generate_corpus(&options(), folder.path(), &()).unwrap_err();
    assert!(matches!(error, DatasetError::FolderInUse { .. }), "{error}");
    assert_eq!(snapshot(folder.path()).len(), 1);

    let error = generate_corpus(&options(), folder.path().join("notes.txt"), &()).unwrap_err();
    assert!(matches!(error, DatasetError::NotAFolder { .. }), "{error}");

    // A picture that came into a corpus that is not finished, under a name that is still to be given.
    let folder = tempfile::tempdir().unwrap();
    generate_corpus(&options(), folder.path(), &StopAfter::new(0)).unwrap_err();
    let renderer = Renderer::new(style()).unwrap();
    let picture = folder.path().join(format!("{}.png", renderer.text(seed::derive(5, 0))));
    fs::write(&picture, "mine").unwrap();
    let error = generate_corpus(&options(), folder.path(), &()).unwrap_err();
    assert!(matches!(&error, DatasetError::WouldOverwrite { path } if *path == picture), "{error}");
    assert_eq!(fs::read_to_string(&picture).unwrap(), "mine");
}

#[test]
fn options_that_make_no_corpus_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        CorpusOptions::new(style(), 0),
        options().with_texts(Vec::<String>::new()),
        options().with_threads(100_000),
        CorpusOptions::new(style().with_size(300, 30), 1).with_format(ImageFileFormat::Ico),
        CorpusOptions::new(style().with_size(0, 0), 1),
    ];
    for options in cases {
        let path = folder.path().join("corpus");
        let error = generate_corpus(&options, &path, &()).unwrap_err();
        assert!(
            matches!(
                error,
                DatasetError::BadOption { .. } | DatasetError::Encode { .. } | DatasetError::Style { .. }
            ),
            "{error}"
        );
        assert!(!path.exists());
    }
}

#[test]
fn a_text_that_can_not_be_drawn_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let options = CorpusOptions::new(style(), 3).with_texts(["AB", "\u{10FFFF}", "B"]).with_threads(1);
    let error = generate_corpus(&options, folder.path(), &()).unwrap_err();
    assert!(matches!(&error, DatasetError::Render { text, .. } if text == "\u{10FFFF}"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_lost_comes_back_the_same(
        deleted in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        emptied in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        cut in any::<prop::sample::Index>(),
        cut_manifest: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let options = CorpusOptions::new(style(), 12).with_threads(2);
        generate(&options, folder.path());
        let whole = snapshot(folder.path());
        let images: Vec<&String> = whole.keys().filter(|name| *name != MANIFEST).collect();
        for index in emptied {
            fs::write(folder.path().join(index.get(&images)), "").unwrap();
        }
        for index in deleted {
            let _ = fs::remove_file(folder.path().join(index.get(&images)));
        }
        if cut_manifest {
            let manifest = &whole[MANIFEST];
            fs::write(folder.path().join(MANIFEST), &manifest[..cut.index(manifest.len())]).unwrap();
        }
        fs::write(folder.path().join(".captcha-lab-x.tmp"), "half").unwrap();
        generate(&options, folder.path());
        prop_assert_eq!(snapshot(folder.path()), whole);
    }
}
