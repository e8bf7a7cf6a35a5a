//! Items in rows that wrap at the available width.

use eframe::egui::{Ui, Vec2};

/// Shows `count` items of this width in points, as many in each row as fit, with `gap` between them.
pub(crate) fn flow(ui: &mut Ui, count: usize, width: f32, gap: Vec2, mut item: impl FnMut(&mut Ui, usize)) {
    let in_row = items_in_row(ui.available_width(), width, gap.x);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = gap.y;
        for start in (0..count).step_by(in_row) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap.x;
                for index in start..count.min(start + in_row) {
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        ui.set_max_width(width);
                        item(ui, index);
                    });
                }
            });
        }
    });
}

/// How many items fit side by side; at least one.
fn items_in_row(room: f32, width: f32, gap: f32) -> usize {
    (((room + gap) / (width + gap)).floor() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_item_needs_no_gap() {
        assert_eq!(items_in_row(320.0, 100.0, 10.0), 3);
        assert_eq!(items_in_row(319.0, 100.0, 10.0), 2);
        assert_eq!(items_in_row(20.0, 100.0, 10.0), 1);
    }
}
