//! Whole images as training data, one thread: changed at random, and as batches; `cargo bench --bench images`.

use captcha_lab::core::{scale_to_height, seed, to_gray};
use captcha_lab::dataset::image::{DynamicImage, GrayImage};
use captcha_lab::dataset::{
    Augmenter, FolderStream, ImageAugmentation, ImageSet, ImageSetOptions, TrainingData,
};
use captcha_lab::render::{Renderer, Style};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The number of images to choose from.
const IMAGES: u64 = 64;

/// Prepared images of 192 x 48 pixels with their texts.
fn images() -> Vec<(GrayImage, String)> {
    let renderer = Renderer::new(Style::medium().with_size(240, 60)).expect("the style draws");
    let prepared = |number| {
        let captcha = renderer.random(seed::derive(1, number)).expect("the style draws");
        (scale_to_height(&to_gray(&captcha.image), 48, 4, 1.0), captcha.text)
    };
    (0..IMAGES).map(prepared).collect()
}

fn augment(c: &mut Criterion) {
    let images = images();
    assert_eq!(images[0].0.dimensions(), (192, 48));
    let mut group = c.benchmark_group("augment/native");
    group.throughput(Throughput::Elements(1));
    for name in &ImageAugmentation::PRESETS[1..] {
        let preset = ImageAugmentation::preset(name).expect("a preset has a name");
        let augmenter = Augmenter::new(preset).expect("a preset is in its ranges");
        let mut seed = 0;
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                augmenter.augment(&images[(seed % IMAGES) as usize].0, seed)
            });
        });
    }
    group.finish();
}

fn batches(c: &mut Criterion) {
    let named = images().into_iter().map(|(image, text)| (text.clone(), DynamicImage::from(image), text));
    let gray = |image: &DynamicImage| Ok::<_, std::convert::Infallible>(to_gray(image));
    let (images, _) =
        ImageSet::from_images(named, gray, &ImageSetOptions::default()).expect("the images have texts");
    let stream = FolderStream::new(images, 1)
        .with_threads(1)
        .and_then(|stream| stream.with_images_per_epoch(1024))
        .and_then(|stream| stream.with_augmentation(ImageAugmentation::medium()))
        .expect("the options are in their ranges");
    let mut group = c.benchmark_group("batches/native");
    group.throughput(Throughput::Elements(1024)).sample_size(10);
    let mut epoch = 0;
    group.bench_function("medium", |bencher| {
        bencher.iter(|| {
            epoch += 1;
            stream.epoch(epoch, 32).map(|batch| batch.expect("the images are in memory").len()).sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, augment, batches);
criterion_main!(benches);
