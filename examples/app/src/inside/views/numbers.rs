//! The image as arrays of numbers.

use captcha_lab::core::image::{DynamicImage, GenericImageView, GrayImage, Rgb, RgbImage, Rgba};
use captcha_lab::core::ink;
use captcha_report::inside::words::Step;
use eframe::egui::{CornerRadius, Rect, Role, ScrollArea, Sense, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use crate::inside::known::place::Place;
use crate::inside::paint::cells::{Content, grid};
use crate::inside::paint::flow::flow;
use crate::inside::paint::map::{frame, is_used};
use crate::inside::paint::scene::chosen;
use crate::inside::paint::textures::{Picture, Textures, paint};

/// Side of a cell with a number, in points.
const CELL: f32 = 29.0;
/// Pixels shown on each side of the selected one.
const REACH: usize = 4;
/// The largest size of an image pixel, in points.
const LARGEST_PIXEL: f32 = 4.0;

/// A table of the numbers of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    /// Red, green or blue.
    Channel(usize),
    Grey,
    Ink,
}

impl Table {
    const ALL: [Self; 5] = [Self::Channel(0), Self::Channel(1), Self::Channel(2), Self::Grey, Self::Ink];

    fn title(self) -> &'static str {
        match self {
            Self::Channel(0) => "Red",
            Self::Channel(1) => "Green",
            Self::Channel(_) => "Blue",
            Self::Grey => "Grey",
            Self::Ink => "Ink: 1 \u{2212} grey / 255",
        }
    }

    /// The number and the colour of a pixel.
    fn cell(self, image: &DynamicImage, grey: &GrayImage, x: u32, y: u32) -> Content {
        let level = grey.get_pixel(x, y)[0];
        match self {
            Self::Channel(channel) => {
                let level = on_paper(image.get_pixel(x, y))[channel];
                // Light enough that white paper is not glaring.
                let mut fill = Rgb([level / 2; 3]);
                fill[channel] = level;
                (fill, level.to_string())
            }
            Self::Grey => (Rgb([level; 3]), level.to_string()),
            Self::Ink => (Rgb([level; 3]), format!("{:.2}", ink::ink(level))),
        }
    }
}

/// The pixels that the tables show, around a pixel but inside the image: `[left, top]` and `[width, height]`.
pub(crate) fn lens([width, height]: [usize; 2], [x, y]: [usize; 2]) -> ([usize; 2], [usize; 2]) {
    let side = 2 * REACH + 1;
    let along = |extent: usize, middle: usize| {
        let start = middle.saturating_sub(REACH).min(extent.saturating_sub(side));
        (start, side.min(extent))
    };
    let ((left, wide), (top, high)) = (along(width, x), along(height, y));
    ([left, top], [wide, high])
}

/// Shows the image and its numbers around the pixel `at`.
pub(crate) fn show(
    ui: &mut Ui,
    image: &DynamicImage,
    grey: &GrayImage,
    textures: &mut Textures,
    at: [usize; 2],
) -> Option<Place> {
    let mut to = None;
    for step in [Step::Image, Step::Channels, Step::Grey] {
        ui.label(step.words().text);
    }
    let extent = [image.width() as usize, image.height() as usize];
    let (first, size) = lens(extent, at);
    ScrollArea::vertical().id_salt("numbers").auto_shrink(false).show(ui, |ui| {
        let texture = textures.get(ui.ctx(), Picture::Colour, || colours(image));
        let pixels = vec2(extent[0] as f32, extent[1] as f32);
        let room = vec2(ui.available_width() - 8.0, 300.0);
        let scale = (room / pixels).min_elem().min(LARGEST_PIXEL);
        ui.label("Move the pointer over the image, or use the arrow keys.");
        let (rect, response) = ui.allocate_exact_size(pixels * scale, Sense::click_and_drag());
        paint(ui.painter(), texture, rect);
        frame(ui, rect, &response, false);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Image"));
        let lit = |[x, y]: [usize; 2], [w, h]: [usize; 2]| {
            let corner = |x: usize, y: usize| rect.min + vec2(x as f32, y as f32) * scale;
            Rect::from_min_max(corner(x, y), corner(x + w, y + h))
        };
        ui.painter().rect_stroke(lit(first, size), CornerRadius::ZERO, chosen(), StrokeKind::Outside);
        if let Some(place) =
            response.interact_pointer_pos().or(response.hover_pos()).filter(|_| is_used(ui, false))
        {
            let pixel = ((place - rect.min) / scale).max(Vec2::ZERO);
            let [x, y] = [pixel.x as usize, pixel.y as usize];
            to = Some(Place::Image { x: x.min(extent[0] - 1), y: y.min(extent[1] - 1) });
        }
        ui.add_space(6.0);
        let [left, top] = first;
        ui.label(format!(
            "Columns {} to {}, rows {} to {} of {} x {} pixels",
            left + 1,
            left + size[0],
            top + 1,
            top + size[1],
            extent[0],
            extent[1]
        ));
        flow(ui, Table::ALL.len(), CELL * size[0] as f32, vec2(14.0, 8.0), |ui, table| {
            let table = Table::ALL[table];
            ui.strong(table.title());
            let pixels = (0..size[0] * size[1]).map(|i| {
                let [x, y] = [left + i % size[0], top + i / size[0]];
                table.cell(image, grey, x as u32, y as u32)
            });
            let place = grid(ui, size[0], CELL, pixels);
            let middle = vec2((at[0] - left) as f32, (at[1] - top) as f32) * CELL;
            let middle = Rect::from_min_size(place.min + middle, vec2(CELL, CELL));
            ui.painter().rect_stroke(middle, CornerRadius::ZERO, chosen(), StrokeKind::Inside);
        });
    });
    to
}

/// The colours of the original image.
pub(crate) fn colours(image: &DynamicImage) -> RgbImage {
    let pixels = image.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| on_paper(*pixels.get_pixel(x, y)))
}

/// A colour on white paper.
fn on_paper(Rgba([red, green, blue, alpha]): Rgba<u8>) -> Rgb<u8> {
    let shown = |level: u8| {
        let [level, alpha] = [u32::from(level), u32::from(alpha)];
        ((level * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    Rgb([shown(red), shown(green), shown(blue)])
}

/// The nearest position inside an image of this size.
pub(crate) fn inside([width, height]: [u32; 2], x: usize, y: usize) -> [usize; 2] {
    [x.min((width as usize).saturating_sub(1)), y.min((height as usize).saturating_sub(1))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_are_paper() {
        assert_eq!(on_paper(Rgba([9, 8, 7, 0])), Rgb([255; 3]));
        assert_eq!(on_paper(Rgba([9, 8, 7, 255])), Rgb([9, 8, 7]));
        assert_eq!(on_paper(Rgba([0, 255, 0, 51])), Rgb([204, 255, 204]));
    }

    #[test]
    fn the_lens_stays_on_the_image() {
        assert_eq!(lens([300, 150], [100, 50]), ([96, 46], [9, 9]));
        assert_eq!(lens([300, 150], [0, 149]), ([0, 141], [9, 9]));
        assert_eq!(lens([5, 150], [4, 0]), ([0, 0], [5, 9]));
    }
}
