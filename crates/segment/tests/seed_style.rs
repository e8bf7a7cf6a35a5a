//! Fresh images of the style `seed`, scored against their ground truth.

#![expect(clippy::unwrap_used, reason = "a failure is a failed test")]

use std::sync::LazyLock;

use captcha_render::{Renderer, Style};
use captcha_segment::captcha_core::{GlyphBox, seed, to_gray};
use captcha_segment::image::GrayImage;
use captcha_segment::{BoxScore, SegmentOptions, Segmenter, score_boxes};
use rand::RngExt;

/// Enough that a yield of 99 % is not passed by luck at 98 %.
const IMAGES: u64 = 500;

/// Images, and the boxes of their letters as the default threshold sees them: what has a quarter of full ink.
static CASES: LazyLock<Vec<(GrayImage, Vec<GlyphBox>)>> = LazyLock::new(|| {
    let renderer = Renderer::new(Style::seed()).unwrap();
    let case = |index| {
        let mut rng = seed::rng(seed::derive(2024, index));
        let text: String = (0..6).map(|_| char::from(rng.random_range(b'A'..=b'Z'))).collect();
        let captcha = renderer.render(&text, index).unwrap();
        let truth = captcha.glyphs.iter().filter_map(|glyph| glyph.bounds_above(64)).collect();
        (to_gray(&captcha.image), truth)
    };
    (0..IMAGES).map(case).collect()
});

/// The scores of the images that were cut, of [`IMAGES`].
fn scores(options: SegmentOptions, expected: Option<usize>) -> Vec<BoxScore> {
    let segmenter = Segmenter::new(options).unwrap();
    CASES
        .iter()
        .filter_map(|(image, truth)| {
            let found = segmenter.segment(image, expected).ok()?;
            let boxes: Vec<GlyphBox> = found.letters.iter().map(|letter| letter.bounds).collect();
            Some(score_boxes(&boxes, truth))
        })
        .collect()
}

/// The share of all images in which every box is right.
fn exact(scores: &[BoxScore], min_iou: f64) -> f64 {
    scores.iter().filter(|score| score.is_exact(min_iou)).count() as f64 / IMAGES as f64
}

fn mean_iou(scores: &[BoxScore]) -> f64 {
    scores.iter().map(BoxScore::mean_iou).sum::<f64>() / scores.len() as f64
}

#[test]
fn the_default_finds_every_letter_where_it_is() {
    let scores = scores(SegmentOptions::default(), Some(6));
    assert!(exact(&scores, 0.7) >= 0.998, "{}", exact(&scores, 0.7));
    assert!(mean_iou(&scores) >= 0.995, "{}", mean_iou(&scores));
}

#[test]
fn the_default_needs_no_number() {
    let scores = scores(SegmentOptions::default(), None);
    assert!(exact(&scores, 0.7) >= 0.99, "{}", exact(&scores, 0.7));
}

#[test]
fn the_seeds_steps_lose_three_in_a_hundred() {
    // OpenCV with the same steps gives six boxes for 97.2 % of 2000 images of the real generator.
    let scores = scores(SegmentOptions::seed(), Some(6));
    let yielded = scores.len() as f64 / IMAGES as f64;
    assert!((0.95..0.99).contains(&yielded), "{yielded}");
}
