//! Tests against what Claptcha and Pillow draw from the same numbers: `tests/data`, with the script that made it.

use std::path::{Path, PathBuf};
use std::slice;

use image::{DynamicImage, GrayImage};
use serde_json::Value;

use crate::font::Face;
use crate::font::file::FontFile;
use crate::layout::Layout;
use crate::layout::lepture_options::LeptureLayout;
use crate::pillow::quad::{Corners, QuadMap};
use crate::pillow::resample::{Axis, Resampling};
use crate::pillow::sampled_image::SampledImage;
use crate::pillow::sparse_resize;
use crate::renderer::Renderer;
use crate::streams::{Stream, Streams};
use crate::style::Style;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn table(name: &str) -> Vec<Value> {
    table_of("reference.json", name)
}

fn table_of(file: &str, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(data(file)).unwrap();
    let Value::Array(rows) = serde_json::from_str::<Value>(&text).unwrap()[name].take() else {
        panic!("{name} is a table of {file}")
    };
    rows
}

fn picture(name: &str) -> GrayImage {
    image::open(data(name)).unwrap().into_luma8()
}

fn cut(strip: &GrayImage, x: usize, width: usize, height: usize) -> GrayImage {
    image::imageops::crop_imm(strip, x as u32, 0, width as u32, height as u32).to_image()
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn face_of(font: &str, height: usize) -> Face {
    let files = FontFile::open_all(slice::from_ref(&font.to_owned())).unwrap();
    Face::new(&files[0], height as u32).unwrap()
}

fn resampling(value: &Value) -> Resampling {
    serde_json::from_value(value.clone()).unwrap()
}

/// How two pictures of one size differ.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Difference {
    /// Pixels that are not the same.
    pixels: usize,
    /// The largest difference of a level.
    largest: u8,
    /// The sum of all differences over the number of pixels.
    mean: f64,
}

fn difference(actual: &GrayImage, expected: &GrayImage) -> Difference {
    assert_eq!(actual.dimensions(), expected.dimensions());
    let levels = actual.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b));
    Difference {
        pixels: levels.clone().filter(|&level| level > 0).count(),
        largest: levels.clone().max().unwrap_or(0),
        mean: levels.map(f64::from).sum::<f64>() / actual.len() as f64,
    }
}

