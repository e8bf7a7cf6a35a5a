//! Errors in the background.

use std::path::Path;
use std::time::Duration;

use captcha_lab::render::Style;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::*;
use crate::Window;

/// Shows frames until no work is left in the background.
fn settle(harness: &mut Harness<'_, Window>) {
    for _ in 0..3000 {
        harness.step();
        if !harness.state().session.is_busy() {
            return harness.step();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("still busy");
}

#[test]
fn whatever_panics_in_the_background_is_one_line_and_the_window_goes_on() {
    type Break = fn(&mut Session);
    let breaks: [(&str, Break); 5] = [
        ("drawing", |session| {
            session.drawing = Worker::new(&session.context, Backlog::Latest, |_| panic!("drawing"));
            session.generate();
        }),
        ("opening", |session| {
            session.opening = Worker::new(&session.context, Backlog::Latest, |_| panic!("opening"));
            session.open(Path::new("image.png"));
        }),
        ("loading", |session| {
            session.loading = Worker::new(&session.context, Backlog::Latest, |_| panic!("loading"));
            session.open_model(Path::new("model.safetensors"));
            session.predict();
            session.read_many(1);
        }),
        ("asking", |session| {
            session.asking = Worker::new(&session.context, Backlog::Latest, |_| panic!("asking"));
            session.predict();
        }),
        ("saving", |session| {
            session.saving = Worker::new(&session.context, Backlog::All, |_| panic!("saving"));
            session.save_picture(Path::new("image.png"));
        }),
    ];
    for (name, breaks) in breaks {
        let context = Context::default();
        let session = Session::new(&context, Recipe::new("seed", Style::seed(), 42), ModelChoice::Fitting);
        let ui = |ui: &mut eframe::egui::Ui, window: &mut Window| window.ui(ui);
        let mut harness = Harness::new_ui_state(ui, Window::new(session));
        settle(&mut harness);
        breaks(&mut harness.state_mut().session);
        settle(&mut harness);
        let note = harness.state().session.note.clone();
        assert!(note.is_some_and(|note| note.is_error && note.text.contains(name)), "{name}");
        assert_eq!(harness.query_all_by_label_contains("this is a bug in captcha-lab").count(), 1, "{name}");
    }
}
