//! The ground truth stays right whatever is done to the characters.

use captcha_render::image::GrayImage;
use captcha_render::{
    Background, Blur, Captcha, Clutter, Colours, Counts, Distortion, Elastic, Gradient, Hollow, Layout,
    LeptureLayout, Noise, Renderer, Resample, Resampling, Ripple, RowLayout, Shadow, Span, SpotsClutter,
    Stroke, StrokesClutter, Style, Water, Wave,
};
use proptest::prelude::*;

/// Coverage of every pixel by any character.
fn coverage(captcha: &Captcha) -> GrayImage {
    let mut all = GrayImage::new(captcha.image.width(), captcha.image.height());
    for glyph in &captcha.glyphs {
        let Some(bounds) = glyph.bounds else { continue };
        for (x, y, level) in glyph.mask.enumerate_pixels() {
            let pixel = all.get_pixel_mut(bounds.x() + x, bounds.y() + y);
            // As coverage adds up where characters overlap.
            let free = u32::from(255 - pixel.0[0]) * u32::from(255 - level.0[0]);
            pixel.0[0] = 255 - ((free + 127) / 255) as u8;
        }
    }
    all
}

fn black_on_white(layout: Layout) -> Style {
    Style::seed().with_size(200, 70).with_layout(layout)
}

fn spans(low: f64, high: f64) -> impl Strategy<Value = Span> {
    (low..=high, low..=high).prop_map(|(a, b)| Span::new(a.min(b), a.max(b)))
}

fn distortions() -> impl Strategy<Value = Vec<Distortion>> {
    let wave = (spans(0.0, 0.5), spans(0.2, 20.0)).prop_map(|(a, l)| Distortion::Wave(Wave::new(a, l)));
    let elastic =
        (spans(0.0, 0.5), 0.05f64..2.0).prop_map(|(s, grid)| Distortion::Elastic(Elastic::new(s, grid)));
    proptest::collection::vec(prop_oneof![wave, elastic], 0..3)
}

prop_compose! {
    fn rows()(
        size in spans(0.05, 2.0), mixed: bool, coloured: bool, gap in spans(-0.5, 2.0), shift in spans(-0.5, 0.5),
        stretch in spans(0.3, 3.0), shear in spans(-1.5, 1.5), perspective in spans(-0.6, 0.6),
        rotate in spans(-180.0, 180.0), distort in distortions(), hollow in 0.0f64..1.0, width in spans(0.01, 0.2),
    ) -> RowLayout {
        RowLayout::default()
            .with_size(size)
            .with_mixed(mixed, coloured)
            .with_gap(gap)
            .with_shift(shift)
            .with_stretch(stretch)
            .with_shear(shear)
            .with_perspective(perspective)
            .with_rotate(rotate)
            .with_distort(distort)
            .with_hollow(Hollow::new(hollow, width))
    }
}

prop_compose! {
    fn leptures()(
        size in 4u32..80, rotate in spans(-180.0, 180.0), x in spans(0.0, 1.0), y in spans(0.0, 1.0),
        space in 0.0f64..1.0, overlap in 0.0f64..1.0,
    ) -> LeptureLayout {
        LeptureLayout::default()
            .with_sizes(vec![size, size + 10])
            .with_rotate(rotate)
            .with_warp(x, y)
            .with_spacing(space, overlap)
    }
}

fn layouts() -> impl Strategy<Value = Layout> {
    prop_oneof![rows().prop_map(Layout::Row), leptures().prop_map(Layout::Lepture)]
}

