//! Keyboard shortcuts.

use eframe::egui::{Context, Grid, Key, KeyboardShortcut, Modifiers, Ui};

use crate::panels::tab::Tab;

/// The actions that have a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Generate,
    Predict,
    Many,
    Open,
    Save,
    Boxes,
    Show(Tab),
    Help,
}

/// Every key with its action. Copying and pasting are events of the window system, and only in [`list`].
const KEYS: &[(Modifiers, Key, Action, &str)] = &[
    (Modifiers::NONE, Key::G, Action::Generate, "draw another image"),
    (Modifiers::NONE, Key::P, Action::Predict, "read the image; Enter and Space do, too"),
    (Modifiers::NONE, Key::M, Action::Many, "draw and read many images"),
    (Modifiers::NONE, Key::B, Action::Boxes, "show or hide where each character was read"),
    (Modifiers::COMMAND, Key::O, Action::Open, "open an image, a style or a model"),
    (Modifiers::COMMAND, Key::S, Action::Save, "save the image"),
    (Modifiers::NONE, Key::Num1, Action::Show(Tab::Read), "the view Read"),
    (Modifiers::NONE, Key::Num2, Action::Show(Tab::Inside), "the view See inside"),
    (Modifiers::NONE, Key::Num3, Action::Show(Tab::Many), "the view Many at once"),
    (Modifiers::NONE, Key::F1, Action::Help, "this list; ? shows it, too"),
];

/// Keys with the same action as one of [`KEYS`], unless the view or the focused widget uses them.
const ALIASES: &[(Key, Action)] =
    &[(Key::Enter, Action::Predict), (Key::Space, Action::Predict), (Key::Questionmark, Action::Help)];

/// The actions requested by key since the last frame; none while the user types into a field.
pub(crate) fn pressed(context: &Context, tab: Tab) -> Vec<Action> {
    if context.text_edit_focused() {
        return Vec::new();
    }
    let are_used = tab == Tab::Inside || context.memory(|memory| memory.focused().is_some());
    context.input_mut(|input| {
        let keys = KEYS.iter().map(|&(modifiers, key, action, _)| (modifiers, key, action));
        let aliases = ALIASES
            .iter()
            .filter(|(_, action)| !are_used || *action == Action::Help)
            .map(|&(key, action)| (Modifiers::NONE, key, action));
        keys.chain(aliases)
            .filter(|&(modifiers, key, _)| input.consume_key(modifiers, key))
            .map(|(_, _, action)| action)
            .collect()
    })
}

/// The key of `action` in the notation of the system, for tooltips: `Ctrl+O`.
pub(crate) fn key(context: &Context, action: Action) -> String {
    let found = KEYS.iter().find(|(_, _, with_key, _)| *with_key == action);
    found.map_or_else(String::new, |&(modifiers, key, ..)| {
        context.format_shortcut(&KeyboardShortcut::new(modifiers, key))
    })
}

/// Shows all keys with their actions.
pub(crate) fn list(ui: &mut Ui) {
    let command = |key| ui.ctx().format_shortcut(&KeyboardShortcut::new(Modifiers::COMMAND, key));
    let system = [
        (command(Key::V), "paste an image, or the path of one"),
        (command(Key::C), "copy the image"),
        (format!("{}, {}", command(Key::Plus), command(Key::Minus)), "larger, smaller"),
        ("Arrows, Page Up, Page Down".to_owned(), "See inside: another place, another map"),
        ("Enter, Esc".to_owned(), "See inside: a step deeper, a step back"),
        ("Space".to_owned(), "See inside: let the filter slide"),
    ];
    let own = KEYS.iter().map(|&(_, _, action, what)| (key(ui.ctx(), action), what));
    let lines: Vec<_> = own.chain(system).collect();
    Grid::new("keys").num_columns(2).spacing([24.0, 6.0]).show(ui, |ui| {
        for (key, what) in lines {
            ui.strong(key);
            ui.label(what);
            ui.end_row();
        }
    });
}
