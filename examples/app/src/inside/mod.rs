//! The view of the network's processing of the image on screen: all layers, one layer, one sum, each one
//! click deeper.
//!
//! The navigation follows CNN Explainer (Z. J. Wang et al., "CNN Explainer: Learning Convolutional Neural
//! Networks with Interactive Visualization", IEEE Transactions on Visualization and Computer Graphics 27 (2),
//! 2021, doi 10.1109/TVCG.2020.3030418), here for the user's own image and model.
//!
//! | folder or file | what it holds |
//! |---|---|
//! | `known/` | what is computed from an image and a model, and the position of the user in it; without widgets |
//! | `paint/` | what the views draw with: textures, maps, cells, colours |
//! | `views/` | the views: the steps to the text, the overview, the image as numbers, its preparation, scores, CTC |
//! | `layer/` | the view of one layer |
//! | `sum/` | the view of one value, as the sum that it is |
//! | `keys` | the keys that lead from view to view |

mod keys;
mod known;
mod layer;
mod paint;
mod sum;
#[cfg(test)]
mod tests;
mod views;

use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui, UiBuilder};

use crate::Subject;
use crate::inside::known::insight::Insight;
use crate::inside::known::job::TraceJob;
use crate::inside::known::place::Place;
use crate::inside::paint::scene::Scene;
use crate::inside::paint::textures::Textures;
use crate::inside::sum::SumState;
use crate::inside::views::overview::Cursor;
use crate::inside::views::{ctc, numbers, overview, prepared, road, scores};

/// The view `See inside`: its results, and the position of the user in it.
///
/// A click leads one level deeper, Esc or Backspace one level up; arrow keys select a neighbour, Enter opens
/// it. Ctrl with an arrow key selects another letter, Page up and Page down another map; the space bar starts
/// the sliding filter.
#[derive(Debug, Default)]
pub struct Inside {
    job: TraceJob,
    /// The insight that the textures were made from.
    shown: Option<Arc<Insight>>,
    textures: Textures,
    place: Place,
    /// The selected letter; 0 for the whole image.
    piece: usize,
    sum: SumState,
}

impl Inside {
    /// Shows how the model of `subject` reads its image, in the whole area of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, subject: Option<&Subject>) {
        let Some(subject) = subject else {
            self.forget();
            self.job.clear();
            hint(ui, "Draw or open an image, and see here how the network reads it.");
            return;
        };
        let Some(look) = self.job.poll(subject, ui.ctx()) else {
            self.forget();
            computing(ui);
            return;
        };
        if !look.current {
            still_computing(ui);
        }
        match &look.known {
            Err(problem) => hint(ui, problem),
            Ok(insight) => self.show(ui, &look.subject, insight),
        }
    }

    /// Drops what is known about an image, but keeps the position of the user.
    fn forget(&mut self) {
        self.shown = None;
        self.textures.clear();
    }

    fn show(&mut self, ui: &mut Ui, subject: &Subject, insight: &Arc<Insight>) {
        if !self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, insight)) {
            self.textures.clear();
            self.shown = Some(Arc::clone(insight));
        }
        let moved = self.turn(ui, insight);
        let piece = insight.pieces.get(self.piece);
        let image = &*subject.image;
        self.place = self.place.fitted(piece);
        let scene = piece.map(|piece| Scene {
            insight: insight.as_ref(),
            metadata: subject.model.metadata(),
            piece,
            index: self.piece,
            textures: &mut self.textures,
        });
        let mut to = road::breadcrumb(ui, self.place, scene.as_ref());
        let (from_road, chosen) = road::show(ui, insight, &mut self.textures, image, self.piece, self.place);
        to = to.or(from_road);
        if let Some(chosen) = chosen {
            self.piece = chosen;
        }
        ui.separator();
        let piece = insight.pieces.get(self.piece);
        let place = self.place;
        let shown = match (place, piece) {
            (Place::Image { x, y }, _) => {
                let at = numbers::inside([image.width(), image.height()], x, y);
                numbers::show(ui, image, &insight.grey, &mut self.textures, at)
            }
            (Place::Prepared, _) | (_, None) => {
                prepared::show(ui, insight, &mut self.textures);
                None
            }
            (place, Some(piece)) => {
                let mut scene = Scene {
                    insight,
                    metadata: subject.model.metadata(),
                    piece,
                    index: self.piece,
                    textures: &mut self.textures,
                };
                deeper(ui, &mut scene, place, moved, &mut self.sum)
            }
        };
        if let Some(to) = to.or(shown) {
            self.place = to;
            ui.ctx().request_repaint();
        }
    }

    /// Applies the keys; returns whether they changed the place.
    fn turn(&mut self, ui: &Ui, insight: &Insight) -> bool {
        let keys = keys::pressed(ui);
        let last = insight.pieces.len().saturating_sub(1);
        self.piece = self.piece.min(last).saturating_add_signed(keys.letters).min(last);
        let piece = insight.pieces.get(self.piece);
        self.place = self.place.fitted(piece);
        let moved = !keys.moves.is_empty();
        for step in keys.moves {
            self.place = self.place.moved(step, piece).fitted(piece);
            self.sum.play.running = false;
        }
        if keys.play && matches!(self.place, Place::Sum { .. }) {
            self.sum.play.running = !self.sum.play.running;
        }
        moved
    }
}

/// The places inside the network.
fn deeper(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    place: Place,
    moved: bool,
    sum: &mut SumState,
) -> Option<Place> {
    match place {
        Place::Layer { stage, map } => layer::show(ui, scene, stage, map),
        Place::Sum { stage, cell } => sum::show(ui, scene, stage, cell, sum),
        Place::Reading { column } if scene.is_sequence() => ctc::show(ui, scene, column),
        Place::Reading { .. } => scores::show(ui, scene),
        Place::Overview { stage } => overview::show(ui, scene, Cursor { stage, moved }),
        Place::Image { .. } | Place::Prepared => None,
    }
}

const COMPUTING: &str = "Looking inside \u{2026}";

fn computing(ui: &mut Ui) {
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space(ui.available_height() / 3.0);
        ui.spinner();
        ui.label(COMPUTING);
    });
}

/// Shows in the corner that what is on screen is out of date, for example while a slider moves.
fn still_computing(ui: &mut Ui) {
    let corner = UiBuilder::new().max_rect(ui.max_rect()).layout(Layout::right_to_left(Align::Min));
    ui.new_child(corner).weak(COMPUTING);
}

fn hint(ui: &mut Ui, text: &str) {
    ui.centered_and_justified(|ui| ui.label(text));
}
