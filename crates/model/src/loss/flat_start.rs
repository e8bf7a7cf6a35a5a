//! The flat start: the first steps of a sequence network, before it finds the characters by itself.

use captcha_core::ndarray::{ArrayView2, Axis};
use captcha_dataset::Batch;
use tch::{Kind, Tensor};

use crate::ModelError;

/// The label of a column that has no part in the loss.
const IGNORED: i64 = -100;

/// The share of a character's width, from its left, in which a column is taken to show that character.
const INSIDE: std::ops::Range<f64> = 0.2..0.8;

/// How much of the least ink of all columns is taken for background, such as a line through the whole image.
const BACKGROUND: f64 = 0.9;

/// The cross-entropy of the columns of a batch with a flat alignment: the characters of a text lie side by side, and
/// each has an equal part of the ink. Trainings of speech recognisers begin so with equal parts of the time ("flat
/// start": S. Young et al., "The HTK Book", version 3.4, Cambridge 2006, section 8.3). CTC by itself gives nothing but
/// blanks for hundreds of steps, sometimes for ever.
///
/// The ink of a column is the sum of the differences between pixels one above the other, less [`BACKGROUND`] of the
/// least of all columns. `logits` are `[n, steps, classes]`, `column` is the width of a step in pixels. `None` if no
/// column has a character.
pub(crate) fn loss(batch: &Batch, logits: &Tensor, column: usize) -> Result<Option<Tensor>, ModelError> {
    let (images, steps, classes) = logits.size3()?;
    let labels = alignment(batch, steps as usize, column);
    if labels.iter().all(|&label| label == IGNORED) {
        return Ok(None);
    }
    let labels = Tensor::f_from_slice(&labels)?.f_to_device(logits.device())?;
    let logits = logits.f_to_kind(Kind::Float)?.f_reshape([images * steps, classes])?;
    let mean = tch::Reduction::Mean;
    Ok(Some(logits.f_cross_entropy_loss(&labels, None::<&Tensor>, mean, IGNORED, 0.0)?))
}

/// The class of each of `steps` columns of each image, or [`IGNORED`].
fn alignment(batch: &Batch, steps: usize, column: usize) -> Vec<i64> {
    let mut labels = Vec::with_capacity(batch.len() * steps);
    for (image, text) in batch.images().axis_iter(Axis(0)).zip(batch.texts()) {
        let ink = ink(&image.index_axis_move(Axis(0), 0), steps, column);
        let all: f64 = ink.iter().sum();
        let mut before = 0.0;
        for value in ink {
            let position = (before + value / 2.0) / all * text.len() as f64;
            before += value;
            let character = (position as usize).min(text.len().saturating_sub(1));
            let label = text.get(character).filter(|_| INSIDE.contains(&(position - character as f64)));
            labels.push(label.map_or(IGNORED, |&class| class as i64));
        }
    }
    labels
}

/// The ink of each column.
fn ink(image: &ArrayView2<'_, f32>, steps: usize, column: usize) -> Vec<f64> {
    let mut ink = vec![0.0; steps];
    for (upper, lower) in image.rows().into_iter().zip(image.rows().into_iter().skip(1)) {
        for (x, (upper, lower)) in upper.iter().zip(lower).enumerate() {
            if let Some(ink) = ink.get_mut(x / column) {
                *ink += f64::from((upper - lower).abs());
            }
        }
    }
    let least = ink.iter().copied().fold(f64::INFINITY, f64::min);
    ink.iter_mut().for_each(|value| *value -= BACKGROUND * least);
    ink
}

#[cfg(test)]
mod tests {
    use captcha_core::ndarray::{Array3, Array4};

    use super::*;

    #[derive(serde::Deserialize)]
    struct Reference {
        column: usize,
        texts: Vec<Vec<usize>>,
        images: Vec<Vec<Vec<f32>>>,
        logits: Vec<Vec<Vec<f32>>>,
        labels: Vec<Vec<i64>>,
        loss: f64,
    }

    fn batch(images: &[Vec<Vec<f32>>], texts: &[Vec<usize>]) -> Batch {
        let shape = (images.len(), 1, images[0].len(), images[0][0].len());
        let images = Array4::from_shape_vec(shape, images.iter().flatten().flatten().copied().collect());
        let lengths = texts.iter().map(Vec::len).collect();
        Batch::of_texts(images.unwrap(), texts.concat(), lengths).unwrap()
    }

    #[test]
    fn the_alignment_and_its_loss_are_those_of_numpy() {
        let reference: Reference =
            serde_json::from_str(include_str!("../../tests/data/flat_start.json")).unwrap();
        let batch = batch(&reference.images, &reference.texts);
        let steps = reference.labels[0].len();
        assert_eq!(alignment(&batch, steps, reference.column), reference.labels.concat());
        let logits: Vec<f32> = reference.logits.iter().flatten().flatten().copied().collect();
        let logits = Tensor::from_slice(&logits).view([2, steps as i64, -1]);
        let loss = f64::try_from(loss(&batch, &logits, reference.column).unwrap().unwrap()).unwrap();
        assert!((loss - reference.loss).abs() < 1e-5, "{loss}, expected {}", reference.loss);
    }

    #[test]
    fn images_without_ink_and_empty_texts_have_no_part() {
        let white = Array3::<f32>::zeros((1, 4, 8));
        let images = Array4::from_shape_fn((2, 1, 4, 8), |(n, _, y, x)| {
            if n == 0 { white[[0, y, x]] } else { f32::from(u8::from(x == y)) }
        });
        let batch = Batch::of_texts(images, vec![1, 2], vec![2, 0]).unwrap();
        assert!(alignment(&batch, 4, 2).iter().all(|&label| label == IGNORED));
        let logits = Tensor::zeros([2, 4, 3], (Kind::Float, tch::Device::Cpu));
        assert!(loss(&batch, &logits, 2).unwrap().is_none());
    }
}
