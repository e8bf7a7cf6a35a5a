//! Animated GIF files in which each frame stores only the changed pixels.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::mem;

use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use image::{Rgb, RgbImage};

/// Frames of equal size, played in an endless loop.
#[derive(Debug, Default)]
pub struct Film {
    last: Option<RgbImage>,
    frames: Vec<Change>,
}

/// Why a GIF file could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilmError {
    /// The frames are empty, or larger than the format allows.
    #[error("the frames are {width} x {height} pixels, expected 1 to 65535 each")]
    Size {
        /// Width in pixels; 0 if there are no frames.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The encoder failed.
    #[error("the film can't be encoded")]
    Encode(#[from] EncodingError),
}

/// The difference between a frame and the one before.
#[derive(Debug)]
struct Change {
    left: u32,
    top: u32,
    width: u32,
    /// `None` for an unchanged pixel.
    pixels: Vec<Option<Rgb<u8>>>,
    /// In hundredths of a second.
    delay: u16,
}

/// Colours of the palette; one more index stands for unchanged pixels.
const COLOURS: usize = 255;

impl Film {
    /// A film without frames.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a frame that is shown for `delay` hundredths of a second.
    ///
    /// # Panics
    /// If it is not as large as the frames before.
    pub fn push(&mut self, frame: RgbImage, delay: u16) {
        let change = match &self.last {
            Some(last) => {
                assert_eq!(last.dimensions(), frame.dimensions(), "the frames of a film are of one size");
                Change::between(last, &frame, delay)
            }
            None => Change::all(&frame, delay),
        };
        self.frames.push(change);
        self.last = Some(frame);
    }

    /// The number of frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are no frames.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The last frame, which shows the final state.
    #[must_use]
    pub fn last(&self) -> Option<&RgbImage> {
        self.last.as_ref()
    }

    /// The film as a GIF file, with 255 colours; rare colours may be replaced by similar ones.
    ///
    /// # Errors
    /// [`FilmError::Size`] if there are no frames, or they are larger than a GIF can be.
    pub fn to_gif(&self) -> Result<Vec<u8>, FilmError> {
        let (width, height) = self.last.as_ref().map_or((0, 0), RgbImage::dimensions);
        // A size that is too large becomes 0, which is refused as well.
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(0);
        if side(width) == 0 || side(height) == 0 {
            return Err(FilmError::Size { width, height });
        }
        let palette = Palette::of(self.frames.iter().flat_map(|change| change.pixels.iter().flatten()));
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, side(width), side(height), &palette.bytes())?;
        encoder.set_repeat(Repeat::Infinite)?;
        for change in &self.frames {
            let indices =
                change.pixels.iter().map(|pixel| pixel.map_or(COLOURS as u8, |colour| palette.index(colour)));
            let indices: Vec<u8> = indices.collect();
            encoder.write_frame(&Frame {
                delay: change.delay,
                dispose: DisposalMethod::Keep,
                transparent: Some(COLOURS as u8),
                left: side(change.left),
                top: side(change.top),
                width: side(change.width),
                height: side(change.pixels.len() as u32 / change.width.max(1)),
                buffer: Cow::Owned(indices),
                ..Frame::default()
            })?;
        }
        drop(encoder);
        Ok(bytes)
    }
}

impl Change {
    /// A whole frame.
    fn all(frame: &RgbImage, delay: u16) -> Self {
        let pixels = frame.pixels().map(|&pixel| Some(pixel)).collect();
        Self { left: 0, top: 0, width: frame.width(), pixels, delay }
    }

    /// The smallest rectangle of `frame` that holds all differences from `last`, at least one pixel.
    fn between(last: &RgbImage, frame: &RgbImage, delay: u16) -> Self {
        let differs = |x, y| last.get_pixel(x, y) != frame.get_pixel(x, y);
        let (width, height) = frame.dimensions();
        let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
        for y in 0..height {
            for x in (0..width).filter(|&x| differs(x, y)) {
                (left, right) = (left.min(x), right.max(x + 1));
                (top, bottom) = (top.min(y), bottom.max(y + 1));
            }
        }
        if left >= right {
            (left, right, top, bottom) = (0, width.min(1), 0, height.min(1));
        }
        let places = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        let pixels = places.map(|(x, y)| differs(x, y).then(|| *frame.get_pixel(x, y))).collect();
        Self { left, top, width: right - left, pixels, delay }
    }
}

/// The colours of a film.
struct Palette {
    colours: Vec<Rgb<u8>>,
    indices: HashMap<Rgb<u8>, u8>,
}

