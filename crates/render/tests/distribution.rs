//! Distributions over styles.

use std::collections::BTreeMap;

use captcha_render::captcha_core::Alphabet;
use captcha_render::{Lengths, RenderError, Renderer, Style, StyleDistribution, Styles};
use proptest::prelude::*;

/// Every kind of random value.
const ALL_KINDS: &str = r#"
    [[family]]
    name = "row"
    weight = 3
    [family.style]
    height = { integer = [40, 100] }
    width_per_character = { uniform = [0.5, 0.9] }
    alphabet = { choice = ["0123456789", "ABCDEFGHJKLMNPQRSTUVWXYZ"], weights = [1, 3] }
    lengths = { min = { integer = [3, 4] }, max = 6 }
    fonts = { sample = ["pt-sans-bold", "caladea-bold", "dosis-bold"], count = [1, 2] }
    warp = []
    margin = { x = 0, y = 0 }
    noise = [{ maybe = 0.5, value = { kind = "gaussian", sigma = { within = [0.0, 9.0] } } }]
    [family.style.layout]
    kind = "row"
    gap = [0.0, { log_uniform = [0.01, 0.5] }]
    rotate = { symmetric = [0, 30] }

    [[family]]
    name = "claptcha"
    preset = "claptcha"
    [family.style]
    height = { integer = [60, 90] }
    aspect = 2.5
    fonts = ["pt-sans-bold"]
    lengths = { min = 4, max = 4 }

    [[family]]
    name = "lepture"
    preset = "lepture"
"#;

fn distribution() -> StyleDistribution {
    StyleDistribution::from_toml(ALL_KINDS).expect("a distribution")
}

#[test]
fn an_image_is_that_of_its_style() {
    let renderer = Renderer::new(distribution()).unwrap();
    for seed in 0..40 {
        let style = renderer.style_of(seed).unwrap();
        assert_eq!(style, distribution().sample(seed).unwrap());
        let text = renderer.text(seed);
        let alone = Renderer::new(style.clone()).unwrap();
        assert_eq!(text, alone.text(seed));
        assert_eq!(renderer.random(seed).unwrap(), alone.random(seed).unwrap(), "{seed}");
        assert_eq!(renderer.random_image(seed).unwrap(), (alone.image(&text, seed).unwrap(), text));
    }
}

#[test]
fn families_come_by_their_weights_and_values_stay_in_their_ranges() {
    const SAMPLES: u64 = 5000;
    let distribution = distribution();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut digits, mut noisy, mut fonts) = (0, 0, 0);
    for seed in 0..SAMPLES {
        let family = distribution.family(seed);
        *counts.entry(family).or_default() += 1;
        let style = distribution.sample(seed).unwrap();
        match family {
            "row" => {
                assert!((40..=100).contains(&style.height));
                assert!((3..=4).contains(&style.lengths.min));
                digits += u32::from(style.alphabet == Alphabet::digits());
                noisy += style.noise.len();
                fonts += style.fonts.len();
                let mut distinct = style.fonts.clone();
                distinct.sort();
                distinct.dedup();
                assert_eq!(distinct.len(), style.fonts.len());
                let captcha_render::Layout::Row(row) = &style.layout else { panic!("{:?}", style.layout) };
                assert!(row.gap.low == 0.0 && (0.01..=0.5).contains(&row.gap.high));
                assert!(row.rotate.low == -row.rotate.high && (0.0..=30.0).contains(&row.rotate.high));
            }
            "claptcha" => assert_eq!(style.width, (f64::from(style.height) * 2.5).round() as u32),
            _ => assert_eq!(style, Style::lepture()),
        }
    }
    // Within four standard deviations.
    let near = |count: f64, of: f64, share: f64| {
        assert!(
            (count - of * share).abs() < 4.0 * (of * share * (1.0 - share)).sqrt(),
            "{count} of {of}: {share}"
        );
    };
    let row = f64::from(counts["row"]);
    for (family, share) in [("row", 0.6), ("claptcha", 0.2), ("lepture", 0.2)] {
        near(f64::from(counts[family]), SAMPLES as f64, share);
    }
    near(f64::from(digits), row, 0.25);
    near(noisy as f64, row, 0.5);
    near(fonts as f64 - row, row, 0.5);
    let shares: Vec<_> = distribution.families().collect();
    assert_eq!(shares, [("row", 0.6), ("claptcha", 0.2), ("lepture", 0.2)]);
}