fn everything() -> impl Strategy<Value = Style> {
    let colours = (0u8..100, 0u8..100, any::<bool>()).prop_map(|(a, b, grey)| match grey {
        true => Colours::greys(a.min(b), a.max(b)),
        false => Colours::new(a.min(b), a.max(b)),
    });
    let stroke =
        prop_oneof![Just(Stroke::Line), Just(Stroke::Bezier), Just(Stroke::Arc), Just(Stroke::Ellipse)];
    let strokes = (stroke, 0u32..4, spans(0.01, 20.0)).prop_map(|(stroke, most, width)| {
        Clutter::Strokes(StrokesClutter::new(stroke, Counts::new(0, most), width))
    });
    let spots =
        spans(0.01, 20.0).prop_map(|radius| Clutter::Spots(SpotsClutter::new(Counts::new(0, 9), radius)));
    let one = prop_oneof![strokes, spots].boxed();
    let clutter = || proptest::collection::vec(one.clone(), 0..3);
    let shadow =
        (spans(0.0, 0.5), spans(0.0, 1.0)).prop_map(|(offset, strength)| Shadow::new(0.5, offset, strength));
    let blur = spans(0.0, 3.0).prop_map(|sigma| Noise::Blur(Blur::new(sigma)));
    let row = (rows(), shadow).prop_map(|(row, shadow)| Layout::Row(row.with_shadow(shadow)));
    let layout = prop_oneof![row, leptures().prop_map(Layout::Lepture), Just(Layout::Claptcha)];
    let size = (9u32..300, 9u32..120);
    (size, layout, colours, clutter(), clutter(), blur, 0.0f64..1.0).prop_map(
        |((width, height), layout, ink, behind, clutter, blur, inverted)| {
            Style::seed()
                .with_size(width, height)
                .with_margin(1, 2)
                .with_layout(layout)
                .with_colours(ink, Colours::WHITE)
                .with_background(Background::Gradient(Gradient::new(Colours::new(150, 255))))
                .with_behind(behind)
                .with_clutter(clutter)
                .with_noise(vec![blur, Noise::Smooth])
                .with_inverted(inverted)
                .with_fonts(["pt-sans-bold", "yanone-kaffeesatz-bold"])
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_ink_of_a_row_is_that_of_its_masks(
        layout in rows(), text in "[A-Za-z0-9]{1,8}", sigma in 0.0f64..2.0, seed: u64,
    ) {
        let sharp = black_on_white(Layout::Row(layout));
        let blurred = sharp.clone().with_noise(vec![Noise::Blur(Blur::new(Span::at(sigma))), Noise::Smooth]);
        // The blurred masks of characters that overlap are not the blurred mask of both: of them only one.
        for (style, text) in [(sharp, text.as_str()), (blurred, &text[..1])] {
            let captcha = Renderer::new(style).unwrap().render(text, seed).unwrap();
            let (seen, expected) = (captcha.image.to_luma8(), coverage(&captcha));
            for (seen, expected) in seen.iter().zip(expected.iter()) {
                prop_assert!((255 - seen).abs_diff(*expected) <= 2, "{} {}", 255 - seen, expected);
            }
        }
    }

    /// What moves all pixels moves the mask of a character as it moves its ink.
    #[test]
    fn masks_follow_warps_of_the_whole_picture(
        layout in rows(), character in "[A-Z0-9]", amplitude in 0.0f64..0.2, length in 0.02f64..2.0, share in 0.2f64..1.0,
        warp in 0usize..3, seed: u64,
    ) {
        let (amplitude, length) = (Span::at(amplitude), Span::at(length));
        let noise = [
            Noise::Ripple(Ripple::new([amplitude; 2], [length; 2])),
            Noise::Water(Water::new(amplitude, length, Span::at(1.0))),
            Noise::Resample(Resample::new(Span::at(share), Resampling::Bicubic, Resampling::Bilinear)),
        ];
        let style = black_on_white(Layout::Row(layout)).with_noise(vec![noise[warp].clone()]);
        let captcha = Renderer::new(style).unwrap().render(&character, seed).unwrap();
        let (seen, expected) = (captcha.image.to_luma8(), coverage(&captcha));
        for (seen, expected) in seen.iter().zip(expected.iter()) {
            prop_assert!((255 - seen).abs_diff(*expected) <= 2, "{} {}", 255 - seen, expected);
        }
    }

    #[test]
    fn the_box_of_a_character_is_where_its_ink_is(
        layout in layouts(), character in "[A-Z0-9]", smooth: bool, seed: u64,
    ) {
        let mut style = black_on_white(layout);
        if matches!(style.layout, Layout::Lepture(_)) {
            // Black letters have no lightness to be pasted with.
            style = style.with_colours(Colours::greys(140, 140), Colours::WHITE);
        }
        if smooth {
            style = style.with_noise(vec![Noise::Smooth]);
        }
        let captcha = Renderer::new(style).unwrap().render(&character, seed).unwrap();
        let image = captcha.image.to_luma8();
        let inked = image.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 250).map(|(x, y, _)| (x, y));
        let Some(seen) = captcha_render::captcha_core::GlyphBox::around(inked) else { return Ok(()) };
        let bounds = captcha.glyphs[0].bounds.unwrap();
        prop_assert_eq!(bounds.union(seen), bounds, "{:?} does not hold {:?}", bounds, seen);
        // Nor is it larger than the soft edges need.
        let strong = captcha.glyphs[0].bounds_above(40);
        prop_assert!(strong.is_none_or(|strong| seen.union(strong) == seen), "{:?} {:?}", strong, seen);
    }

    #[test]
    fn every_style_is_drawn_alike_by_all_threads(style in everything(), text in "[A-Za-z0-9 ]{1,8}", seed: u64) {
        let renderer = Renderer::new(style).unwrap();
        let captcha = renderer.render(&text, seed).unwrap();
        let size = { let style = renderer.style().unwrap(); (style.width, style.height) };
        prop_assert_eq!((captcha.image.width(), captcha.image.height()), size);
        for glyph in &captcha.glyphs {
            let Some(bounds) = glyph.bounds else { continue };
            prop_assert!(bounds.right() <= size.0 && bounds.bottom() <= size.1);
            prop_assert_eq!(glyph.mask.dimensions(), (bounds.width(), bounds.height()));
            prop_assert_eq!(glyph.bounds_above(1), Some(bounds));
        }
        let again = std::thread::scope(|scope| {
            let threads = [(); 2].map(|()| scope.spawn(|| renderer.render(&text, seed).unwrap()));
            threads.map(|thread| thread.join().unwrap())
        });
        prop_assert!(again.iter().all(|other| *other == captcha));
        prop_assert_eq!(renderer.image(&text, seed).unwrap(), captcha.image);
        let style = renderer.style().unwrap();
        prop_assert_eq!(&Style::from_toml(&style.to_toml().unwrap()).unwrap(), style);
    }
}

#[test]
fn characters_of_a_row_touch_or_stand_apart_as_the_gap_says() {
    for (gap, touching) in [(0.15, false), (-0.15, true)] {
        let layout = RowLayout::default().with_gap(Span::at(gap)).with_size(Span::at(0.4));
        let renderer = Renderer::new(black_on_white(Layout::Row(layout)).with_size(300, 70)).unwrap();
        for seed in 0..20 {
            let captcha = renderer.render("HNMEBH", seed).unwrap();
            for pair in captcha.glyphs.windows(2) {
                let [left, right] = [0, 1].map(|i| pair[i].bounds.unwrap());
                assert!(left.x() < right.x(), "{}", captcha.text);
                let both = |x: u32, y: u32, glyph: &captcha_render::Glyph| {
                    let bounds = glyph.bounds.unwrap();
                    let (x, y) = (x.checked_sub(bounds.x()), y.checked_sub(bounds.y()));
                    let inside = x.zip(y).filter(|&(x, y)| x < bounds.width() && y < bounds.height());
                    inside.is_some_and(|(x, y)| glyph.mask.get_pixel(x, y).0[0] > 64)
                };
                let overlap = (0..70)
                    .flat_map(|y| (0..300).map(move |x| (x, y)))
                    .any(|(x, y)| both(x, y, &pair[0]) && both(x, y, &pair[1]));
                assert_eq!(overlap, touching, "{} {gap}: {left:?} {right:?}", captcha.text);
            }
        }
    }
}

#[test]
fn a_negative_is_the_picture_turned_over() {
    let style = Style::easy().with_noise(vec![]);
    let [plain, negative] =
        [0.0, 1.0].map(|share| Renderer::new(style.clone().with_inverted(share)).unwrap());
    for seed in 0..5 {
        let (plain, mut negative) = (plain.random(seed).unwrap(), negative.random(seed).unwrap());
        negative.image.invert();
        assert_eq!(plain, negative);
    }
    let half = Renderer::new(style.with_inverted(0.5)).unwrap();
    let dark = (0..100).filter(|&seed| half.image("A", seed).unwrap().to_luma8().get_pixel(0, 0).0[0] < 128);
    assert!((25..75).contains(&dark.count()));
}
