//! Nothing is allocated for an image, beyond its result, once its width and batch have been seen.

use captcha_infer::{Architecture, NativeOptions, NativeRecognizer, Precision, Recognizer};
use captcha_testkit::CountingAllocator;
use captcha_testkit::backend::{formula_images, formula_model};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Allocations, by any thread, while `work` runs.
fn count_during(work: impl FnOnce()) -> usize {
    let before = ALLOCATOR.count();
    work();
    ALLOCATOR.count() - before
}

/// The fewest allocations of [`ROUNDS`] times `work` in three tries: the thread that runs the tests allocates now and then, too.
fn count_of_rounds(mut work: impl FnMut()) -> usize {
    (0..3).map(|_| count_during(|| (0..ROUNDS).for_each(|_| work()))).fold(usize::MAX, usize::min)
}

/// A network, widths, and values in the logits of one image of a width.
type Case = (&'static str, Architecture, &'static [usize], fn(usize) -> usize);

/// Rounds over all widths of a case.
const ROUNDS: usize = 5;

// One test: others at the same time would be counted too.
#[test]
fn forward_passes_allocate_nothing_after_the_first() {
    let cases: [Case; 3] = [
        ("post", Architecture::post(26), &[20], |_| 26),
        ("compact", Architecture::compact(26), &[24], |_| 26),
        ("sequence", Architecture::sequence(26, 96), &[96, 40, 130], |width| width / 4 * 27),
    ];
    for (name, architecture, widths, scores) in cases {
        let model = formula_model(&architecture).unwrap();
        for (precision, threads, batch) in
            [(Precision::F32, 1, 3), (Precision::Int8, 1, 3), (Precision::F32, 2, 3), (Precision::F32, 2, 20)]
        {
            let options = NativeOptions::default().with_precision(precision).with_threads(threads);
            let recognizer = NativeRecognizer::with_options(&model, options).unwrap();
            let images: Vec<_> = widths
                .iter()
                .map(|&width| formula_images(batch, architecture.at_width(width).input))
                .collect();
            // With several threads the standard library's channel allocates a little when one first waits for another.
            let allowed = if threads == 1 { 0 } else { 16 };
            let what = format!("{name}, {precision}, {threads} threads");

            let mut session = recognizer.session().unwrap();
            let mut logits: Vec<_> = widths.iter().map(|&width| vec![0.0; batch * scores(width)]).collect();
            let mut pass = || {
                for ((images, logits), &width) in images.iter().zip(&mut logits).zip(widths) {
                    session.forward_at(width, images.as_slice().unwrap(), logits).unwrap();
                }
            };
            assert!(count_during(&mut pass) > 0, "the first pass makes the buffers");
            let allocations = count_of_rounds(&mut pass);
            assert!(allocations <= allowed, "{what}: {allocations} allocations in {ROUNDS} passes");

            let recognizer: &dyn Recognizer = &recognizer;
            let call = || images.iter().for_each(|images| drop(recognizer.logits(images.view()).unwrap()));
            assert!(count_during(call) > widths.len(), "the first call makes the buffers");
            let allocations = count_of_rounds(call);
            let results = ROUNDS * widths.len();
            assert!(
                (results..=results + allowed).contains(&allocations),
                "{what}: {allocations} allocations for {results} results"
            );
        }
    }
}
