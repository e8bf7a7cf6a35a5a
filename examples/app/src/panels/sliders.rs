//! Sliders for the kinds of numbers that styles are made of.
//!
//! Sliders cover the useful range; a number outside it can be typed, and the style reports values that are
//! not allowed.

use std::ops::RangeInclusive;

use captcha_lab::render::{Colours, Counts, Span};
use eframe::egui::emath::Numeric;
use eframe::egui::{RangeSlider, Slider, SliderClamping, Ui};

/// A name and its explanation, which is the tooltip.
pub(crate) type Named<'a> = (&'a str, &'a str);

/// One number.
pub(crate) fn number<N: Numeric>(
    ui: &mut Ui,
    (name, meaning): Named<'_>,
    value: &mut N,
    rail: RangeInclusive<N>,
) {
    let slider =
        Slider::new(value, rail).clamping(SliderClamping::Never).max_decimals(decimals::<N>()).text(name);
    ui.add(slider).on_hover_text(meaning);
}

/// The most decimals that are shown.
fn decimals<N: Numeric>() -> usize {
    if N::INTEGRAL { 0 } else { 3 }
}

/// The limits of a range from which a number is sampled.
fn between<N: Numeric>(
    ui: &mut Ui,
    (name, meaning): Named<'_>,
    (low, high): (&mut N, &mut N),
    rail: RangeInclusive<N>,
) {
    let slider = RangeSlider::new(low, high, rail)
        .clamping(SliderClamping::Never)
        .max_decimals(decimals::<N>())
        .text(name);
    ui.add(slider).on_hover_text(format!("{meaning}; every image draws one between the two"));
}

/// A range of numbers.
pub(crate) fn span(ui: &mut Ui, named: Named<'_>, span: &mut Span, rail: RangeInclusive<f64>) {
    between(ui, named, (&mut span.low, &mut span.high), rail);
}

/// A range of whole numbers.
pub(crate) fn counts(ui: &mut Ui, named: Named<'_>, counts: &mut Counts, rail: RangeInclusive<u32>) {
    between(ui, named, (&mut counts.low, &mut counts.high), rail);
}

/// A range of colours.
pub(crate) fn colours(ui: &mut Ui, named: Named<'_>, colours: &mut Colours) {
    between(ui, named, (&mut colours.low, &mut colours.high), 0..=255);
    if colours.low != colours.high {
        ui.checkbox(&mut colours.grey, format!("{}: greys only", named.0));
    }
}

/// The name of a kind of list item, and its constructor.
pub(crate) type Kind<T> = (&'static str, fn() -> T);

/// A list of items: each in a frame of its own with a button to remove it, and a menu to add one.
pub(crate) fn list<T>(
    ui: &mut Ui,
    what: &str,
    items: &mut Vec<T>,
    kinds: &[Kind<T>],
    mut show: impl FnMut(&mut Ui, &mut T),
    title: impl Fn(&T) -> String,
) {
    let mut index = 0;
    items.retain_mut(|item| {
        let keep = ui.push_id(index, |ui| {
            let mut keep = true;
            ui.group(|ui| {
                ui.horizontal(|ui| {
                    ui.strong(title(item));
                    keep = !ui.small_button("Remove").on_hover_text("Take it out of the style").clicked();
                });
                show(ui, item);
            });
            keep
        });
        index += 1;
        keep.inner
    });
    ui.menu_button(format!("Add {what}"), |ui| {
        for (name, make) in kinds {
            if ui.button(*name).clicked() {
                items.push(make());
            }
        }
    });
}
