//! An image as data: channels, numbers, ink and boxes.

use captcha_lab::GlyphBox;
use captcha_lab::core::ndarray::Array2;
use image::{DynamicImage, GrayImage, Rgb, RgbImage, imageops};

use super::colour::grey;
use super::draw::{Area, enlarge, fill, frame, write};
use super::maps::labelled;
use crate::figures::drawing::palette::{BLUE, VERMILLION, WHITE};
use crate::figures::drawing::thumbnail::on_paper;

/// A channel of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The intensity of red light of a pixel.
    Red,
    /// The intensity of green light.
    Green,
    /// The intensity of blue light.
    Blue,
}

impl Channel {
    /// All three, in the channel order of images.
    pub const ALL: [Self; 3] = [Self::Red, Self::Green, Self::Blue];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
        }
    }

    /// This channel of a picture, as numbers from 0 to 255.
    #[must_use]
    pub fn of(self, picture: &RgbImage) -> GrayImage {
        GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
            image::Luma([picture.get_pixel(x, y).0[self as usize]])
        })
    }

    /// The colour of this level of the channel alone.
    #[must_use]
    pub fn light(self, level: u8) -> Rgb<u8> {
        let mut light = [0; 3];
        light[self as usize] = level;
        Rgb(light)
    }
}

/// The image in colour on white paper, enlarged by an integer factor if it is narrower than `width` pixels.
#[must_use]
pub fn enlarged(image: &DynamicImage, width: u32) -> RgbImage {
    let picture = on_paper(image);
    let factor = width / picture.width().max(1);
    enlarge(&picture, (factor, factor))
}

/// One channel of a picture, in its own colour.
#[must_use]
pub fn channel(picture: &RgbImage, channel: Channel) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        channel.light(picture.get_pixel(x, y).0[channel as usize])
    })
}

/// The numbers of the pixels of `image` in `area`, each in a square of `cell` pixels that has its colour.
#[must_use]
pub fn levels(image: &GrayImage, area: GlyphBox, cell: u32, colour: impl Fn(u8) -> Rgb<u8>) -> RgbImage {
    let values = Array2::from_shape_fn((area.height() as usize, area.width() as usize), |(y, x)| {
        let pixel = image.get_pixel_checked(area.x() + x as u32, area.y() + y as u32);
        pixel.map_or(255.0, |pixel| f32::from(pixel.0[0]))
    });
    labelled(&values.view(), cell, |level| colour(level as u8), |level| format!("{level}"))
}

/// The colour of a grey level: itself.
#[must_use]
pub fn grey_level(level: u8) -> Rgb<u8> {
    grey(f32::from(level), 0.0, 255.0)
}

/// The area of at most `width` x `height` pixels of `image` within `bounds` that has the highest contrast.
#[must_use]
pub fn liveliest(image: &GrayImage, bounds: GlyphBox, (width, height): (u32, u32)) -> GlyphBox {
    let (right, bottom) = (bounds.right().min(image.width()), bounds.bottom().min(image.height()));
    let (width, height) = (width.min(image.width()).max(1), height.min(image.height()).max(1));
    let variance = |x: u32, y: u32| {
        let pixels = (y..y + height).flat_map(|y| (x..x + width).map(move |x| (x, y)));
        let (mut sum, mut squares) = (0.0, 0.0);
        for (x, y) in pixels {
            let level = image.get_pixel_checked(x, y).map_or(255.0, |pixel| f64::from(pixel.0[0]));
            sum += level;
            squares += level * level;
        }
        squares - sum * sum / f64::from(width * height)
    };
    let places = (bounds.y()..=bottom.saturating_sub(height).max(bounds.y())).step_by(2).flat_map(|y| {
        (bounds.x()..=right.saturating_sub(width).max(bounds.x())).step_by(2).map(move |x| (x, y))
    });
    let inside = |(x, y): (u32, u32)| {
        (x.min(image.width().saturating_sub(width)), y.min(image.height().saturating_sub(height)))
    };
    let best = places.map(inside).max_by(|&a, &b| variance(a.0, a.1).total_cmp(&variance(b.0, b.1)));
    let (x, y) = best.unwrap_or((0, 0));
    GlyphBox::new(x, y, width, height).unwrap_or(bounds)
}

