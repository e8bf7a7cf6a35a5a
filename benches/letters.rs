//! The letter networks at batch 1, 6, 64 and 1024, one thread: `cargo bench --bench letters`, with
//! `--features torch` also by libtorch.

use captcha_lab::Recognizer;
use captcha_lab::core::ndarray::Array4;
use captcha_lab::core::rand::RngExt;
use captcha_lab::core::seed;
use captcha_lab::infer::{Architecture, NativeRecognizer};
use captcha_testkit::backend::formula_model;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const BATCHES: [usize; 4] = [1, 6, 64, 1024];

fn letters(c: &mut Criterion) {
    let networks = [("post", Architecture::post(26)), ("compact", Architecture::compact(26))];
    for (network, architecture) in networks {
        let input = architecture.input;
        let model = formula_model(&architecture).expect("a preset is a network");
        let native = NativeRecognizer::new(&model).expect("the CPU can run it");
        bench(c, network, &native, [input.height, input.width]);
        #[cfg(feature = "torch")]
        {
            captcha_lab::model::TorchRecognizer::set_threads(1);
            let torch = captcha_lab::model::TorchRecognizer::new(&model).expect("libtorch can run it");
            bench(c, network, &torch, [input.height, input.width]);
        }
    }
}

fn bench(c: &mut Criterion, network: &str, recognizer: &dyn Recognizer, [height, width]: [usize; 2]) {
    let mut group = c.benchmark_group(format!("letters-{network}/{}", recognizer.backend()));
    let mut rng = seed::rng(2);
    for batch in BATCHES {
        let images = Array4::from_shape_simple_fn((batch, 1, height, width), || rng.random::<f32>());
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_with_input(BenchmarkId::from_parameter(batch), &images, |bencher, images| {
            bencher.iter(|| recognizer.logits(images.view()).expect("the shape fits"));
        });
    }
    group.finish();
}

criterion_group!(benches, letters);
criterion_main!(benches);
