//! The learning curve of a folder: trainings on growing parts of it.

use std::path::Path;

use captcha_lab::dataset::LabelledFolder;
use captcha_lab::own::{CurvePoint, LearningCurve, learning_curve};
use captcha_report::{Table, format, share_cells};
use serde::Serialize;

use super::Train;
use super::own_watch::OwnWatch;
use crate::output::{print, print_json};
use crate::run::Outcome;

/// The learning curve as JSON.
#[derive(Serialize)]
struct Curve {
    points: Vec<Point>,
    exponent: Option<f64>,
    exponent_error: Option<f64>,
    next: Option<Next>,
}

/// One of its trainings.
#[derive(Serialize)]
struct Point {
    training_images: usize,
    test_accuracy: f64,
    /// The 95 % confidence interval of `test_accuracy`.
    test_accuracy_interval: (f64, f64),
}

/// What the next point of accuracy costs.
#[derive(Serialize)]
struct Next {
    errors: f64,
    target: f64,
    more_images: f64,
    /// The 95 % confidence interval of `more_images`.
    more_images_interval: (f64, Option<f64>),
}

impl Curve {
    fn of(curve: &LearningCurve) -> Self {
        let point = |point: &CurvePoint| Point {
            training_images: point.images,
            test_accuracy: point.test.value(),
            test_accuracy_interval: point.test.interval(),
        };
        Self {
            points: curve.points.iter().map(point).collect(),
            exponent: curve.law.map(|law| law.exponent),
            exponent_error: curve.law.map(|law| law.exponent_error),
            next: curve.next.map(|next| Next {
                errors: next.errors,
                target: next.target,
                more_images: next.images,
                more_images_interval: (next.least, next.most),
            }),
        }
    }
}

impl Train {
    /// Trains on growing parts of `folder`, and says what more images would be worth.
    pub(super) fn curve(&self, folder: &Path, points: usize) -> Outcome {
        let images = LabelledFolder::open(folder, &self.own.folder.options())?;
        let options = self.own_options(&images)?;
        let watch = OwnWatch::of(&options);
        let curve = learning_curve(&images, &options, points, Some(&self.out), &watch)?;
        watch.finish();
        if self.json {
            return Ok(print_json(&Curve::of(&curve))?);
        }
        Ok(print(in_words(&curve))?)
    }
}

fn in_words(curve: &LearningCurve) -> String {
    let mut table = Table::new(["training images", "right", "of", "share", "95 % interval"]);
    for point in &curve.points {
        table.row(share_cells(&point.images.to_string(), point.test));
    }
    let words = match curve.next {
        None => "errors do not fall with the number of images, as far as can be seen".to_owned(),
        Some(next) => {
            let most = match next.most {
                Some(most) => format!("to {most:.0}"),
                None => "and no upper bound, with so few test images".to_owned(),
            };
            format!(
                "from {} to {} of errors: about {:.0} images more (95 % interval {:.0} {most})",
                format::percent(next.errors),
                format::percent(next.target),
                next.images,
                next.least
            )
        }
    };
    format!("{table}\n{words}")
}
