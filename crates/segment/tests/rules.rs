//! One small image for each rule of the default method, and of the seed's.

#![expect(clippy::unwrap_used, reason = "a failure is a failed test")]

use captcha_segment::captcha_core::GlyphBox;
use captcha_segment::image::{GrayImage, Luma, imageops};
use captcha_segment::{
    ComponentOptions, ContourOptions, Fit, Method, SegmentError, SegmentOptions, Segmentation, Segmenter,
    letter_image, outer_contour_boxes,
};

/// An image in which each character is `scale` x `scale` pixels: `#` is ink, all else paper.
fn picture(rows: &[&str], scale: u32) -> GrayImage {
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0) as u32;
    GrayImage::from_fn(width * scale, rows.len() as u32 * scale, |x, y| {
        let row = rows[(y / scale) as usize].as_bytes();
        Luma([if row.get((x / scale) as usize) == Some(&b'#') { 0 } else { 255 }])
    })
}

fn segment(image: &GrayImage, expected: Option<usize>) -> Result<Segmentation, SegmentError> {
    Segmenter::new(SegmentOptions::default()).unwrap().segment(image, expected)
}

/// The boxes as (x, y, width, height), in units of `scale` pixels.
fn boxes(segmentation: &Segmentation, scale: u32) -> Vec<[u32; 4]> {
    let in_units =
        |bounds: GlyphBox| [bounds.x(), bounds.y(), bounds.width(), bounds.height()].map(|v| v / scale);
    segmentation.letters.iter().map(|letter| in_units(letter.bounds)).collect()
}

#[test]
fn letters_apart_are_found_left_to_right() {
    let image = picture(
        &[
            "......#...", //
            ".##...#...",
            ".##.###..#",
            ".##...#..#",
        ],
        4,
    );
    for expected in [None, Some(3)] {
        let found = segment(&image, expected).unwrap();
        assert_eq!(boxes(&found, 4), [[1, 1, 2, 3], [4, 0, 3, 4], [9, 2, 1, 2]]);
        assert!(found.letters.iter().all(|letter| letter.image.dimensions() == (24, 24)));
    }
}

#[test]
fn a_dot_belongs_to_what_is_below() {
    let image = picture(
        &[
            "..#.......##.", //
            ".........##..",
            "..#..###.....",
            "..#..#.#..##.",
            "..#..###..##.",
        ],
        4,
    );
    for expected in [None, Some(3)] {
        let found = segment(&image, expected).unwrap();
        assert_eq!(boxes(&found, 4), [[2, 0, 1, 5], [5, 2, 3, 3], [9, 0, 3, 5]]);
    }
}

#[test]
fn touching_letters_are_cut_where_they_touch() {
    // 4 and 6 columns wide: the cut is at the hairline, not in the middle.
    let image = picture(
        &[
            "..####..######...####.", //
            "..#..#..#....#...#..#.",
            "..#..####....#...#..#.",
            "..#..#..#....#...#..#.",
            "..####..######...####.",
        ],
        4,
    );
    let found = segment(&image, Some(3)).unwrap();
    let found = boxes(&found, 4);
    assert_eq!(found.len(), 3);
    assert_eq!((found[0][0], found[1][0] + found[1][2], found[2]), (2, 14, [17, 0, 4, 5]));
    assert!((6..=8).contains(&(found[0][0] + found[0][2])), "{found:?}");
}

#[test]
fn without_a_number_only_what_is_too_wide_for_a_letter_is_cut() {
    let row = ".######..######.";
    let image = picture(&[row, row, ".##############.", row, row], 4);
    assert_eq!(segment(&image, None).unwrap().letters.len(), 3, "14 wide, 5 high");
    let taller = picture(&[row, row, row, row, row, row, row, ".##############.", row, row, row, row], 4);
    assert_eq!(segment(&taller, None).unwrap().letters.len(), 1, "14 wide, 12 high");
    assert_eq!(segment(&taller, Some(2)).unwrap().letters.len(), 2);
}

#[test]
fn fragments_are_joined_to_the_expected_number() {
    // A U of which the bow is cut off.
    let image = picture(
        &[
            ".####...#..#...####.", //
            ".#..#...#..#...#..#.",
            ".#..#...#..#...#..#.",
            ".####...#..#...####.",
        ],
        4,
    );
    assert_eq!(boxes(&segment(&image, Some(3)).unwrap(), 4), [[1, 0, 4, 4], [8, 0, 4, 4], [15, 0, 4, 4]]);
    assert_eq!(segment(&image, None).unwrap().letters.len(), 4, "nothing says that they are one");
}

