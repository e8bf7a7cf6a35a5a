//! Pictures that were looked at. They are the same on every machine, so not a level may differ.

use captcha_render::{
    BUILT_IN_FONTS, Background, Blobs, Blur, Clutter, Colours, Counts, Distortion, Elastic, GaussianNoise,
    Gradient, Hollow, Jpeg, Layout, LeptureLayout, Noise, Renderer, Resample, Resampling, Ripple, RowLayout,
    SaltAndPepper, Shadow, Span, SpotsClutter, Stroke, StrokesClutter, Style, Water, Wave, WhiteNoise,
};
use captcha_testkit::{Tolerance, assert_golden};

#[test]
fn presets() {
    for name in Style::PRESETS {
        let captcha = Renderer::new(Style::preset(name).unwrap()).unwrap().random(42).unwrap();
        assert_golden!(name, &captcha.image, Tolerance::EXACT);
    }
}

#[test]
fn noise() {
    let style = Style::claptcha().with_noise(vec![Noise::White(WhiteNoise::new(0.3))]);
    let captcha = Renderer::new(style).unwrap().random(42).unwrap();
    assert_golden!("noise", &captcha.image, Tolerance::EXACT);
}

#[test]
fn sizes_and_resampling() {
    for (name, resampling) in [("nearest", Resampling::Nearest), ("bilinear", Resampling::Bilinear)] {
        let style = Style::claptcha().with_size(160, 60).with_margin(8, 6).with_resampling(resampling);
        let captcha = Renderer::new(style).unwrap().random(42).unwrap();
        assert_golden!(name, &captcha.image, Tolerance::EXACT);
    }
}

#[test]
fn fonts() {
    for name in BUILT_IN_FONTS {
        let style = Style::seed().with_fonts([*name]);
        let captcha = Renderer::new(style).unwrap().render("AQRxy579", 42).unwrap();
        assert_golden!(&format!("font-{name}"), &captcha.image, Tolerance::EXACT);
    }
}

/// Black letters on white in a row.
fn row(layout: RowLayout) -> Style {
    Style::seed().with_size(150, 50).with_layout(Layout::Row(layout))
}

