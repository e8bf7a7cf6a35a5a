//! Several sources as one.

use std::ops::RangeInclusive;

use captcha_core::{Alphabet, AlphabetError, Fingerprint, seed};
use image::DynamicImage;
use serde_json::{Map, Value};

use crate::DatasetError;
use crate::sources::source::CaptchaSource;

/// The CAPTCHAs of several sources, each source as often as any other: of renderers of several styles, or of
/// `Box<dyn CaptchaSource>` for sources of several kinds.
#[derive(Debug, Clone)]
pub struct Mixture<S> {
    sources: Vec<S>,
    alphabet: Alphabet,
}

/// The number of the random stream that says which source a CAPTCHA is from.
const SOURCE_STREAM: u64 = u64::MAX;

impl<S: CaptchaSource> Mixture<S> {
    /// A mixture of these sources. Its alphabet has the characters of all, in the order in which they come.
    ///
    /// # Errors
    /// [`AlphabetError::Empty`] if there is no source.
    pub fn new(sources: Vec<S>) -> Result<Self, AlphabetError> {
        let mut characters = String::new();
        for &character in sources.iter().flat_map(|source| source.alphabet().characters()) {
            if !characters.contains(character) {
                characters.push(character);
            }
        }
        Ok(Self { alphabet: Alphabet::new(&characters)?, sources })
    }

    /// The source of the CAPTCHA of `seed`.
    #[must_use]
    pub fn source(&self, seed: u64) -> &S {
        let sampled = u128::from(seed::derive(seed, SOURCE_STREAM));
        &self.sources[((sampled * self.sources.len() as u128) >> 64) as usize]
    }
}

impl<S: CaptchaSource> CaptchaSource for Mixture<S> {
    fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    fn lengths(&self) -> Option<RangeInclusive<usize>> {
        let lengths: Option<Vec<_>> = self.sources.iter().map(CaptchaSource::lengths).collect();
        let all = |a: RangeInclusive<usize>, b: RangeInclusive<usize>| {
            *a.start().min(b.start())..=*a.end().max(b.end())
        };
        lengths?.into_iter().reduce(all)
    }

    fn fingerprint(&self) -> Fingerprint {
        let numbered = |(index, source): (usize, &S)| (index.to_string(), Value::from(source.fingerprint()));
        let sources: Map<String, Value> = self.sources.iter().enumerate().map(numbered).collect();
        Fingerprint::new().with("mixture", sources)
    }

    fn image(&self, seed: u64) -> Result<(DynamicImage, String), DatasetError> {
        self.source(seed).image(seed)
    }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;

    use super::*;

    /// White images of one width, whose text is the first character of the alphabet.
    #[derive(Debug)]
    struct White(Alphabet, u32);

    impl CaptchaSource for White {
        fn alphabet(&self) -> &Alphabet {
            &self.0
        }

        fn lengths(&self) -> Option<RangeInclusive<usize>> {
            (self.1 < 100).then_some(1..=self.1 as usize / 10)
        }

        fn fingerprint(&self) -> Fingerprint {
            Fingerprint::new().with("width", self.1)
        }

        fn image(&self, _: u64) -> Result<(DynamicImage, String), DatasetError> {
            Ok((GrayImage::new(self.1, 30).into(), self.0.characters()[0].to_string()))
        }
    }

    #[test]
    fn a_mixture_draws_from_every_source_and_is_seeded() {
        assert_eq!(Mixture::<White>::new(Vec::new()).unwrap_err(), AlphabetError::Empty);
        let white = |alphabet: &str, width| White(alphabet.parse().unwrap(), width);
        let mixture = Mixture::new(vec![white("BA", 60), white("AC", 80)]).unwrap();
        assert_eq!(mixture.alphabet().to_string(), "BAC");
        assert_eq!(mixture.lengths(), Some(1..=8));
        assert_eq!(Mixture::new(vec![white("A", 60), white("A", 100)]).unwrap().lengths(), None);
        let narrow = (0..100).filter(|&seed| mixture.image(seed).unwrap().0.width() == 60).count();
        assert!((30..=70).contains(&narrow), "{narrow}");
        assert_eq!(mixture.image(7).unwrap(), mixture.image(7).unwrap());

        let other = Mixture::new(vec![white("BA", 60), white("AC", 90)]).unwrap();
        let differences = mixture.fingerprint().differences(&other.fingerprint());
        assert_eq!(differences[0].to_string(), "mixture.1.width is 80 and 90");

        let kinds: Vec<Box<dyn CaptchaSource>> = vec![Box::new(mixture), Box::new(white("D", 10))];
        assert_eq!(Mixture::new(kinds).unwrap().alphabet().to_string(), "BACD");
    }
}
