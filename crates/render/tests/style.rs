//! Styles as data: TOML, presets, and what a renderer refuses.

use std::error::Error;

use captcha_render::{
    Background, Blobs, Blur, Clutter, Colours, Counts, CurveClutter, Distortion, DotsClutter, Elastic,
    GaussianNoise, Gradient, Hollow, Jpeg, Layout, LeptureLayout, LineClutter, Noise, QuadWarp, RenderError,
    Renderer, Resample, Resampling, Ripple, RowLayout, SaltAndPepper, Shadow, Span, SpotsClutter, Stroke,
    StrokesClutter, Style, Warp, Water, Wave, WhiteNoise,
};
use proptest::prelude::*;

#[test]
fn every_preset_has_its_name_and_can_be_drawn() {
    for name in Style::PRESETS {
        let renderer = Renderer::new(Style::preset(name).unwrap()).unwrap();
        let captcha = renderer.random(1).unwrap();
        assert!(renderer.lengths().holds(captcha.text.len()), "{name}: {}", captcha.text);
    }
    let error = Style::preset("sed").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no style preset is named \"sed\", expected one of seed, claptcha, lepture, easy, medium, hard"
    );
}

#[test]
fn presets_are_those_of_the_seed_and_of_claptcha() {
    let seed = Style::seed();
    assert_eq!((seed.width, seed.height, seed.margin.x, seed.margin.y), (300, 150, 20, 20));
    assert_eq!((seed.lengths.min, seed.lengths.max), (6, 6));
    assert_eq!(seed.alphabet.to_string(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    assert_eq!((seed.resampling, seed.clutter.len()), (Resampling::Bicubic, 0));
    assert_eq!(Style::default(), seed);
    assert_eq!(Style::claptcha().with_clutter(vec![]), seed);
}

#[test]
fn a_style_is_written_as_one_expects() {
    let style = Style::claptcha().with_noise(vec![Noise::White(WhiteNoise::new(0.3))]);
    let expected = r#"width = 300
height = 150
alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
fonts = ["pt-sans-bold"]
resampling = "bicubic"
behind = []
inverted = 0.0

[lengths]
min = 6
max = 6

[margin]
x = 20
y = 20

[[warp]]
kind = "quad"
reach_x = [0.2, 0.7]
reach_y = [0.2, 0.7]

[[clutter]]
kind = "line"
start = [0.0, 0.1]
end = [0.9, 1.0]
thickness = 0.02284
reach = [0.2, 0.5]

[[noise]]
kind = "white"
amount = 0.3

[layout]
kind = "claptcha"

[ink]
low = 0
high = 0
grey = true

[background]
kind = "plain"
low = 255
high = 255
grey = true
"#;
    assert_eq!(style.to_toml().unwrap(), expected);
    assert_eq!(Style::from_toml(expected).unwrap(), style);
}

#[test]
fn what_a_text_leaves_out_is_that_of_the_seed() {
    assert_eq!(Style::from_toml("").unwrap(), Style::seed());
    let style = Style::from_toml("width = 200\n[[clutter]]\nkind = \"line\"\nthickness = 0.05").unwrap();
    let line = Clutter::Line(LineClutter::default().with_thickness(0.05));
    assert_eq!(style, Style::seed().with_size(200, 150).with_clutter(vec![line]));
}

#[test]
fn what_no_style_has_is_an_error_that_names_it() {
    let cases = [
        ("heigth = 3", "heigth"),
        ("[margin]\nx = 1\ny = 1\nz = 1", "z"),
        ("[[warp]]\nkind = \"quad\"\nreach = [0.1, 0.2]", "reach"),
        ("[[warp]]\nkind = \"wave\"", "wave"),
        ("[[warp]]\nreach_x = [0.1, 0.2]", "kind"),
        ("[[clutter]]\nkind = \"line\"\ncolour = 3", "colour"),
        ("[[noise]]\nkind = \"white\"", "amount"),
        ("[[noise]]\nkind = \"white\"\namount = 0.1\nseed = 3", "seed"),
        ("[layout]\nkind = \"claptcha\"\nsize = 3", "size"),
        ("[layout]\nkind = \"row\"\nspeed = 3", "speed"),
        ("[layout]\nkind = \"row\"\n[layout.shadow]\ncolour = 3", "colour"),
        ("[layout]\nkind = \"lepture\"\nrotation = [1.0, 2.0]", "rotation"),
        ("[layout]\nkind = \"column\"", "column"),
        ("[[noise]]\nkind = \"smooth\"\nsigma = 3", "sigma"),
        ("[[noise]]\nkind = \"jpeg\"\nquality = 30", "array of length 2"),
        ("[[behind]]\nkind = \"strokes\"\nstroke = \"zigzag\"\ncount = [1, 2]\nwidth = [1, 2]", "zigzag"),
        ("[[clutter]]\nkind = \"dots\"\ncount = -1", "-1"),
        ("[ink]\nlow = 1\nhigh = 256", "256"),
        ("[ink]\nlow = 1", "high"),
        ("[background]\nkind = \"plain\"\nlow = 1\nhigh = 2\nblue = 3", "blue"),
        ("resampling = \"lanczos\"", "lanczos"),
        ("alphabet = \"ABA\"", "'A' stands in it twice"),
        ("lengths = 6", "lengths"),
        ("width = -1", "width"),
        ("width", "width"),
    ];
    for (text, name) in cases {
        let error = Style::from_toml(text).unwrap_err();
        assert!(matches!(error, RenderError::ParseStyle(_)), "{text}: {error}");
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(name), "{text}: {cause}");
    }
}

#[test]
fn a_style_is_opened_by_the_name_of_a_preset_or_a_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in Style::PRESETS {
        assert_eq!(Style::open(name).unwrap(), Style::preset(name).unwrap());
        // A path is never a preset, a name with an ending neither.
        for path in [folder.path().join(name), folder.path().join(format!("{name}.toml"))] {
            std::fs::write(&path, "height = 80").unwrap();
            assert_eq!(Style::open(&path).unwrap().height, 80);
        }
    }
    for missing in ["sede", "missing.toml", "./seed", ""] {
        let error = Style::open(missing).unwrap_err();
        assert!(matches!(&error, RenderError::UnknownStyle { name, .. } if name == missing), "{error}");
        assert!(error.to_string().contains("type one of seed, claptcha, "), "{error}");
    }
    let error = Style::open(folder.path()).unwrap_err();
    assert!(matches!(error, RenderError::StyleFile { .. }), "{error}");
}

