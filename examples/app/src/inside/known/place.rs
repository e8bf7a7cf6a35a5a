//! The position of the user in the view, and navigation by keys.

use crate::inside::known::insight::Piece;
use crate::inside::known::planes::Cell;

/// The page on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// All layers, one of them selected.
    Overview { stage: usize },
    /// The image as arrays of numbers around this pixel.
    Image { x: usize, y: usize },
    /// The input of the network: letters, or the image scaled to its height.
    Prepared,
    /// One layer, with one of its maps chosen.
    Layer { stage: usize, map: usize },
    /// The sum that gives one value of a layer.
    Sum { stage: usize, cell: Cell },
    /// From the scores to the text; one of the columns of a sequence is selected.
    Reading { column: usize },
}

/// A move that a key requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Left,
    Right,
    Up,
    Down,
    /// One level deeper.
    In,
    /// One level up.
    Out,
    PreviousMap,
    NextMap,
}

impl Default for Place {
    fn default() -> Self {
        Self::Overview { stage: 0 }
    }
}

impl Place {
    /// The place above this one; `None` above the overview.
    pub(crate) fn above(self) -> Option<Self> {
        match self {
            Self::Overview { .. } => None,
            Self::Layer { stage, .. } => Some(Self::Overview { stage }),
            Self::Sum { stage, cell } => Some(Self::Layer { stage, map: cell.map }),
            Self::Image { .. } | Self::Prepared | Self::Reading { .. } => Some(Self::default()),
        }
    }

    /// The place that a key leads to, before it is [fitted](Self::fitted).
    pub(crate) fn moved(self, key: Move, piece: Option<&Piece>) -> Self {
        let [right, down] = match key {
            Move::Left => [-1, 0],
            Move::Right => [1, 0],
            Move::Up => [0, -1],
            Move::Down => [0, 1],
            Move::In | Move::Out | Move::PreviousMap | Move::NextMap => [0, 0],
        };
        let page = match key {
            Move::PreviousMap => -1,
            Move::NextMap => 1,
            _ => 0,
        };
        let by = usize::saturating_add_signed;
        match self {
            place if key == Move::Out => place.above().unwrap_or(place),
            Self::Overview { stage } if key == Move::In => Self::Layer { stage, map: 0 },
            Self::Overview { stage } => Self::Overview { stage: by(stage, right) },
            Self::Layer { stage, map } if key == Move::In => {
                let strongest = piece.map(|piece| piece.strongest(stage + 1, map));
                Self::Sum { stage, cell: strongest.unwrap_or(Cell { map, ..Cell::default() }) }
            }
            Self::Layer { stage, map } => Self::Layer { stage: by(stage, right), map: by(map, down + page) },
            Self::Sum { stage, cell: Cell { map, y, x } } => {
                Self::Sum { stage, cell: Cell { map: by(map, page), y: by(y, down), x: by(x, right) } }
            }
            Self::Image { x, y } => Self::Image { x: by(x, right), y: by(y, down) },
            Self::Reading { column } => Self::Reading { column: by(column, right) },
            Self::Prepared => Self::Prepared,
        }
    }

    /// The same place if this piece has it, else the nearest one that it has; without a piece, no place
    /// inside the network.
    pub(crate) fn fitted(self, piece: Option<&Piece>) -> Self {
        let Some(piece) = piece else {
            return match self {
                Self::Image { .. } | Self::Prepared => self,
                _ => Self::default(),
            };
        };
        let last = piece.layers().saturating_sub(1);
        match self {
            Self::Overview { stage } => Self::Overview { stage: stage.min(last) },
            Self::Layer { stage, map } => {
                let stage = stage.min(last);
                Self::Layer { stage, map: map.min(piece.planes(stage + 1).maps.saturating_sub(1)) }
            }
            Self::Sum { stage, cell } => {
                let stage = stage.min(last);
                Self::Sum { stage, cell: piece.planes(stage + 1).nearest(cell) }
            }
            Self::Reading { column } => {
                Self::Reading { column: column.min(piece.planes(piece.layers()).width.saturating_sub(1)) }
            }
            Self::Image { .. } | Self::Prepared => self,
        }
    }
}
