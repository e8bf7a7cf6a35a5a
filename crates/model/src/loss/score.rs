//! Loss and accuracy over many batches.

use tch::{Kind, Tensor, no_grad};

use super::Targets;
use crate::ModelError;
use crate::network::Network;

/// Running sums; the loss stays on the device until it is read.
pub(crate) struct Score {
    loss: Tensor,
    right: usize,
    images: usize,
}

impl Score {
    pub(crate) fn new(network: &Network) -> Result<Self, ModelError> {
        Ok(Self { loss: Tensor::f_zeros([], (Kind::Double, network.device()))?, right: 0, images: 0 })
    }

    /// Adds a batch with its mean loss.
    pub(crate) fn add(
        &mut self,
        logits: &Tensor,
        targets: &Targets,
        loss: &Tensor,
    ) -> Result<(), ModelError> {
        no_grad(|| {
            let images = targets.images();
            let _ =
                self.loss.f_add_(&loss.f_detach()?.f_to_kind(Kind::Double)?.f_mul_scalar(images as f64)?)?;
            self.right += targets.right(logits)?;
            self.images += images;
            Ok(())
        })
    }

    /// The images so far.
    pub(crate) fn images(&self) -> usize {
        self.images
    }

    /// Mean loss and share of right answers so far.
    pub(crate) fn means(&self) -> Result<(f64, f64), ModelError> {
        let images = self.images.max(1) as f64;
        Ok((f64::try_from(&self.loss)? / images, self.right as f64 / images))
    }
}
