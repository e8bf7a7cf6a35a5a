//! The sequence network on images of 300 x 150 pixels (96 x 48 for the network) at batch 1, 6, 64 and 1024, on one and
//! on two threads: `cargo bench --bench sequence`, with `--features torch` also by libtorch.

mod backends;

use captcha_lab::infer::Architecture;
use criterion::{Criterion, criterion_group, criterion_main};

fn sequence(c: &mut Criterion) {
    backends::bench(c, "sequence", "96-wide", &Architecture::sequence(26, 96));
}

criterion_group!(benches, sequence);
criterion_main!(benches);
