//! Cutting CAPTCHAs of the style `seed` into letters, one thread: `cargo bench --bench segment`.

use captcha_lab::core::image::GrayImage;
use captcha_lab::core::to_gray;
use captcha_lab::render::{Renderer, Style};
use captcha_lab::segment::{SegmentOptions, Segmenter};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Different images in turn, so that no branch predictor learns one by heart.
const IMAGES: u64 = 64;

fn segment(c: &mut Criterion) {
    let renderer = Renderer::new(Style::seed()).expect("a preset is a style");
    let images: Vec<GrayImage> =
        (0..IMAGES).map(|seed| to_gray(&renderer.random(seed).expect("a preset renders").image)).collect();
    let mut group = c.benchmark_group("segment/native");
    group.throughput(Throughput::Elements(IMAGES));
    for (name, options) in [("default", SegmentOptions::default()), ("seed", SegmentOptions::seed())] {
        let segmenter = Segmenter::new(options).expect("a preset is valid");
        group.bench_function(name, |bencher| {
            bencher.iter(|| images.iter().filter(|image| segmenter.segment(image, Some(6)).is_ok()).count());
        });
    }
    group.finish();
}

criterion_group!(benches, segment);
criterion_main!(benches);
