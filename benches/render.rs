//! Drawing CAPTCHAs in memory, one thread: `cargo bench --bench render`.

use captcha_lab::render::{Noise, Renderer, Style, WhiteNoise};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn render(c: &mut Criterion) {
    let noisy = Style::claptcha().with_noise(vec![Noise::White(WhiteNoise::new(0.3))]);
    let mut group = c.benchmark_group("render/native");
    group.throughput(Throughput::Elements(1));
    let presets =
        Style::PRESETS.iter().map(|&name| (name, Style::preset(name).expect("a preset has a name")));
    for (name, style) in presets.chain([("claptcha-noise-0.3", noisy)]) {
        let renderer = Renderer::new(style).expect("a preset is a style");
        let mut seed = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                renderer.random(seed).expect("a preset renders")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);
