//! A session allocates nothing once it has seen a width and a batch.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use captcha_infer::{Architecture, NativeOptions, NativeRecognizer, Precision};
use captcha_testkit::backend::{formula_images, formula_model};

/// The system's allocator, counted.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A network, widths, and values in the logits of one image of a width.
type Case = (&'static str, Architecture, &'static [usize], fn(usize) -> usize);

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
            let mut session = NativeRecognizer::with_options(&model, options).unwrap().session().unwrap();
            let mut batches: Vec<_> = widths
                .iter()
                .map(|&width| {
                    let images = formula_images(batch, architecture.at_width(width).input);
                    (width, images.into_raw_vec_and_offset().0, vec![0.0; batch * scores(width)])
                })
                .collect();
            let mut passes = |rounds| {
                let before = COUNT.load(Ordering::Relaxed);
                for _ in 0..rounds {
                    for (width, images, logits) in &mut batches {
                        session.forward_at(*width, images, logits).unwrap();
                    }
                }
                COUNT.load(Ordering::Relaxed) - before
            };
            assert!(passes(1) > 0, "the first pass makes the buffers");
            let allocations = passes(20);
            // With several threads the standard library's channel allocates a little when one first waits for another.
            let allowed = if threads == 1 { 0 } else { 16 };
            assert!(
                allocations <= allowed,
                "{name}, {precision}, {threads} threads: {allocations} allocations in 20 passes"
            );
        }
    }
}
