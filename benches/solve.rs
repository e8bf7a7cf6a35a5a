//! From the bytes of PNG files, 300 x 150 pixels, to their texts: decoding, cutting into letters or scaling, the network,
//! the decoding of its scores. 1, 6, 64 and 1024 files, on one and on two threads: `cargo bench --bench solve`, with
//! `--features torch` also by libtorch.

mod backends;

use std::io::Cursor;

use captcha_lab::core::image::ImageFormat;
use captcha_lab::infer::ModelFile;
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{Pretrained, Solver};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rayon::prelude::*;

/// Different images in turn, so that no branch predictor learns one by heart.
const IMAGES: usize = 64;

fn files() -> Vec<Vec<u8>> {
    let renderer = Renderer::new(Style::seed()).expect("a preset is a style");
    let file = |seed| {
        let captcha = renderer.random(seed).expect("a preset renders");
        let mut bytes = Cursor::new(Vec::new());
        captcha.image.write_to(&mut bytes, ImageFormat::Png).expect("memory takes everything");
        bytes.into_inner()
    };
    (0..IMAGES as u64).map(file).collect()
}

fn solve(c: &mut Criterion) {
    let files = files();
    for (way, weights) in [("letters", Pretrained::SeedLetters), ("sequence", Pretrained::ClaptchaSequence)] {
        let model = ModelFile::from_bytes(weights.bytes()).expect("the weights that ship are a model");
        for threads in backends::THREADS {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
            // Images are shared out among the threads of the pool, each of which runs the network alone.
            for recognizer in backends::recognizers(&model, 1) {
                let mut group = backends::group(c, "solve", recognizer.backend());
                let solver = Solver::with_recognizer(recognizer).expect("the model says how it reads");
                for count in backends::BATCHES {
                    let id = BenchmarkId::new(format!("{way}-{threads}-threads"), count);
                    backends::for_batch(&mut group, count);
                    group.bench_function(id, |bencher| {
                        let read = |i: usize| solver.solve_bytes(&files[i % IMAGES]).is_ok();
                        bencher.iter(|| {
                            pool.install(|| (0..count).into_par_iter().filter(|&i| read(i)).count())
                        });
                    });
                }
                group.finish();
            }
        }
    }
}

criterion_group!(benches, solve);
criterion_main!(benches);
