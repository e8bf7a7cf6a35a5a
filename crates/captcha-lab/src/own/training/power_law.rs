//! How the share of errors falls with the number of training images.

use captcha_infer::Share;

/// What a network that was trained on so many images makes of the test images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CurvePoint {
    /// The training images.
    pub images: usize,
    /// The test images that are read right.
    pub test: Share,
}

impl CurvePoint {
    /// A point of a learning curve.
    #[must_use]
    pub fn new(images: usize, test: Share) -> Self {
        Self { images, test }
    }
}

/// Errors as `scale * images ^ -exponent`, as learning curves of deep networks are between their first images and what
/// no image helps against (J. Hestness et al., "Deep learning scaling is predictable, empirically", 2017, arXiv
/// 1712.00409).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PowerLaw {
    /// The errors after one image, if the law held from there.
    pub scale: f64,
    /// How fast errors fall: with twice the images they are `2 ^ -exponent` of what they were.
    pub exponent: f64,
    /// The standard error of the exponent.
    pub exponent_error: f64,
}

/// How many more images less errors cost.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct NextStep {
    /// The share of errors with the images that there are, by the law.
    pub errors: f64,
    /// The share of errors that is to be reached: one point less, or half of them where there are less than two points.
    pub target: f64,
    /// So many images more are needed.
    pub images: f64,
    /// The lower end of the 95 % interval of `images`.
    pub least: f64,
    /// Its upper end; `None` if it can't be said whether more images help at all.
    pub most: Option<f64>,
}

/// The quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.96;

/// A point of accuracy.
const POINT: f64 = 0.01;

impl PowerLaw {
    /// The law that fits the points best: a line through the logarithms, by least squares that are weighted with the
    /// uncertainty of each share. The standard error is that of the counts, or that of the points around the line where
    /// these are farther away. `None` without two points of different numbers of images.
    #[must_use]
    pub fn fit(points: &[CurvePoint]) -> Option<Self> {
        let known: Vec<[f64; 3]> = points
            .iter()
            .filter(|point| point.images > 0 && point.test.total > 0)
            .map(|point| {
                let total = point.test.total as f64;
                // Half an error more, so that there is a logarithm.
                let errors = (total - point.test.hits as f64 + 0.5) / (total + 1.0);
                // The variance of the logarithm of a share, by the delta method.
                [(point.images as f64).ln(), errors.ln(), errors * total / (1.0 - errors).max(0.5 / total)]
            })
            .collect();
        let sum =
            |value: &dyn Fn(&[f64; 3]) -> f64| known.iter().map(|point| point[2] * value(point)).sum::<f64>();
        let all = sum(&|_| 1.0);
        let (x, y) = (sum(&|point| point[0]) / all, sum(&|point| point[1]) / all);
        let spread = sum(&|point| (point[0] - x).powi(2));
        if known.iter().all(|point| point[0] == known[0][0]) {
            return None;
        }
        let slope = sum(&|point| (point[0] - x) * (point[1] - y)) / spread;
        let away = sum(&|point| (point[1] - y - slope * (point[0] - x)).powi(2));
        let scatter = if known.len() > 2 { (away / (known.len() - 2) as f64).max(1.0) } else { 1.0 };
        Some(Self {
            scale: (y - slope * x).exp(),
            exponent: -slope,
            exponent_error: (scatter / spread).sqrt(),
        })
    }

    /// The share of errors after training on so many images, at most 1.
    #[must_use]
    pub fn errors(&self, images: f64) -> f64 {
        (self.scale * images.powf(-self.exponent)).min(1.0)
    }

    /// How many images more than `images` one point less errors costs. `None` if more images do not help.
    #[must_use]
    pub fn next(&self, images: usize) -> Option<NextStep> {
        let images = images as f64;
        let errors = self.errors(images);
        let target = if errors > 2.0 * POINT { errors - POINT } else { errors / 2.0 };
        let more = |exponent: f64| images * ((errors / target).powf(1.0 / exponent) - 1.0);
        let [low, high] = [-Z, Z].map(|quantile| self.exponent + quantile * self.exponent_error);
        (self.exponent > 0.0 && target > 0.0).then(|| NextStep {
            errors,
            target,
            images: more(self.exponent),
            least: more(high),
            most: (low > 0.0).then(|| more(low)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(images: usize, errors: f64) -> CurvePoint {
        let total = 1_000_000;
        CurvePoint::new(images, Share { hits: total - (errors * total as f64) as u64, total })
    }

    #[test]
    fn a_law_is_found_again_and_says_what_a_point_costs() {
        let law = |images: usize| 2.0 * (images as f64).powf(-0.5);
        let points: Vec<CurvePoint> = [100, 200, 400, 800].map(|images| point(images, law(images))).into();
        let fit = PowerLaw::fit(&points).unwrap();
        assert!((fit.exponent - 0.5).abs() < 1e-3 && (fit.scale - 2.0).abs() < 0.01, "{fit:?}");
        let next = fit.next(800).unwrap();
        // 7.07 % of errors; 6.07 % are those of (2 / 0.0607)^2 = 1085 images.
        assert!((next.images - 285.0).abs() < 5.0, "{next:?}");
        assert!(next.least < next.images && next.most.unwrap() > next.images);
        assert!((next.errors - next.target - 0.01).abs() < 1e-9);
    }

    #[test]
    fn few_test_images_say_less() {
        let points = |total: u64| {
            [(100, 0.4), (200, 0.3), (400, 0.2)].map(|(images, errors)| {
                CurvePoint::new(images, Share { hits: total - (errors * total as f64) as u64, total })
            })
        };
        let (few, many) = (PowerLaw::fit(&points(20)).unwrap(), PowerLaw::fit(&points(2000)).unwrap());
        assert!(few.exponent_error > 3.0 * many.exponent_error);
        assert_eq!(few.next(400).unwrap().most, None);
        assert!(many.next(400).unwrap().most.is_some());
    }

    #[test]
    fn what_has_no_law_has_none() {
        assert_eq!(PowerLaw::fit(&[]), None);
        assert_eq!(PowerLaw::fit(&[point(100, 0.1)]), None);
        assert_eq!(PowerLaw::fit(&[point(100, 0.1), point(100, 0.2)]), None);
        assert_eq!(PowerLaw::fit(&[point(100, 0.1), point(200, 0.2)]).unwrap().next(200), None);
        // All right, and none right.
        let ends = [point(100, 1.0), point(200, 0.0)];
        assert!(PowerLaw::fit(&ends).unwrap().next(200).unwrap().images.is_finite());
    }
}
