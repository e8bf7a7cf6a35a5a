//! One network on every backend.

use captcha_lab::Recognizer;
use captcha_lab::infer::{Architecture, ModelFile, NativeOptions, NativeRecognizer};
use captcha_testkit::backend::{formula_images, formula_model};
use criterion::{BenchmarkId, Criterion, Throughput};

const BATCHES: [usize; 4] = [1, 6, 64, 1024];
const THREADS: [usize; 2] = [1, 2];

/// Groups `<operation>/<backend>`, each with benches `<network>-<threads>-threads/<batch>`.
pub(crate) fn bench(c: &mut Criterion, operation: &str, network: &str, architecture: &Architecture) {
    let model = formula_model(architecture).expect("the architecture is a network");
    for threads in THREADS {
        for recognizer in recognizers(&model, threads) {
            let mut group = c.benchmark_group(format!("{operation}/{}", recognizer.backend()));
            for batch in BATCHES {
                let images = formula_images(batch, architecture.input);
                let id = BenchmarkId::new(format!("{network}-{threads}-threads"), batch);
                group.throughput(Throughput::Elements(batch as u64));
                group.bench_with_input(id, &images, |bencher, images| {
                    bencher.iter(|| recognizer.logits(images.view()).expect("the shape fits"));
                });
            }
            group.finish();
        }
    }
}

/// Every backend that was compiled in.
fn recognizers(model: &ModelFile, threads: usize) -> Vec<Box<dyn Recognizer>> {
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
