//! The appearance of the widgets.

use eframe::egui::{Color32, Context, FontId, TextStyle};

/// The sizes of texts in points: a little larger than egui's own.
const SIZES: [(TextStyle, f32); 4] = [
    (TextStyle::Small, 11.0),
    (TextStyle::Body, 14.0),
    (TextStyle::Button, 14.0),
    (TextStyle::Heading, 20.0),
];

/// Sets the appearance of all widgets, for light and dark mode.
pub(crate) fn set(context: &Context) {
    context.all_styles_mut(|style| {
        for (text, size) in SIZES {
            style.text_styles.insert(text, FontId::proportional(size));
        }
        style.text_styles.insert(TextStyle::Monospace, FontId::monospace(14.0));
        style.spacing.slider_width = 120.0;
        style.spacing.item_spacing.y = 5.0;
        // The text colours of egui have too little contrast.
        let (text, error) = match style.visuals.dark_mode {
            true => (Color32::from_gray(200), Color32::from_rgb(0xff, 0x8a, 0x80)),
            false => (Color32::from_gray(40), Color32::from_rgb(0xb3, 0x1b, 0x1b)),
        };
        style.visuals.widgets.noninteractive.fg_stroke.color = text;
        style.visuals.error_fg_color = error;
        // Numbers beside sliders have equal widths.
        style.spacing.interact_size.x = 48.0;
        // Ctrl+C copies the image instead of selected text.
        style.interaction.selectable_labels = false;
    });
}