#[test]
fn a_neighbour_that_reaches_into_the_box_is_not_in_the_letter() {
    let rows = [
        "#####.....", //
        "#...#.....",
        "#.........",
        "#...######",
        "#...#....#",
        "#...#....#",
        "#...######",
    ];
    let image = picture(&rows, 4);
    let found = segment(&image, Some(2)).unwrap();
    assert_eq!(boxes(&found, 4), [[0, 0, 5, 7], [4, 3, 6, 4]]);

    let alone = picture(&rows.map(|row| if row.len() == 10 { &row[..4] } else { row }), 4);
    let mut first = GrayImage::from_pixel(20, 28, Luma([255]));
    imageops::replace(&mut first, &alone, 0, 0);
    for y in 0..8 {
        for x in 16..20 {
            first.put_pixel(x, y, Luma([0]));
        }
    }
    assert_eq!(found.letters[0].image, letter_image(&first, 24, 1, Fit::Contain).unwrap());
}

#[test]
fn ink_at_the_border_is_a_letter() {
    let image = picture(&["##..##", "##..##", "##..##"], 4);
    for options in [SegmentOptions::default(), SegmentOptions::seed()] {
        let found = Segmenter::new(options).unwrap().segment(&image, Some(2)).unwrap();
        assert_eq!(boxes(&found, 4), [[0, 0, 2, 3], [4, 0, 2, 3]]);
    }
}

#[test]
fn specks_are_dropped() {
    let mut image = picture(&["...........", ".##..##....", ".##..##....", "..........."], 4);
    for (x, y) in [(40, 3), (41, 3), (2, 14), (13, 7)] {
        image.put_pixel(x, y, Luma([0]));
    }
    assert_eq!(boxes(&segment(&image, Some(2)).unwrap(), 4), [[1, 1, 2, 2], [5, 1, 2, 2]]);
}

#[test]
fn paper_may_be_grey_and_ink_pale() {
    let mut image = picture(&["....", ".#..", ".#..", "...."], 5);
    for (i, pixel) in image.iter_mut().enumerate() {
        *pixel = if *pixel == 0 { 120 } else { 200 + (i % 7) as u8 };
    }
    assert_eq!(boxes(&segment(&image, Some(1)).unwrap(), 5), [[1, 1, 1, 2]]);
}

#[test]
fn an_image_without_ink_says_so() {
    let white = |width, height| GrayImage::from_pixel(width, height, Luma([255]));
    for options in [SegmentOptions::default(), SegmentOptions::seed()] {
        let segmenter = Segmenter::new(options).unwrap();
        for image in [white(0, 0), white(0, 7), white(1, 1), white(300, 150), GrayImage::new(1, 1)] {
            for expected in [None, Some(0), Some(6)] {
                assert_eq!(segmenter.segment(&image, expected), Err(SegmentError::NoInk));
            }
        }
    }
}

#[test]
fn all_black_is_no_text() {
    let black = GrayImage::new(300, 150);
    assert_eq!(segment(&black, Some(6)), Err(SegmentError::NoInk));
    let blot = GrayImage::from_fn(300, 150, |x, _| Luma([if x < 200 { 0 } else { 255 }]));
    assert_eq!(segment(&blot, Some(6)), Err(SegmentError::WrongCount { found: 1, expected: 6 }));
}

#[test]
fn a_number_that_is_not_plausible_is_refused() {
    let image = picture(&[".#..#.", ".#..#.", ".#..#.", ".#..#."], 4);
    for expected in [0, 9, 1000, usize::MAX] {
        assert_eq!(segment(&image, Some(expected)), Err(SegmentError::WrongCount { found: 2, expected }));
    }
    let words = picture(&["##..##..##..##..##"; 2], 8);
    assert_eq!(segment(&words, Some(1)), Err(SegmentError::WrongCount { found: 5, expected: 1 }));
}

#[test]
fn ten_thousand_pieces_are_noise() {
    let noise = GrayImage::from_fn(600, 600, |x, y| Luma([if x % 6 < 2 && y % 6 < 2 { 0 } else { 255 }]));
    let error = SegmentError::TooManyPieces { found: 10_000, limit: 256 };
    assert_eq!(segment(&noise, Some(6)), Err(error.clone()));
    assert_eq!(segment(&noise, None), Err(error));
}

