//! Where streams get their CAPTCHAs from.

use std::ops::RangeInclusive;

use captcha_core::{Alphabet, AlphabetError, Fingerprint, seed};
use captcha_render::{Captcha, RenderError, Renderer};
use image::DynamicImage;
use serde_json::{Map, Value, json};

use crate::fonts::font_hashes;

/// Draws CAPTCHAs with texts of its own choice, each a pure function of a seed.
///
/// A [`Renderer`] is one, with the alphabet and the lengths of its style; [`Mixture`] is one of several styles.
pub trait CaptchaSource: Send + Sync {
    /// The characters that the texts have.
    fn alphabet(&self) -> &Alphabet;

    /// How many characters the texts have, fewest and most; `None` if it is not known.
    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        None
    }

    /// What the CAPTCHAs are known by: everything that they are a function of, but the seed. Large things, such as
    /// fonts, by the [`ContentHash`](captcha_core::ContentHash) of their contents.
    fn fingerprint(&self) -> Fingerprint;

    /// The CAPTCHA of `seed`.
    ///
    /// # Errors
    /// [`RenderError`] if it can't be drawn.
    fn captcha(&self, seed: u64) -> Result<Captcha, RenderError>;

    /// The image of [`captcha`](Self::captcha) and its text, without the ground truth of its characters if that is
    /// faster.
    ///
    /// # Errors
    /// [`RenderError`] if it can't be drawn.
    fn image(&self, seed: u64) -> Result<(DynamicImage, String), RenderError> {
        self.captcha(seed).map(|captcha| (captcha.image, captcha.text))
    }
}

impl CaptchaSource for Renderer {
    fn alphabet(&self) -> &Alphabet {
        &self.style().alphabet
    }

    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        Some(self.style().lengths.min..=self.style().lengths.max)
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new().with("style", json!(self.style())).with("fonts", json!(font_hashes(self.style())))
    }

    fn captcha(&self, seed: u64) -> Result<Captcha, RenderError> {
        self.random(seed)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), RenderError> {
        let text = self.text(seed);
        Ok((Renderer::image(self, &text, seed)?, text))
    }
}

/// CAPTCHAs of several styles, each as often as any other.
#[derive(Debug)]
pub struct Mixture {
    renderers: Vec<Renderer>,
    alphabet: Alphabet,
}

/// The number of the random stream that says which style a CAPTCHA has.
const STYLE_STREAM: u64 = u64::MAX;

impl Mixture {
    /// A mixture of these renderers. Its alphabet has the characters of all, in the order in which they come.
    ///
    /// # Errors
    /// [`AlphabetError::Empty`] if there is no renderer.
    pub fn new(renderers: Vec<Renderer>) -> Result<Self, AlphabetError> {
        let mut characters = String::new();
        for &character in renderers.iter().flat_map(|renderer| renderer.style().alphabet.characters()) {
            if !characters.contains(character) {
                characters.push(character);
            }
        }
        Ok(Self { alphabet: Alphabet::new(&characters)?, renderers })
    }

    /// The renderer of the CAPTCHA of `seed`.
    fn drawn(&self, seed: u64) -> &Renderer {
        let drawn = u128::from(seed::derive(seed, STYLE_STREAM));
        &self.renderers[((drawn * self.renderers.len() as u128) >> 64) as usize]
    }
}

impl CaptchaSource for Mixture {
    fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        let lengths = self.renderers.iter().map(|renderer| renderer.style().lengths);
        let all = |(fewest, most): (usize, usize), (min, max)| (fewest.min(min), most.max(max));
        let (fewest, most) = lengths.map(|lengths| (lengths.min, lengths.max)).reduce(all)?;
        Some(fewest..=most)
    }

    fn fingerprint(&self) -> Fingerprint {
        let number = |(index, renderer): (usize, &Renderer)| {
            (index.to_string(), CaptchaSource::fingerprint(renderer).into())
        };
        let sources: Map<String, Value> = self.renderers.iter().enumerate().map(number).collect();
        Fingerprint::new().with("mixture", sources)
    }

    fn captcha(&self, seed: u64) -> Result<Captcha, RenderError> {
        self.drawn(seed).captcha(seed)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), RenderError> {
        CaptchaSource::image(self.drawn(seed), seed)
    }
}

#[cfg(test)]
mod tests {
    use captcha_render::Style;

    use super::*;

    fn renderer(alphabet: &str, width: u32) -> Renderer {
        let style =
            Style::seed().with_alphabet(alphabet.parse().unwrap()).with_size(width, 30).with_margin(4, 4);
        Renderer::new(style).unwrap()
    }

    #[test]
    fn a_mixture_draws_every_style_and_is_seeded() {
        assert_eq!(Mixture::new(Vec::new()).unwrap_err(), AlphabetError::Empty);
        let mixture = Mixture::new(vec![renderer("BA", 60), renderer("AC", 80)]).unwrap();
        assert_eq!(mixture.alphabet().to_string(), "BAC");
        assert_eq!(mixture.lengths(), Some(6..=6));
        let narrow = (0..100).filter(|&seed| mixture.captcha(seed).unwrap().image.width() == 60).count();
        assert!((30..=70).contains(&narrow), "{narrow}");
        assert_eq!(mixture.captcha(7).unwrap(), mixture.captcha(7).unwrap());
    }
}
