//! Sliders for all settings of a style, in collapsible groups.

use captcha_lab::render::{
    Background, Blobs, Colours, Counts, Distortion, Elastic, Gradient, Layout, LeptureLayout, QuadWarp,
    Resampling, RowLayout, Span, Style, Warp, Wave,
};
use eframe::egui::{CollapsingHeader, ComboBox, DragValue, Ui};

use crate::panels::clutter::{clutter_list, noise_list};
use crate::panels::sliders::{Kind, colours, counts, list, number, span};

/// Shows all settings of `style`.
pub(crate) fn show(ui: &mut Ui, style: &mut Style) {
    group(ui, "Letters", true, |ui| letters(ui, style));
    group(ui, "Colours", false, |ui| paint(ui, style));
    group(ui, "Behind the letters", false, |ui| clutter_list(ui, &mut style.behind));
    group(ui, "Over the letters", false, |ui| clutter_list(ui, &mut style.clutter));
    group(ui, "Noise", false, |ui| noise_list(ui, &mut style.noise));
    group(ui, "Image", false, |ui| image(ui, style));
}

fn group(ui: &mut Ui, name: &str, open: bool, add: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(name).default_open(open).show(ui, add);
}

fn image(ui: &mut Ui, style: &mut Style) {
    number(ui, ("Width", "Width of the image in pixels"), &mut style.width, 40..=600);
    number(ui, ("Height", "Height of the image in pixels"), &mut style.height, 20..=300);
    number(ui, ("Negatives", "The share of images that are light on dark"), &mut style.inverted, 0.0..=1.0);
    if style.layout != Layout::Claptcha {
        return;
    }
    number(ui, ("Margin x", "The room left and right in pixels"), &mut style.margin.x, 0..=100);
    number(ui, ("Margin y", "The room above and below in pixels"), &mut style.margin.y, 0..=70);
    let filters = [
        (Resampling::Nearest, "nearest pixel"),
        (Resampling::Bilinear, "bilinear"),
        (Resampling::Bicubic, "bicubic"),
    ];
    choose(ui, "Interpolation", &mut style.resampling, &filters);
}

/// A choice of several values.
fn choose<T: PartialEq + Copy>(ui: &mut Ui, name: &str, value: &mut T, choices: &[(T, &str)]) {
    let chosen = choices.iter().find(|(choice, _)| choice == value).map_or("", |(_, name)| name);
    ComboBox::from_label(name).selected_text(chosen).show_ui(ui, |ui| {
        for (choice, name) in choices {
            ui.selectable_value(value, *choice, *name);
        }
    });
}

fn letters(ui: &mut Ui, style: &mut Style) {
    match &mut style.layout {
        Layout::Lepture(layout) => lepture(ui, layout),
        Layout::Row(layout) => row(ui, layout),
        _ => {
            let kinds: &[Kind<Warp>] = &[("Bent corners", || Warp::Quad(QuadWarp::default()))];
            list(ui, "a warp", &mut style.warp, kinds, warp, |_| "Bent corners".to_owned());
        }
    }
}

fn warp(ui: &mut Ui, warp: &mut Warp) {
    if let Warp::Quad(quad) = warp {
        let sideways = ("Sideways", "How far corners move, in widths of a letter");
        span(ui, sideways, &mut quad.reach_x, 0.0..=2.0);
        span(
            ui,
            ("Up and down", "How far corners move, in heights of a letter"),
            &mut quad.reach_y,
            0.0..=2.0,
        );
    }
}

fn lepture(ui: &mut Ui, layout: &mut LeptureLayout) {
    ui.horizontal(|ui| {
        ui.label("Font sizes");
        for size in &mut layout.sizes {
            ui.add(DragValue::new(size).range(4..=400)).on_hover_text("A height of the font in pixels");
        }
        if layout.sizes.len() > 1 && ui.small_button("-").on_hover_text("One size less").clicked() {
            layout.sizes.pop();
        }
        if ui.small_button("+").on_hover_text("One more size").clicked() {
            layout.sizes.push(layout.sizes.last().copied().unwrap_or(50));
        }
    });
    span(ui, ("Turned", "How far letters are turned, in degrees"), &mut layout.rotate, -90.0..=90.0);
    span(ui, ("Bent x", "How far corners move, in widths of a letter"), &mut layout.warp_x, 0.0..=1.0);
    span(ui, ("Bent y", "How far corners move, in heights of a letter"), &mut layout.warp_y, 0.0..=1.0);
    number(ui, ("Spaces", "The share of letters with a space before them"), &mut layout.space, 0.0..=1.0);
    number(ui, ("Overlap", "How far letters overlap, in their width"), &mut layout.overlap, 0.0..=1.0);
    span(ui, ("Opacity", "How opaque the ink is, of 255"), &mut layout.opacity, 128.0..=255.0);
}

