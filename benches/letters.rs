//! The letter networks at batch 1, 6, 64 and 1024, on one and on two threads: `cargo bench --bench letters`, with
//! `--features torch` also by libtorch.

mod backends;

use captcha_lab::infer::Architecture;
use criterion::{Criterion, criterion_group, criterion_main};

fn letters(c: &mut Criterion) {
    for (network, architecture) in [("post", Architecture::post(26)), ("compact", Architecture::compact(26))]
    {
        backends::bench(c, "letters", network, &architecture);
    }
}

criterion_group!(benches, letters);
criterion_main!(benches);
