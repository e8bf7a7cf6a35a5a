//! What the manifest of a corpus says of its options.

use captcha_core::ContentHash;
use captcha_render::Renderer;
use serde_json::json;

use crate::corpus::header::{CORPUS_FORMAT, CORPUS_VERSION, GENERATOR};
use crate::{CorpusHeader, CorpusOptions, TextSource, TextsHeader};

/// The first line of the manifest.
pub(crate) fn header(options: &CorpusOptions, renderer: &Renderer) -> CorpusHeader {
    CorpusHeader {
        format: CORPUS_FORMAT.to_owned(),
        version: CORPUS_VERSION,
        generator: GENERATOR.to_owned(),
        count: options.count,
        seed: options.seed,
        shard: options.shard.to_string(),
        image_format: options.format.to_string(),
        texts: match &options.texts {
            TextSource::Sampled => TextsHeader::Sampled,
            TextSource::Given(texts) => {
                let mut hash = ContentHash::new();
                texts.iter().for_each(|text| hash.add(text));
                TextsHeader::Given { count: texts.len() as u64, digest: hash.hex() }
            }
        },
        boxes: options.boxes,
        masks: options.masks,
        style: json!(options.styles),
        fonts: renderer.font_hashes(),
    }
}
