//! The picture while it is painted.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Canvas`]: the levels of the picture, and painting on them |
//! | `rasteriser` | [`Outline`](rasteriser::Outline): outlines to coverage, as FreeType does it |
//! | `coverage` | [`Coverage`](coverage::Coverage): the ink of one character or shape, and where it is |
//! | `path` | [`Path`](path::Path): shapes with straight edges, filled, outlined and bent |
//! | `background` | [`Background`](background::Background): what is behind the characters |
//! | `filter` | filters that also move the ink of characters |
//! | `displace` | warps of the whole picture |

pub(crate) mod background;
pub(crate) mod coverage;
pub(crate) mod displace;
pub(crate) mod filter;
pub(crate) mod path;
pub(crate) mod rasteriser;

use image::{DynamicImage, GrayImage, RgbImage};

use crate::values::colour::Colour;

/// Levels of a picture, row by row, one (grey) or three (red, green, blue) in a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 1 or 3.
    pub(crate) channels: usize,
    pub(crate) levels: Vec<u8>,
}

impl Canvas {
    /// A canvas of one colour, `grey` if only its first level counts.
    pub(crate) fn new(width: usize, height: usize, colour: Colour, grey: bool) -> Self {
        let channels = if grey { 1 } else { 3 };
        let levels = if grey { vec![colour[0]; width * height] } else { colour.repeat(width * height) };
        Self { width, height, channels, levels }
    }

    /// Paints with `colour` the pixels from `(x, y)` to the right, as far as `coverage` says; all lie on the canvas.
    pub(crate) fn paint(&mut self, (x, y): (usize, usize), coverage: &[u8], colour: Colour) {
        let start = (y * self.width + x) * self.channels;
        let pixels = &mut self.levels[start..start + coverage.len() * self.channels];
        if self.channels == 3 {
            for (pixel, &alpha) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(coverage) {
                match alpha {
                    0 => {}
                    255 => *pixel = colour,
                    _ => *pixel = std::array::from_fn(|i| blend(pixel[i], colour[i], alpha)),
                }
            }
        } else if colour[0] == 0 {
            for (level, &alpha) in pixels.iter_mut().zip(coverage) {
                *level = cover(*level, alpha);
            }
        } else {
            for (level, &alpha) in pixels.iter_mut().zip(coverage) {
                *level = blend(*level, colour[0], alpha);
            }
        }
    }

    /// Paints the pixels of row `y` from column `first` to column `last`; what is outside is left out.
    pub(crate) fn fill_run(&mut self, y: i32, first: i32, last: i32, colour: Colour) {
        let (first, last) = (first.max(0), last.min(self.width as i32 - 1));
        if first > last || !(0..self.height as i32).contains(&y) {
            return;
        }
        let row = y as usize * self.width;
        let pixels = (row + first as usize) * self.channels..(row + last as usize + 1) * self.channels;
        for pixel in self.levels[pixels].chunks_exact_mut(self.channels) {
            pixel.copy_from_slice(&colour[..pixel.len()]);
        }
    }

    pub(crate) fn into_image(self) -> DynamicImage {
        let (width, height) = (self.width as u32, self.height as u32);
        let whole = "the levels of every pixel";
        match self.channels {
            1 => GrayImage::from_raw(width, height, self.levels).expect(whole).into(),
            _ => RgbImage::from_raw(width, height, self.levels).expect(whole).into(),
        }
    }
}

/// `paper` under `ink` of coverage `alpha`, rounded as in Pillow's `paste`.
pub(crate) fn blend(paper: u8, ink: u8, alpha: u8) -> u8 {
    let sum = u32::from(paper) * u32::from(255 - alpha) + u32::from(ink) * u32::from(alpha) + 128;
    (((sum >> 8) + sum) >> 8) as u8
}

/// What is left of `pixel` under black ink of coverage `alpha`: `pixel (255 - alpha) / 255`, rounded.
pub(crate) fn cover(pixel: u8, alpha: u8) -> u8 {
    let product = u32::from(pixel) * u32::from(255 - alpha) + 128;
    (((product >> 8) + product) >> 8) as u8
}
