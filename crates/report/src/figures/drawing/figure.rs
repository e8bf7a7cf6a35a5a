//! Charts as PNG and SVG, and files of pictures.

use std::io;
use std::path::{Path, PathBuf};

use captcha_core::files::{Durability, write_whole};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::{Color, FontFamily, FontStyle, TextStyle};

use super::canvas::{Canvas, SIZE_OF_EM};
use super::palette::{self, WHITE};
use super::text::FAMILY;

/// A chart, drawn twice from one description: as an image at twice the resolution, and as SVG.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    image: RgbImage,
    svg: String,
}

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// The chart could not be laid out.
    #[error("the chart can't be drawn")]
    Draw(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The picture could not be written.
    #[error("the picture {} can't be written", path.display())]
    Save {
        /// The file that was to be written.
        path: PathBuf,
        /// What the operating system or the encoder says.
        source: io::Error,
    },
}

impl Figure {
    /// The chart as pixels.
    #[must_use]
    pub fn image(&self) -> &RgbImage {
        &self.image
    }

    /// The chart as an SVG document.
    #[must_use]
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// Writes `stem.png` and `stem.svg` and returns their paths.
    ///
    /// # Errors
    /// [`FigureError::Save`] names the file that could not be written.
    pub fn save(&self, stem: impl AsRef<Path>) -> Result<[PathBuf; 2], FigureError> {
        let [png, svg] = ["png", "svg"].map(|extension| {
            let mut path = stem.as_ref().as_os_str().to_owned();
            path.push(".");
            path.push(extension);
            PathBuf::from(path)
        });
        save_png(&self.image, &png)?;
        write(&svg, self.svg.as_bytes())?;
        Ok([png, svg])
    }

    /// Draws `chart` in a space of `size` units with the origin at the top left.
    pub(in crate::figures) fn of(size: (u32, u32), chart: &impl Chart) -> Result<Self, FigureError> {
        let mut image = Canvas::blank(size);
        draw(Canvas::new(&mut image), chart)?;
        let mut svg = String::new();
        draw(SVGBackend::with_string(&mut svg, size), chart)?;
        Ok(Self { image, svg })
    }

    /// All texts of the chart, in drawing order.
    #[cfg(test)]
    pub(in crate::figures) fn words(&self) -> Vec<String> {
        let document = roxmltree::Document::parse(&self.svg).unwrap();
        let texts =
            document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
        texts.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
    }
}

/// A chart that can be drawn on any plotters backend.
pub(in crate::figures) trait Chart {
    /// Draws itself on `area`, which is white.
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>>;
}

/// Why drawing on a backend failed.
pub(in crate::figures) type DrawingError<B> = DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>;

fn draw<B: DrawingBackend>(backend: B, chart: &impl Chart) -> Result<(), FigureError>
where
    B::ErrorType: 'static,
{
    let area = backend.into_drawing_area();
    let draw = || {
        area.fill(&palette::plot(WHITE))?;
        chart.draw(&area)?;
        area.present()
    };
    draw().map_err(|error: DrawingError<B>| FigureError::Draw(Box::new(error)))
}

/// Text of `em` units in the font of all figures.
pub(in crate::figures) fn text_style(em: f64, colour: image::Rgb<u8>) -> TextStyle<'static> {
    let font = plotters::style::FontDesc::new(FontFamily::Name(FAMILY), em * SIZE_OF_EM, FontStyle::Normal);
    font.color(&palette::plot(colour).to_rgba())
}

/// Writes `image` as a PNG file, compressed for size rather than speed.
///
/// # Errors
/// [`FigureError::Save`]: for example a missing folder, a full disk or missing permission.
pub fn save_png(image: &RgbImage, path: impl AsRef<Path>) -> Result<(), FigureError> {
    let path = path.as_ref();
    let bytes = png(image)
        .map_err(|error| FigureError::Save { path: path.to_owned(), source: io::Error::other(error) })?;
    write(path, &bytes)
}

/// `image` as the bytes of a PNG file, compressed for size rather than speed.
pub(crate) fn png(image: &RgbImage) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive).write_image(
        image.as_raw(),
        image.width(),
        image.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), FigureError> {
    write_whole(path, Durability::Process, |file| io::Write::write_all(file, bytes))
        .map_err(|source| FigureError::Save { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use plotters::element::Text;

    use super::*;

    struct Words(&'static str);

    impl Chart for Words {
        fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
            area.draw(&Text::new(self.0, (5, 20), text_style(14.0, palette::TEXT)))
        }
    }

    #[test]
    fn both_files_are_written_and_hold_the_same_chart() {
        let figure = Figure::of((100, 40), &Words("5 < 6 & 7")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // A dot in the name is part of it.
        let [png, svg] = figure.save(folder.path().join("v1.2")).unwrap();
        assert!(png.ends_with("v1.2.png") && svg.ends_with("v1.2.svg"));
        assert_eq!(image::open(png).unwrap().to_rgb8(), *figure.image());
        assert_eq!(figure.image().dimensions(), (200, 80));
        let svg = std::fs::read_to_string(svg).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let words =
            document.descendants().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
        assert_eq!(words.and_then(|node| node.text()).map(str::trim), Some("5 < 6 & 7"));
    }

    #[test]
    fn a_file_that_can_t_be_written_is_named() {
        let figure = Figure::of((10, 10), &Words("")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let error = figure.save(folder.path().join("missing").join("chart")).unwrap_err();
        assert!(matches!(&error, FigureError::Save { path, .. } if path.ends_with("chart.png")), "{error}");
    }
}
