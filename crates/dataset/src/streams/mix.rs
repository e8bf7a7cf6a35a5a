//! Images that are drawn meanwhile, among those that somebody has.

use std::sync::Arc;

use captcha_core::{describe, seed};
use image::GrayImage;
use serde_json::{Value, json};

use crate::images::store::{Gone, Store};
use crate::{CaptchaSource, DatasetError, SkipReason, Skipped};

/// The number of the random stream for the images that are drawn first, to see what they are like.
const TRIED_STREAM: u64 = u64::MAX - 2;

/// CAPTCHAs that are drawn before a source is taken to be one that fits.
const TRIED: u64 = 9;

/// Draws for one image: a source most of whose texts have other characters gives one sooner or later.
const DRAWS: u64 = 50;

/// The largest share of drawn images.
const MOST: f64 = 0.95;

/// Images that are drawn meanwhile, and how many.
#[derive(Clone)]
pub(crate) struct Mix {
    source: Arc<dyn CaptchaSource>,
    share: f64,
    /// The columns of the images, the median of some.
    pub(crate) width: u32,
}

impl Mix {
    /// Draws a few to see that they fit the images of the store.
    pub(crate) fn new(
        source: Arc<dyn CaptchaSource>,
        share: f64,
        store: &Store,
        seed: u64,
    ) -> Result<Self, DatasetError> {
        if !(0.0..=MOST).contains(&share) {
            return Err(DatasetError::BadOption {
                option: "mix",
                expected: format!("a share from 0 to {MOST}"),
                actual: share.to_string(),
            });
        }
        let mut mix = Self { source, share, width: 0 };
        let mut skipped = Skipped::default();
        let mut widths = Vec::new();
        for index in 0..TRIED {
            match mix.draw(store, seed::derive(seed::derive(seed, TRIED_STREAM), index)) {
                Ok((image, _)) => widths.push(image.width()),
                Err((reason, what)) => skipped.add(reason, || what),
            }
        }
        widths.sort_unstable();
        match widths.get(widths.len() / 2) {
            None => Err(DatasetError::NothingDrawn { images: TRIED, skipped }),
            Some(&width) => {
                mix.width = width;
                Ok(mix)
            }
        }
    }

    /// How many images are drawn for an epoch of `own` others.
    pub(crate) fn images(&self, own: usize) -> usize {
        (own as f64 * self.share / (1.0 - self.share)).round() as usize
    }

    /// The image of `seed`, prepared as those of the store, with the classes of its text. What has a character that
    /// they do not have is drawn again.
    pub(crate) fn draw(&self, store: &Store, seed: u64) -> Result<(GrayImage, Vec<usize>), Gone> {
        let mut last = None;
        for attempt in 0..DRAWS {
            let drawn = self.source.image(seed::derive(seed, attempt));
            let (image, text) = drawn.map_err(|error| (SkipReason::SourceFailed, describe(&error)))?;
            match store.alphabet.encode(&text) {
                Err(error) => last = Some(error),
                Ok(label) => {
                    let refused = |what: String| (SkipReason::NotPrepared, format!("{text}: {what}"));
                    let image = (store.prepare)(&image).map_err(refused)?;
                    let (width, height) = image.dimensions();
                    return match height == store.height && width > 0 {
                        true => Ok((image, label)),
                        false => Err(refused(format!("prepared to {width} x {height} pixels"))),
                    };
                }
            }
        }
        let what = last.map_or_else(String::new, |error| error.to_string());
        Err((SkipReason::UnknownCharacter, format!("none of {DRAWS} texts is of the alphabet: {what}")))
    }

    /// What the drawn images are known by.
    pub(crate) fn fingerprint(&self) -> Value {
        json!({ "source": Value::from(self.source.fingerprint()), "share": self.share })
    }
}