#[test]
fn texts_can_be_restricted() {
    let distribution = distribution();
    assert_eq!(distribution.alphabet().to_string(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    assert_eq!(distribution.lengths(), Lengths { min: 3, max: 6 });
    let only = Styles::from(distribution.clone()).with_alphabet("7B5".parse().unwrap()).unwrap();
    let only = only.with_lengths(Lengths { min: 5, max: 5 }).unwrap();
    assert_eq!(Styles::from_toml(&only.to_toml().unwrap()).unwrap(), only);
    let renderer = Renderer::new(only).unwrap();
    assert_eq!(renderer.alphabet().to_string(), "57B");
    for seed in 0..30 {
        let captcha = renderer.random(seed).unwrap();
        assert_eq!(captcha.text.len(), 5);
        assert!(captcha.text.chars().all(|character| "7B5".contains(character)));
    }
    let error = distribution.with_alphabet("ß".parse().unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("alphabet is "), "{error}");
}

#[test]
fn a_bad_value_is_named() {
    let row = |fields: &str| format!("[[family]]\nname = \"row\"\n[family.style]\n{fields}");
    for (toml, expected) in [
        (
            row("height = { integer = [40] }"),
            r#"family "row": height.integer is [40], expected two rising whole numbers"#,
        ),
        (
            row("height = { integer = [40, 50], uniform = [1, 2] }"),
            r#"family "row": height.uniform is unknown"#,
        ),
        (
            row("height = { integer = [50, 5000] }"),
            r#"family "row": height is 5000, expected 1 to 4096 pixels"#,
        ),
        (
            row("layout = { kind = \"row\", size = { within = [0.4, 3] } }"),
            r#"family "row": layout.size is ["#,
        ),
        (
            row("layout = { kind = \"row\", size = { uniform = [0.4, 3] } }"),
            r#"family "row": layout.size can't be read: "#,
        ),
        (
            row("clutter = [{ kind = \"line\", colour = 3 }]"),
            r#"family "row": clutter[0].colour can't be read: "#,
        ),
        (row("inverted = { choice = [] }"), r#"family "row": inverted.choice is []"#),
        (
            row("inverted = { choice = [0, 1], weights = [1] }"),
            r#"family "row": inverted.weights is [1], expected 2 numbers"#,
        ),
        (
            row("inverted = { maybe = 2, value = 1 }"),
            r#"family "row": inverted.maybe is 2, expected a number from 0 to 1"#,
        ),
        (row("inverted = { maybe = 0.5 }"), r#"family "row": inverted.value is missing"#),
        (row("fonts = { sample = [\"lobster\"], count = 2 }"), r#"family "row": fonts.count is 2"#),
        (
            row("inverted = { log_uniform = [0, 1] }"),
            r#"family "row": inverted.log_uniform is [0,1], expected two rising numbers above 0"#,
        ),
        (row("inverted = nan"), r#"family "row": inverted is no finite number"#),
        (row("aspect = 2\nwidth = 3"), r#"family "row": aspect is given, expected only one of"#),
        (row("aspect = { choice = [2, -1] }"), r#"family "row": aspect is -1, expected a number above 0"#),
        (row("alphabet = \"AA\""), r#"family "row": alphabet is no alphabet"#),
        (row("hight = 3"), r#"family "row": hight can't be read: "#),
        ("[[family]]\nweight = 1".to_owned(), "family[0].name is missing"),
        ("[[family]]\nname = \"a\"\nweight = 0".to_owned(), r#"family "a": weight is 0"#),
        (
            "[[family]]\nname = \"a\"\npreset = \"b\"".to_owned(),
            r#"family "a": preset is "b", expected one of seed"#,
        ),
        ("[[family]]\nname = \"a\"\n[[family]]\nname = \"a\"".to_owned(), "family[1].name is a"),
        ("family = []".to_owned(), "family is no list of families"),
        ("height = 3\n[[family]]\nname = \"a\"".to_owned(), "height is unknown"),
    ] {
        let error = Styles::from_toml(&toml).unwrap_err();
        assert!(matches!(error, RenderError::BadDistribution { .. }), "{error:?}");
        assert!(error.to_string().starts_with(expected), "{error}, expected {expected}");
    }
    let error = Renderer::new(Styles::from_toml(&row("fonts = [\"lobter\"]")).unwrap()).unwrap_err();
    assert!(matches!(error, RenderError::UnknownFont { .. }), "{error}");
}

#[test]
fn a_fingerprint_is_that_of_values_and_fonts() {
    let fingerprint = |toml: &str| Renderer::new(Styles::from_toml(toml).unwrap()).unwrap().fingerprint();
    let one = fingerprint(ALL_KINDS);
    assert_eq!(one, fingerprint(ALL_KINDS));
    let differences = one.differences(&fingerprint(&ALL_KINDS.replace("[40, 100]", "[40, 99]")));
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(differences[0].to_string().contains("100"), "{}", differences[0]);
}

#[test]
fn wild_can_be_drawn() {
    let renderer = Renderer::open("wild").unwrap();
    assert!(renderer.style().is_none());
    for seed in 0..60 {
        let captcha = renderer.random(seed).unwrap();
        assert!(renderer.lengths().holds(captcha.text.chars().count()));
        assert!(captcha.text.chars().all(|character| renderer.alphabet().contains(character)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutilated_files_never_panic(
        cut in 0..ALL_KINDS.len(),
        length in 0usize..12,
        insert in r#"[\[\]{}=,."0-9a-z\n -]{0,6}|choice|maybe|-1e308|inf|nan|9223372036854775807"#,
    ) {
        let end = (cut + length).min(ALL_KINDS.len());
        let toml = format!("{}{insert}{}", &ALL_KINDS[..cut], &ALL_KINDS[end..]);
        if let Ok(styles) = Styles::from_toml(&toml)
            && let Ok(renderer) = Renderer::new(styles)
        {
            for seed in 0..3 {
                let _ = renderer.style_of(seed);
            }
        }
    }
}
