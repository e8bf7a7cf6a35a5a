//! What a corpus is made of.

use captcha_render::Style;
use image::{DynamicImage, GrayImage, ImageFormat};

use crate::encode::encode;
use crate::work::check_threads;
use crate::{DatasetError, Shard};

/// What a corpus is made of.
///
/// | field | range | default |
/// |---|---|---|
/// | `style` | any style that the renderer takes | |
/// | `count` | 1 or more images, in all shards | |
/// | `texts` | drawn from the style's alphabet and lengths, or given | drawn |
/// | `seed` | any | 0 |
/// | `shard` | one of any number | the whole corpus |
/// | `format` | any that `image` writes, as built in | PNG |
/// | `threads` | 0 for one a core, or up to 1024 | 0 |
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CorpusOptions {
    /// What the images look like.
    pub style: Style,
    /// Images in the corpus, in all shards together.
    pub count: u64,
    /// Where their texts are from.
    pub texts: TextSource,
    /// What everything random is a function of.
    pub seed: u64,
    /// Which part of the corpus to make.
    pub shard: Shard,
    /// The format of the image files.
    pub format: ImageFormat,
    /// How many threads draw; 0 for one a core. The files are the same for any number.
    pub threads: usize,
}

/// Where the texts of a corpus are from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TextSource {
    /// Drawn from the alphabet and the lengths of the style.
    #[default]
    Drawn,
    /// These, in this order, from the start again when they run out.
    Given(Vec<String>),
}

impl CorpusOptions {
    /// `count` images of `style`, everything else as by default.
    #[must_use]
    pub fn new(style: Style, count: u64) -> Self {
        Self {
            style,
            count,
            texts: TextSource::Drawn,
            seed: 0,
            shard: Shard::WHOLE,
            format: ImageFormat::Png,
            threads: 0,
        }
    }

    /// The same with these texts, in this order, from the start again when they run out.
    #[must_use]
    pub fn with_texts(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.texts = TextSource::Given(texts.into_iter().map(Into::into).collect());
        self
    }

    /// The same with another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// One shard of the same corpus.
    #[must_use]
    pub fn with_shard(mut self, shard: Shard) -> Self {
        self.shard = shard;
        self
    }

    /// The same in another image format.
    #[must_use]
    pub fn with_format(mut self, format: ImageFormat) -> Self {
        self.format = format;
        self
    }

    /// The same, drawn by this many threads; 0 for one a core.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Refuses options that make no corpus; the style is checked by the renderer.
    pub(crate) fn check(&self) -> Result<(), DatasetError> {
        let bad = |option, expected: &str, actual: String| {
            Err(DatasetError::BadOption { option, expected: expected.to_owned(), actual })
        };
        if self.count == 0 {
            return bad("count", "at least one image", "0".to_owned());
        }
        if matches!(&self.texts, TextSource::Given(texts) if texts.is_empty()) {
            return bad("texts", "at least one text", "none".to_owned());
        }
        check_threads(self.threads)?;
        let blank = DynamicImage::ImageLuma8(GrayImage::new(self.style.width, self.style.height));
        let file = format!("an image of {} x {} pixels", self.style.width, self.style.height);
        encode(&blank, self.format).map_err(|source| DatasetError::Encode { file, source })?;
        Ok(())
    }
}
