//! A non-empty rectangle in pixels.

use serde::{Deserialize, Serialize};

/// A non-empty, axis-aligned rectangle in whole pixels; the origin is the top left of the image.
///
/// Its right and bottom edges are at most [`u32::MAX`], so that no arithmetic on boxes overflows. Deserialisation checks
/// what [`new`](Self::new) checks.
///
/// ```
/// use captcha_core::GlyphBox;
///
/// let a = GlyphBox::new(10, 5, 20, 30)?;
/// let b = GlyphBox::new(20, 5, 20, 30)?;
/// assert_eq!(a.right(), 30);
/// assert_eq!(a.union(b), GlyphBox::new(10, 5, 30, 30)?);
/// assert_eq!(a.iou(b), 1.0 / 3.0);
/// assert!(GlyphBox::new(10, 5, 0, 30).is_err());
/// # Ok::<(), captcha_core::GlyphBoxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct GlyphBox {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// Why four numbers do not make a [`GlyphBox`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlyphBoxError {
    /// The box would hold no pixel.
    #[error("expected a box of at least 1 x 1 pixels, got {width} x {height}")]
    Empty {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// The right or the bottom edge would be beyond [`u32::MAX`].
    #[error("a box of {width} x {height} pixels at column {x} and row {y} reaches beyond {}", u32::MAX)]
    TooFar {
        /// The column of the leftmost pixel.
        x: u32,
        /// The row of the topmost pixel.
        y: u32,
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
}

/// A box as it is deserialised, before it is checked.
#[derive(Deserialize)]
struct Unchecked {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl TryFrom<Unchecked> for GlyphBox {
    type Error = GlyphBoxError;

    fn try_from(Unchecked { x, y, width, height }: Unchecked) -> Result<Self, GlyphBoxError> {
        Self::new(x, y, width, height)
    }
}

impl GlyphBox {
    /// The box of `width` x `height` pixels whose top left pixel is in column `x` and row `y`.
    ///
    /// # Errors
    /// [`GlyphBoxError::Empty`] if the width or the height is 0, [`GlyphBoxError::TooFar`] if an edge is beyond
    /// [`u32::MAX`].
    pub fn new(x: u32, y: u32, width: u32, height: u32) -> Result<Self, GlyphBoxError> {
        if width == 0 || height == 0 {
            return Err(GlyphBoxError::Empty { width, height });
        }
        if x.checked_add(width).is_none() || y.checked_add(height).is_none() {
            return Err(GlyphBoxError::TooFar { x, y, width, height });
        }
        Ok(Self { x, y, width, height })
    }

    /// The smallest box that holds all `points` `(x, y)`, or `None` if there are none. Points in column or row
    /// [`u32::MAX`], which no image has, are ignored.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = (u32, u32)>) -> Option<Self> {
        points.into_iter().filter_map(|(x, y)| Self::new(x, y, 1, 1).ok()).reduce(Self::union)
    }

    /// The column of the leftmost pixel.
    #[must_use]
    pub fn x(self) -> u32 {
        self.x
    }

    /// The row of the topmost pixel.
    #[must_use]
    pub fn y(self) -> u32 {
        self.y
    }

    /// The width in pixels, at least 1.
    #[must_use]
    pub fn width(self) -> u32 {
        self.width
    }

    /// The height in pixels, at least 1.
    #[must_use]
    pub fn height(self) -> u32 {
        self.height
    }

    /// The first column to the right of the box.
    #[must_use]
    pub fn right(self) -> u32 {
        self.x + self.width
    }

    /// The first row below the box.
    #[must_use]
    pub fn bottom(self) -> u32 {
        self.y + self.height
    }

    /// The number of pixels.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The smallest box that holds both boxes.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            width: self.right().max(other.right()) - x,
            height: self.bottom().max(other.bottom()) - y,
        }
    }

    /// The box that both cover, or `None` if they do not overlap.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        (x < right && y < bottom).then(|| Self { x, y, width: right - x, height: bottom - y })
    }

    /// Intersection over union, in `[0, 1]`: 1 for equal boxes, 0 for boxes that do not overlap.
    #[must_use]
    pub fn iou(self, other: Self) -> f64 {
        let shared = self.intersection(other).map_or(0, Self::area);
        let covered = u128::from(self.area()) + u128::from(other.area()) - u128::from(shared);
        shared as f64 / covered as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxes() -> impl Strategy<Value = GlyphBox> {
        (0u32..200, 0u32..200, 1u32..100, 1u32..100)
            .prop_map(|(x, y, w, h)| GlyphBox::new(x, y, w, h).unwrap())
    }

    proptest! {
        #[test]
        fn iou_is_a_symmetric_share(a in boxes(), b in boxes()) {
            prop_assert_eq!(a.iou(b), b.iou(a));
            prop_assert!((0.0..=1.0).contains(&a.iou(b)));
            prop_assert_eq!(a.iou(a), 1.0);
        }

        #[test]
        fn union_holds_both(a in boxes(), b in boxes()) {
            let union = a.union(b);
            prop_assert_eq!(union.intersection(a), Some(a));
            prop_assert_eq!(union.intersection(b), Some(b));
        }
    }

    #[test]
    fn around_points() {
        assert_eq!(GlyphBox::around([]), None);
        assert_eq!(GlyphBox::around([(3, 9), (5, 2)]), Some(GlyphBox::new(3, 2, 3, 8).unwrap()));
        assert_eq!(GlyphBox::around([(3, u32::MAX)]), None);
    }

    #[test]
    fn the_largest_box_overflows_nothing() {
        let largest = GlyphBox::new(0, 0, u32::MAX, u32::MAX).unwrap();
        assert_eq!((largest.union(largest), largest.iou(largest)), (largest, 1.0));
        assert_eq!(largest.right(), u32::MAX);
    }

    #[test]
    fn what_is_no_box_is_refused_also_when_it_is_deserialised() {
        let far = u32::MAX - 4;
        let cases = [
            ([1, 2, 3, 4], None),
            ([far, far, 4, 4], None),
            ([1, 2, 0, 4], Some(GlyphBoxError::Empty { width: 0, height: 4 })),
            ([1, 2, 3, 0], Some(GlyphBoxError::Empty { width: 3, height: 0 })),
            ([far, 2, 5, 4], Some(GlyphBoxError::TooFar { x: far, y: 2, width: 5, height: 4 })),
            ([1, far, 3, 5], Some(GlyphBoxError::TooFar { x: 1, y: far, width: 3, height: 5 })),
        ];
        for ([x, y, width, height], expected) in cases {
            let made = GlyphBox::new(x, y, width, height);
            assert_eq!(made.err(), expected);
            let json = format!(r#"{{"x":{x},"y":{y},"width":{width},"height":{height}}}"#);
            match (serde_json::from_str::<GlyphBox>(&json), expected) {
                (Ok(read), None) => assert_eq!(serde_json::to_string(&read).unwrap(), json),
                (Err(error), Some(expected)) => assert!(error.to_string().contains(&expected.to_string())),
                (read, expected) => panic!("{json}: {read:?}, expected {expected:?}"),
            }
        }
    }
}
