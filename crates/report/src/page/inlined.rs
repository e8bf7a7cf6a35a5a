//! Pictures and charts that are part of a page, which then is one file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use maud::{Markup, PreEscaped, html};

use crate::figures::Figure;
use crate::figures::drawing::figure::png;

/// The address of `image` as a PNG file in the page itself, for the `src` of an `img`.
pub(crate) fn inline_png(image: &RgbImage) -> image::ImageResult<String> {
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png(image)?)))
}

/// A chart in the page itself, with a description for people who can't see it. It is never shrunk, so that its text stays
/// legible: where there is no room it is scrolled.
pub(crate) fn inline_chart(figure: &Figure, alt: &str) -> Markup {
    html! {
        figure.chart {
            div.wide tabindex="0" role="img" aria-label=(alt) { (PreEscaped(figure.svg())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn an_inlined_picture_is_the_picture() {
        let image = RgbImage::from_fn(5, 3, |x, y| Rgb([x as u8 * 40, y as u8 * 90, 7]));
        let address = inline_png(&image).unwrap();
        let bytes = STANDARD.decode(address.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgb8(), image);
    }
}
