//! Draws text on images, in the one font of all figures.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, Point, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};

use super::palette::mix;

/// The font family in CSS, starting with the font of the raster images, for viewers that have it.
pub(crate) const FAMILY: &str = "PT Sans, Helvetica, Arial, sans-serif";

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../../fonts/PTSans-Bold.ttf"))
        .expect("a font of this repository")
});

/// The direction of a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Left to right.
    Right,
    /// Bottom to top, as beside a vertical axis.
    Up,
}

/// The width in pixels of `text` with an em of `em` pixels.
pub(crate) fn width(text: &str, em: f32) -> f32 {
    layout(text, em).1
}

/// Draws `text` with its baseline starting at `origin`, clipped at the edges of `image`.
pub(crate) fn draw(
    image: &mut RgbImage,
    text: &str,
    em: f32,
    origin: (f32, f32),
    colour: Rgb<u8>,
    direction: Direction,
) {
    for glyph in layout(text, em).0 {
        let Some(outlined) = FONT.outline_glyph(glyph) else { continue };
        let corner = outlined.px_bounds().min;
        outlined.draw(|column, row, coverage| {
            let (x, y) = (corner.x + column as f32, corner.y + row as f32);
            let (x, y) = match direction {
                Direction::Right => (origin.0 + x, origin.1 + y),
                Direction::Up => (origin.0 + y, origin.1 - x),
            };
            blend(image, (x.round() as i64, y.round() as i64), colour, coverage);
        });
    }
}

/// Draws `text` left to right, centred at column `centre`, no further left than 0.
pub(crate) fn draw_centred(
    image: &mut RgbImage,
    text: &str,
    em: f32,
    (centre, baseline): (f32, f32),
    colour: Rgb<u8>,
) {
    let left = (centre - width(text, em) / 2.0).max(0.0);
    draw(image, text, em, (left, baseline), colour, Direction::Right);
}

/// Blends `colour` over the pixel at `(x, y)` with this coverage in `[0, 1]`; does nothing outside the image.
pub(crate) fn blend(image: &mut RgbImage, (x, y): (i64, i64), colour: Rgb<u8>, coverage: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
    if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
        *pixel = if coverage >= 1.0 { colour } else { mix(*pixel, colour, f64::from(coverage.max(0.0))) };
    }
}

/// `text` in lines of at most `limit` pixels, broken at spaces; words are broken only if wider than a line.
pub(crate) fn wrap(text: &str, em: f32, limit: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, em) <= limit {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in word.chars() {
            line.push(character);
            if line.chars().count() > 1 && width(&line, em) > limit {
                line.pop();
                lines.push(std::mem::replace(&mut line, character.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// `text`, shortened to `limit` pixels with an ellipsis if it is wider.
pub(crate) fn cut(text: &str, em: f32, limit: f32) -> String {
    /// Characters that are measured: more than any line of a picture holds; it bounds the run time.
    const MOST: usize = 500;
    let mut kept: Vec<char> = text.chars().take(MOST + 1).collect();
    if kept.len() <= MOST && width(text, em) <= limit {
        return text.to_owned();
    }
    while kept.pop().is_some() {
        let shorter = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width(&shorter, em) <= limit {
            return shorter;
        }
    }
    String::new()
}

/// The glyphs of `text` on a baseline through the origin, with kerning, and their total advance.
fn layout(text: &str, em: f32) -> (Vec<Glyph>, f32) {
    let scale = scale_of(em);
    let font = FONT.as_scaled(scale);
    let mut glyphs = Vec::new();
    let mut pen: Point = point(0.0, 0.0);
    let mut previous = None;
    for character in text.chars() {
        let id = font.glyph_id(if character.is_control() { ' ' } else { character });
        if let Some(previous) = previous {
            pen.x += font.kern(previous, id);
        }
        glyphs.push(id.with_scale_and_position(scale, pen));
        pen.x += font.h_advance(id);
        previous = Some(id);
    }
    (glyphs, pen.x)
}

/// The scale of `ab_glyph`, the height from descent to ascent, for an em of `em` pixels.
fn scale_of(em: f32) -> PxScale {
    let units = FONT.units_per_em().unwrap_or(1000.0);
    PxScale::from(em * FONT.height_unscaled() / units)
}

#[cfg(test)]
mod tests {
    use super::super::palette::{TEXT, WHITE};
    use super::*;

    fn ink(image: &RgbImage) -> u64 {
        image.pixels().map(|pixel| u64::from(255 - pixel.0[0])).sum()
    }

    #[test]
    fn widths_add_up() {
        assert_eq!(width("", 20.0), 0.0);
        assert!(width("QQ", 20.0) > width("Q", 20.0) * 1.8);
        assert!((width("QXKZEF", 40.0) / width("QXKZEF", 20.0) - 2.0).abs() < 1e-4);
    }

    #[test]
    fn every_character_leaves_ink_known_or_not() {
        for text in ["A", "a", "9", "Ж", "é", "\u{4e2d}", "\u{1f600}"] {
            let mut image = RgbImage::from_pixel(60, 40, WHITE);
            draw(&mut image, text, 24.0, (10.0, 30.0), TEXT, Direction::Right);
            assert!(ink(&image) > 1000, "{text:?}: {}", ink(&image));
        }
    }

    #[test]
    fn text_up_is_text_turned_left() {
        let mut right = RgbImage::from_pixel(100, 100, WHITE);
        draw(&mut right, "Loss", 20.0, (10.0, 60.0), TEXT, Direction::Right);
        let mut up = RgbImage::from_pixel(100, 100, WHITE);
        draw(&mut up, "Loss", 20.0, (60.0, 89.0), TEXT, Direction::Up);
        assert_eq!(image::imageops::rotate270(&right), up);
    }

    #[test]
    fn text_outside_is_clipped() {
        let mut image = RgbImage::from_pixel(10, 10, WHITE);
        draw(&mut image, "WWW\nWW", 200.0, (-50.0, 20.0), TEXT, Direction::Right);
        draw(&mut image, "W", 20.0, (1e12, -1e12), TEXT, Direction::Up);
        assert!(ink(&image) > 0);
    }

    #[test]
    fn a_long_text_is_cut_with_an_ellipsis() {
        assert_eq!(cut("short", 14.0, 100.0), "short");
        let long = "expected 6 letters, found 5 ".repeat(1000);
        let shorter = cut(&long, 14.0, 100.0);
        assert!(shorter.starts_with("expected") && shorter.ends_with('…'), "{shorter}");
        assert!(width(&shorter, 14.0) <= 100.0);
        assert_eq!(cut("W", 14.0, 0.0), "");
    }

    #[test]
    fn lines_keep_to_the_limit_and_lose_nothing() {
        let text = "expected 6 letters, found 5: AAAAAAAAAAAAAAAAAAAAAAAA";
        let lines = wrap(text, 14.0, 90.0);
        assert!(lines.len() > 3);
        assert!(lines.iter().all(|line| width(line, 14.0) <= 90.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert_eq!(wrap("WW", 14.0, 0.0), ["W", "W"]);
        assert!(wrap("  ", 14.0, 90.0).is_empty());
    }
}
