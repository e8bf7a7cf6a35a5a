//! Convolution alone, with the ReLU and the max-pool that follow it, at batch 1, 6, 64 and 1024, on one and on two
//! threads: `cargo bench --bench conv`, with `--features torch` also by libtorch.

mod backends;

use captcha_lab::infer::{Architecture, InputShape, Layer};
use criterion::{Criterion, criterion_group, criterion_main};

fn convolution(c: &mut Criterion) {
    // The second convolution of the post and the widest one of the compact network.
    for (name, [inputs, outputs], side, kernel) in
        [("20-50-5x5-at-10x10", [20, 50], 10, 5), ("32-48-3x3-at-12x12", [32, 48], 12, 3)]
    {
        let architecture = Architecture {
            input: InputShape { channels: inputs, height: side, width: side },
            layers: vec![
                Layer::Conv2d { channels: outputs, kernel: kernel.into() },
                Layer::Relu,
                Layer::MaxPool2d { size: 2.into() },
                Layer::Flatten,
            ],
        };
        backends::bench(c, "convolution", name, &architecture);
    }
}

criterion_group!(benches, convolution);
criterion_main!(benches);
