//! What the tests of this module share: the definitions, by enumeration, and values of PyTorch.

use std::collections::HashMap;

use captcha_core::ndarray::Array2;
use proptest::prelude::*;

use super::Posteriors;
pub(super) use super::best_path::text_of as text_of_path;

/// Posteriors with so few steps and classes that all paths can be written down; some classes are not allowed.
pub(super) fn small_posteriors() -> impl Strategy<Value = Posteriors> {
    (1usize..6, 2usize..5)
        .prop_flat_map(|(steps, classes)| {
            let logits = prop::collection::vec(-6.0f32..6.0, steps * classes);
            (logits, prop::collection::vec(prop::bool::weighted(0.85), classes), Just((steps, classes)))
        })
        .prop_map(|(logits, allowed, shape)| {
            let logits = Array2::from_shape_vec(shape, logits).unwrap();
            Posteriors::from_logits(&logits.view(), 1.0, |class| allowed[class] || class + 1 == shape.1)
                .unwrap()
        })
}

/// Every path that has a probability.
pub(super) fn all_paths(posteriors: &Posteriors) -> impl Iterator<Item = Vec<usize>> {
    let (steps, classes) = (posteriors.steps(), posteriors.classes());
    let rows: Vec<Vec<f64>> = posteriors.rows().map(<[f64]>::to_vec).collect();
    (0..classes.pow(steps as u32))
        .map(move |number| {
            (0..steps).map(|step| number / classes.pow(step as u32) % classes).collect::<Vec<_>>()
        })
        .filter(move |path| path.iter().zip(&rows).all(|(&class, row)| row[class] > 0.0))
}

/// Every text that has a path, with the sum over its paths.
pub(super) fn all_texts(posteriors: &Posteriors) -> HashMap<Vec<usize>, f64> {
    let rows: Vec<&[f64]> = posteriors.rows().collect();
    let mut texts = HashMap::new();
    for path in all_paths(posteriors) {
        let probability: f64 = path.iter().zip(&rows).map(|(&class, row)| row[class]).product();
        *texts.entry(text_of(&path, posteriors.blank())).or_default() += probability;
    }
    texts
}

/// The text of a path.
pub(super) fn text_of(path: &[usize], blank: usize) -> Vec<usize> {
    text_of_path(path.iter().copied(), blank)
}

/// Logits and what PyTorch makes of them.
#[derive(serde::Deserialize)]
struct Reference {
    cases: Vec<ReferenceCase>,
}

#[derive(serde::Deserialize)]
struct ReferenceCase {
    logits: Vec<Vec<f32>>,
    texts: Vec<(Vec<usize>, Option<f64>)>,
}

/// Logits `[steps, classes]`, and texts with their log-probability, `None` if impossible.
pub(super) struct Case {
    pub(super) logits: Array2<f32>,
    pub(super) log_probabilities: Vec<(Vec<usize>, Option<f64>)>,
}

/// The committed values.
pub(super) fn reference() -> Vec<Case> {
    let reference: Reference = serde_json::from_str(include_str!("../../tests/data/ctc.json")).unwrap();
    assert!(!reference.cases.is_empty());
    let case = |case: ReferenceCase| Case {
        logits: Array2::from_shape_vec((case.logits.len(), case.logits[0].len()), case.logits.concat())
            .unwrap(),
        log_probabilities: case.texts,
    };
    reference.cases.into_iter().map(case).collect()
}