#[test]
fn a_huge_image_is_cut_like_a_small_one() {
    let mut huge = GrayImage::from_pixel(4096, 4096, Luma([255]));
    for letter in 0..6 {
        imageops::replace(&mut huge, &GrayImage::new(300, 900), 200 + letter * 600, 1500);
    }
    let six: Vec<[u32; 4]> = (0..6).map(|letter| [200 + letter * 600, 1500, 300, 900]).collect();
    for expected in [None, Some(6)] {
        assert_eq!(boxes(&segment(&huge, expected).unwrap(), 1), six);
    }
    // The worst for cuts: one piece over the whole width, and a number to cut it to.
    let line = GrayImage::from_fn(4096, 4096, |_, y| Luma([if y == 2000 { 0 } else { 255 }]));
    assert!(segment(&line, Some(256)).is_err_and(|error| error.reason() == "wrong count"));
    assert_eq!(segment(&line, None).unwrap().letters.len(), 1, "a line is no word");
}

#[test]
fn wide_pieces_over_each_other_are_refused_before_they_take_hours() {
    let ruled = GrayImage::from_fn(4096, 800, |_, y| Luma([if y % 4 == 0 { 0 } else { 255 }]));
    let never_joined = ComponentOptions::default().with_join_overlap(1.0, 1.0);
    let options = SegmentOptions::default().with_method(Method::Components(never_joined));
    let segmenter = Segmenter::new(options).unwrap();
    let refused = segmenter.segment(&ruled, Some(256));
    assert!(matches!(refused, Err(SegmentError::TooComplex { .. })), "{refused:?}");
    // The band makes the lines short enough for words: 200 of up to 17 letters.
    let banded = GrayImage::from_fn(4096, 1000, |x, y| {
        Luma([if y % 4 == 0 && y < 800 || y >= 800 && x < 100 { 0 } else { 255 }])
    });
    let refused = segmenter.segment(&banded, None);
    assert!(matches!(refused, Err(SegmentError::TooComplex { .. })), "{refused:?}");
}

#[test]
fn the_seeds_method_reads_no_noise_as_text() {
    let noise = GrayImage::from_fn(400, 400, |x, y| Luma([if x % 8 < 7 && y % 8 < 7 { 0 } else { 255 }]));
    let segmenter = Segmenter::new(SegmentOptions::seed()).unwrap();
    let refused = Err(SegmentError::TooManyPieces { found: 2500, limit: 1024 });
    assert_eq!(segmenter.segment(&noise, None), refused);
    assert_eq!(segmenter.segment(&noise, Some(2500)), refused);
}

#[test]
fn an_image_that_is_too_large_is_refused() {
    for options in [SegmentOptions::default(), SegmentOptions::seed()] {
        let segmenter = Segmenter::new(options).unwrap();
        for image in [GrayImage::new(u32::MAX, 0), GrayImage::new(1, 65_536)] {
            let (width, height) = image.dimensions();
            let refused = SegmentError::ImageTooLarge { width, height, limit: 65_535 };
            assert_eq!(segmenter.segment(&image, None), Err(refused.clone()));
            assert_eq!(segmenter.steps(&image, None).result, Err(refused));
        }
    }
    assert_eq!(outer_contour_boxes(&GrayImage::new(u32::MAX, 0), 0), []);
}

#[test]
fn the_seeds_steps() {
    let seed = |contours: ContourOptions| {
        Segmenter::new(SegmentOptions::seed().with_method(Method::Contours(contours))).unwrap()
    };
    let mut image = GrayImage::from_pixel(200, 60, Luma([255]));
    let mut ink = |x: u32, y: u32, width: u32, height: u32, level: u8| {
        for (dx, dy) in (0..width).flat_map(|dx| (0..height).map(move |dy| (dx, dy))) {
            image.put_pixel(x + dx, y + dy, Luma([level]));
        }
    };
    ink(5, 10, 6, 30, 254); // all that is not white is ink
    ink(20, 10, 5, 30, 0); // 5 wide: dropped
    ink(30, 10, 30, 5, 0); // 5 high: dropped
    ink(70, 20, 64, 38, 0); // grows by 2 rows only: the image ends
    ink(80, 30, 40, 20, 255);
    ink(90, 35, 10, 10, 0); // in the hole: not an outer contour
    ink(135, 5, 65, 30, 0); // 65 wide: halved

    let found = seed(ContourOptions::default()).segment(&image, Some(4)).unwrap();
    assert_eq!(boxes(&found, 1), [[5, 10, 6, 35], [70, 20, 64, 40], [135, 5, 32, 35], [167, 5, 33, 35]]);
    assert!(found.letters.iter().all(|letter| letter.image.dimensions() == (20, 20)));
    assert_eq!(
        seed(ContourOptions::default()).segment(&image, Some(6)),
        Err(SegmentError::WrongCount { found: 4, expected: 6 })
    );
    let other = ContourOptions::default().with_halve_from(66).with_min_size(5, 5).with_extra_height(0);
    assert_eq!(seed(other).segment(&image, None).unwrap().letters.len(), 5);
}