fn assert_drawn(cases: impl IntoIterator<Item = (&'static str, Style)>) {
    for (name, style) in cases {
        let renderer = Renderer::new(style).expect("a style within its ranges");
        let captcha = renderer.render("AQR579", 42).expect("a text that the fonts have");
        assert_golden!(name, &captcha.image, Tolerance::EXACT);
    }
}

#[test]
fn characters_in_a_row() {
    let plain = RowLayout::default;
    let either = |value: f64| Span::new(-value, value);
    let wave = Wave::new(Span::at(0.08), Span::at(1.2));
    assert_drawn([
        ("row-plain", row(plain())),
        ("row-height", row(plain().with_size(Span::at(0.4)).with_height(Span::at(0.9)))),
        ("row-shift", row(plain().with_shift(either(0.15)))),
        ("row-stretch", row(plain().with_stretch(Span::new(0.6, 1.5)))),
        ("row-rotate", row(plain().with_rotate(either(40.0)))),
        ("row-shear", row(plain().with_shear(either(0.5)))),
        ("row-perspective", row(plain().with_perspective(either(0.5)))),
        ("row-touching", row(plain().with_gap(Span::at(-0.06)))),
        ("row-wave", row(plain().with_distort(vec![Distortion::Wave(wave)]))),
        ("row-elastic", row(plain().with_distort(vec![Distortion::Elastic(Elastic::default())]))),
        ("row-hollow", row(plain().with_hollow(Hollow::new(1.0, Span::at(0.05))))),
        ("row-shadow", row(plain().with_shadow(Shadow::new(1.0, Span::at(0.1), Span::at(0.4))))),
    ]);
    let mixed = plain().with_mixed(true, true).with_size(Span::new(0.4, 0.9));
    let fonts = ["pt-sans-bold", "lobster", "caladea-bold", "dosis-bold"];
    let colours = (Colours::new(0, 120), Colours::new(220, 255));
    assert_drawn([("row-mixed", row(mixed).with_fonts(fonts).with_colours(colours.0, colours.1))]);
}

#[test]
fn backgrounds_and_clutter() {
    let plain = || row(RowLayout::default()).with_colours(Colours::new(0, 80), Colours::WHITE);
    let light = Colours::new(170, 255);
    let blobs = Blobs::new(light, Counts::new(20, 20), Span::new(0.1, 0.5));
    let stroke = |stroke| Clutter::Strokes(StrokesClutter::new(stroke, Counts::new(2, 2), Span::at(1.8)));
    let behind = StrokesClutter::new(Stroke::Ellipse, Counts::new(3, 3), Span::at(2.0)).with_colours(light);
    let tapered =
        StrokesClutter::new(Stroke::Bezier, Counts::new(2, 2), Span::at(5.0)).with_end_width(Span::at(0.5));
    let spots = SpotsClutter::new(Counts::new(30, 30), Span::new(0.5, 2.0));
    assert_drawn([
        ("background-plain", plain().with_colours(Colours::new(0, 80), light)),
        ("background-gradient", plain().with_background(Background::Gradient(Gradient::new(light)))),
        ("background-blobs", plain().with_background(Background::Blobs(blobs))),
        ("background-inverted", plain().with_colours(Colours::new(0, 80), light).with_inverted(1.0)),
        ("clutter-behind", plain().with_behind(vec![Clutter::Strokes(behind)])),
        ("clutter-line", plain().with_clutter(vec![stroke(Stroke::Line)])),
        ("clutter-bezier", plain().with_clutter(vec![stroke(Stroke::Bezier)])),
        ("clutter-tapered", plain().with_clutter(vec![Clutter::Strokes(tapered)])),
        ("clutter-arc", plain().with_clutter(vec![stroke(Stroke::Arc)])),
        ("clutter-ellipse", plain().with_clutter(vec![stroke(Stroke::Ellipse)])),
        ("clutter-spots", plain().with_clutter(vec![Clutter::Spots(spots)])),
    ]);
}

#[test]
fn noises() {
    let plain = |noise| {
        row(RowLayout::default())
            .with_colours(Colours::new(0, 80), Colours::new(200, 255))
            .with_noise(vec![noise])
    };
    assert_drawn([
        ("noise-smooth", plain(Noise::Smooth)),
        (
            "noise-ripple",
            plain(Noise::Ripple(Ripple::new(
                [Span::at(0.1), Span::at(0.04)],
                [Span::at(1.2), Span::at(0.4)],
            ))),
        ),
        ("noise-water", plain(Noise::Water(Water::new(Span::at(0.06), Span::at(0.05), Span::at(1.5))))),
        (
            "noise-resample",
            plain(Noise::Resample(Resample::new(Span::at(0.4), Resampling::Bilinear, Resampling::Nearest))),
        ),
        ("noise-blur", plain(Noise::Blur(Blur::new(Span::at(1.2))))),
        ("noise-gaussian", plain(Noise::Gaussian(GaussianNoise::new(Span::at(20.0))))),
        ("noise-salt", plain(Noise::SaltAndPepper(SaltAndPepper::new(Span::at(0.05))))),
        ("noise-jpeg", plain(Noise::Jpeg(Jpeg::new(Counts::new(15, 15))))),
    ]);
}

#[test]
fn every_layout_takes_colours_and_every_clutter() {
    let colours = |style: Style| style.with_colours(Colours::new(0, 80), Colours::new(220, 255));
    let curve = StrokesClutter::new(Stroke::Bezier, Counts::new(2, 2), Span::at(4.0));
    let lepture = LeptureLayout::default().with_rotate(Span::at(0.0)).with_spacing(0.0, 0.0);
    assert_drawn([
        ("claptcha-coloured", colours(Style::claptcha().with_size(150, 75).with_margin(10, 10))),
        ("claptcha-behind", Style::seed().with_size(150, 75).with_behind(vec![Clutter::Strokes(curve)])),
        ("lepture-straight", Style::lepture().with_layout(Layout::Lepture(lepture))),
    ]);
}
