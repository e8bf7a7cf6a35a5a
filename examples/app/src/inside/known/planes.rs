//! Arranges the values of a layer as pictures.

use captcha_lab::core::ndarray::Array3;
use captcha_lab::infer::Shape;

/// The arrangement of the values of one layer as pictures of equal size, in which each value is a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Planes {
    kind: Kind,
    /// How many pictures.
    pub(crate) maps: usize,
    /// Rows of each.
    pub(crate) height: usize,
    /// Columns of each.
    pub(crate) width: usize,
}

/// One value in the pictures of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    /// The picture.
    pub(crate) map: usize,
    /// The row from the top.
    pub(crate) y: usize,
    /// The column from the left.
    pub(crate) x: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Maps,
    Vector,
    Sequence,
}

/// The longest vector that is shown as one column, such as the class scores; longer ones are folded into a
/// rectangle.
const LONGEST_COLUMN: usize = 64;

impl Planes {
    /// Maps stay as they are; a sequence becomes one picture with a column for each step; a vector becomes
    /// one column, or is folded row by row if it is long.
    pub(crate) fn of(shape: Shape) -> Self {
        let picture = |kind, height, width| Self { kind, maps: 1, height, width };
        match shape {
            Shape::Maps { channels, height, width } => {
                Self { kind: Kind::Maps, maps: channels, height, width }
            }
            Shape::Sequence { steps, features } => picture(Kind::Sequence, features, steps),
            Shape::Vector { features } if features > LONGEST_COLUMN => {
                let width = (1..=features.isqrt()).rev().find(|side| features.is_multiple_of(*side));
                let width = width.unwrap_or(1);
                picture(Kind::Vector, features / width, width)
            }
            shape => picture(Kind::Vector, shape.len(), 1),
        }
    }

    /// The maps of an image, `[channels, height, width]`.
    pub(crate) fn of_image(image: &Array3<f32>) -> Self {
        let (channels, height, width) = image.dim();
        Self::of(Shape::Maps { channels, height, width })
    }

    /// The index of a cell among the values of the layer.
    pub(crate) fn index(&self, cell: Cell) -> [usize; 3] {
        match self.kind {
            Kind::Maps => [cell.map, cell.y, cell.x],
            Kind::Vector => [0, cell.y * self.width + cell.x, 0],
            Kind::Sequence => [cell.x, cell.y, 0],
        }
    }

    /// The cell of a value of the layer.
    pub(crate) fn cell(&self, index: [usize; 3]) -> Cell {
        let [first, second, third] = index;
        match self.kind {
            Kind::Maps => Cell { map: first, y: second, x: third },
            Kind::Vector => Cell { map: 0, y: second / self.width, x: second % self.width },
            Kind::Sequence => Cell { map: 0, y: second, x: first },
        }
    }

    /// The cell if it exists, else the nearest one.
    pub(crate) fn nearest(&self, cell: Cell) -> Cell {
        Cell {
            map: cell.map.min(self.maps.saturating_sub(1)),
            y: cell.y.min(self.height.saturating_sub(1)),
            x: cell.x.min(self.width.saturating_sub(1)),
        }
    }

    /// The cell `steps` further on its map, row by row, wrapping from the end to the start.
    pub(crate) fn after(&self, cell: Cell, steps: usize) -> Cell {
        let cells = (self.height * self.width).max(1);
        let place = (cell.y * self.width + cell.x + steps) % cells;
        Cell { map: cell.map, y: place / self.width.max(1), x: place % self.width.max(1) }
    }

    /// Whether these are feature maps rather than a list of values.
    pub(crate) fn are_maps(&self) -> bool {
        self.kind == Kind::Maps
    }

    /// Whether each column represents a strip of the image.
    pub(crate) fn are_columns(&self) -> bool {
        self.kind == Kind::Sequence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_cell() {
        let shapes = [
            Shape::Maps { channels: 3, height: 4, width: 5 },
            Shape::Sequence { steps: 6, features: 7 },
            Shape::Vector { features: 26 },
            Shape::Vector { features: 500 },
            Shape::Vector { features: 67 },
        ];
        for shape in shapes {
            let planes = Planes::of(shape);
            assert_eq!(planes.maps * planes.height * planes.width, shape.len(), "{shape}");
            let mut cell = Cell::default();
            for _ in 0..planes.height * planes.width {
                assert_eq!(planes.cell(planes.index(cell)), cell, "{shape}");
                cell = planes.after(cell, 1);
            }
            assert_eq!(cell, Cell::default(), "the last is followed by the first");
        }
    }

    #[test]
    fn long_vectors_are_folded_and_classes_are_not() {
        let sides = |features| {
            let planes = Planes::of(Shape::Vector { features });
            (planes.height, planes.width)
        };
        assert_eq!([26, 500, 576, 67].map(sides), [(26, 1), (25, 20), (24, 24), (67, 1)]);
    }

    #[test]
    fn a_cell_outside_moves_to_the_edge() {
        let planes = Planes::of(Shape::Maps { channels: 3, height: 4, width: 5 });
        assert_eq!(planes.nearest(Cell { map: 9, y: 9, x: 2 }), Cell { map: 2, y: 3, x: 2 });
    }
}