#[test]
fn texts_have_the_size_that_pillow_measures() {
    let mut wrong = Vec::new();
    let mut face: Option<(String, usize, Face)> = None;
    for row in table("sizes") {
        let (font, height, text) = (row[0].as_str().unwrap(), number(&row[1]), row[2].as_str().unwrap());
        if face.as_ref().is_none_or(|(name, size, _)| name != font || *size != height) {
            face = Some((font.to_owned(), height, face_of(font, height)));
        }
        let (_, _, face) = face.as_ref().unwrap();
        let cells: Vec<_> = text.chars().map(|character| face.set(character).unwrap().0).collect();
        let actual = face.measure(&cells);
        if let [metrics] = cells[..] {
            assert_eq!((metrics.width(), metrics.height()), actual, "{row}");
        }
        if actual != (number(&row[3]), number(&row[4])) {
            wrong.push(format!("{row}: {actual:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn letters_are_those_of_freetype() {
    let strip = picture("cells.png");
    let mut wrong = Vec::new();
    for row in table("cells") {
        let face = face_of(row[0].as_str().unwrap(), number(&row[1]));
        let (metrics, outline) = face.set(row[2].as_str().unwrap().chars().next().unwrap()).unwrap();
        let (width, height) = (metrics.width(), metrics.height());
        let actual = GrayImage::from_raw(width as u32, height as u32, metrics.cell(&outline)).unwrap();
        let expected = cut(&strip, number(&row[3]), number(&row[4]), number(&row[5]));
        let difference = difference(&actual, &expected);
        if difference.pixels > 0 {
            wrong.push(format!("{row}: {difference:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn warped_letters_are_those_of_pillow() {
    let strip = picture("warps.png");
    let face = face_of("pt-sans-bold", 110);
    let point = |value: &Value| (value[0].as_f64().unwrap(), value[1].as_f64().unwrap());
    let mut wrong = Vec::new();
    for row in table("warps") {
        let (metrics, outline) = face.set(row[1].as_str().unwrap().chars().next().unwrap()).unwrap();
        let (width, height) = (metrics.width(), metrics.height());
        let (first, second) = (point(&row[2]), point(&row[3]));
        let grown = first.0.abs() + second.0.abs();
        let size = (width as f64 + grown, height as f64 + grown);
        let map = QuadMap::new(Corners::displaced(size, first, second), width, height);
        let image = SampledImage::new(width, height, &metrics.cell(&outline));
        let warped = image.warp(&map, resampling(&row[0]));
        let actual = GrayImage::from_raw(width as u32, height as u32, warped).unwrap();
        let expected = cut(&strip, number(&row[4]), number(&row[5]), number(&row[6]));
        let difference = difference(&actual, &expected);
        if difference.pixels > 0 {
            wrong.push(format!("{row}: {difference:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn resized_pictures_are_those_of_pillow() {
    let strip = picture("resizes.png");
    let rows = table("resizes");
    let (width, height) = (number(&rows[0][1]), number(&rows[0][2]));
    let source = cut(&strip, 0, width, height);
    let mut wrong = Vec::new();
    for row in &rows[1..] {
        let (out_width, out_height) = (number(&row[1]), number(&row[2]));
        let filter = resampling(&row[0]);
        let actual = sparse_resize::resize(
            &source,
            &Axis::new(width, out_width, filter),
            &Axis::new(height, out_height, filter),
        );
        let difference = difference(&actual, &cut(&strip, number(&row[3]), out_width, out_height));
        if difference.pixels > 0 {
            wrong.push(format!("{row}: {difference:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A generator that gives recorded numbers.
struct Replay(std::vec::IntoIter<u64>);

impl rand::TryRng for Replay {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("numbers are drawn in 64 bits")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        // Python's numbers have 53 bits.
        Ok(self.0.next().expect("as many numbers as Claptcha drew") << 11)
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("numbers are drawn one by one")
    }
}

impl Streams for Replay {
    type Rng = Self;

    fn of(&mut self, _: Stream) -> &mut Self {
        self
    }
}

#[test]
fn images_are_those_of_claptcha() {
    let strip = picture("images.png");
    let mut wrong = Vec::new();
    for row in table("images") {
        let line = row["line"].as_bool().unwrap();
        let size = (number(&row["size"][0]), number(&row["size"][1]));
        let style = if line { Style::claptcha() } else { Style::seed() }
            .with_size(size.0 as u32, size.1 as u32)
            .with_margin(number(&row["margin"][0]) as u32, number(&row["margin"][1]) as u32)
            .with_resampling(resampling(&row["resampling"]))
            .with_fonts([row["font"].as_str().unwrap()]);
        let numbers: Vec<u64> =
            row["randoms"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let mut replay = Replay(numbers.into_iter());
        let renderer = Renderer::new(style).unwrap();
        let image = renderer.replay(row["text"].as_str().unwrap(), &mut replay);
        assert_eq!(replay.0.len(), 0, "every number that Claptcha drew is used");
        let DynamicImage::ImageLuma8(actual) = image else { panic!("grey") };
        let difference = difference(&actual, &cut(&strip, number(&row["x"]), size.0, size.1));
        if difference.pixels > 0 {
            wrong.push(format!("{} line {line} {}: {difference:?}", row["text"], row["resampling"]));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn images_are_those_of_lepture() {
    let strip = image::open(data("lepture.png")).unwrap().into_rgb8();
    let mut wrong = Vec::new();
    for row in table_of("lepture.json", "images") {
        let size = (number(&row["size"][0]) as u32, number(&row["size"][1]) as u32);
        let list = |name: &str| row[name].as_array().unwrap().iter();
        let layout = LeptureLayout::default().with_sizes(list("sizes").map(|s| number(s) as u32).collect());
        let style = Style::lepture()
            .with_size(size.0, size.1)
            .with_fonts(list("fonts").map(|font| font.as_str().unwrap()))
            .with_layout(Layout::Lepture(layout));
        let numbers: Vec<u64> = list("randoms").map(|n| n.as_u64().unwrap()).collect();
        let mut replay = Replay(numbers.into_iter());
        let image = Renderer::new(style).unwrap().replay(row["text"].as_str().unwrap(), &mut replay);
        assert_eq!(replay.0.len(), 0, "every number that the package drew is used");
        let DynamicImage::ImageRgb8(actual) = image else { panic!("coloured") };
        let expected =
            image::imageops::crop_imm(&strip, number(&row["x"]) as u32, 0, size.0, size.1).to_image();
        let levels = actual.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b));
        let different = levels.clone().filter(|&level| level > 0).count();
        if different > 0 {
            wrong.push(format!("{}: {different} levels, by {:?}", row["text"], levels.max()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
