//! Keyboard navigation in the view.

use eframe::egui::{Key, Modifiers, Ui};

use crate::inside::known::place::Move;

/// The requests of the keys that were pressed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// The moves, in order.
    pub(super) moves: Vec<Move>,
    /// The number of letters to move forward; backward if negative.
    pub(super) letters: isize,
    /// Whether to start or stop the sliding filter.
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

/// The keys that were pressed, except those for a focused widget or for a layer above the view.
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
            // Arrow keys and Enter belong to the focused widget.
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
