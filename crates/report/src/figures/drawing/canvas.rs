//! Rasterises charts: a plotters backend with anti-aliased edges and the font of this repository.
//!
//! The bitmap backend of plotters has aliased edges and takes text from the system fonts, through C
//! libraries. Here every shape is a polygon whose exact coverage is accumulated by `ab_glyph_rasterizer`, so
//! a chart is the same on every machine. Rectangles and text are placed as the SVG backend places them.

use std::convert::Infallible;

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use image::{Rgb, RgbImage};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::palette::WHITE;
use super::text::{self, Direction};

/// Device pixels for each unit of a chart, for high-density screens.
pub(in crate::figures) const SCALE: u32 = 2;

/// What plotters calls the font size is the line height; its SVG backend divides by this to get the em.
pub(in crate::figures) const SIZE_OF_EM: f64 = 1.24;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// An image that plotters draws on, [`SCALE`] times as large as the size it reports.
pub(in crate::figures) struct Canvas<'a> {
    image: &'a mut RgbImage,
}

impl<'a> Canvas<'a> {
    /// A canvas over `image`, whose sides are multiples of [`SCALE`].
    pub(in crate::figures) fn new(image: &'a mut RgbImage) -> Self {
        Self { image }
    }

    /// A white image for a chart of this size.
    pub(in crate::figures) fn blank((width, height): (u32, u32)) -> RgbImage {
        RgbImage::from_pixel(width * SCALE, height * SCALE, WHITE)
    }

    /// Fills the outline `corners`, in device pixels, with the non-zero winding rule.
    fn fill(&mut self, corners: &[Point], colour: BackendColor) {
        let (mut low, mut high) = (point(f32::MAX, f32::MAX), point(f32::MIN, f32::MIN));
        for corner in corners {
            low = point(low.x.min(corner.x), low.y.min(corner.y));
            high = point(high.x.max(corner.x), high.y.max(corner.y));
        }
        let (width, height) = (self.image.width() as f32, self.image.height() as f32);
        if corners.len() < 3 || high.x <= 0.0 || high.y <= 0.0 || low.x >= width || low.y >= height {
            return;
        }
        // Clipped to the image before anything is allocated; the rasteriser only takes points inside its
        // grid.
        let inside = |p: &Point| point(p.x.clamp(0.0, width), p.y.clamp(0.0, height));
        let (low, high) = (inside(&low), inside(&high));
        let (left, top) = (low.x.floor(), low.y.floor());
        let columns = (high.x.ceil() - left) as usize;
        let rows = (high.y.ceil() - top) as usize;
        let mut rasterizer = Rasterizer::new(columns, rows);
        let mut from = corners.last().map_or(low, &inside);
        for corner in corners.iter().map(inside) {
            rasterizer.draw_line(point(from.x - left, from.y - top), point(corner.x - left, corner.y - top));
            from = corner;
        }
        let alpha = colour.alpha as f32;
        rasterizer.for_each_pixel_2d(|x, y, coverage| {
            if coverage > 0.0 {
                let place = (left as i64 + i64::from(x), top as i64 + i64::from(y));
                text::blend(self.image, place, rgb(colour), coverage.min(1.0) * alpha);
            }
        });
    }

    /// A line of this width in device pixels with round caps.
    fn stroke(&mut self, from: Point, to: Point, width: f32, colour: BackendColor) {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy);
        if length > 0.0 {
            let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
            let corners = [
                point(from.x + nx, from.y + ny),
                point(to.x + nx, to.y + ny),
                point(to.x - nx, to.y - ny),
                point(from.x - nx, from.y - ny),
            ];
            self.fill(&corners, colour);
        }
    }

    fn disc(&mut self, centre: Point, radius: f32, colour: BackendColor) {
        /// Corners of the polygon that approximates a circle: the error is below 0.02 px up to a radius of 30
        /// px.
        const CORNERS: usize = 96;
        let corners: Vec<Point> = (0..CORNERS)
            .map(|i| {
                let (sin, cos) = (std::f32::consts::TAU * i as f32 / CORNERS as f32).sin_cos();
                point(centre.x + radius * cos, centre.y + radius * sin)
            })
            .collect();
        self.fill(&corners, colour);
    }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.image.width() / SCALE, self.image.height() / SCALE)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        let width = style.stroke_width() * SCALE;
        self.stroke(device(from), device(to), width as f32, style.color());
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (a, b) = (device(upper_left), device(bottom_right));
        let corners = [a, point(b.x, a.y), b, point(a.x, b.y)];
        if fill {
            self.fill(&corners, style.color());
        } else {
            // A stroke width of 1, whatever the style says, and square corners, as the SVG backend draws it.
            let half = SCALE as f32 / 2.0;
            let (left, right) = (point(-half, 0.0), point(half, 0.0));
            for (from, to) in [(corners[0], corners[1]), (corners[3], corners[2])] {
                self.stroke(shift(from, left), shift(to, right), SCALE as f32, style.color());
            }
            let (up, down) = (point(0.0, -half), point(0.0, half));
            for (from, to) in [(corners[0], corners[3]), (corners[1], corners[2])] {
                self.stroke(shift(from, down), shift(to, up), SCALE as f32, style.color());
            }
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let width = (style.stroke_width() * SCALE) as f32;
        let mut from = None;
        for to in path.into_iter().map(device) {
            if let Some(from) = from {
                self.stroke(from, to, width, style.color());
                // A round join, so that corners have no gaps.
                self.disc(from, width / 2.0, style.color());
            }
            from = Some(to);
        }
        if let Some(end) = from {
            self.disc(end, width / 2.0, style.color());
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        debug_assert!(fill, "no chart here draws an empty circle");
        self.disc(device(centre), (radius * SCALE) as f32, style.color());
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let corners: Vec<Point> = corners.into_iter().map(device).collect();
        self.fill(&corners, style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, place: BackendCoord) -> Drawn {
        let em = (style.size() / SIZE_OF_EM) as f32 * SCALE as f32;
        let width = text::width(text, em);
        let along = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        // The offsets from the anchor to the baseline that the SVG backend writes; an x-height is half an em.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.76 * em,
            VPos::Center => 0.25 * em,
            VPos::Bottom => -0.25 * em,
        };
        let place = device(place);
        let (origin, direction) = match style.transform() {
            FontTransform::Rotate270 => ((place.x + down, place.y - along), Direction::Up),
            _ => ((place.x + along, place.y + down), Direction::Right),
        };
        text::draw(self.image, text, em, origin, rgb(style.color()), direction);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let em = style.size() / SIZE_OF_EM;
        Ok((text::width(text, em as f32).ceil() as u32, style.size().ceil() as u32))
    }
}

