//! The targets of a batch: losses, and the number of right answers.

use captcha_dataset::Batch;
use tch::{Device, Reduction, Tensor};

use crate::ModelError;
use crate::network::to_vec;

/// The targets of a batch, checked, because libtorch itself would read out of bounds.
pub(crate) struct Targets {
    /// `[characters of all images]`.
    labels: Tensor,
    /// The classes of each text; `None` if the images are letters.
    texts: Option<Vec<Vec<usize>>>,
    images: usize,
}

impl Targets {
    /// The targets of `batch` for a network with `classes` characters and, if it reads whole images, `steps`
    /// output columns.
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
        // CTC expects them on the CPU.
        let device = if texts.is_some() { Device::Cpu } else { device };
        Ok(Self { labels: Tensor::f_from_slice(&labels)?.f_to_device(device)?, texts, images })
    }

    /// The number of images.
    pub(crate) fn images(&self) -> usize {
        self.images
    }

    /// The loss of `logits`, a scalar in nats: the mean cross-entropy of letters, or the mean over the texts of the
    /// negative logarithm of their CTC probability, each divided by the number of its characters.
    ///
    /// With label smoothing `a`, the loss of a text is `(1 - a) L + a sum_t KL(U || p_t)`, with the uniform
    /// distribution `U` over all classes and the probabilities `p_t` of step `t` (S. Kim, M. L. Seltzer, J.
    /// Li, R. Zhao, "Improved training for online end-to-end speech recognition systems", Interspeech 2018,
    /// arXiv 1711.02212). At the logits of a step this equals the label smoothing of letters: the gradient is
    /// `p_t` minus a target of which `a` is spread over all classes.
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
        // The divisors of the losses; an empty text counts as having one character.
        let characters: Vec<f32> = lengths.iter().map(|&length| length.max(1) as f32).collect();
        let loss = Tensor::f_ctc_loss(
            &scores,
            &self.labels,
            vec![steps; texts.len()],
            lengths,
            classes - 1,
            Reduction::Mean,
            false,
        )?;
        if label_smoothing == 0.0 {
            return Ok(loss);
        }
        // KL(U || p) = -ln classes - (sum_c ln p_c) / classes, summed over the steps of each text.
        let divergence = scores.f_mean_dim(-1, false, None)?.f_neg()?.f_sub_scalar((classes as f64).ln())?;
        let divergence = divergence.f_sum_dim_intlist(0, false, None)?;
        let characters = Tensor::f_from_slice(&characters)?.f_to_device(divergence.device())?;
        let smoothing = divergence.f_div(&characters)?.f_mean(None)?;
        Ok(loss.f_mul_scalar(1.0 - label_smoothing)?.f_add(&smoothing.f_mul_scalar(label_smoothing)?)?)
    }

    /// How many images `logits` read right, by the most probable class of each step.
    pub(crate) fn right(&self, logits: &Tensor) -> Result<usize, ModelError> {
        let Some(texts) = &self.texts else {
            let best = logits.f_argmax(-1, false)?;
            return Ok(i64::try_from(best.f_eq_tensor(&self.labels)?.f_sum(tch::Kind::Int64)?)? as usize);
        };
        let readings = self.readings(logits)?;
        Ok(readings.iter().zip(texts).filter(|(read, text)| read == text).count())
    }

    /// The classes that `logits` read in each image, by the most probable class of each step.
    pub(crate) fn readings(&self, logits: &Tensor) -> Result<Vec<Vec<usize>>, ModelError> {
        let best = to_vec(&logits.f_argmax(-1, false)?)?;
        let best: Vec<usize> = best.into_iter().map(|class| class as usize).collect();
        if self.texts.is_none() {
            return Ok(best.into_iter().map(|class| vec![class]).collect());
        }
        let (_, steps, classes) = logits.size3()?;
        let paths = best.chunks_exact(steps.max(1) as usize);
        Ok(paths.map(|path| collapse(path, classes as usize - 1).collect()).collect())
    }
}

/// Collapses a CTC path: runs of a class become one, blanks are dropped.
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

    #[test]
    fn a_smoothed_text_is_one_whose_steps_also_aim_at_everything() {
        use captcha_core::ndarray::Array4;

        // Two texts of 1 and 2 characters, 3 steps, 2 characters and the blank.
        let batch = Batch::of_texts(Array4::zeros((2, 1, 4, 4)), vec![0, 1, 0], vec![1, 2]).unwrap();
        let targets = Targets::new(&batch, 2, Some(3), Device::Cpu).unwrap();
        let values: Vec<f32> = (0..18).map(|i| ((i * 7) % 5) as f32 - 1.5).collect();
        let logits = Tensor::from_slice(&values).view([2, 3, 3]);
        let loss = |smoothing| f64::try_from(targets.loss(&logits, smoothing).unwrap()).unwrap();

        let mut divergence = [0.0f64; 2];
        for (step, row) in values.chunks(3).enumerate() {
            let all: f64 = row.iter().map(|&value| f64::from(value).exp()).sum();
            let logarithms: f64 = row.iter().map(|&value| f64::from(value) - all.ln()).sum();
            divergence[step / 3] += -logarithms / 3.0 - 3.0f64.ln();
        }
        let expected = (divergence[0] / 1.0 + divergence[1] / 2.0) / 2.0;
        assert!(expected > 0.1);
        for smoothing in [0.1, 0.5] {
            let expected = (1.0 - smoothing) * loss(0.0) + smoothing * expected;
            assert!((loss(smoothing) - expected).abs() < 1e-5, "{}, expected {expected}", loss(smoothing));
        }
    }
}
