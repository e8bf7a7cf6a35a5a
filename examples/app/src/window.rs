//! The whole window.

use std::path::Path;

use eframe::egui::{
    self, Align, Align2, CentralPanel, Color32, Context, Event, FontId, Frame, Key, Layout, Modal, Panel,
    RichText, Ui, ViewportCommand,
};

use crate::Inside;
use crate::data::note::Note;
use crate::panels::dialogs::{Dialogs, Purpose};
use crate::panels::image::Overlays;
use crate::panels::shortcuts::Action;
use crate::panels::tab::Tab;
use crate::panels::textures::Textures;
use crate::panels::{generate, look, many, reading, shortcuts};
use crate::session::Session;

/// The window: its views around a [`Session`].
#[derive(Debug)]
pub struct Window {
    /// The state and the actions of the window.
    pub session: Session,
    /// The view that is open.
    pub tab: Tab,
    /// How many images `Many at once` draws.
    pub count: u64,
    inside: Inside,
    overlays: Overlays,
    dialogs: Dialogs,
    textures: Textures,
    shows_help: bool,
    title: String,
    /// The remaining frames in which the clipboard may answer.
    awaits_paste: u32,
}

/// The width of the panel on the left.
const LEFT_WIDTH: f32 = 400.0;

/// The default number of images for `Many at once`.
const MANY: u64 = 1000;

/// How many frames the button `Paste` waits for the clipboard.
const PASTE_FRAMES: u32 = 3;

impl Window {
    /// A window around `session`.
    #[must_use]
    pub fn new(session: Session) -> Self {
        look::set(session.context());
        Self {
            session,
            tab: Tab::Read,
            count: MANY,
            inside: Inside::default(),
            overlays: Overlays { boxes: true, truth: false },
            dialogs: Dialogs::default(),
            textures: Textures::default(),
            shows_help: false,
            title: String::new(),
            awaits_paste: 0,
        }
    }