#[test]
fn a_style_file_is_named_in_its_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let error = Style::from_file(&path).unwrap_err();
    assert!(error.to_string().contains("mine.toml"), "{error}");
    std::fs::write(&path, "heigth = 3").unwrap();
    let error = Style::from_file(&path).unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(error.to_string().contains("mine.toml") && cause.contains("heigth"), "{error}: {cause}");
    std::fs::write(&path, "height = 80").unwrap();
    assert_eq!(Style::from_file(&path).unwrap().height, 80);
}

#[test]
fn values_out_of_range_are_refused_by_their_name() {
    let seed = Style::seed;
    let quad = |x: Span, y: Span| vec![Warp::Quad(QuadWarp::default().with_reach(x, y))];
    let fine = Span::new(0.1, 0.2);
    let line = |line: LineClutter| vec![Clutter::Line(line)];
    let thick = |thickness| line(LineClutter::default().with_thickness(thickness));
    let with_ends = |start, end| line(LineClutter::default().with_ends(start, end));
    let snow = |amount| vec![Noise::White(WhiteNoise::new(amount))];
    let cases = [
        ("width", seed().with_size(0, 150)),
        ("height", seed().with_size(300, 0)),
        ("width", seed().with_size(4097, 150)),
        ("height", seed().with_size(300, u32::MAX)),
        ("margin.x", seed().with_margin(150, 20)),
        ("margin.x", seed().with_margin(u32::MAX, 20)),
        ("margin.y", seed().with_margin(20, 74)),
        ("margin.y", seed().with_margin(20, u32::MAX)),
        ("fonts", seed().with_fonts(Vec::<String>::new())),
        #[expect(clippy::reversed_empty_ranges, reason = "the range under test")]
        ("lengths", seed().with_lengths(5..=4)),
        ("lengths", seed().with_lengths(0..=4)),
        ("lengths", seed().with_lengths(1..=usize::MAX)),
        ("warp[0].reach_x", seed().with_warp(quad(Span::new(0.3, 0.2), fine))),
        ("warp[0].reach_x", seed().with_warp(quad(Span::new(f64::NAN, 0.2), fine))),
        ("warp[0].reach_y", seed().with_warp(quad(fine, Span::new(0.2, f64::INFINITY)))),
        ("warp[0].reach_y", seed().with_warp(quad(fine, Span::new(-0.2, 0.2)))),
        ("clutter[0].thickness", seed().with_clutter(thick(0.0))),
        ("clutter[0].thickness", seed().with_clutter(thick(f64::NAN))),
        ("clutter[0].start", seed().with_clutter(with_ends(Span::new(-0.1, 0.1), Span::new(0.9, 1.0)))),
        ("clutter[0].end", seed().with_clutter(with_ends(Span::new(0.0, 0.5), Span::new(0.6, 1.0)))),
        ("clutter[0].end", seed().with_clutter(with_ends(Span::new(0.0, 0.1), Span::new(0.9, 1.1)))),
        ("noise[0].amount", seed().with_noise(snow(1.5))),
        ("noise[0].amount", seed().with_noise(snow(f64::NAN))),
    ];
    assert_refused(cases);
}

