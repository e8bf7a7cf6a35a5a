//! Styles at the ends of their ranges, where arithmetic overflows and memory runs out if it can.

use captcha_render::{
    Background, Blobs, Blur, Clutter, Colours, Counts, CurveClutter, Distortion, DotsClutter, Elastic,
    GaussianNoise, Gradient, Hollow, Jpeg, Layout, LeptureLayout, LineClutter, Noise, QuadWarp, RenderError,
    Renderer, Resample, Resampling, Ripple, RowLayout, SaltAndPepper, Shadow, Span, SpotsClutter, Stroke,
    StrokesClutter, Style, Warp, Water, Wave, WhiteNoise,
};
use proptest::prelude::*;

/// The least, the largest, or both of the numbers that a span can hold.
fn ends(low: f64, high: f64) -> impl Strategy<Value = Span> {
    prop_oneof![Just(Span::at(low)), Just(Span::at(high)), Just(Span::new(low, high))]
}

fn either(low: f64, high: f64) -> impl Strategy<Value = f64> {
    prop_oneof![Just(low), Just(high)]
}

fn sizes() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![
        3 => (prop_oneof![Just(1), Just(2), Just(7), Just(90)], prop_oneof![Just(4), Just(9), Just(60)]),
        1 => Just((2000, 4)),
        1 => Just((1, 300)),
    ]
}

fn colours() -> impl Strategy<Value = Colours> {
    prop_oneof![
        Just(Colours::BLACK),
        Just(Colours::WHITE),
        Just(Colours::new(0, 255)),
        Just(Colours::greys(0, 255))
    ]
}

fn backgrounds() -> impl Strategy<Value = Background> {
    prop_oneof![
        colours().prop_map(Background::Plain),
        colours().prop_map(|ends| Background::Gradient(Gradient::new(ends))),
        (colours(), ends(0.01, 2.0)).prop_map(|(colours, radius)| {
            Background::Blobs(Blobs::new(colours, Counts::new(0, 40), radius))
        }),
    ]
}

fn clutters() -> impl Strategy<Value = Clutter> {
    let strokes =
        prop_oneof![Just(Stroke::Line), Just(Stroke::Bezier), Just(Stroke::Arc), Just(Stroke::Ellipse)];
    let line = (ends(0.0, 0.8), either(1e-300, 0.5), ends(0.0, 0.5));
    prop_oneof![
        line.prop_map(|(start, thickness, reach)| {
            let line = LineClutter::default().with_ends(start, Span::at(1.0)).with_thickness(thickness);
            Clutter::Line(line.with_reach(reach))
        }),
        (0u32..60, prop_oneof![Just(1), Just(64)])
            .prop_map(|(count, width)| Clutter::Dots(DotsClutter::new(count, width))),
        (ends(0.0, 360.0), ends(0.0, 360.0))
            .prop_map(|(start, end)| Clutter::Curve(CurveClutter::default().with_angles(start, end))),
        (strokes, ends(f64::MIN_POSITIVE, 256.0), ends(0.0, 256.0)).prop_map(|(stroke, width, end)| {
            Clutter::Strokes(StrokesClutter::new(stroke, Counts::new(0, 20), width).with_end_width(end))
        }),
        ends(f64::MIN_POSITIVE, 256.0)
            .prop_map(|radius| Clutter::Spots(SpotsClutter::new(Counts::new(0, 20), radius))),
    ]
}

fn resamplings() -> impl Strategy<Value = Resampling> {
    proptest::sample::select(Resampling::ALL)
}

fn noises() -> impl Strategy<Value = Noise> {
    prop_oneof![
        either(0.0, 1.0).prop_map(|amount| Noise::White(WhiteNoise::new(amount))),
        Just(Noise::Smooth),
        ends(0.0, 50.0).prop_map(|sigma| Noise::Blur(Blur::new(sigma))),
        ends(0.0, 128.0).prop_map(|sigma| Noise::Gaussian(GaussianNoise::new(sigma))),
        ends(0.0, 1.0).prop_map(|share| Noise::SaltAndPepper(SaltAndPepper::new(share))),
        prop_oneof![Just(1), Just(49), Just(100)]
            .prop_map(|quality| Noise::Jpeg(Jpeg::new(Counts::new(quality, quality)))),
        (ends(0.0, 0.5), ends(0.01, 20.0))
            .prop_map(|(amplitude, length)| Noise::Ripple(Ripple::new([amplitude; 2], [length; 2]))),
        (ends(0.0, 0.5), ends(0.01, 20.0), ends(0.1, 20.0))
            .prop_map(|(amplitude, length, radius)| Noise::Water(Water::new(amplitude, length, radius))),
        (ends(0.05, 1.0), resamplings(), resamplings())
            .prop_map(|(share, smaller, larger)| Noise::Resample(Resample::new(share, smaller, larger))),
    ]
}

