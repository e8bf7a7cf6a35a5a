//! Pictures that were looked at. They are the same on every machine, so not a level may differ.

use captcha_render::{BUILT_IN_FONTS, Noise, Renderer, Resampling, Style, WhiteNoise};
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
