//! The view `Many at once`.

use captcha_report::format;
use eframe::egui::{
    Button, DragValue, Image, Label, ProgressBar, RichText, Role, ScrollArea, Ui, WidgetInfo, vec2,
};

use crate::jobs::many::{Failure, MOST_FAILURES, Many};
use crate::panels::shortcuts::{Action, key};
use crate::panels::textures::Textures;
use crate::session::Session;

/// The size of a thumbnail with its two lines of text.
const THUMBNAIL: (f32, f32) = (140.0, 70.0);
const CELL_HEIGHT: f32 = THUMBNAIL.1 + 48.0;

/// Shows the run; returns the failure that was clicked.
pub(crate) fn show(
    ui: &mut Ui,
    session: &mut Session,
    count: &mut u64,
    textures: &mut Textures,
) -> Option<Failure> {
    ui.horizontal(|ui| {
        let running = session.many.as_ref().filter(|many| many.is_running());
        let label = ui.label("Images");
        ui.add_enabled(running.is_none(), DragValue::new(count).range(1..=1_000_000).speed(10.0))
            .labelled_by(label.id);
        if let Some(many) = running {
            if ui.button("Stop").clicked() {
                many.stop();
            }
        } else {
            let meaning = format!("Draw and read images of the style ({})", key(ui.ctx(), Action::Many));
            if ui.add(Button::new("Draw and read")).on_hover_text(meaning).clicked() {
                session.read_many(*count);
            }
        }
    });
    let Some(many) = &session.many else {
        ui.label("Images of the style as the sliders have it are drawn and read on all cores.");
        return None;
    };
    summary(ui, many);
    ui.separator();
    failures(ui, many, textures)
}

fn summary(ui: &mut Ui, many: &Many) {
    let done = many.right.total;
    let bar = ProgressBar::new(done as f32 / many.total.max(1) as f32).text(format!(
        "{} of {}",
        format::count(done),
        format::count(many.total)
    ));
    ui.add(bar);
    if let Some(error) = &many.error {
        ui.label(RichText::new(format!("✖ {error}")).color(ui.visuals().error_fg_color));
    }
    if done == 0 {
        return;
    }
    let (low, high) = many.right.interval();
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("{} right", format::percent(many.right.value()))).size(28.0).strong());
        ui.vertical(|ui| {
            ui.label(format!("95 % interval: {} to {}", format::percent(low), format::percent(high)));
            let (style, model) = &many.of;
            let rate = format::rate(many.images_per_second());
            ui.label(format!("style {style}, model {model}, {rate} images/s drawn and read"));
        });
    });
}

fn failures(ui: &mut Ui, many: &Many, textures: &mut Textures) -> Option<Failure> {
    let wrong = many.right.total - many.right.hits;
    ui.label(match (wrong, wrong as usize > many.failures.len()) {
        (0, _) => "None was wrong so far.".to_owned(),
        (wrong, false) => format!("{} were wrong. A click brings one on screen.", format::count(wrong)),
        (wrong, true) => format!(
            "{} were wrong; the first {MOST_FAILURES} are here. A click brings one on screen.",
            format::count(wrong)
        ),
    });
    let spacing = ui.spacing().item_spacing.x;
    let columns = ((ui.available_width() / (THUMBNAIL.0 + 2.0 * spacing)) as usize).max(1);
    let rows = many.failures.len().div_ceil(columns);
    let mut clicked = None;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, CELL_HEIGHT, rows, |ui, rows| {
        for row in many.failures.chunks(columns).skip(rows.start).take(rows.len()) {
            ui.horizontal(|ui| {
                for failure in row {
                    if thumbnail(ui, failure, textures) {
                        clicked = Some(failure.clone());
                    }
                }
            });
        }
    });
    clicked
}

/// An image that was read wrong, with its true text and the reading; returns whether it was clicked.
fn thumbnail(ui: &mut Ui, failure: &Failure, textures: &mut Textures) -> bool {
    let shows = failure.picture.name();
    let read = match &failure.reading.outcome {
        Ok(prediction) if prediction.text.is_empty() => "nothing".to_owned(),
        Ok(prediction) => prediction.text.clone(),
        Err(error) => error.clone(),
    };
    ui.allocate_ui(vec2(THUMBNAIL.0, CELL_HEIGHT), |ui| {
        ui.vertical(|ui| {
            ui.set_width(THUMBNAIL.0);
            let texture = textures.thumbnail(ui.ctx(), &failure.picture);
            let image = Image::new(&texture).fit_to_exact_size(THUMBNAIL.into());
            let button = ui.add(Button::new(image)).on_hover_text(format!("Shows {shows}, read: {read}"));
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("The image {shows}")));
            ui.add(Label::new(format!("shows {shows}")).truncate());
            let wrong = RichText::new(format!("✖ read {read}")).color(ui.visuals().error_fg_color);
            ui.add(Label::new(wrong).truncate());
            button.clicked()
        })
        .inner
    })
    .inner
}
