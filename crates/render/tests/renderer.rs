//! What a renderer draws: reproducible, with its ground truth, and typed errors for what it can't draw.

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;

use captcha_render::captcha_core::{Alphabet, Fingerprint, GlyphBox, ImageLimits, open_image};
use captcha_render::image::{DynamicImage, GrayImage, ImageFormat};
use captcha_render::{
    Captcha, Glyph, Layout, LeptureLayout, Noise, RenderError, Renderer, Resampling, Style, WhiteNoise,
};
use proptest::prelude::*;

fn gray(captcha: &Captcha) -> &GrayImage {
    captcha.image.as_luma8().expect("these styles draw in grey")
}

fn noisy() -> Style {
    Style::claptcha().with_noise(vec![Noise::White(WhiteNoise::new(0.3))])
}

#[test]
fn a_renderer_is_shared_by_threads_and_they_draw_the_same() {
    fn shared<T: Send + Sync>(value: T) -> T {
        value
    }
    let renderer = shared(Renderer::new(noisy().with_fonts(["pt-sans-bold", "caladea-bold"])).unwrap());
    let alone: Vec<Captcha> = (0..12).map(|seed| renderer.random(seed).unwrap()).collect();
    let together: Vec<Vec<Captcha>> = std::thread::scope(|scope| {
        let draw = || (0..12).rev().map(|seed| renderer.random(seed).unwrap()).collect();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(draw)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for captchas in together {
        assert!(captchas.iter().rev().eq(&alone));
    }
    let again = Renderer::new(renderer.style().unwrap().clone()).unwrap();
    assert!((0..12).map(|seed| again.random(seed).unwrap()).eq(alone));
}

#[test]
fn every_seed_draws_another_picture() {
    let renderer = Renderer::new(Style::seed()).unwrap();
    let pictures: HashSet<Vec<u8>> =
        (0..200).map(|seed| renderer.image("QXKZEF", seed).unwrap().into_bytes()).collect();
    assert_eq!(pictures.len(), 200);
}

#[test]
fn clutter_and_noise_leave_the_letters_where_they_were() {
    let plain = Renderer::new(Style::seed()).unwrap();
    let others = [Style::claptcha(), noisy()].map(|style| Renderer::new(style).unwrap());
    for seed in 0..20 {
        let captcha = plain.random(seed).unwrap();
        for other in &others {
            let other = other.random(seed).unwrap();
            assert_eq!(other.glyphs, captcha.glyphs);
            assert_ne!(other.image, captcha.image);
        }
    }
}

#[test]
fn the_picture_alone_is_that_of_the_captcha() {
    let renderer = Renderer::new(noisy()).unwrap();
    for seed in 0..5 {
        let captcha = renderer.random(seed).unwrap();
        assert_eq!(renderer.image(&renderer.text(seed), seed).unwrap(), captcha.image);
        assert_eq!(renderer.text(seed), captcha.text);
    }
}

#[test]
fn without_clutter_the_masks_are_the_ink_of_the_picture() {
    let renderer = Renderer::new(Style::seed()).unwrap();
    for seed in 0..40 {
        let captcha = renderer.random(seed).unwrap();
        let mut ink = vec![0u32; 300 * 150];
        for glyph in &captcha.glyphs {
            let Some(bounds) = glyph.bounds else { continue };
            for (x, y, pixel) in glyph.mask.enumerate_pixels() {
                ink[((bounds.y() + y) * 300 + bounds.x() + x) as usize] += u32::from(pixel.0[0]);
            }
        }
        for (&ink, pixel) in ink.iter().zip(gray(&captcha).pixels()) {
            // The kernel's overshoot, cut off at 0, is not shared by neighbouring glyphs: a few levels between them.
            let seen = 255 - u32::from(pixel.0[0]);
            assert!(ink.min(255).abs_diff(seen) <= 20, "{}: {ink} and {seen}", captcha.text);
        }
    }
}

#[test]
fn bounds_above_a_level_are_where_a_threshold_finds_ink() {
    let renderer = Renderer::new(Style::seed()).unwrap();
    for seed in 0..40 {
        for glyph in renderer.random(seed).unwrap().glyphs {
            let (outer, inner) = (glyph.bounds_above(1), glyph.bounds_above(128));
            assert_eq!(outer, glyph.bounds);
            let (Some(outer), Some(inner)) = (outer, inner) else { continue };
            assert_eq!(outer.union(inner), outer);
            assert!(glyph.bounds_above(255).is_none_or(|full| inner.union(full) == inner));
        }
    }
}

#[test]
fn glyphs_stand_in_the_order_of_the_text() {
    let renderer = Renderer::new(Style::seed()).unwrap();
    for seed in 0..40 {
        let captcha = renderer.random(seed).unwrap();
        let lefts: Vec<u32> =
            captcha.glyphs.iter().filter_map(|glyph| glyph.bounds.map(GlyphBox::x)).collect();
        assert!(lefts.is_sorted(), "{}: {lefts:?}", captcha.text);
    }
}

#[test]
fn texts_come_from_the_alphabet_and_the_lengths() {
    let alphabet: Alphabet = "ab3".parse().unwrap();
    let style = Style::seed().with_alphabet(alphabet.clone()).with_lengths(2..=4);
    let renderer = Renderer::new(style).unwrap();
    let texts: Vec<String> = (0..100).map(|seed| renderer.text(seed)).collect();
    assert!(texts.iter().all(|text| text.chars().all(|c| alphabet.contains(c))));
    assert_eq!(texts.iter().map(String::len).collect::<HashSet<_>>(), HashSet::from([2, 3, 4]));
    // Other texts can be asked for.
    assert_eq!(renderer.render("Zebra 7", 1).unwrap().glyphs.len(), 7);
}

#[test]
fn a_captcha_can_be_made_by_any_source_if_its_truth_fits() {
    let captcha = Renderer::new(Style::seed()).unwrap().random(3).unwrap();
    let image = || captcha.image.clone();
    let glyphs = || captcha.glyphs.clone();
    assert_eq!(Captcha::new(image(), captcha.text.clone(), glyphs()).unwrap(), captcha);
    assert_eq!(Captcha::new(image(), "ABC", vec![]).unwrap().glyphs, []);
    let place = GlyphBox::new(2, 3, 4, 5).unwrap();
    let mask = GrayImage::new;
    let glyph = Glyph::new('A', place, mask(4, 5)).unwrap();
    let refused = [
        (Glyph::new('A', place, mask(5, 4)).map(|_| ()), "expected 4 x 5, the size of its box"),
        (
            Captcha::new(image(), "BA", vec![glyph.clone()]).map(|_| ()),
            "those of \"A\", expected those of \"BA\"",
        ),
        (Captcha::new(mask(9, 7), "A", vec![glyph]).map(|_| ()), "row 8, expected within 9 x 7 pixels"),
    ];
    for (result, expected) in refused {
        let error = result.unwrap_err();
        assert!(matches!(error, RenderError::BadGlyph { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_space_has_no_ink() {
    let captcha = Renderer::new(Style::seed()).unwrap().render("A B", 3).unwrap();
    assert_eq!((captcha.glyphs[1].character, captcha.glyphs[1].bounds), (' ', None));
    assert_eq!(captcha.glyphs[1].mask.dimensions(), (0, 0));
}

#[test]
fn texts_that_can_not_be_drawn_are_errors() {
    let renderer = Renderer::new(Style::seed()).unwrap();
    assert!(matches!(renderer.render("", 1), Err(RenderError::EmptyText)));
    let error = renderer.render(&"A".repeat(65), 1).unwrap_err();
    assert!(matches!(error, RenderError::TextTooLong { length: 65, max: 64 }), "{error}");
    for character in ['漢', '\n', '\u{0}', '\u{10ffff}'] {
        match renderer.render(&format!("A{character}B"), 1) {
            Err(RenderError::MissingGlyph { character: named, font }) => {
                assert_eq!((named, font.as_str()), (character, "pt-sans-bold"));
            }
            other => panic!("{character:?}: {other:?}"),
        }
    }
    let error = Renderer::new(Style::seed().with_alphabet("A漢".parse().unwrap())).unwrap_err();
    assert_eq!(error.to_string(), "the font \"pt-sans-bold\" has no glyph for the character '漢'");
    let wide = Renderer::new(Style::seed().with_size(4096, 4096).with_margin(0, 0)).unwrap();
    let error = wide.render(&"W".repeat(64), 1).unwrap_err();
    assert!(matches!(error, RenderError::CanvasTooLarge { .. }), "{error}");
}

#[test]
fn letters_too_large_for_any_captcha_are_refused_before_they_are_drawn() {
    let with = |sizes: &[u32]| {
        let layout = LeptureLayout::default().with_sizes(sizes.to_vec());
        Style::lepture().with_layout(Layout::Lepture(layout))
    };
    let error = Renderer::new(with(&[42, 4096]).with_lengths(1..=64)).unwrap_err();
    assert!(matches!(&error, RenderError::BadStyle { field, .. } if field == "layout.sizes"), "{error}");
    assert!(
        error.to_string().contains("is [42, 4096], expected sizes in which 64 times '0' has at most"),
        "{error}"
    );
    // A text that the style does not draw by itself.
    let error = Renderer::new(with(&[1500])).unwrap().render(&"W".repeat(64), 1).unwrap_err();
    assert!(matches!(error, RenderError::CharactersTooLarge { max_pixels: 67_108_864, .. }), "{error}");
}

#[test]
fn a_font_without_a_space_is_refused_where_spaces_are_drawn() {
    // Where its table `cmap` says which is the first character of the first range.
    const FIRST: std::ops::Range<usize> = 2434..2436;
    let mut font = include_bytes!("../fonts/DroidSansMono.ttf").to_vec();
    assert_eq!(font[FIRST], u16::to_be_bytes(b' '.into()));
    font[FIRST].copy_from_slice(&u16::to_be_bytes(b'!'.into()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spaceless.ttf");
    std::fs::write(&path, font).unwrap();
    let style = |space| {
        let layout = LeptureLayout::default().with_spacing(space, 0.25);
        Style::lepture().with_fonts([path.to_str().unwrap()]).with_layout(Layout::Lepture(layout))
    };
    let error = Renderer::new(style(0.01)).unwrap_err();
    assert!(matches!(error, RenderError::MissingGlyph { character: ' ', .. }), "{error}");
    Renderer::new(style(0.0)).unwrap().random(1).unwrap();
}

#[test]
fn fonts_that_can_not_be_used_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let load = |font: &str| Renderer::new(Style::seed().with_fonts([font])).unwrap_err();

    let error = load("comic-sans");
    assert!(matches!(&error, RenderError::UnknownFont { name, .. } if name == "comic-sans"), "{error}");
    assert!(error.to_string().contains("caladea-bold"), "{error}");

    let font = include_bytes!("../fonts/ComicNeue-Bold.otf");
    std::fs::write(path("empty.ttf"), b"").unwrap();
    std::fs::write(path("text.ttf"), b"no font, but long enough for the header of one").unwrap();
    std::fs::write(path("half.otf"), &font[..font.len() / 2]).unwrap();
    for name in ["empty.ttf", "text.ttf", "half.otf"] {
        let error = load(&path(name));
        let named = error.to_string().contains(name);
        assert!(
            matches!(error, RenderError::BadFont { .. } | RenderError::MissingGlyph { .. }) && named,
            "{error}"
        );
    }
    let huge = std::fs::File::create(path("huge.ttf")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let error = load(&path("huge.ttf"));
    assert_eq!(cause(&error), "the file has more than 67108864 bytes, the limit");
    assert!(matches!(error, RenderError::FontFile { .. }), "{error}");

    std::fs::write(path("mine.otf"), font).unwrap();
    let mine = Renderer::new(Style::seed().with_fonts([path("mine.otf")])).unwrap();
    let built_in = Renderer::new(Style::seed().with_fonts(["comic-neue-bold"])).unwrap();
    assert_eq!(mine.random(5).unwrap(), built_in.random(5).unwrap());
}

/// What an error says of its cause.
fn cause(error: &RenderError) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

#[cfg(target_os = "linux")]
#[test]
fn fonts_and_styles_that_have_no_end_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let huge = folder.path().join("huge.toml");
    std::fs::File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let cases = [
        (Path::new("/dev/zero"), "expected a regular file, this is a device"),
        (pipe.as_path(), "expected a regular file, this is a named pipe"),
        (folder.path(), "expected a regular file, this is a folder"),
    ];
    for (path, expected) in cases {
        let style = Style::seed().with_fonts([path.to_str().unwrap()]);
        let error = Renderer::new(style).unwrap_err();
        assert!(matches!(error, RenderError::FontFile { .. }), "{error}");
        assert_eq!(cause(&error), expected);
        let error = Style::from_file(path).unwrap_err();
        assert!(matches!(error, RenderError::StyleFile { .. }), "{error}");
        assert_eq!(cause(&error), expected);
    }
    assert_eq!(
        cause(&Style::from_file(&huge).unwrap_err()),
        "the file has more than 1048576 bytes, the limit"
    );
}

#[test]
fn a_renderer_is_known_by_its_style_and_the_bytes_of_its_fonts() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let of = |font: &str| Renderer::new(Style::easy().with_fonts([font])).unwrap().fingerprint();
    let changed = |before: &Fingerprint, after: &Fingerprint| {
        before.differences(after).into_iter().map(|difference| difference.option).collect::<Vec<_>>()
    };
    let one = include_bytes!("../fonts/ComicNeue-Bold.otf");
    let other = include_bytes!("../fonts/Caladea-Bold.ttf");
    let before = of(&put("mine.otf", one));
    assert_eq!(changed(&before, &of(&put("mine.otf", one))), [""; 0]);
    assert_eq!(changed(&before, &of(&put("moved/mine.otf", one))), [""; 0]);
    let difference = &before.differences(&of(&put("mine.otf", other)))[0];
    assert_eq!(difference.option, "style.fonts");
    // What `sha256sum crates/render/fonts/ComicNeue-Bold.otf` prints.
    let sha256 = "0637fea8f858cd1d9a6e0ff786bed3d8cc2dc59b871a28e268a5a0106f052a92";
    assert_eq!(difference.existing, format!(r#"[{{"font":"mine.otf","sha256":"{sha256}"}}]"#));
    let noisy = Style::easy().with_noise(vec![]).with_size(300, 80);
    let noisy = Renderer::new(noisy).unwrap().fingerprint();
    let easy = Renderer::new(Style::easy()).unwrap().fingerprint();
    assert_eq!(changed(&easy, &noisy), ["style.height", "style.noise", "style.width"]);
}

#[test]
fn several_fonts_are_all_used() {
    let fonts = ["pt-sans-bold", "lobster", "courier-prime-bold"];
    let single = fonts.map(|font| Renderer::new(Style::seed().with_fonts([font])).unwrap());
    let mixed = Renderer::new(Style::seed().with_fonts(fonts)).unwrap();
    let mut used = [0; 3];
    for seed in 0..60 {
        let image = mixed.image("QXKZEF", seed).unwrap();
        let font = single.iter().position(|one| one.image("QXKZEF", seed).unwrap() == image).unwrap();
        used[font] += 1;
    }
    assert!(used.iter().all(|&count| count > 8), "{used:?}");
}

#[test]
fn pictures_are_encoded_and_saved_in_any_format() {
    let captcha = Renderer::new(Style::seed()).unwrap().random(9).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (ending, lossless) in [("png", true), ("bmp", true), ("tiff", true), ("jpg", false), ("PNG", true)] {
        let path = folder.path().join(format!("x.{ending}"));
        captcha.save(&path).unwrap();
        let read = open_image(&path, ImageLimits::default()).unwrap();
        assert_eq!((read.width(), read.height()), (300, 150), "{ending}");
        assert_eq!(read.to_luma8() == *gray(&captcha), lossless, "{ending}");
    }
    for style in [Style::seed().with_size(100, 50).with_margin(5, 5), Style::lepture()] {
        let small = Renderer::new(style).unwrap().random(9).unwrap();
        for ending in ["gif", "ico", "webp", "tga", "qoi", "pnm"] {
            let path = folder.path().join(format!("small.{ending}"));
            small.save(&path).unwrap();
            let read = open_image(&path, ImageLimits::default()).unwrap();
            assert_eq!(
                (read.width(), read.height()),
                (small.image.width(), small.image.height()),
                "{ending}"
            );
            if ending != "gif" {
                assert_eq!(read.to_rgb8(), small.image.to_rgb8(), "{ending}");
            }
        }
    }
    let png = captcha.encode(ImageFormat::Png).unwrap();
    assert_eq!(png, std::fs::read(folder.path().join("x.png")).unwrap());
    assert!(matches!(captcha.encode(ImageFormat::Dds), Err(RenderError::Encode(_))));
    for name in ["x", "x.txt"] {
        let error = captcha.save(folder.path().join(name)).unwrap_err();
        assert!(matches!(error, RenderError::UnknownImageFormat { .. }), "{error}");
    }
    let error = captcha.save(folder.path().join("no-such-folder/x.png")).unwrap_err();
    assert!(matches!(error, RenderError::Save { .. }) && error.to_string().contains("x.png"), "{error}");
}

#[test]
fn noise_darkens_by_as_much_as_it_says() {
    let snow = |amount| vec![Noise::White(WhiteNoise::new(amount))];
    let draw = |amount| {
        let style = Style::seed().with_noise(snow(amount)).with_resampling(Resampling::Nearest);
        let captcha = Renderer::new(style).unwrap().random(4).unwrap();
        gray(&captcha).clone()
    };
    // Blended half and half with snow of 255 (1 - amount) to 255: ink from there on, paper up to white.
    let levels = |image: &GrayImage| (image.iter().min().copied(), image.iter().max().copied());
    assert_eq!(levels(&draw(0.4)), (Some(153 / 2), Some(255)));
    assert_eq!(levels(&draw(1.0)), (Some(0), Some(255)));
    // As in Claptcha, nothing up to 1/255.
    let plain = Renderer::new(Style::seed().with_resampling(Resampling::Nearest)).unwrap().random(4).unwrap();
    assert_eq!(draw(0.003), *gray(&plain));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_is_drawn_or_refused(text in "\\PC{1,8}", seed: u64) {
        let renderer = Renderer::new(Style::seed()).unwrap();
        match renderer.render(&text, seed) {
            Ok(captcha) => prop_assert_eq!(captcha.glyphs.len(), text.chars().count()),
            Err(RenderError::MissingGlyph { character, .. }) => prop_assert!(text.contains(character)),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn broken_fonts_never_panic(cuts in proptest::collection::vec((0usize..84_000, any::<u8>()), 1..40)) {
        let mut font = include_bytes!("../fonts/Caladea-Bold.ttf").to_vec();
        for (place, byte) in cuts {
            font[place] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.ttf");
        std::fs::write(&path, font).unwrap();
        let style = Style::seed().with_size(60, 30).with_margin(4, 4).with_fonts([path.to_str().unwrap()]);
        if let Ok(renderer) = Renderer::new(style) {
            let _: Result<DynamicImage, RenderError> = renderer.image("QXKZEF", 1);
        }
    }
}