    /// Shows the whole window, and carries out the actions of the user.
    pub fn ui(&mut self, ui: &mut Ui) {
        let context = ui.ctx().clone();
        self.session.receive();
        self.take_input(&context);
        Panel::top("views").show(ui, |ui| self.views(ui));
        Panel::bottom("note").show(ui, |ui| self.note(ui));
        Panel::left("generate").exact_size(LEFT_WIDTH).resizable(false).show(ui, |ui| {
            ui.add_space(6.0);
            if let Some(action) = generate::large_buttons(ui) {
                self.act(&context, action);
            }
            ui.add_space(6.0);
            generate::show(ui, &mut self.session.recipe, &mut self.dialogs);
        });
        CentralPanel::default_margins().show(ui, |ui| self.view(ui));
        if let Some((purpose, path)) = self.dialogs.show(&context) {
            self.take_file(purpose, &path);
        }
        self.help(&context);
        self.session.follow();
        self.textures.end_frame();
        let title = self.session.title();
        if title != self.title {
            context.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// The bar with the views and the choice of light or dark mode.
    fn views(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.strong("captcha-lab");
            ui.separator();
            for (tab, name) in [(Tab::Read, "Read"), (Tab::Inside, "See inside"), (Tab::Many, "Many at once")]
            {
                let tip = format!("Key {}", shortcuts::key(ui.ctx(), Action::Show(tab)));
                ui.selectable_value(&mut self.tab, tab, name).on_hover_text(tip);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Keys").on_hover_text("All keys (F1)").clicked() {
                    self.shows_help = true;
                }
                egui::widgets::global_theme_preference_buttons(ui);
            });
        });
    }

    /// The line at the bottom: progress or an error.
    fn note(&self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            if self.session.is_busy() {
                ui.spinner();
            }
            match &self.session.note {
                Some(Note { text, is_error: true }) => {
                    ui.label(RichText::new(format!("✖ {text}")).color(ui.visuals().error_fg_color))
                }
                Some(Note { text, .. }) => ui.label(text),
                None => ui.weak("G another image   P read it   2 see inside   M many at once   F1 all keys"),
            };
        });
    }

    fn view(&mut self, ui: &mut Ui) {
        match self.tab {
            Tab::Read => {
                let Self { session, overlays, textures, dialogs, .. } = self;
                let clicked = reading::show(ui, session, overlays, textures, dialogs);
                if let Some(clicked) = clicked {
                    let context = ui.ctx().clone();
                    match clicked {
                        reading::Clicked::Open => self.act(&context, Action::Open),
                        reading::Clicked::Save => self.act(&context, Action::Save),
                        reading::Clicked::Copy => self.session.copy(),
                        reading::Clicked::Paste => {
                            context.send_viewport_cmd(ViewportCommand::RequestPaste);
                            self.awaits_paste = PASTE_FRAMES;
                        }
                    }
                }
            }
            Tab::Inside => self.inside.ui(ui, self.session.subject().as_ref()),
            Tab::Many => {
                let failure = many::show(ui, &mut self.session, &mut self.count, &mut self.textures);
                if let Some(failure) = failure {
                    self.session.show_failure(failure);
                    self.tab = Tab::Read;
                }
            }
        }
    }

    fn act(&mut self, context: &Context, action: Action) {
        match action {
            Action::Generate => self.session.generate(),
            Action::Predict => self.session.predict(),
            Action::Many => {
                self.tab = Tab::Many;
                self.session.read_many(self.count);
            }
            Action::Open => self.dialogs.ask(Purpose::Open, ""),
            Action::Save => {
                if let Some(picture) = self.session.shown() {
                    self.dialogs.ask(Purpose::SaveImage, &picture.file_name());
                }
            }
            Action::Boxes => self.overlays.boxes = !self.overlays.boxes,
            Action::Show(tab) => self.tab = tab,
            Action::Help => self.shows_help = !self.shows_help,
        }
        context.request_repaint();
    }

    fn take_file(&mut self, purpose: Purpose, path: &Path) {
        match purpose {
            Purpose::Open | Purpose::OpenStyle => self.session.open(path),
            Purpose::OpenModel => self.session.open_model(path),
            Purpose::OpenFont => self.session.recipe.font = Some(path.to_string_lossy().into_owned()),
            Purpose::SaveImage => self.session.save_picture(path),
            Purpose::SaveStyle => self.session.save_style(path),
        }
    }

    /// Keys, dropped files and the clipboard.
    fn take_input(&mut self, context: &Context) {
        if self.shows_help && context.input(|input| input.key_pressed(Key::Escape)) {
            self.shows_help = false;
        }
        let dropped =
            context.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
        if let Some(path) = dropped {
            self.session.open(&path);
            self.tab = Tab::Read;
        }
        if self.dialogs.is_open() || context.text_edit_focused() {
            return;
        }
        for action in shortcuts::pressed(context, self.tab) {
            self.act(context, action);
        }
        let events = context.input(|input| input.events.clone());
        for event in events {
            match event {
                Event::Copy => self.session.copy(),
                Event::PasteImage(image) => self.session.paste(image),
                Event::Paste(text) => self.paste_text(&text),
                _ => continue,
            }
            self.awaits_paste = 0;
        }
        if self.awaits_paste > 0 {
            self.awaits_paste -= 1;
            context.request_repaint();
            if self.awaits_paste == 0 {
                self.session.note = Some(Note::error("the clipboard holds no image"));
            }
        }
    }

    /// Pasted text can be the name of a file, as file managers copy it.
    fn paste_text(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default().trim();
        let path = Path::new(line.strip_prefix("file://").unwrap_or(line));
        if path.is_file() {
            self.session.open(path);
        } else {
            self.session.note = Some(Note::error("the clipboard holds a text, and no image or file"));
        }
    }

    /// The list of keys, and the effect of a file dropped over the window.
    fn help(&mut self, context: &Context) {
        if self.shows_help {
            let frame = Frame::popup(&context.global_style()).inner_margin(16);
            let modal = Modal::new(egui::Id::unique("keys")).frame(frame).show(context, |ui| {
                ui.heading("Keys");
                ui.add_space(8.0);
                shortcuts::list(ui);
                ui.add_space(8.0);
                if ui.button("Close").clicked() {
                    self.shows_help = false;
                }
            });
            self.shows_help &= !modal.should_close();
        }
        if context.input(|input| !input.raw.hovered_files.is_empty()) {
            let painter =
                context.layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
            let screen = context.content_rect();
            painter.rect_filled(screen, 0.0, Color32::from_black_alpha(160));
            let (middle, font) = (screen.center(), FontId::proportional(28.0));
            painter.text(middle, Align2::CENTER_CENTER, "Drop it here to open it", font, Color32::WHITE);
        }
    }
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        Self::ui(self, ui);
    }
}
