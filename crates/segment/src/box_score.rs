//! Boxes compared with the ground truth.

use captcha_core::GlyphBox;

/// How well boxes fit the ground truth. See [`score_boxes`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BoxScore {
    /// For each true box its intersection over union with the found box that it is matched with, or 0 without a match.
    pub ious: Vec<f64>,
    /// The number of found boxes.
    pub found: usize,
}

/// Matches the found boxes with the true boxes, both from left to right, so that the sum of the intersections over union
/// is as large as possible.
///
/// The match keeps the order of reading: matches never cross. This is the alignment of two sequences by dynamic
/// programming; the score of a pair is its intersection over union, the score of a gap is 0.
///
/// Source: S. B. Needleman, C. D. Wunsch, "A general method applicable to the search for similarities in the amino
/// acid sequence of two proteins", Journal of Molecular Biology 48 (3), 443-453, 1970,
/// doi 10.1016/0022-2836(70)90057-4.
///
/// ```
/// use captcha_core::GlyphBox;
/// use captcha_segment::score_boxes;
///
/// let truth = [GlyphBox::new(0, 0, 10, 20)?, GlyphBox::new(15, 0, 10, 20)?];
/// let score = score_boxes(&[truth[1]], &truth);
/// assert_eq!(score.ious, [0.0, 1.0]);
/// assert_eq!((score.mean_iou(), score.matched(0.5), score.is_exact(0.5)), (0.5, 1, false));
/// # Ok::<(), captcha_core::GlyphBoxError>(())
/// ```
#[must_use]
pub fn score_boxes(found: &[GlyphBox], truth: &[GlyphBox]) -> BoxScore {
    // best[i][j]: the largest sum for the first `i` true boxes and the first `j` found ones.
    let mut best = vec![vec![0.0f64; found.len() + 1]; truth.len() + 1];
    for (i, &actual) in truth.iter().enumerate() {
        for (j, &candidate) in found.iter().enumerate() {
            best[i + 1][j + 1] = (best[i][j] + actual.iou(candidate)).max(best[i][j + 1]).max(best[i + 1][j]);
        }
    }
    let mut ious = vec![0.0; truth.len()];
    let (mut i, mut j) = (truth.len(), found.len());
    while i > 0 && j > 0 {
        if best[i][j] == best[i - 1][j] {
            i -= 1;
        } else if best[i][j] == best[i][j - 1] {
            j -= 1;
        } else {
            (i, j) = (i - 1, j - 1);
            ious[i] = truth[i].iou(found[j]);
        }
    }
    BoxScore { ious, found: found.len() }
}

impl BoxScore {
    /// The number of true boxes with a match of at least this intersection over union.
    #[must_use]
    pub fn matched(&self, min_iou: f64) -> usize {
        self.ious.iter().filter(|&&iou| iou >= min_iou && iou > 0.0).count()
    }

    /// The mean intersection over union of all true boxes, 0 for those without a match. 0 if there are no true boxes.
    #[must_use]
    pub fn mean_iou(&self) -> f64 {
        self.ious.iter().sum::<f64>() / self.ious.len().max(1) as f64
    }

    /// Whether as many boxes were found as are true, each with a match of at least this intersection over union.
    #[must_use]
    pub fn is_exact(&self, min_iou: f64) -> bool {
        self.found == self.ious.len() && self.matched(min_iou) == self.ious.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxes(most: usize) -> impl Strategy<Value = Vec<GlyphBox>> {
        let one = (0u32..60, 0u32..10, 1u32..20, 1u32..20);
        proptest::collection::vec(one.prop_map(|(x, y, w, h)| GlyphBox::new(x, y, w, h).unwrap()), 0..=most)
            .prop_map(|mut boxes| {
                boxes.sort_by_key(|bounds| bounds.x());
                boxes
            })
    }

    /// The best sum over all matches that keep the order, one by one.
    fn naive(found: &[GlyphBox], truth: &[GlyphBox]) -> f64 {
        let (Some((first, rest)), false) = (truth.split_first(), found.is_empty()) else { return 0.0 };
        (0..found.len())
            .map(|j| first.iou(found[j]) + naive(&found[j + 1..], rest))
            .fold(naive(found, rest), f64::max)
    }

    proptest! {
        #[test]
        fn no_match_is_better(found in boxes(5), truth in boxes(5)) {
            let score = score_boxes(&found, &truth);
            prop_assert_eq!(score.ious.len(), truth.len());
            prop_assert!((score.ious.iter().sum::<f64>() - naive(&found, &truth)).abs() < 1e-9);
        }

        #[test]
        fn the_truth_fits_itself(truth in boxes(6)) {
            let score = score_boxes(&truth, &truth);
            prop_assert!(score.is_exact(1.0));
            prop_assert_eq!(score.matched(1.0), truth.len());
        }
    }

    #[test]
    fn what_is_too_much_or_missing_is_not_exact() {
        let at = |x| GlyphBox::new(x, 0, 10, 10).unwrap();
        let truth = [at(0), at(20), at(40)];
        let score = score_boxes(&[at(0), at(1), at(20), at(40)], &truth);
        assert_eq!((score.mean_iou(), score.is_exact(0.5)), (1.0, false));
        let score = score_boxes(&[at(0), at(40)], &truth);
        assert_eq!((&score.ious[..], score.matched(0.9)), (&[1.0, 0.0, 1.0][..], 2));
        assert_eq!(score_boxes(&[at(0)], &[]).mean_iou(), 0.0);
        assert_eq!(score_boxes(&[at(90)], &truth).matched(0.0), 0);
    }
}
