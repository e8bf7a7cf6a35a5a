//! Keys that move through the view.

use eframe::egui::{Key, Modifiers, Ui};

use crate::inside::known::place::Move;

/// What keys ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Where to go, one after the other.
    pub(super) moves: Vec<Move>,
    /// By how many letters to go on; back if negative.
    pub(super) letters: isize,
    /// Whether the filter is to start or to stop.
    pub(super) play: bool,
}

const MOVES: [(Key, Move); 10] = [
    (Key::ArrowLeft, Move::Left),
    (Key::ArrowRight, Move::Right),
    (Key::ArrowUp, Move::Up),
    (Key::ArrowDown, Move::Down),
    (Key::PageUp, Move::PreviousMap),
    (Key::PageDown, Move::NextMap),
    (Key::Enter, Move::In),
    (Key::Escape, Move::Out),
    (Key::Backspace, Move::Out),
    // As in web browsers.
    (Key::BrowserBack, Move::Out),
];

/// The keys that were pressed, unless a widget that has the focus or what lies over the view takes them.
pub(super) fn pressed(ui: &Ui) -> Keys {
    let (focused, covered) =
        ui.memory(|memory| (memory.focused().is_some(), memory.top_modal_layer().is_some()));
    if covered || ui.ctx().text_edit_focused() {
        return Keys::default();
    }
    ui.input_mut(|input| {
        let mut keys = Keys::default();
        for (key, by) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
            keys.letters += by * input.count_and_consume_key(Modifiers::COMMAND, key) as isize;
        }
        for (key, step) in MOVES {
            // Arrows and Enter are for the widget that has the focus.
            if focused && step != Move::Out {
                continue;
            }
            let times = input.count_and_consume_key(Modifiers::NONE, key);
            keys.moves.extend(std::iter::repeat_n(step, times));
        }
        keys.play = !focused && input.consume_key(Modifiers::NONE, Key::Space);
        keys
    })
}
