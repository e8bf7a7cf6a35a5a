//! The layout of the overview: what is shown of each level, in which size, and in which band.

use std::ops::Range;

use eframe::egui::{Vec2, vec2};

use crate::inside::paint::bands::bands;
use crate::inside::paint::scene::Scene;

/// A column: the part of a level that is shown, and its size.
pub(crate) struct Column {
    /// The level.
    pub(crate) level: usize,
    /// Width in points.
    pub(crate) width: f32,
    /// The size of each picture; a list takes all the height.
    pub(crate) thumb: Vec2,
    /// How many maps the level has.
    pub(crate) maps: usize,
    /// The content of the column.
    pub(crate) what: What,
}

/// The content of a column.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum What {
    /// Pictures, one below the other.
    Maps,
    /// One long list.
    List,
    /// Bars of class scores.
    Scores,
}

/// All columns in bands.
pub(crate) struct Arrangement {
    /// Every level.
    pub(crate) columns: Vec<Column>,
    /// The columns of each band.
    pub(crate) bands: Vec<Range<usize>>,
    /// Height of each band's columns.
    pub(crate) height: f32,
}

/// Height of the three lines above each column.
pub(crate) const HEADER: f32 = 44.0;
/// Height of the line below a column, which says how many more maps there are.
pub(crate) const FOOTER: f32 = 16.0;
/// Gap between bands.
pub(crate) const BAND_GAP: f32 = 14.0;
/// Gap between the maps of a column.
pub(crate) const MAP_GAP: f32 = 5.0;
/// Gap between columns, with room for the lines.
pub(crate) const COLUMN_GAP: f32 = 20.0;

/// Heights of maps to try, in points.
const THUMBS: [f32; 9] = [38.0, 42.0, 46.0, 50.0, 54.0, 60.0, 66.0, 72.0, 80.0];
/// The largest aspect ratio of a map, width to height.
const WIDEST: f32 = 2.2;
/// The least height of a map, so that it can be clicked.
const LOWEST: f32 = 12.0;
/// Width of a list of values.
const LIST: f32 = 14.0;
/// Width of the class scores at the end.
const SCORES: f32 = 118.0;
/// Maps are enlarged only as long as this many fit.
const FEWEST_MAPS: f32 = 6.0;
/// If the room is low, this many maps are shown nevertheless, and the view scrolls.
const MAPS_TO_SCROLL: f32 = 4.0;

impl Arrangement {
    /// The levels in as few bands as `room` allows, and then as large as possible; `below` is left free below
    /// them.
    pub(crate) fn new(scene: &Scene<'_>, room: Vec2, below: f32) -> Self {
        let of = |thumb: f32| {
            let columns = columns(scene, thumb);
            let widths: Vec<f32> = columns.iter().map(|column| column.width).collect();
            let bands = bands(&widths, COLUMN_GAP, room.x);
            let share = (room.y - below) / bands.len().max(1) as f32 - HEADER - FOOTER - BAND_GAP;
            let height = share.max(MAPS_TO_SCROLL * (thumb + MAP_GAP));
            Self { columns, bands, height }
        };
        let smallest = of(THUMBS[0]);
        let larger = THUMBS[1..].iter().map(|&thumb| (thumb, of(thumb))).take_while(|(thumb, larger)| {
            larger.bands.len() == smallest.bands.len() && larger.height >= FEWEST_MAPS * (thumb + MAP_GAP)
        });
        larger.map(|(_, larger)| larger).last().unwrap_or(smallest)
    }
}

fn columns(scene: &Scene<'_>, thumb: f32) -> Vec<Column> {
    let piece = scene.piece;
    let input = piece.planes(0);
    let wide = thumb * (input.width as f32 / input.height.max(1) as f32).clamp(1.0, WIDEST);
    let columns = (0..=piece.layers()).map(|level| {
        let planes = piece.planes(level);
        let (what, width, thumb) = if planes.are_maps() {
            let height = wide * planes.height as f32 / planes.width.max(1) as f32;
            (What::Maps, wide, vec2(wide, height.clamp(LOWEST, wide)))
        } else if planes.are_columns() {
            (What::Maps, wide, vec2(wide, 3.0 * thumb))
        } else if level == piece.layers() {
            (What::Scores, SCORES, vec2(SCORES, 0.0))
        } else {
            (What::List, thumb, vec2(LIST, 0.0))
        };
        Column { level, width, thumb, maps: planes.maps, what }
    });
    columns.collect()
}
