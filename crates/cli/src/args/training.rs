//! How a network is trained.

/// How to train: shared by both kinds of network.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TrainingArgs {
    /// Images a step; without it, what suits the network, as in the next two.
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
    /// The peak learning rate.
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Weight decay.
    #[arg(long, value_name = "DECAY")]
    weight_decay: Option<f64>,
    /// Stop after so many epochs in which the validation did not become better: its accuracy, on images of your own its
    /// loss.
    #[arg(long, value_name = "EPOCHS")]
    patience: Option<usize>,
    /// Convolutions in bfloat16: faster on processors with matrix units for it.
    #[arg(long)]
    mixed_precision: bool,
    /// Everything random is a function of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Train on the CPU even if there is a CUDA device.
    #[arg(long)]
    cpu: bool,
    /// Threads of libtorch; as many draw in the background if images are drawn meanwhile.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) threads: usize,
}

#[cfg(feature = "torch")]
impl TrainingArgs {
    /// `defaults` with what was asked for.
    pub(crate) fn options(
        &self,
        defaults: captcha_lab::model::TrainOptions,
    ) -> captcha_lab::model::TrainOptions {
        use captcha_lab::model::DeviceChoice;

        let (batch, rate, decay) = (defaults.batch, defaults.learning_rate, defaults.weight_decay);
        let patience = self.patience.or(defaults.patience);
        let cold_start = (defaults.cold_start)
            .map(|cold| cold.with_learning_rate(self.learning_rate.unwrap_or(cold.learning_rate)));
        defaults
            .with_batch(self.batch.unwrap_or(batch))
            .with_learning_rate(self.learning_rate.unwrap_or(rate))
            .with_weight_decay(self.weight_decay.unwrap_or(decay))
            .with_patience(patience)
            .with_cold_start(cold_start)
            .with_mixed_precision(self.mixed_precision)
            .with_seed(self.seed)
            .with_threads(self.threads)
            .with_device(if self.cpu { DeviceChoice::Cpu } else { DeviceChoice::Auto })
    }
}