fn rows() -> impl Strategy<Value = Layout> {
    let distortion = prop_oneof![
        (ends(0.0, 0.5), ends(0.2, 20.0))
            .prop_map(|(height, length)| Distortion::Wave(Wave::new(height, length))),
        (ends(0.0, 0.5), either(0.05, 2.0))
            .prop_map(|(strength, grid)| Distortion::Elastic(Elastic::new(strength, grid))),
    ];
    let shape = (ends(0.05, 2.0), ends(0.3, 3.0), ends(-1.5, 1.5), ends(-0.6, 0.6), ends(-180.0, 180.0));
    let place = (ends(-0.5, 2.0), ends(-0.5, 0.5), any::<(bool, bool)>());
    let ink = (either(0.0, 1.0), ends(0.01, 0.2), either(0.0, 1.0), ends(0.0, 0.5), ends(0.0, 1.0));
    (shape, place, ink, proptest::collection::vec(distortion, 0..4)).prop_map(
        |((size, stretch, shear, perspective, rotate), (gap, shift, (mixed, coloured)), ink, distort)| {
            let (hollow, width, shadow, offset, strength) = ink;
            let row = RowLayout::default()
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
                .with_shadow(Shadow::new(shadow, offset, strength))
                .with_margin(0);
            Layout::Row(row)
        },
    )
}

fn layouts() -> impl Strategy<Value = Layout> {
    let lepture = (
        proptest::sample::subsequence(vec![4, 5, 60, 300], 1..3),
        ends(128.0, 255.0),
        ends(-180.0, 180.0),
        (ends(0.0, 1.0), ends(0.0, 1.0)),
        (either(0.0, 1.0), either(0.0, 1.0)),
    );
    let lepture = lepture.prop_map(|(sizes, opacity, rotate, (x, y), (space, overlap))| {
        let layout = LeptureLayout::default().with_sizes(sizes).with_rotate(rotate).with_warp(x, y);
        let mut layout = layout.with_spacing(space, overlap);
        layout.opacity = opacity;
        Layout::Lepture(layout)
    });
    prop_oneof![Just(Layout::Claptcha), lepture, rows()]
}

fn styles() -> impl Strategy<Value = Style> {
    let filter =
        prop_oneof![Just(Resampling::Nearest), Just(Resampling::Bilinear), Just(Resampling::Bicubic)];
    let warps = (0usize..3, ends(0.0, 4.0), ends(0.0, 4.0));
    let around = (backgrounds(), colours(), either(0.0, 1.0), either(0.0, 1.0));
    let over = (
        proptest::collection::vec(clutters(), 0..3),
        proptest::collection::vec(clutters(), 0..3),
        proptest::collection::vec(noises(), 0..4),
    );
    (sizes(), layouts(), warps, filter, around, over).prop_map(
        |((width, height), layout, (warps, x, y), filter, (background, ink, inverted, margin), over)| {
            let (behind, clutter, noise) = over;
            let mut style = Style::seed()
                .with_size(width, height)
                .with_margin(
                    (margin * f64::from((width - 1) / 2)) as u32,
                    (margin * f64::from((height - 4) / 2)) as u32,
                )
                .with_layout(layout)
                .with_fonts(["lobster", "droid-sans-mono"])
                .with_warp(vec![Warp::Quad(QuadWarp::default().with_reach(x, y)); warps])
                .with_resampling(filter)
                .with_background(background)
                .with_behind(behind)
                .with_clutter(clutter)
                .with_noise(noise)
                .with_inverted(inverted);
            style.ink = ink;
            style
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_style_at_the_ends_of_its_ranges_is_drawn_or_refused(
        style in styles(), text in prop_oneof![Just("W"), Just("jQ.i"), Just("@@@@@@@@@@@@")], seed: u64,
    ) {
        let size = (style.width, style.height);
        let renderer = Renderer::new(style).unwrap();
        match renderer.render(text, seed) {
            Ok(captcha) => prop_assert_eq!((captcha.image.width(), captcha.image.height()), size),
            Err(RenderError::CanvasTooLarge { .. } | RenderError::CharactersTooLarge { .. }) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}