impl Palette {
    /// The palette of all `pixels`: the colour space is split repeatedly, always the widest box in half,
    /// until there are as many boxes as colours in a file. Each box gets its most frequent colour, so that
    /// paper keeps its colour.
    ///
    /// Splitting the widest box, rather than the fullest one as P. Heckbert does ("Color image quantization
    /// for frame buffer display", SIGGRAPH 1982, doi 10.1145/800064.801294), keeps colours that only a few
    /// pixels have.
    fn of<'a>(pixels: impl Iterator<Item = &'a Rgb<u8>>) -> Self {
        // In the order of colours, so that the same film always gives the same file.
        let mut counts = BTreeMap::<[u8; 3], usize>::new();
        for pixel in pixels {
            *counts.entry(pixel.0).or_default() += 1;
        }
        let mut boxes = vec![Vec::from_iter(counts)];
        while boxes.len() < COLOURS {
            let Some(widest) = boxes.iter_mut().max_by_key(|colours| widest_channel(colours).0) else {
                break;
            };
            let (extent, channel, low) = widest_channel(widest);
            if extent == 0 {
                break;
            }
            let (lower, upper) =
                mem::take(widest).into_iter().partition(|(colour, _)| colour[channel] <= low + extent / 2);
            *widest = lower;
            boxes.push(upper);
        }
        let (mut colours, mut indices) = (Vec::new(), HashMap::new());
        for (held, index) in boxes.iter().zip(0..) {
            let most = held.iter().max_by_key(|(_, count)| count);
            colours.extend(most.map(|&(colour, _)| Rgb(colour)));
            indices.extend(held.iter().map(|&(colour, _)| (Rgb(colour), index)));
        }
        Self { colours, indices }
    }

    /// The index of a colour.
    fn index(&self, colour: Rgb<u8>) -> u8 {
        self.indices.get(&colour).copied().unwrap_or_default()
    }

    /// Red, green and blue of 256 colours.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.colours.iter().flat_map(|colour| colour.0).collect();
        bytes.resize(3 * (COLOURS + 1), 0);
        bytes
    }
}

/// The channel in which the colours have the widest range: that range, the channel, and its lowest value.
fn widest_channel(colours: &[([u8; 3], usize)]) -> (u8, usize, u8) {
    let extents = (0..3).map(|channel| {
        let levels = || colours.iter().map(|(colour, _)| colour[channel]);
        let (low, high) = (levels().min().unwrap_or(0), levels().max().unwrap_or(0));
        (high - low, channel, low)
    });
    extents.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;

    use super::*;

    /// Every frame as a viewer shows it, with its delay in hundredths of a second.
    fn shown(gif: &[u8]) -> Vec<(RgbImage, u32)> {
        let frames = GifDecoder::new(Cursor::new(gif)).unwrap().into_frames().collect_frames().unwrap();
        let shown = frames.into_iter().map(|frame| {
            let (numerator, denominator) = frame.delay().numer_denom_ms();
            (image::DynamicImage::from(frame.into_buffer()).into_rgb8(), numerator / denominator / 10)
        });
        shown.collect()
    }

    #[test]
    fn a_viewer_sees_the_frames_that_were_pushed() {
        let mut frames = vec![RgbImage::from_pixel(20, 10, Rgb([255; 3]))];
        for step in 0..6u8 {
            let mut next = frames[frames.len() - 1].clone();
            next.put_pixel(u32::from(step) * 3, u32::from(step), Rgb([16 * step, 0, 8]));
            next.put_pixel(19, 9, Rgb([8 * step; 3]));
            frames.push(next);
        }
        // A frame that changes nothing.
        frames.push(frames[frames.len() - 1].clone());
        let mut film = Film::new();
        for (index, frame) in frames.iter().enumerate() {
            film.push(frame.clone(), 5 + index as u16);
        }
        let shown = shown(&film.to_gif().unwrap());
        assert_eq!(shown.len(), film.len());
        for (index, ((frame, delay), expected)) in shown.iter().zip(&frames).enumerate() {
            assert!(frame == expected, "frame {index}");
            assert_eq!(*delay, 5 + index as u32);
        }
    }

    #[test]
    fn colours_change_as_little_as_can_be() {
        let few = RgbImage::from_fn(255, 1, |x, _| Rgb([x as u8, 0, 255 - x as u8]));
        let grey = RgbImage::from_fn(256, 1, |x, _| Rgb([x as u8; 3]));
        let many = RgbImage::from_fn(256, 256, |x, y| Rgb([x as u8, y as u8, 0]));
        for (mut frame, most) in [(few, 0), (grey, 1), (many, 31)] {
            // A colour that many pixels have is kept exactly.
            frame.put_pixel(7, 0, *frame.get_pixel(200, 0));
            let mut film = Film::new();
            film.push(frame.clone(), 1);
            let (shown, _) = shown(&film.to_gif().unwrap()).remove(0);
            let worst = shown.iter().zip(frame.iter()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(most), "{worst:?} of {most}");
            assert_eq!(shown.get_pixel(7, 0), frame.get_pixel(7, 0));
        }
    }

    #[test]
    fn a_film_needs_frames_that_fit_into_a_gif() {
        assert!(Film::new().is_empty() && Film::new().to_gif().is_err());
        let mut film = Film::new();
        film.push(RgbImage::new(65536, 1), 1);
        assert!(film.to_gif().is_err());
    }
}
