//! The view as a user sees it, tested without a screen.

use std::sync::Arc;
use std::time::Duration;

use captcha_lab::core::image::DynamicImage;
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{ModelFile, Pretrained};
use captcha_report::inside::words;
use eframe::egui::{Key, Modifiers, Role, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::Inside;
use crate::Subject;
use crate::inside::known::insight::Insight;
use crate::inside::known::place::Place;
use crate::inside::known::planes::Cell;
use crate::inside::known::sum::number;

struct State {
    inside: Inside,
    subject: Option<Subject>,
}

type Window = Harness<'static, State>;

fn subject(model: Pretrained, style: Style, text: &str, seed: u64) -> Subject {
    let image = Renderer::new(style).unwrap().render(text, seed).unwrap().image;
    let model = ModelFile::from_bytes(model.bytes()).unwrap();
    Subject { image: Arc::new(image), model: Arc::new(model), prediction: None }
}

fn letters() -> Subject {
    subject(Pretrained::SeedLetters, Style::seed(), "QXKZEF", 42)
}

fn sequence() -> Subject {
    subject(Pretrained::ClaptchaSequence, Style::claptcha(), "QXKZEF", 42)
}

fn window(subject: Option<Subject>, width: f32, height: f32) -> Window {
    let builder = Harness::builder().with_size(vec2(width, height)).with_step_dt(0.05);
    let state = State { inside: Inside::default(), subject };
    let mut window =
        builder.build_ui_state(|ui, state: &mut State| state.inside.ui(ui, state.subject.as_ref()), state);
    wait(&mut window);
    window
}

/// Waits until everything has been computed.
fn wait(window: &mut Window) {
    for _ in 0..3000 {
        window.step();
        if window.query_by_label_contains("Looking inside").is_none() {
            window.run_steps(2);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("still computing");
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run_steps(3);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(3);
}

fn insight(window: &Window) -> Arc<Insight> {
    window.state().inside.shown.clone().unwrap()
}

fn place(window: &Window) -> Place {
    window.state().inside.place
}

/// The cell whose sum is on screen; checks that its value is on screen, too.
fn cell_with_its_value(window: &Window) -> (usize, Cell) {
    let Place::Sum { stage, cell } = place(window) else { panic!("{:?}", place(window)) };
    let inside = &window.state().inside;
    let value = insight(window).pieces[inside.piece].value(stage + 1, cell);
    window.get_by_label(&format!("= {}", number(value)));
    (stage, cell)
}

#[test]
fn without_a_subject_there_is_a_hint() {
    let mut window = window(None, 900.0, 600.0);
    window.get_by_label_contains("Draw or open an image");
    press(&mut window, Key::Enter);
}

#[test]
fn the_overview_lists_all_layers_of_both_networks() {
    for subject in [letters(), sequence()] {
        let window = window(Some(subject.clone()), 1500.0, 2400.0);
        let insight = insight(&window);
        let piece = &insight.pieces[0];
        assert_eq!(piece.layers(), subject.model.metadata().architecture.layers.len());
        for stage in 0..piece.layers() {
            let words = words::layer(&piece.layer(stage), piece.shape(stage), piece.shape(stage + 1));
            let shape = words::shape(piece.shape(stage + 1));
            window.get_by_label(&format!("Layer {}: {}, {shape}", stage + 1, words.title));
        }
    }
}

#[test]
fn a_click_goes_deeper_and_escape_back() {
    let mut window = window(Some(letters()), 1500.0, 1000.0);
    click(&mut window, "Layer 4, map 2");
    assert_eq!(place(&window), Place::Layer { stage: 3, map: 1 });
    window.get_by_label("Layer 4 of 21: Max-pooling");
    press(&mut window, Key::Enter);
    assert!(matches!(place(&window), Place::Sum { stage: 3, cell: Cell { map: 1, .. } }));
    press(&mut window, Key::Backspace);
    assert_eq!(place(&window), Place::Layer { stage: 3, map: 1 });
    press(&mut window, Key::Escape);
    assert_eq!(place(&window), Place::Overview { stage: 3 });
    press(&mut window, Key::Escape);
    assert_eq!(place(&window), Place::Overview { stage: 3 }, "there is nothing above");
    click(&mut window, "Image as numbers");
    assert!(matches!(place(&window), Place::Image { .. }));
    click(&mut window, "All layers");
    assert_eq!(place(&window), Place::default());
}

#[test]
fn the_sum_is_the_value_of_the_trace_and_arrows_move_it() {
    let mut window = window(Some(letters()), 1200.0, 900.0);
    press(&mut window, Key::Enter);
    press(&mut window, Key::Enter);
    let (stage, first) = cell_with_its_value(&window);
    assert_eq!(stage, 0);
    // The largest value has neighbours on all sides.
    for (key, [y, x]) in [
        (Key::ArrowRight, [0, 1]),
        (Key::ArrowDown, [1, 1]),
        (Key::ArrowLeft, [1, 0]),
        (Key::ArrowUp, [0, 0]),
    ] {
        press(&mut window, key);
        let (_, cell) = cell_with_its_value(&window);
        let edge = 23;
        let expected = [(first.y + y).min(edge), (first.x + x).min(edge)];
        assert_eq!([cell.y, cell.x], expected, "{key:?} from {first:?}");
    }
    press(&mut window, Key::PageDown);
    assert_eq!(cell_with_its_value(&window).1.map, first.map + 1);
}

#[test]
fn the_pointer_moves_the_window() {
    let mut window = window(Some(letters()), 1200.0, 900.0);
    window.state_mut().inside.place = Place::Sum { stage: 0, cell: Cell { map: 2, y: 0, x: 0 } };
    window.run_steps(3);
    for (label, map) in [("Map 3 after the layer", 2), ("What the network reads", 2)] {
        for (y, x) in [(5, 7), (23, 0)] {
            let rect = window.get_by_role_and_label(Role::Button, label).rect();
            let cell = rect.size() / 24.0;
            window.hover_at(rect.min + vec2(x as f32 + 0.5, y as f32 + 0.5) * cell);
            window.run_steps(3);
            assert_eq!(cell_with_its_value(&window), (0, Cell { map, y, x }), "{label}");
        }
    }
}

#[test]
fn a_sum_over_many_maps_is_written_out_for_each() {
    let mut window = window(Some(letters()), 1200.0, 1200.0);
    let place = Place::Sum { stage: 4, cell: Cell { map: 3, y: 5, x: 6 } };
    window.state_mut().inside.place = place;
    window.run_steps(3);
    cell_with_its_value(&window);
    let insight = insight(&window);
    let Some(crate::inside::known::sum::Sum::Window { channels, bias, .. }) =
        crate::inside::known::sum::Sum::of(&insight.pieces[0], 4, Cell { map: 3, y: 5, x: 6 })
    else {
        panic!("it is a convolution");
    };
    assert_eq!(channels.len(), 16);
    let sum: f32 = channels.iter().map(|channel| channel.partial).sum();
    let value = insight.pieces[0].value(5, Cell { map: 3, y: 5, x: 6 });
    assert!((sum + bias - value).abs() < 1e-4, "{sum} + {bias} is not {value}");
    for (i, channel) in channels.iter().enumerate().take(9) {
        let adds = crate::inside::known::sum::signed_number(channel.partial);
        let label = format!("Map {} adds {adds}", i + 1);
        click(&mut window, &label);
        window.get_by_label(&format!("Map {} of 16 adds {adds}.", i + 1));
    }
}

#[test]
fn the_window_slides_by_itself_until_it_is_stopped() {
    let mut window = window(Some(letters()), 1200.0, 900.0);
    let start = Place::Sum { stage: 0, cell: Cell { map: 0, y: 2, x: 3 } };
    window.state_mut().inside.place = start;
    window.run_steps(5);
    assert_eq!(place(&window), start);
    press(&mut window, Key::Space);
    window.run_steps(20);
    let (_, cell) = cell_with_its_value(&window);
    assert!(cell != Cell { map: 0, y: 2, x: 3 } && cell.y >= 2, "{cell:?}");
    click(&mut window, "Pause");
    let stopped = place(&window);
    window.run_steps(20);
    assert_eq!(place(&window), stopped);
}

#[test]
fn another_letter_has_other_maps() {
    let mut window = window(Some(letters()), 1200.0, 900.0);
    let cell = Cell { map: 0, y: 12, x: 12 };
    window.state_mut().inside.place = Place::Sum { stage: 2, cell };
    window.run_steps(3);
    let insight = insight(&window);
    assert_eq!(insight.pieces.len(), 6);
    assert_ne!(insight.pieces[0].values(1), insight.pieces[1].values(1));
    cell_with_its_value(&window);
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowRight);
    assert_eq!(window.state().inside.piece, 1);
    cell_with_its_value(&window);
    click(&mut window, "Letter 6");
    assert_eq!(window.state().inside.piece, 5);
    assert_eq!(place(&window), Place::Sum { stage: 2, cell }, "the same place of another letter");
    cell_with_its_value(&window);
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowRight);
    assert_eq!(window.state().inside.piece, 5, "it is the last");
}

#[test]
fn another_subject_replaces_the_trace_once_it_is_known_and_keeps_the_place() {
    let mut window = window(Some(letters()), 1200.0, 900.0);
    let here = Place::Layer { stage: 5, map: 2 };
    window.state_mut().inside.place = here;
    window.run_steps(2);
    let before = Arc::downgrade(&insight(&window));
    window.state_mut().subject = Some(subject(Pretrained::SeedLetters, Style::seed(), "ABCDEF", 7));
    window.step();
    window.get_by_label_contains("Looking inside");
    assert!(before.ptr_eq(&Arc::downgrade(&insight(&window))), "the old image stays on screen meanwhile");
    wait(&mut window);
    assert!(before.upgrade().is_none(), "nothing of the old image is kept");
    assert_eq!(insight(&window).prediction.as_ref().unwrap().text, "ABCDEF");
    assert_eq!(place(&window), here);
    // A network with other layers has no such place.
    window.state_mut().inside.place = Place::Sum { stage: 20, cell: Cell { map: 0, y: 25, x: 0 } };
    window.state_mut().subject = Some(sequence());
    wait(&mut window);
    window.run_steps(3);
    cell_with_its_value(&window);
}

#[test]
fn a_reading_that_says_the_same_changes_nothing() {
    let mut window = window(Some(letters()), 1200.0, 900.0);
    let known = insight(&window);
    let mut read = known.prediction.clone().unwrap();
    let mut subject = window.state().subject.clone().unwrap();
    subject.prediction = Some(Arc::new(read.clone()));
    window.state_mut().subject = Some(subject.clone());
    window.step();
    assert!(Arc::ptr_eq(&insight(&window), &known));
    read.text = "another".to_owned();
    subject.prediction = Some(Arc::new(read));
    window.state_mut().subject = Some(subject);
    window.step();
    window.get_by_label_contains("Looking inside");
    wait(&mut window);
    assert_eq!(insight(&window).prediction.as_ref().unwrap().text, "another");
}

#[test]
fn an_image_that_can_not_be_cut_says_why() {
    let blank = DynamicImage::new_luma8(60, 30);
    let mut window = window(Some(Subject { image: Arc::new(blank), ..letters() }), 900.0, 600.0);
    assert!(insight(&window).pieces.is_empty());
    window.get_by_label_contains("could not be cut into letters");
    for key in [Key::Enter, Key::ArrowRight, Key::Space, Key::Escape] {
        press(&mut window, key);
    }
    click(&mut window, "Image as numbers");
    press(&mut window, Key::ArrowRight);
    assert_eq!(place(&window), Place::Image { x: 31, y: 15 });
}

#[test]
fn every_place_can_be_shown_in_a_small_window_in_both_themes() {
    for (subject, theme, pixels) in [(letters(), Theme::Light, 1.0), (sequence(), Theme::Dark, 2.0)] {
        let mut window = window(Some(subject), 900.0, 600.0);
        window.set_pixels_per_point(pixels);
        window.input_mut().system_theme = Some(theme);
        let insight = insight(&window);
        let piece = &insight.pieces[0];
        let around =
            [Place::default(), Place::Image { x: 0, y: 0 }, Place::Prepared, Place::Reading { column: 0 }];
        let inside = (0..piece.layers()).flat_map(|stage| {
            let map = piece.planes(stage + 1).maps - 1;
            [Place::Layer { stage, map }, Place::Sum { stage, cell: piece.strongest(stage + 1, map) }]
        });
        for expected in around.into_iter().chain(inside) {
            window.state_mut().inside.place = expected;
            window.run_steps(2);
            assert_eq!(place(&window), expected);
            if matches!(expected, Place::Sum { .. }) {
                cell_with_its_value(&window);
            }
        }
    }
}

#[test]
fn the_scores_of_a_sequence_lead_to_their_sum() {
    let mut window = window(Some(sequence()), 1200.0, 1400.0);
    click(&mut window, "Class scores and text");
    assert_eq!(place(&window), Place::Reading { column: 0 });
    window.get_by_label_contains("collapses to QXKZEF");
    press(&mut window, Key::ArrowRight);
    assert_eq!(place(&window), Place::Reading { column: 1 });
    click(&mut window, "A");
    let (stage, cell) = cell_with_its_value(&window);
    assert_eq!((stage, cell), (insight(&window).pieces[0].layers() - 1, Cell { map: 0, y: 0, x: 1 }));
}
