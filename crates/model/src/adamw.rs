//! The optimiser.

use tch::{Device, Kind, Tensor, no_grad};

use crate::ModelError;
use crate::network::Network;

/// AdamW (I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv 1711.05101,
/// algorithm 2) on the vector of all trained values of a network; with a weight decay of 0 it is Adam (D. P.
/// Kingma, J. Ba, ICLR 2015, arXiv 1412.6980). Its state can be saved; that of libtorch's own optimiser can't
/// be saved from Rust.
pub(crate) struct AdamW {
    /// Running mean of the gradient, `[n]`.
    pub(crate) first: Tensor,
    /// Running mean of the squared gradient, `[n]`.
    pub(crate) second: Tensor,
    /// Steps taken.
    pub(crate) steps: usize,
    weight_decay: f64,
    clip: Option<f64>,
}

/// The decay rates of the two running means, and the term that avoids division by zero: the defaults of the
/// paper and of PyTorch.
const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl AdamW {
    pub(crate) fn new(network: &Network, weight_decay: f64, clip: Option<f64>) -> Result<Self, ModelError> {
        let zeros = || network.flat().f_zeros_like();
        Ok(Self { first: zeros()?, second: zeros()?, steps: 0, weight_decay, clip })
    }

    /// One step along the negative gradient that the last backward pass left in `network`; `head_only` if that has a
    /// gradient for its head only.
    pub(crate) fn step(
        &mut self,
        network: &Network,
        learning_rate: f64,
        head_only: bool,
    ) -> Result<(), ModelError> {
        self.steps += 1;
        let steps = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let correction_1 = 1.0 - BETA_1.powi(steps);
        let correction_2 = 1.0 - BETA_2.powi(steps);
        no_grad(|| {
            let mut gradient = network.flat_gradient()?;
            if let Some(clip) = self.clip {
                // As in PyTorch's clip_grad_norm_.
                let factor =
                    (gradient.f_norm()?.f_add_scalar(1e-6)?.f_reciprocal()? * clip).f_clamp_max(1.0)?;
                gradient = gradient.f_mul(&factor)?;
            }
            if self.weight_decay > 0.0 {
                let _ = network.decayed(head_only)?.f_mul_scalar_(1.0 - learning_rate * self.weight_decay)?;
            }
            let _ = self.first.f_lerp_(&gradient, 1.0 - BETA_1)?;
            let _ = self.second.f_mul_scalar_(BETA_2)?;
            let _ = self.second.f_add_(&gradient.f_mul(&gradient)?.f_mul_scalar_(1.0 - BETA_2)?)?;
            let mut scale = self.second.f_sqrt()?;
            let _ = scale.f_mul_scalar_(1.0 / correction_2.sqrt())?;
            let _ = scale.f_add_scalar_(EPSILON)?;
            let mut update = self.first.f_div(&scale)?;
            let _ = update.f_mul_scalar_(-learning_rate / correction_1)?;
            let _ = network.flat().shallow_clone().f_add_(&update)?;
            Ok(())
        })
    }

    /// Forgets all steps.
    pub(crate) fn reset(&mut self) -> Result<(), ModelError> {
        self.steps = 0;
        let _ = self.first.f_zero_()?;
        let _ = self.second.f_zero_()?;
        Ok(())
    }

    /// Restores the state from a checkpoint.
    pub(crate) fn restore(
        &mut self,
        first: &[f32],
        second: &[f32],
        steps: usize,
        device: Device,
    ) -> Result<(), ModelError> {
        self.first = Tensor::f_from_slice(first)?.f_to_device(device)?.f_to_kind(Kind::Float)?;
        self.second = Tensor::f_from_slice(second)?.f_to_device(device)?.f_to_kind(Kind::Float)?;
        self.steps = steps;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use captcha_infer::{Architecture, InputShape, Layer, Tensor as Values};
    use tch::Reduction;

    use super::*;
    use crate::network::{Pass, to_vec};

    const TRAINING: Pass = Pass::Training { mixed: false, head_only: false };

    #[derive(serde::Deserialize)]
    struct Reference {
        losses: Vec<f64>,
        weight: Vec<f32>,
        bias: Vec<f32>,
    }

    #[test]
    fn five_steps_are_those_of_pytorch() {
        let reference: Reference = serde_json::from_str(include_str!("../tests/data/adamw.json")).unwrap();
        let architecture = Architecture {
            input: InputShape { channels: 3, height: 1, width: 1 },
            layers: vec![Layer::Flatten, Layer::Linear { features: 2 }],
        };
        let mut network = Network::random(architecture, 1, Device::Cpu).unwrap();
        let values = BTreeMap::from([
            ("1.weight".to_owned(), Values::new(vec![2, 3], vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6]).unwrap()),
            ("1.bias".to_owned(), Values::new(vec![2], vec![0.7, 0.8]).unwrap()),
        ]);
        network.set_values(&values).unwrap();
        let images: Vec<f32> = (0..12).map(|i| i as f32 / 12.0).collect();
        let images = Tensor::from_slice(&images).view([4, 3, 1, 1]);
        let labels = Tensor::from_slice(&[0i64, 1, 1, 0]);
        let mut optimiser = AdamW::new(&network, 0.1, None).unwrap();
        for (step, expected) in reference.losses.iter().enumerate() {
            network.zero_gradients();
            let logits = network.forward(&images, TRAINING).unwrap();
            let loss = logits.cross_entropy_loss(&labels, None::<&Tensor>, Reduction::Mean, -100, 0.0);
            loss.backward();
            optimiser.step(&network, 0.1 / (step + 1) as f64, false).unwrap();
            let loss = f64::try_from(loss).unwrap();
            assert!((loss - expected).abs() < 1e-6, "step {step}: {loss}, expected {expected}");
        }
        let trained = to_vec(network.flat()).unwrap();
        let expected = [reference.weight, reference.bias].concat();
        for (value, expected) in trained.iter().zip(&expected) {
            assert!((value - expected).abs() < 1e-6, "{trained:?}, expected {expected:?}");
        }
    }
}