/// `image`, enlarged to about `width` pixels, with a numbered frame around each box; that of `chosen` is orange.
#[must_use]
pub fn boxes(image: &GrayImage, boxes: &[GlyphBox], chosen: Option<usize>, width: u32) -> RgbImage {
    /// The em of a number in pixels.
    const EM: f32 = 26.0;
    let image = DynamicImage::from(image.clone());
    let large = enlarged(&image, width);
    let factor = large.width() / image.width().max(1);
    // Leaves room for the numbers above boxes that touch the edge.
    let top = EM as u32 + 6;
    let mut picture = RgbImage::from_pixel(large.width(), large.height() + top, WHITE);
    imageops::replace(&mut picture, &large, 0, top.into());
    for (index, bounds) in boxes.iter().enumerate() {
        let colour = if chosen == Some(index) { VERMILLION } else { BLUE };
        let area = scaled(*bounds, factor);
        let area = Area { y: area.y + top, ..area };
        frame(&mut picture, area.grown(2), 3, colour);
        write(&mut picture, (area.x, area.y.saturating_sub(6)), &(index + 1).to_string(), EM, colour);
    }
    picture
}

/// `image`, enlarged to about `width` pixels, with a frame around a part of it.
#[must_use]
pub fn place(image: &GrayImage, part: GlyphBox, width: u32) -> RgbImage {
    let mut picture = enlarged(&DynamicImage::from(image.clone()), width);
    let factor = picture.width() / image.width().max(1);
    frame(&mut picture, scaled(part, factor).grown(4), 4, VERMILLION);
    picture
}

/// A box in a picture that is enlarged by `factor`.
fn scaled(bounds: GlyphBox, factor: u32) -> Area {
    Area {
        x: bounds.x() * factor,
        y: bounds.y() * factor,
        width: bounds.width() * factor,
        height: bounds.height() * factor,
    }
}

/// `image`, enlarged to about `width` pixels, with a line wherever a column of `column` pixels begins.
#[must_use]
pub fn columns(image: &GrayImage, column: u32, width: u32) -> RgbImage {
    let image = DynamicImage::from(image.clone());
    let mut picture = enlarged(&image, width);
    let factor = picture.width() / image.width().max(1);
    for x in (1..image.width().div_ceil(column.max(1))).map(|index| index * column * factor) {
        let height = picture.height();
        fill(&mut picture, Area { x: x.saturating_sub(1), y: 0, width: 2, height }, BLUE);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> GrayImage {
        GrayImage::from_fn(60, 30, |x, y| image::Luma([if x > 40 && y % 2 == 0 { 0 } else { 255 }]))
    }

    #[test]
    fn channels_are_the_numbers_of_the_pixels() {
        let picture = RgbImage::from_pixel(2, 2, Rgb([10, 20, 30]));
        for (each, level) in Channel::ALL.into_iter().zip([10, 20, 30]) {
            assert_eq!(each.of(&picture).get_pixel(1, 1).0, [level]);
            assert_eq!(*channel(&picture, each).get_pixel(1, 1), each.light(level));
        }
        assert_eq!(Channel::Green.light(20).0, [0, 20, 0]);
    }

    #[test]
    fn the_liveliest_place_is_found_and_inside() {
        let whole = GlyphBox::new(0, 0, 60, 30).unwrap();
        let area = liveliest(&image(), whole, (8, 6));
        assert!(area.x() >= 40 && area.right() <= 60 && area.bottom() <= 30, "{area:?}");
        let corner = GlyphBox::new(58, 28, 2, 2).unwrap();
        let area = liveliest(&image(), corner, (8, 6));
        assert_eq!(area, GlyphBox::new(52, 24, 8, 6).unwrap());
        let tiny = GrayImage::new(3, 2);
        assert_eq!(liveliest(&tiny, whole, (8, 6)), GlyphBox::new(0, 0, 3, 2).unwrap());
    }

    #[test]
    fn boxes_are_framed_and_the_chosen_one_stands_out() {
        let found = [GlyphBox::new(0, 0, 10, 10).unwrap(), GlyphBox::new(30, 10, 20, 20).unwrap()];
        let picture = boxes(&image(), &found, Some(1), 600);
        assert_eq!(picture.width(), 600);
        let count = |colour| picture.pixels().filter(|&&pixel| pixel == colour).count();
        assert!(count(BLUE) > 1000 && count(VERMILLION) > 2000);
    }

    #[test]
    fn columns_have_a_line_between_each_two() {
        let picture = columns(&image(), 4, 600);
        let lines = (0..picture.width()).filter(|&x| *picture.get_pixel(x, 5) == BLUE).count();
        assert_eq!(lines, 2 * 14);
    }

    #[test]
    fn numbers_beyond_the_image_are_paper() {
        let area = GlyphBox::new(50, 0, 20, 4).unwrap();
        assert_eq!(levels(&image(), area, 30, grey_level).dimensions(), (601, 121));
    }
}