fn device((x, y): BackendCoord) -> Point {
    point((x * SCALE as i32) as f32, (y * SCALE as i32) as f32)
}

fn shift(a: Point, b: Point) -> Point {
    point(a.x + b.x, a.y + b.y)
}

fn rgb(colour: BackendColor) -> Rgb<u8> {
    let (red, green, blue) = colour.rgb;
    Rgb([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: BackendColor = BackendColor { alpha: 1.0, rgb: (0, 0, 0) };

    fn drawn(size: (u32, u32), draw: impl FnOnce(&mut Canvas<'_>) -> Drawn) -> RgbImage {
        let mut image = Canvas::blank(size);
        draw(&mut Canvas::new(&mut image)).unwrap();
        image
    }

    /// The sum of the ink of all pixels, in pixels.
    fn ink(image: &RgbImage) -> f64 {
        image.pixels().map(|pixel| f64::from(255 - pixel.0[0]) / 255.0).sum()
    }

    #[test]
    fn a_rectangle_fills_its_pixels_and_no_other() {
        let image = drawn((10, 10), |canvas| canvas.draw_rect((2, 3), (5, 7), &BLACK, true));
        for (x, y, pixel) in image.enumerate_pixels() {
            let inside = (4..10).contains(&x) && (6..14).contains(&y);
            assert_eq!(pixel.0[0] == 0, inside, "{x} {y}");
        }
    }

    #[test]
    fn the_corners_of_an_outline_are_closed() {
        let image = drawn((10, 10), |canvas| canvas.draw_rect((2, 2), (7, 7), &BLACK, false));
        for corner in [(3, 3), (14, 3), (3, 14), (14, 14)] {
            assert_eq!(image.get_pixel(corner.0, corner.1).0, [0; 3], "{corner:?}");
        }
        assert!((ink(&image) - (12.0 * 12.0 - 8.0 * 8.0)).abs() < 0.1, "{}", ink(&image));
    }

    #[test]
    fn shapes_cover_their_area() {
        let disc = drawn((40, 40), |canvas| canvas.draw_circle((20, 20), 10, &BLACK, true));
        let area = std::f64::consts::PI * 20.0 * 20.0;
        assert!((ink(&disc) - area).abs() < 0.005 * area, "{} of {area}", ink(&disc));
        let triangle = drawn((40, 40), |canvas| canvas.fill_polygon([(0, 0), (40, 0), (0, 40)], &BLACK));
        assert!((ink(&triangle) - 3200.0).abs() < 4.0, "{}", ink(&triangle));
        let line = drawn((40, 40), |canvas| canvas.draw_line((5, 5), (35, 20), &BLACK));
        let length = 30f64.hypot(15.0) * 2.0;
        assert!((ink(&line) - length * 2.0).abs() < 1.0, "{} of {}", ink(&line), length * 2.0);
    }

    #[test]
    fn transparent_is_in_between() {
        let half = BackendColor { alpha: 0.5, rgb: (0, 0, 0) };
        let image = drawn((2, 2), |canvas| canvas.draw_rect((0, 0), (2, 2), &half, true));
        assert!(image.pixels().all(|pixel| (127..=128).contains(&pixel.0[0])));
    }

    #[test]
    fn what_is_outside_is_cut() {
        let image = drawn((4, 4), |canvas| {
            canvas.draw_rect((-1_000_000, -1_000_000), (-3, 2), &BLACK, true)?;
            canvas.draw_rect((2, 2), (1_000_000, 1_000_000), &BLACK, true)?;
            canvas.draw_circle((-50, 2), 3, &BLACK, true)?;
            canvas.draw_line((9, 9), (9, 9), &BLACK)
        });
        assert!((ink(&image) - 16.0).abs() < 1e-6, "{}", ink(&image));
    }
}
