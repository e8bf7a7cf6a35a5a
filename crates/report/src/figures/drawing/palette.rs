//! Colours that people with any colour vision can tell apart.
//!
//! M. Okabe, K. Ito, "Color Universal Design (CUD): how to make figures and presentations that are friendly to
//! colorblind people", 2008, <https://jfly.uni-koeln.de/color/>.

use image::Rgb;
use plotters::style::RGBColor;

/// For right answers, and training data.
pub(crate) const BLUE: Rgb<u8> = Rgb([0x00, 0x72, 0xb2]);
/// For errors, and validation data.
pub(crate) const VERMILLION: Rgb<u8> = Rgb([0xd5, 0x5e, 0x00]);

/// Background of charts, and of CAPTCHAs.
pub(crate) const WHITE: Rgb<u8> = Rgb([0xff, 0xff, 0xff]);
/// Background of sheets, so that white images have a visible edge.
pub(crate) const BACKGROUND: Rgb<u8> = Rgb([0xee, 0xef, 0xf1]);
/// Text. Its contrast with [`BACKGROUND`] is 14:1, far above the 7:1 of WCAG 2.2, level AAA.
pub(crate) const TEXT: Rgb<u8> = Rgb([0x1f, 0x23, 0x28]);
/// Secondary text: ticks, notes. 5:1 on [`BACKGROUND`].
pub(crate) const MUTED: Rgb<u8> = Rgb([0x5a, 0x62, 0x6b]);
/// Grid lines.
pub(crate) const LINE: Rgb<u8> = Rgb([0xdd, 0xe1, 0xe5]);

/// Linear interpolation from `from` to `to` at `share`, which is in `[0, 1]`.
pub(crate) fn mix(from: Rgb<u8>, to: Rgb<u8>, share: f64) -> Rgb<u8> {
    let channel = |i: usize| {
        let (from, to) = (f64::from(from.0[i]), f64::from(to.0[i]));
        (from + (to - from) * share).round() as u8
    };
    Rgb([channel(0), channel(1), channel(2)])
}

/// The same colour for plotters.
pub(crate) fn plot(colour: Rgb<u8>) -> RGBColor {
    let Rgb([red, green, blue]) = colour;
    RGBColor(red, green, blue)
}

/// The contrast ratio of WCAG 2.2.
pub(crate) fn contrast(a: Rgb<u8>, b: Rgb<u8>) -> f64 {
    let luminance = |colour: Rgb<u8>| {
        let linear = colour.0.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read() {
        assert!(contrast(TEXT, BACKGROUND) > 13.5, "{}", contrast(TEXT, BACKGROUND));
        assert!(contrast(MUTED, BACKGROUND) > 5.0, "{}", contrast(MUTED, BACKGROUND));
    }

    #[test]
    fn mixing_ends_where_it_says() {
        assert_eq!(mix(WHITE, BLUE, 0.0), WHITE);
        assert_eq!(mix(WHITE, BLUE, 1.0), BLUE);
        assert_eq!(mix(Rgb([0, 100, 200]), Rgb([100, 0, 200]), 0.25), Rgb([25, 75, 200]));
    }
}