fn row(ui: &mut Ui, layout: &mut RowLayout) {
    span(ui, ("Size", "Height of the font, in heights of the image"), &mut layout.size, 0.2..=1.0);
    span(ui, ("Gap", "The room between letters; below 0 they overlap"), &mut layout.gap, -0.3..=0.5);
    span(ui, ("Turned", "How far letters are turned, in degrees"), &mut layout.rotate, -90.0..=90.0);
    span(ui, ("Leaning", "How far letters lean to the right"), &mut layout.shear, -1.0..=1.0);
    span(ui, ("Stretched", "How many times wider letters are"), &mut layout.stretch, 0.3..=3.0);
    span(ui, ("Perspective", "How much nearer one side of a letter is"), &mut layout.perspective, -0.6..=0.6);
    span(ui, ("Moved", "How far letters move down, in heights of the image"), &mut layout.shift, -0.5..=0.5);
    ui.checkbox(&mut layout.mixed, "A font for each letter");
    ui.checkbox(&mut layout.coloured, "A colour for each letter");
    number(ui, ("Hollow", "The share of images with hollow letters"), &mut layout.hollow.share, 0.0..=1.0);
    span(ui, ("Outline", "Width of hollow letters' outlines"), &mut layout.hollow.width, 0.01..=0.2);
    number(ui, ("Shadows", "The share of images with shadows"), &mut layout.shadow.share, 0.0..=1.0);
    span(ui, ("Shadow's way", "How far shadows fall"), &mut layout.shadow.offset, 0.0..=0.5);
    span(ui, ("Shadow's ink", "How dark shadows are"), &mut layout.shadow.strength, 0.0..=1.0);
    number(ui, ("Margin", "The least room around the text in pixels"), &mut layout.margin, 0..=30);
    let kinds: &[Kind<Distortion>] = &[
        ("Waves", || Distortion::Wave(Wave::default())),
        ("Elastic", || Distortion::Elastic(Elastic::default())),
    ];
    list(ui, "a distortion", &mut layout.distort, kinds, distortion, |distortion| match distortion {
        Distortion::Wave(_) => "Waves".to_owned(),
        _ => "Elastic".to_owned(),
    });
}

fn distortion(ui: &mut Ui, distortion: &mut Distortion) {
    match distortion {
        Distortion::Wave(wave) => {
            span(
                ui,
                ("Amplitude", "Height of the waves, in heights of the image"),
                &mut wave.amplitude,
                0.0..=0.2,
            );
            span(ui, ("Length", "From crest to crest, in heights of the image"), &mut wave.length, 0.2..=5.0);
        }
        Distortion::Elastic(elastic) => {
            span(
                ui,
                ("Strength", "How far places move, in heights of the image"),
                &mut elastic.strength,
                0.0..=0.2,
            );
            number(ui, ("Grid", "From node to node, in heights of the image"), &mut elastic.grid, 0.05..=1.0);
        }
        _ => {}
    }
}

fn paint(ui: &mut Ui, style: &mut Style) {
    colours(ui, ("Ink", "Red, green and blue of the letters"), &mut style.ink);
    ui.separator();
    let kinds = [(0, "plain"), (1, "a gradient"), (2, "blobs")];
    let mut kind = match style.background {
        Background::Gradient(_) => 1,
        Background::Blobs(_) => 2,
        _ => 0,
    };
    let (before, paper) = (kind, paper(&style.background));
    choose(ui, "Paper", &mut kind, &kinds);
    if kind != before {
        style.background = match kind {
            0 => Background::Plain(paper),
            1 => Background::Gradient(Gradient::new(paper)),
            _ => Background::Blobs(Blobs::new(paper, Counts::new(15, 40), Span::new(0.1, 0.5))),
        };
    }
    let levels = ("Paper's colour", "Red, green and blue of the paper");
    match &mut style.background {
        Background::Plain(paper) => colours(ui, levels, paper),
        Background::Gradient(gradient) => colours(ui, levels, &mut gradient.ends),
        Background::Blobs(blobs) => {
            colours(ui, levels, &mut blobs.colours);
            counts(ui, ("Blobs", "How many"), &mut blobs.count, 0..=100);
            span(ui, ("Radius", "In heights of the image"), &mut blobs.radius, 0.01..=2.0);
        }
        _ => {}
    }
}

fn paper(background: &Background) -> Colours {
    match background {
        Background::Plain(paper) => *paper,
        Background::Gradient(gradient) => gradient.ends,
        Background::Blobs(blobs) => blobs.colours,
        _ => Colours::WHITE,
    }
}
