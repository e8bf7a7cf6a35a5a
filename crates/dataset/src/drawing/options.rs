//! What a corpus is made of.

use captcha_core::seed;
use captcha_render::Styles;
use image::{DynamicImage, GrayImage};

use crate::corpus::image_file::encode;
use crate::parallel::pool::check_threads;
use crate::{DatasetError, ImageFileFormat, Shard};

/// What a corpus is made of.
///
/// | field | range | default |
/// |---|---|---|
/// | `styles` | any style or distribution that the renderer takes | |
/// | `count` | 1 or more images, in all shards | |
/// | `texts` | sampled from the style's alphabet and lengths, or given | sampled |
/// | `seed` | any | 0 |
/// | `shard` | one of any number | the whole corpus |
/// | `format` | an [`ImageFileFormat`] that holds images of this size | PNG |
/// | `boxes` | whether the manifest has the boxes of the characters | yes |
/// | `masks` | whether every image has a mask of its characters | no |
/// | `threads` | 0 for one a core, or up to 1024 | 0 |
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CorpusOptions {
    /// What the images look like.
    pub styles: Styles,
    /// Images in the corpus, in all shards together.
    pub count: u64,
    /// Where their texts are from.
    pub texts: TextSource,
    /// What everything random is a function of.
    pub seed: u64,
    /// Which part of the corpus to make.
    pub shard: Shard,
    /// The format of the image files.
    pub format: ImageFileFormat,
    /// Whether the manifest has the box of every character: [`CorpusRecord::boxes`](crate::CorpusRecord::boxes).
    pub boxes: bool,
    /// Whether every image has a mask that says which character covers which pixel: [`MASKS`](crate::MASKS).
    pub masks: bool,
    /// How many threads draw; 0 for one a core. The files are the same for any number.
    pub threads: usize,
}

/// Where the texts of a corpus are from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextSource {
    /// Sampled from the alphabet and the lengths of the style.
    #[default]
    Sampled,
    /// These, in this order, from the start again when they run out.
    Given(Vec<String>),
}

impl CorpusOptions {
    /// `count` images of a style or a distribution, everything else as by default.
    #[must_use]
    pub fn new(styles: impl Into<Styles>, count: u64) -> Self {
        Self {
            styles: styles.into(),
            count,
            texts: TextSource::Sampled,
            seed: 0,
            shard: Shard::WHOLE,
            format: ImageFileFormat::Png,
            boxes: true,
            masks: false,
            threads: 0,
        }
    }

    /// Sets the texts. They come in this order, and from the start again when they run out.
    #[must_use]
    pub fn with_texts(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.texts = TextSource::Given(texts.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets which part of the corpus to make.
    #[must_use]
    pub fn with_shard(mut self, shard: Shard) -> Self {
        self.shard = shard;
        self
    }

    /// Sets the format of the image files.
    #[must_use]
    pub fn with_format(mut self, format: ImageFileFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets whether the manifest has the boxes of the characters.
    #[must_use]
    pub fn with_boxes(mut self, boxes: bool) -> Self {
        self.boxes = boxes;
        self
    }

    /// Sets whether every image has a mask of its characters.
    #[must_use]
    pub fn with_masks(mut self, masks: bool) -> Self {
        self.masks = masks;
        self
    }

    /// Sets how many threads draw; 0 for one a core.
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
        /// Styles of a distribution that are sampled to see how large the images are.
        const SAMPLED: u64 = 64;
        let seeds = if matches!(self.styles, Styles::One(_)) { 1 } else { SAMPLED };
        let (mut width, mut height) = (0, 0);
        for index in 0..seeds {
            let style = self.styles.sample(seed::derive(self.seed, index));
            let style = style.map_err(|error| DatasetError::Style { source: Box::new(error) })?;
            (width, height) = (width.max(style.width), height.max(style.height));
        }
        let blank = DynamicImage::ImageLuma8(GrayImage::new(width, height));
        let file = format!("an image of {width} x {height} pixels");
        encode(&blank, self.format).map_err(|source| DatasetError::Encode { file, source })?;
        Ok(())
    }
}
