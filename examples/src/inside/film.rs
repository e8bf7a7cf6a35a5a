//! Animated pictures as GIF files, of which each frame holds only what has changed.

use std::borrow::Cow;
use std::collections::HashMap;

use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use image::{Rgb, RgbImage};

/// Pictures of one size that follow each other, for ever.
#[derive(Debug, Default)]
pub struct Film {
    last: Option<RgbImage>,
    frames: Vec<Change>,
}

/// Why there is no GIF file.
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

/// What a frame changes of the one before.
#[derive(Debug)]
struct Change {
    left: u32,
    top: u32,
    width: u32,
    /// `None` is what stays as it was.
    pixels: Vec<Option<Rgb<u8>>>,
    /// In hundredths of a second.
    delay: u16,
}

/// The colours of a palette that pixels can have; one more stands for what stays.
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

    /// The last frame, which shows how it ends.
    #[must_use]
    pub fn last(&self) -> Option<&RgbImage> {
        self.last.as_ref()
    }

    /// The film as a GIF file. Colours beyond the 255 that most pixels have become the nearest of these.
    ///
    /// # Errors
    /// [`FilmError::Size`] if there are no frames, or they are larger than a GIF can be.
    pub fn to_gif(&self) -> Result<Vec<u8>, FilmError> {
        let (width, height) = self.last.as_ref().map_or((0, 0), RgbImage::dimensions);
        // Too large becomes 0, which is as wrong.
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(0);
        if side(width) == 0 || side(height) == 0 {
            return Err(FilmError::Size { width, height });
        }
        let mut palette = Palette::of(self.frames.iter().flat_map(|change| change.pixels.iter().flatten()));
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

    /// The smallest rectangle of `frame` that holds all that differs from `last`, and at least one pixel.
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
    /// The colours that most of `pixels` have.
    fn of<'a>(pixels: impl Iterator<Item = &'a Rgb<u8>>) -> Self {
        let mut counts = HashMap::<Rgb<u8>, usize>::new();
        for &pixel in pixels {
            *counts.entry(pixel).or_default() += 1;
        }
        let mut counts: Vec<(Rgb<u8>, usize)> = counts.into_iter().collect();
        // By the colour where counts are equal, so that a film is always the same file.
        counts.sort_unstable_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour.0));
        let colours: Vec<Rgb<u8>> = counts.into_iter().map(|(colour, _)| colour).take(COLOURS).collect();
        let indices = colours.iter().enumerate().map(|(index, &colour)| (colour, index as u8)).collect();
        Self { colours, indices }
    }

    /// The index of the nearest colour.
    fn index(&mut self, colour: Rgb<u8>) -> u8 {
        let colours = &self.colours;
        *self.indices.entry(colour).or_insert_with(|| {
            let distance = |other: &Rgb<u8>| {
                colour.0.iter().zip(other.0).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>()
            };
            (0..colours.len()).min_by_key(|&index| distance(&colours[index])).unwrap_or(0) as u8
        })
    }

    /// Red, green and blue of 256 colours.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.colours.iter().flat_map(|colour| colour.0).collect();
        bytes.resize(3 * (COLOURS + 1), 0);
        bytes
    }
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
            next.put_pixel(u32::from(step) * 3, u32::from(step), Rgb([10 * step, 0, 7]));
            next.put_pixel(19, 9, Rgb([step, step, step]));
            frames.push(next);
        }
        // One that changes nothing.
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
    fn rare_colours_become_the_nearest() {
        // Each grey in three pixels, and one, the rarest, in a single one.
        let mut frame = RgbImage::from_fn(256, 3, |x, _| Rgb([x as u8; 3]));
        frame.put_pixel(77, 1, Rgb([0; 3]));
        frame.put_pixel(77, 2, Rgb([0; 3]));
        let mut film = Film::new();
        film.push(frame.clone(), 1);
        let (shown, _) = shown(&film.to_gif().unwrap()).remove(0);
        for (x, y, pixel) in shown.enumerate_pixels() {
            let off = pixel.0[0].abs_diff(frame.get_pixel(x, y).0[0]);
            assert_eq!(off, u8::from((x, y) == (77, 0)), "{x} {y}");
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
