//! A non-empty rectangle in pixels.

use serde::{Deserialize, Serialize};

/// A non-empty, axis-aligned rectangle in whole pixels; the origin is the top left of the image.
///
/// ```
/// use captcha_core::GlyphBox;
///
/// let a = GlyphBox::at(10, 5).of_size(20, 30);
/// let b = GlyphBox::at(20, 5).of_size(20, 30);
/// assert_eq!(a.right(), 30);
/// assert_eq!(a.union(b), GlyphBox::at(10, 5).of_size(30, 30));
/// assert_eq!(a.iou(b), 1.0 / 3.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GlyphBox {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// The top left corner of a [`GlyphBox`] to be; see [`GlyphBox::at`].
#[derive(Debug, Clone, Copy)]
pub struct Corner {
    x: u32,
    y: u32,
}

impl Corner {
    /// The box of this size in pixels with its top left corner here.
    ///
    /// # Panics
    /// If `width` or `height` is 0: a glyph box is never empty.
    #[must_use]
    pub fn of_size(self, width: u32, height: u32) -> GlyphBox {
        assert!(width > 0 && height > 0, "a glyph box is never empty, got {width} x {height}");
        GlyphBox { x: self.x, y: self.y, width, height }
    }
}

impl GlyphBox {
    /// Starts a box with its top left pixel at `(x, y)`.
    #[must_use]
    pub fn at(x: u32, y: u32) -> Corner {
        Corner { x, y }
    }

    /// The smallest box that holds all `points` `(x, y)`, or `None` if there are none.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = (u32, u32)>) -> Option<Self> {
        points.into_iter().map(|(x, y)| Self { x, y, width: 1, height: 1 }).reduce(Self::union)
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

    /// The smallest box that holds both.
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

    /// What both cover, or `None` if they do not overlap.
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
        shared as f64 / (self.area() + other.area() - shared) as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxes() -> impl Strategy<Value = GlyphBox> {
        (0u32..200, 0u32..200, 1u32..100, 1u32..100).prop_map(|(x, y, w, h)| GlyphBox::at(x, y).of_size(w, h))
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
        assert_eq!(GlyphBox::around([(3, 9), (5, 2)]), Some(GlyphBox::at(3, 2).of_size(3, 8)));
    }
}
