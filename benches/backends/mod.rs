//! One network on every backend. Groups are named `<operation>/<backend>`, what is in them `<what>-<threads>-threads`.

#![allow(dead_code, reason = "no bench uses all of it")]

use captcha_lab::Recognizer;
use captcha_lab::infer::{Architecture, ModelFile, NativeOptions, NativeRecognizer};
use captcha_testkit::backend::{formula_images, formula_model};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};

pub(crate) const BATCHES: [usize; 4] = [1, 6, 64, 1024];
pub(crate) const THREADS: [usize; 2] = [1, 2];

/// From so many elements on, samples of many iterations would take minutes.
const LARGE: usize = 1024;

/// The group of an operation on a backend.
pub(crate) fn group<'a>(
    c: &'a mut Criterion,
    operation: &str,
    backend: &str,
) -> BenchmarkGroup<'a, WallTime> {
    c.benchmark_group(format!("{operation}/{backend}"))
}

/// Sets what depends on the size of a batch: throughput is in elements a second, and large batches get fewer samples.
pub(crate) fn for_batch(group: &mut BenchmarkGroup<'_, WallTime>, batch: usize) {
    group.throughput(Throughput::Elements(batch as u64));
    let large = batch >= LARGE;
    group.sample_size(if large { 20 } else { 50 });
    group.sampling_mode(if large { SamplingMode::Flat } else { SamplingMode::Auto });
}

/// A network of letters or of whole images on all backends.
pub(crate) fn bench(c: &mut Criterion, operation: &str, network: &str, architecture: &Architecture) {
    let model = formula_model(architecture).expect("the architecture is a network");
    for threads in THREADS {
        for recognizer in recognizers(&model, threads) {
            let mut group = group(c, operation, recognizer.backend());
            for batch in BATCHES {
                let images = formula_images(batch, architecture.input);
                for_batch(&mut group, batch);
                let id = BenchmarkId::new(format!("{network}-{threads}-threads"), batch);
                group.bench_with_input(id, &images, |bencher, images| {
                    bencher.iter(|| recognizer.logits(images.view()).expect("the shape fits"));
                });
            }
            group.finish();
        }
    }
}

/// Every backend that was compiled in.
pub(crate) fn recognizers(model: &ModelFile, threads: usize) -> Vec<Box<dyn Recognizer>> {
    let options = NativeOptions::default().with_threads(threads);
    let native = NativeRecognizer::with_options(model, options).expect("the CPU can run it");
    #[cfg(feature = "torch")]
    let torch = {
        use captcha_lab::model::TorchRecognizer;
        TorchRecognizer::set_threads(threads);
        TorchRecognizer::new(model).expect("libtorch can run it")
    };
    vec![
        Box::new(native),
        #[cfg(feature = "torch")]
        Box::new(torch),
    ]
}
