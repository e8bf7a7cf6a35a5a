//! Sliders for everything that is drawn behind and over letters, and for noise over the image.

use captcha_lab::render::{
    Blur, Clutter, Colours, Counts, CurveClutter, DotsClutter, GaussianNoise, Jpeg, LineClutter, Noise,
    SaltAndPepper, Span, SpotsClutter, Stroke, StrokesClutter, WhiteNoise,
};
use eframe::egui::Ui;

use crate::panels::sliders::{Kind, colours, counts, list, number, span};

/// Everything that can be drawn behind and over letters.
const CLUTTERS: &[Kind<Clutter>] = &[
    ("Claptcha's line", || Clutter::Line(LineClutter::default())),
    ("Dots", || Clutter::Dots(DotsClutter::default())),
    ("Curve", || Clutter::Curve(CurveClutter::default())),
    ("Lines", || strokes(Stroke::Line)),
    ("Bezier curves", || strokes(Stroke::Bezier)),
    ("Arcs", || strokes(Stroke::Arc)),
    ("Ellipses", || strokes(Stroke::Ellipse)),
    ("Discs", || Clutter::Spots(SpotsClutter::new(Counts::new(20, 50), Span::new(0.6, 1.4)))),
];

fn strokes(stroke: Stroke) -> Clutter {
    Clutter::Strokes(StrokesClutter::new(stroke, Counts::new(1, 2), Span::new(1.5, 2.5)))
}

/// Shows what is drawn behind or over the letters.
pub(crate) fn clutter_list(ui: &mut Ui, items: &mut Vec<Clutter>) {
    list(ui, "clutter", items, CLUTTERS, clutter, |clutter| clutter_name(clutter).to_owned());
}

fn clutter_name(clutter: &Clutter) -> &'static str {
    match clutter {
        Clutter::Line(_) => "Claptcha's line",
        Clutter::Dots(_) => "Dots",
        Clutter::Curve(_) => "Curve",
        Clutter::Spots(_) => "Discs",
        Clutter::Strokes(strokes) => match strokes.stroke {
            Stroke::Bezier => "Bezier curves",
            Stroke::Arc => "Arcs",
            Stroke::Ellipse => "Ellipses",
            _ => "Lines",
        },
        _ => "Clutter",
    }
}

fn clutter(ui: &mut Ui, clutter: &mut Clutter) {
    match clutter {
        Clutter::Line(line) => {
            number(ui, ("Thickness", "In shares of the image's side"), &mut line.thickness, 0.001..=0.1);
            span(ui, ("Bent", "How far the line is bent"), &mut line.reach, 0.0..=0.5);
            span(ui, ("Start", "Where it starts, in widths of the image"), &mut line.start, 0.0..=0.5);
            span(ui, ("End", "Where it ends, in widths of the image"), &mut line.end, 0.5..=1.0);
        }
        Clutter::Dots(dots) => {
            number(ui, ("How many", "How many there are"), &mut dots.count, 0..=200);
            number(ui, ("Width", "In pixels"), &mut dots.width, 1..=10);
        }
        Clutter::Curve(curve) => {
            span(ui, ("Start", "The angle where it starts, in degrees"), &mut curve.start, 0.0..=360.0);
            span(ui, ("End", "The angle where it ends, in degrees"), &mut curve.end, 0.0..=360.0);
        }
        Clutter::Strokes(strokes) => {
            counts(ui, ("How many", "How many there are"), &mut strokes.count, 0..=20);
            span(ui, ("Width", "In pixels"), &mut strokes.width, 0.2..=10.0);
            own_colours(ui, &mut strokes.colours);
        }
        Clutter::Spots(spots) => {
            counts(ui, ("How many", "How many there are"), &mut spots.count, 0..=200);
            span(ui, ("Radius", "In pixels"), &mut spots.radius, 0.2..=10.0);
            own_colours(ui, &mut spots.colours);
        }
        _ => {}
    }
}

/// The colours of the clutter, if they differ from those of the ink.
fn own_colours(ui: &mut Ui, own: &mut Option<Colours>) {
    let mut has_own = own.is_some();
    if ui.checkbox(&mut has_own, "In colours of their own").changed() {
        *own = has_own.then(|| Colours::new(100, 200));
    }
    if let Some(own) = own {
        colours(ui, ("Colour", "Red, green and blue"), own);
    }
}

/// Shows what is laid over the image.
pub(crate) fn noise_list(ui: &mut Ui, items: &mut Vec<Noise>) {
    list(ui, "noise", items, NOISES, noise, |noise| noise_name(noise).to_owned());
}

/// Everything that can be laid over the image.
const NOISES: &[Kind<Noise>] = &[
    ("Grey snow", || Noise::White(WhiteNoise::new(0.3))),
    ("Gaussian noise", || Noise::Gaussian(GaussianNoise::new(Span::new(5.0, 15.0)))),
    ("Salt and pepper", || Noise::SaltAndPepper(SaltAndPepper::new(Span::new(0.0, 0.03)))),
    ("Blur", || Noise::Blur(Blur::new(Span::new(0.3, 1.0)))),
    ("Smoothing", || Noise::Smooth),
    ("JPEG losses", || Noise::Jpeg(Jpeg::new(Counts::new(30, 80)))),
];

fn noise_name(noise: &Noise) -> &'static str {
    match noise {
        Noise::White(_) => "Grey snow",
        Noise::Smooth => "Smoothing",
        Noise::Blur(_) => "Blur",
        Noise::Gaussian(_) => "Gaussian noise",
        Noise::SaltAndPepper(_) => "Salt and pepper",
        Noise::Jpeg(_) => "JPEG losses",
        _ => "Noise",
    }
}

fn noise(ui: &mut Ui, noise: &mut Noise) {
    match noise {
        Noise::White(white) => {
            number(ui, ("Amount", "How dark the snow can be"), &mut white.amount, 0.0..=1.0);
        }
        Noise::Blur(blur) => span(ui, ("Sigma", "Standard deviation in pixels"), &mut blur.sigma, 0.0..=5.0),
        Noise::Gaussian(gaussian) => {
            span(ui, ("Sigma", "Standard deviation in levels of 255"), &mut gaussian.sigma, 0.0..=64.0);
        }
        Noise::SaltAndPepper(salt) => {
            span(ui, ("Share", "The share of pixels that become black or white"), &mut salt.share, 0.0..=0.3);
        }
        Noise::Jpeg(jpeg) => {
            counts(ui, ("Quality", "The quality of the JPEG file"), &mut jpeg.quality, 1..=100);
        }
        _ => {}
    }
}