fn assert_refused(cases: impl IntoIterator<Item = (&'static str, Style)>) {
    for (name, style) in cases {
        match Renderer::new(style) {
            Err(RenderError::BadStyle { field, .. }) => assert_eq!(field, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn values_of_rows_out_of_range_are_refused_by_their_name() {
    let row = |layout: RowLayout| Style::easy().with_layout(Layout::Row(layout));
    let plain = RowLayout::default;
    let wave = |amplitude, length| plain().with_distort(vec![Distortion::Wave(Wave::new(amplitude, length))]);
    let elastic =
        |strength, grid| plain().with_distort(vec![Distortion::Elastic(Elastic::new(strength, grid))]);
    let fine = Span::at(0.3);
    let reversed = Span::new(0.2, 0.1);
    assert_refused([
        ("layout.size", row(plain().with_size(Span::new(0.0, 0.5)))),
        ("layout.size", row(plain().with_size(Span::new(0.5, f64::INFINITY)))),
        ("layout.gap", row(plain().with_gap(Span::new(-0.6, 0.5)))),
        ("layout.shift", row(plain().with_shift(reversed))),
        ("layout.stretch", row(plain().with_stretch(Span::new(0.1, 0.5)))),
        ("layout.shear", row(plain().with_shear(Span::new(0.0, 2.0)))),
        ("layout.perspective", row(plain().with_perspective(Span::at(f64::NAN)))),
        ("layout.rotate", row(plain().with_rotate(Span::new(-200.0, 0.0)))),
        ("layout.margin", row(plain().with_margin(35))),
        ("layout.distort[0].amplitude", row(wave(Span::at(0.6), fine))),
        ("layout.distort[0].length", row(wave(fine, Span::at(0.0)))),
        ("layout.distort[0].strength", row(elastic(Span::at(-0.1), 0.3))),
        ("layout.distort[0].grid", row(elastic(fine, 0.0))),
        ("layout.hollow.share", row(plain().with_hollow(Hollow::new(1.1, Span::at(0.1))))),
        ("layout.hollow.width", row(plain().with_hollow(Hollow::new(1.0, Span::at(0.0))))),
        ("layout.shadow.share", row(plain().with_shadow(Shadow::new(-0.1, fine, fine)))),
        ("layout.shadow.offset", row(plain().with_shadow(Shadow::new(1.0, Span::at(0.6), fine)))),
        ("layout.shadow.strength", row(plain().with_shadow(Shadow::new(1.0, fine, reversed)))),
    ]);
    let lepture = |layout: LeptureLayout| Style::lepture().with_layout(Layout::Lepture(layout));
    let plain = LeptureLayout::default;
    let mut transparent = plain();
    transparent.opacity = Span::new(20.0, 255.0);
    assert_refused([
        ("layout.sizes", lepture(plain().with_sizes(vec![]))),
        ("layout.sizes[1]", lepture(plain().with_sizes(vec![20, 3]))),
        ("layout.sizes[0]", lepture(plain().with_sizes(vec![5000]))),
        ("layout.opacity", lepture(transparent)),
        ("layout.rotate", lepture(plain().with_rotate(Span::at(181.0)))),
        ("layout.warp_x", lepture(plain().with_warp(reversed, fine))),
        ("layout.warp_y", lepture(plain().with_warp(fine, Span::at(1.1)))),
        ("layout.space", lepture(plain().with_spacing(1.5, 0.1))),
        ("layout.overlap", lepture(plain().with_spacing(0.5, -0.1))),
    ]);
}

#[test]
fn colours_clutter_and_noise_out_of_range_are_refused_by_their_name() {
    let wrong = Colours::new(9, 8);
    let fine = Colours::BLACK;
    let background = |background| Style::easy().with_background(background);
    let blobs = |colours, count, radius| background(Background::Blobs(Blobs::new(colours, count, radius)));
    let clutter = |clutter| Style::easy().with_clutter(vec![clutter]);
    let few = Counts::new(1, 2);
    let strokes = |count, width| StrokesClutter::new(Stroke::Line, count, width);
    let spots = |count, radius| Clutter::Spots(SpotsClutter::new(count, radius));
    let curve = |start, end| clutter(Clutter::Curve(CurveClutter::default().with_angles(start, end)));
    let noise = |noise| Style::easy().with_noise(vec![noise]);
    let (one, reversed) = (Span::at(1.0), Span::new(0.2, 0.1));
    assert_refused([
        ("ink", Style::easy().with_colours(wrong, fine)),
        ("background", Style::easy().with_colours(fine, wrong)),
        ("background.ends", background(Background::Gradient(Gradient::new(wrong)))),
        ("background.colours", blobs(wrong, few, one)),
        ("background.count", blobs(fine, Counts::new(2, 1), one)),
        ("background.radius", blobs(fine, few, Span::at(0.0))),
        ("inverted", Style::easy().with_inverted(1.1)),
        ("inverted", Style::easy().with_inverted(f64::NAN)),
        ("clutter[0].count", clutter(Clutter::Dots(DotsClutter::new(10_001, 3)))),
        ("clutter[0].width", clutter(Clutter::Dots(DotsClutter::new(30, 0)))),
        ("clutter[0].start", curve(Span::at(-1.0), one)),
        ("clutter[0].end", curve(one, Span::at(361.0))),
        ("clutter[0].count", clutter(Clutter::Strokes(strokes(Counts::new(0, 1001), one)))),
        ("clutter[0].width", clutter(Clutter::Strokes(strokes(few, Span::at(0.0))))),
        ("clutter[0].colours", clutter(Clutter::Strokes(strokes(few, one).with_colours(wrong)))),
        ("clutter[0].count", clutter(spots(Counts::new(3, 2), one))),
        ("clutter[0].radius", clutter(spots(few, Span::at(257.0)))),
        (
            "behind[1].width",
            Style::easy().with_behind(vec![spots(few, one), Clutter::Strokes(strokes(few, reversed))]),
        ),
        ("noise[0].sigma", noise(Noise::Blur(Blur::new(Span::at(51.0))))),
        ("noise[0].sigma", noise(Noise::Gaussian(GaussianNoise::new(reversed)))),
        ("noise[0].share", noise(Noise::SaltAndPepper(SaltAndPepper::new(Span::at(1.1))))),
        ("clutter", Style::easy().with_clutter(vec![spots(few, one); 101])),
        ("fonts", Style::easy().with_fonts(vec!["lobster"; 1001])),
        (
            "clutter[0].end_width",
            clutter(Clutter::Strokes(strokes(few, one).with_end_width(Span::at(257.0)))),
        ),
        (
            "noise[0].amplitude[1]",
            noise(Noise::Ripple(Ripple::new([Span::at(0.1), Span::at(0.6)], [one; 2]))),
        ),
        ("noise[0].length[0]", noise(Noise::Ripple(Ripple::new([Span::at(0.1); 2], [Span::at(0.0), one])))),
        ("noise[0].radius", noise(Noise::Water(Water::new(Span::at(0.1), one, Span::at(21.0))))),
        (
            "noise[0].share",
            noise(Noise::Resample(Resample::new(Span::at(0.01), Resampling::Bicubic, Resampling::Nearest))),
        ),
        ("noise[0].quality", noise(Noise::Jpeg(Jpeg::new(Counts::new(0, 50))))),
    ]);
}

#[test]
fn every_preset_is_read_back_and_what_it_leaves_out_is_that_of_the_seed() {
    for name in Style::PRESETS {
        let style = Style::preset(name).unwrap();
        assert_eq!(Style::from_toml(&style.to_toml().unwrap()).unwrap(), style, "{name}");
    }
    let text = "[layout]\nkind = \"row\"\ngap = [-0.1, 0.0]\n[[layout.distort]]\nkind = \"wave\"";
    let row = RowLayout::default()
        .with_gap(Span::new(-0.1, 0.0))
        .with_distort(vec![Distortion::Wave(Wave::default())]);
    assert_eq!(Style::from_toml(text).unwrap(), Style::seed().with_layout(Layout::Row(row)));
}

#[test]
fn an_error_says_what_was_expected() {
    let error = Renderer::new(Style::seed().with_margin(20, 80)).unwrap_err();
    assert_eq!(
        Renderer::new(Style::seed().with_inverted(1.5)).unwrap_err().to_string(),
        "the style's inverted is 1.5, expected a number from 0 to 1"
    );
    assert_eq!(
        error.to_string(),
        "the style's margin.y is 80, expected to leave 4 of the height 150 for the font"
    );
}

fn spans(low: f64, high: f64) -> impl Strategy<Value = Span> {
    (low..high, low..high).prop_map(|(a, b)| Span::new(a.min(b), a.max(b)))
}

fn styles() -> impl Strategy<Value = Style> {
    let size = (1u32..=400, 4u32..=200);
    let warp = (spans(0.0, 4.0), spans(0.0, 4.0));
    let line = (spans(0.0, 0.4), spans(0.6, 1.0), 0.001f64..0.5, spans(0.0, 0.5));
    let filter =
        prop_oneof![Just(Resampling::Nearest), Just(Resampling::Bilinear), Just(Resampling::Bicubic)];
    let font = proptest::sample::subsequence(captcha_render::BUILT_IN_FONTS, 1..=3);
    (size, 0.0f64..1.0, 0.0f64..1.0, (0usize..3, warp), (0usize..3, line), 0.0f64..1.0, filter, font)
        .prop_map(
            |((width, height), x, y, (warps, (reach_x, reach_y)), (lines, line), noise, filter, fonts)| {
                let (start, end, thickness, reach) = line;
                let line =
                    LineClutter::default().with_ends(start, end).with_thickness(thickness).with_reach(reach);
                Style::seed()
                    .with_size(width, height)
                    .with_margin(
                        (x * f64::from((width - 1) / 2)) as u32,
                        (y * f64::from((height - 4) / 2)) as u32,
                    )
                    .with_warp(vec![Warp::Quad(QuadWarp::default().with_reach(reach_x, reach_y)); warps])
                    .with_clutter(vec![Clutter::Line(line); lines])
                    .with_noise(vec![Noise::White(WhiteNoise::new(noise))])
                    .with_resampling(filter)
                    .with_fonts(fonts)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn toml_keeps_every_style(style in styles()) {
        prop_assert_eq!(Style::from_toml(&style.to_toml().unwrap()).unwrap(), style);
    }

    #[test]
    fn every_style_within_its_ranges_is_drawn(style in styles(), text in "[A-Za-z0-9]{1,9}", seed: u64) {
        let renderer = Renderer::new(style).unwrap();
        let captcha = renderer.render(&text, seed).unwrap();
        let size = { let style = renderer.style().unwrap(); (style.width, style.height) };
        prop_assert_eq!((captcha.image.width(), captcha.image.height()), size);
        prop_assert_eq!(captcha.glyphs.iter().map(|glyph| glyph.character).collect::<String>(), text);
        for glyph in &captcha.glyphs {
            match glyph.bounds {
                None => prop_assert_eq!(glyph.mask.dimensions(), (0, 0)),
                Some(bounds) => {
                    prop_assert_eq!(glyph.mask.dimensions(), (bounds.width(), bounds.height()));
                    prop_assert!(bounds.right() <= size.0 && bounds.bottom() <= size.1);
                    prop_assert_eq!(glyph.bounds_above(1), Some(bounds));
                }
            }
        }
    }
}
