//! What a network is to say of a batch: losses, and what it got right.

use captcha_dataset::Batch;
use tch::{Device, Reduction, Tensor};

use crate::ModelError;
use crate::network::to_vec;

/// The right answers for a batch, checked: libtorch itself would read out of bounds.
pub(crate) struct Targets {
    /// `[characters of all images]`.
    labels: Tensor,
    /// Of each image; `None` if the images are letters.
    texts: Option<Vec<Vec<usize>>>,
    images: usize,
}

impl Targets {
    /// The answers of `batch` for a network with `classes` characters and, if it reads whole images, as many `steps`.
    pub(crate) fn new(
        batch: &Batch,
        classes: usize,
        steps: Option<usize>,
        device: Device,
    ) -> Result<Self, ModelError> {
        if let Some(&label) = batch.labels().iter().find(|&&label| label >= classes) {
            return Err(ModelError::Label { label, classes });
        }
        let images = batch.len();
        let kind = |texts| if texts { "whole texts" } else { "letters" };
        let (expected, actual) = (kind(steps.is_some()), kind(batch.lengths().is_some()));
        if expected != actual {
            return Err(ModelError::Labels { expected, actual });
        }
        let texts = steps.map(|_| batch.texts().map(<[usize]>::to_vec).collect::<Vec<_>>());
        for text in texts.iter().flatten() {
            // Two equal characters side by side need a blank between them.
            let needed = text.len() + text.windows(2).filter(|pair| pair[0] == pair[1]).count();
            if let Some(steps) = steps.filter(|&steps| steps < needed) {
                return Err(ModelError::TooFewSteps { steps, needed });
            }
        }
        let labels: Vec<i64> = batch.labels().iter().map(|&label| label as i64).collect();
        // CTC wants them on the CPU.
        let device = if texts.is_some() { Device::Cpu } else { device };
        Ok(Self { labels: Tensor::f_from_slice(&labels)?.f_to_device(device)?, texts, images })
    }

    /// The number of images.
    pub(crate) fn images(&self) -> usize {
        self.images
    }

    /// The loss of `logits`, a scalar in nats: the mean cross-entropy of letters, or the mean over the texts of the
    /// negative logarithm of their CTC probability, each divided by the number of its characters.
    pub(crate) fn loss(&self, logits: &Tensor, label_smoothing: f64) -> Result<Tensor, ModelError> {
        let Some(texts) = &self.texts else {
            let loss = logits.f_cross_entropy_loss(
                &self.labels,
                None::<&Tensor>,
                Reduction::Mean,
                -100,
                label_smoothing,
            )?;
            return Ok(loss);
        };
        let (_, steps, classes) = logits.size3()?;
        let scores = logits.f_log_softmax(-1, None)?.f_permute([1, 0, 2])?;
        let lengths: Vec<i64> = texts.iter().map(|text| text.len() as i64).collect();
        Ok(Tensor::f_ctc_loss(
            &scores,
            &self.labels,
            vec![steps; texts.len()],
            lengths,
            classes - 1,
            Reduction::Mean,
            false,
        )?)
    }

    /// How many images `logits` read rightly, by the most probable class of each step.
    pub(crate) fn right(&self, logits: &Tensor) -> Result<usize, ModelError> {
        let best = logits.f_argmax(-1, false)?;
        let Some(texts) = &self.texts else {
            return Ok(i64::try_from(best.f_eq_tensor(&self.labels)?.f_sum(tch::Kind::Int64)?)? as usize);
        };
        let (_, steps, classes) = logits.size3()?;
        let best: Vec<usize> = to_vec(&best)?.into_iter().map(|class| class as usize).collect();
        let paths = best.chunks_exact(steps.max(1) as usize);
        Ok(paths
            .zip(texts)
            .filter(|(path, text)| collapse(path, classes as usize - 1).eq(text.iter().copied()))
            .count())
    }
}

/// What a path of CTC says: runs of a class are one, blanks are none.
fn collapse(path: &[usize], blank: usize) -> impl Iterator<Item = usize> {
    path.chunk_by(|a, b| a == b).map(|run| run[0]).filter(move |&class| class != blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_collapses() {
        assert_eq!(collapse(&[9, 1, 1, 9, 1, 2, 2, 9, 9], 9).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(collapse(&[9, 9], 9).count(), 0);
    }
}
