//! The window, driven without a screen: every click and key is one that a user could make.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use captcha_lab::core::image::{GrayImage, Luma};
use captcha_lab::infer::{Architecture, InputShape, Layer, Tensor, Window as Extent};
use captcha_lab::render::Style;
use captcha_lab::{Alphabet, ModelFile, ModelMetadata};
use captcha_lab_app::{ModelChoice, Picture, Recipe, Session, Tab, Verdict, Window};
use eframe::egui::accesskit::Role;
use eframe::egui::{ColorImage, DroppedFile, Event, Key, Modifiers, OutputCommand, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// A window with its first image, drawn in the preset `style`.
struct Bench(Harness<'static, Option<Window>>);

/// Drawing and reading take milliseconds here; the limit allows for a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

impl Bench {
    fn new(style: &str) -> Self {
        let recipe = Recipe::new(style, Style::preset(style).expect("a preset"), 42);
        let ui = move |ui: &mut eframe::egui::Ui, window: &mut Option<Window>| {
            let make = || Window::new(Session::new(ui.ctx(), recipe.clone(), ModelChoice::Fitting));
            window.get_or_insert_with(make).ui(ui);
        };
        let harness = Harness::builder().with_size(vec2(1240.0, 800.0)).build_ui_state(ui, None);
        let mut bench = Self(harness);
        bench.settle();
        bench
    }

    fn window(&mut self) -> &mut Window {
        self.0.state_mut().as_mut().expect("the first frame makes it")
    }

    fn session(&mut self) -> &mut Session {
        &mut self.window().session
    }

    fn shown(&mut self) -> Arc<Picture> {
        Arc::clone(self.session().shown().expect("an image"))
    }

    /// Shows frames until no work is left in the background.
    fn settle(&mut self) {
        self.until(|session| !session.is_busy());
        self.0.step();
    }

    fn until(&mut self, done: impl Fn(&Session) -> bool) {
        let started = Instant::now();
        loop {
            self.0.step();
            if done(self.session()) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "it takes too long");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Shows frames until these words are on screen; needed because the session does not wait for the work of
    /// `See inside`.
    fn until_said(&mut self, words: &str) {
        let started = Instant::now();
        while !self.says(words) {
            assert!(started.elapsed() < PATIENCE, "it takes too long");
            std::thread::sleep(Duration::from_millis(2));
            self.0.step();
        }
    }

    fn click(&mut self, label: &str) {
        self.0.get_by_role_and_label(Role::Button, label).click();
        self.settle();
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.0.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Whether a text with these words is on screen.
    fn says(&self, words: &str) -> bool {
        self.0.query_all_by_label_contains(words).next().is_some()
    }
}

#[test]
fn generate_draws_another_image_and_predict_reads_it() {
    let mut bench = Bench::new("seed");
    for _ in 0..3 {
        let before = bench.shown();
        bench.click("Generate");
        let after = bench.shown();
        assert_ne!(before.image, after.image);
        assert_ne!(before.text, after.text);
        assert!(bench.session().reading().is_none());

        bench.click("Predict");
        let text = after.text.clone().unwrap();
        let prediction = bench.session().reading().unwrap().outcome.clone().unwrap();
        assert_eq!(prediction.text, text);
        assert_eq!(bench.session().verdict(), Some(Verdict::Right));
        assert_eq!(bench.session().title(), format!("captcha-lab: {text}, read as {text}"));
        assert!(bench.says("right") && bench.says("sure, read in"));
    }
}

#[test]
fn every_style_has_a_model_that_fits() {
    for &style in Style::PRESETS {
        let mut bench = Bench::new(style);
        bench.click("Predict");
        let reading = bench.session().reading().unwrap().clone();
        assert!(!reading.outcome.unwrap().text.is_empty(), "{style}");
    }
}

#[test]
fn a_text_of_ones_own_is_drawn_while_it_is_typed() {
    let mut bench = Bench::new("seed");
    bench.0.get_by_role(Role::TextInput).focus();
    bench.0.step();
    for (typed, text) in [("QXK", "QXK"), ("ZEF", "QXKZEF")] {
        bench.0.get_by_role(Role::TextInput).type_text(typed);
        bench.settle();
        assert_eq!(bench.shown().text.as_deref(), Some(text));
    }
    // While a text field has the focus, keys type letters.
    bench.0.key_press(Key::P);
    bench.settle();
    assert!(bench.session().reading().is_none());
    bench.click("Predict");
    assert_eq!(bench.session().title(), "captcha-lab: QXKZEF, read as QXKZEF");

    for (text, why) in
        [("QXK", "the model reads 6 characters unless"), ("qxkzef", "the character 'q', which is not in")]
    {
        text.clone_into(&mut bench.session().recipe.text);
        bench.settle();
        bench.click("Predict");
        assert!(bench.says("wrong") && bench.says(why), "{text}");
    }
    bench.session().recipe.text = String::new();
    bench.settle();
    assert!(bench.says("expected a text of at least one character"));
    assert_eq!(bench.shown().text.as_deref(), Some("qxkzef"), "the image stays");
}

#[test]
fn the_image_follows_a_slider_and_an_impossible_value_keeps_it() {
    let mut bench = Bench::new("seed");
    let before = bench.shown();
    let slider = bench.0.get_by_label("Sideways high");
    slider.focus();
    bench.0.step();
    bench.key(Modifiers::NONE, Key::ArrowRight);
    let after = bench.shown();
    assert_eq!(before.text, after.text);
    assert_ne!(before.image, after.image, "the seed is the same, the letters bend more");

    bench.session().recipe.style.width = 0;
    bench.settle();
    assert!(bench.says("the style's width is 0, expected 1 to 4096 pixels"));
    assert!(Arc::ptr_eq(&after.image, &bench.shown().image));

    bench.click("Reset");
    assert_eq!(bench.shown().image, before.image);
    assert!(!bench.says("the style's width"));
}

#[test]
fn looking_at_sliders_changes_nothing() {
    for &preset in Style::PRESETS {
        let mut bench = Bench::new(preset);
        let sliders = bench.0.get_all_by_role(Role::Slider).count();
        for group in ["Colours", "Behind the letters", "Over the letters", "Noise", "Image"] {
            // Some are below the edge of the window.
            bench.0.get_by_label(group).click_accesskit();
            bench.settle();
        }
        assert!(bench.0.get_all_by_role(Role::Slider).count() > sliders, "{preset}: groups unfold");
        assert!(bench.session().recipe.style == Style::preset(preset).unwrap(), "{preset}");
    }
}

#[test]
fn noise_is_added_and_removed() {
    let mut bench = Bench::new("seed");
    let plain = bench.shown();
    bench.0.get_by_label("Noise").click();
    bench.settle();
    bench.click("Add noise");
    bench.click("Grey snow");
    assert_ne!(bench.shown().image, plain.image);
    assert_eq!(bench.session().reader().unwrap().name, "claptcha-sequence", "which was trained with noise");
    bench.click("Predict");
    assert_eq!(bench.session().verdict(), Some(Verdict::Right));

    bench.0.get_all_by_role_and_label(Role::Button, "Remove").last().unwrap().click();
    bench.settle();
    assert_eq!(bench.shown().image, plain.image);
    assert_eq!(bench.session().reader().unwrap().name, "seed-letters");
}

#[test]
fn the_dialog_gives_the_file_that_is_chosen() {
    let mut bench = Bench::new("seed");
    bench.key(Modifiers::COMMAND, Key::O);
    // A test runs in the folder of its package.
    bench.0.get_by_label_contains("Cargo.toml").click();
    bench.settle();
    bench.0.get_all_by_role_and_label(Role::Button, "Open").last().unwrap().click();
    bench.settle();
    assert!(bench.says("Cargo.toml can't be read"), "it is no style");
}

#[test]
fn keys_do_what_buttons_do() {
    let mut bench = Bench::new("seed");
    let before = bench.shown();
    bench.key(Modifiers::NONE, Key::G);
    assert_ne!(bench.shown().text, before.text);
    for key in [Key::P, Key::Enter, Key::Space] {
        bench.key(Modifiers::NONE, Key::G);
        bench.key(Modifiers::NONE, key);
        assert!(bench.session().reading().is_some(), "{key:?}");
    }
    for (key, tab) in [(Key::Num2, Tab::Inside), (Key::Num3, Tab::Many), (Key::Num1, Tab::Read)] {
        bench.key(Modifiers::NONE, key);
        assert_eq!(bench.window().tab, tab);
    }
    bench.key(Modifiers::NONE, Key::F1);
    assert!(bench.says("draw another image"));
    bench.key(Modifiers::NONE, Key::Escape);
    assert!(!bench.says("draw another image"));
    bench.key(Modifiers::COMMAND, Key::O);
    assert!(bench.says("Open an image, a style or a model"));
    let shown = bench.shown();
    bench.key(Modifiers::NONE, Key::G);
    assert!(Arc::ptr_eq(&shown, &bench.shown()), "the dialog has the keys");
}

#[test]
fn what_was_asked_of_an_earlier_image_is_dropped() {
    let mut bench = Bench::new("hard");
    bench.session().predict();
    bench.session().follow();
    // Another image is shown before the answer arrives.
    bench.session().show(pasted(40, 20));
    bench.settle();
    assert_eq!(bench.session().title(), "captcha-lab: a pasted image");
    assert!(bench.session().reading().is_none());

    // Likewise with an image that is still being drawn.
    bench.session().generate();
    bench.session().follow();
    bench.session().show(pasted(50, 25));
    bench.settle();
    assert_eq!(bench.shown().image.width(), 50);
}

#[test]
fn what_is_asked_while_an_image_is_drawn_is_for_that_one() {
    let mut bench = Bench::new("hard");
    let before = bench.shown();
    bench.session().generate();
    bench.session().follow();
    bench.session().predict();
    bench.settle();
    let shown = bench.shown();
    assert_ne!(shown.text, before.text);
    assert!(Arc::ptr_eq(&bench.session().reading().unwrap().image, &shown.image));
}

#[test]
fn many_at_once_ends_with_a_rate_and_its_failures() {
    let mut bench = Bench::new("claptcha");
    bench.window().count = 50;
    // Letters that a line crosses can't be segmented: nearly all images fail.
    bench.session().choice = ModelChoice::Pretrained(captcha_lab::Pretrained::SeedLetters);
    bench.settle();
    bench.key(Modifiers::NONE, Key::M);
    bench.until(|session| session.many.as_ref().is_some_and(|many| !many.is_running()));
    bench.0.step();
    let many = bench.session().many.as_ref().unwrap();
    assert_eq!(many.right.total, 50);
    assert_eq!(many.failures.len() as u64, 50 - many.right.hits);
    assert!(many.images_per_second() > 0.0);
    let failure = many.failures[0].clone();
    assert!(bench.says("50 of 50") && bench.says("95 % interval"));

    let name = failure.picture.name();
    bench.click(&format!("The image {name}"));
    assert_eq!(bench.window().tab, Tab::Read);
    assert!(Arc::ptr_eq(&bench.shown().image, &failure.picture.image));
    assert_eq!(bench.session().verdict(), Some(Verdict::Wrong));
    assert!(bench.says("wrong"));
}

#[test]
fn many_at_once_stops_when_it_is_told_to() {
    let mut bench = Bench::new("seed");
    bench.window().count = 1_000_000;
    bench.key(Modifiers::NONE, Key::M);
    bench.until(|session| session.many.as_ref().is_some_and(|many| many.right.total > 0));
    bench.click("Stop");
    bench.until(|session| session.many.as_ref().is_some_and(|many| !many.is_running()));
    assert!(bench.session().many.as_ref().unwrap().right.total < 1_000_000);
}

#[test]
fn files_are_opened_by_dropping_them_and_bad_ones_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new("seed");
    let drawn = bench.shown();

    let image = folder.path().join("QXKZEF-2.png");
    GrayImage::from_pixel(60, 30, Luma([255])).save(&image).unwrap();
    let corrupt = folder.path().join("corrupt.png");
    let bytes = std::fs::read(&image).unwrap();
    std::fs::write(&corrupt, &bytes[..bytes.len() / 2]).unwrap();

    bench.drop_file(&corrupt);
    assert!(bench.says("corrupt.png"), "the file is named");
    assert!(Arc::ptr_eq(&bench.shown(), &drawn), "the image stays");

    bench.drop_file(&image);
    assert_eq!(bench.shown().image.width(), 60);
    assert_eq!(bench.shown().text.as_deref(), Some("QXKZEF"), "from the file's name");
    bench.click("Predict");
    assert_eq!(bench.session().verdict(), Some(Verdict::Wrong), "white paper shows nothing");

    let style = folder.path().join("small.toml");
    std::fs::write(&style, Style::seed().with_size(200, 100).to_toml().unwrap()).unwrap();
    bench.drop_file(&style);
    assert_eq!(bench.session().recipe.name, "small");
    assert_eq!(bench.shown().image.width(), 200);

    let model = folder.path().join("none.safetensors");
    std::fs::write(&model, b"no model").unwrap();
    bench.drop_file(&model);
    assert!(bench.says("none.safetensors"));
    assert_eq!(bench.session().choice, ModelChoice::Fitting, "reading goes on as before");
}

impl Bench {
    fn drop_file(&mut self, path: &Path) {
        self.0.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        self.settle();
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window opens the path".to_owned())
    }
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new("seed");
    for name in ["zero.png", "zero.toml", "zero.safetensors", "zero.ttf"] {
        let path = folder.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        bench.session().note = None;
        if name.ends_with("ttf") {
            bench.session().recipe.font = Some(path.to_string_lossy().into_owned());
            bench.settle();
        } else {
            bench.drop_file(&path);
        }
        assert!(bench.says(name) && bench.says("expected a regular file"), "{:?}", bench.session().note);
    }
}

#[test]
fn a_small_model_that_asks_for_all_memory_is_one_line() {
    // Scaled to the height of this network, an image of the first style is 131,072 pixels wide: 34 GB as
    // floats.
    let pool = Layer::MaxPool2d { size: Extent { height: 65536, width: 4 } };
    let architecture = Architecture {
        input: InputShape { channels: 1, height: 65536, width: 4 },
        layers: vec![pool, Layer::Columns, Layer::Linear { features: 3 }],
    };
    let metadata = ModelMetadata::new(architecture, Alphabet::new("AB").unwrap());
    let tensors = [("2.weight", vec![3, 1]), ("2.bias", vec![3])];
    let tensors = tensors.map(|(name, shape)| (name.to_owned(), Tensor::new(shape, vec![0.0; 3]).unwrap()));
    let model = ModelFile::new(metadata, tensors.into()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.safetensors");
    model.save(&path).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 1024);

    let mut bench = Bench::new("seed");
    bench.drop_file(&path);
    bench.click("Predict");
    let problem = bench.session().reading().unwrap().outcome.clone().unwrap_err();
    assert!(problem.contains("131072"), "{problem}");
    bench.key(Modifiers::NONE, Key::Num2);
    bench.until_said(&problem);
    bench.window().count = 3;
    bench.key(Modifiers::NONE, Key::M);
    bench.until(|session| session.many.as_ref().is_some_and(|many| !many.is_running()));
    assert_eq!(bench.session().many.as_ref().unwrap().failures.len(), 3);
}

#[test]
fn images_larger_than_a_texture_can_be_are_shown_shrunk_and_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new("seed");
    // The largest texture has 2048 pixels here.
    for (width, height) in [(4096, 20), (20, 4096)] {
        let image = folder.path().join("QXKZEF.png");
        GrayImage::from_pixel(width, height, Luma([255])).save(&image).unwrap();
        bench.drop_file(&image);
        assert_eq!((bench.shown().image.width(), bench.shown().image.height()), (width, height));
        bench.click("Predict");
        assert!(bench.session().reading().is_some());
        bench.key(Modifiers::NONE, Key::Num2);
        bench.key(Modifiers::NONE, Key::Num1);
    }
}

#[test]
fn images_go_through_the_clipboard() {
    let mut bench = Bench::new("seed");
    bench.0.event(Event::Copy);
    bench.0.step();
    let commands = &bench.0.output().platform_output.commands;
    let copied = commands.iter().find_map(|command| match command {
        OutputCommand::CopyImage(image) => Some(image.clone()),
        _ => None,
    });
    let drawn = bench.shown();
    bench.click("Generate");
    bench.0.event(Event::PasteImage(Arc::new(copied.unwrap())));
    bench.settle();
    assert_eq!(bench.shown().image.to_luma8(), drawn.image.to_luma8());
    bench.click("Predict");
    assert_eq!(
        bench.session().reading().unwrap().outcome.as_ref().unwrap().text,
        drawn.text.clone().unwrap()
    );
    assert_eq!(bench.session().verdict(), Some(Verdict::Unknown), "a pasted image has no label");

    bench.0.event(Event::PasteImage(Arc::new(white(5000, 1))));
    bench.settle();
    assert!(bench.says("too large"));

    // There is no clipboard here.
    bench.click("Paste");
    bench.0.run_steps(5);
    assert!(bench.says("the clipboard holds no image"));
}

#[test]
fn the_image_and_the_style_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new("lepture");
    let image = folder.path().join(bench.shown().file_name());
    bench.session().save_picture(&image);
    bench.session().recipe.style.inverted = 1.0;
    let style = folder.path().join("mine.toml");
    bench.session().save_style(&style);
    bench.settle();
    let saved = Picture::open(&image).unwrap();
    assert_eq!(Style::from_file(&style).unwrap().inverted, 1.0);
    assert_eq!(saved.text, Bench::new("lepture").shown().text, "it is named after its text");

    bench.session().save_picture(&folder.path().join("no/such/folder.png"));
    bench.settle();
    assert!(bench.says("can't be written"));
}

fn pasted(width: usize, height: usize) -> Arc<Picture> {
    Arc::new(Picture::pasted(&white(width, height)).expect("an image of a sensible size"))
}

fn white(width: usize, height: usize) -> ColorImage {
    ColorImage::filled([width, height], eframe::egui::Color32::WHITE)
}

/// The positions that `.ci/window` clicks with a real mouse.
#[test]
fn the_buttons_are_where_the_real_window_is_clicked() {
    let script = include_str!("../../../.ci/window");
    let bench = Bench::new("seed");
    for (name, variable) in [("Generate", "generate_at="), ("Predict", "predict_at=")] {
        let place = script.lines().find_map(|line| line.strip_prefix(variable)).unwrap();
        let numbers: Vec<f32> =
            place.trim_matches('"').split(' ').map(|number| number.parse().unwrap()).collect();
        let button = bench.0.get_by_role_and_label(Role::Button, name).rect();
        assert!(button.contains(eframe::egui::pos2(numbers[0], numbers[1])), "{name}: {button}");
    }
}
