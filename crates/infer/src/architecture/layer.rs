//! One layer.

use serde::{Deserialize, Serialize};

/// One layer. Convolutions and pools work on `[n, channels, height, width]`, linear layers on `[n, features]` or on
/// each step of `[n, steps, features]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Layer {
    /// Convolution (cross-correlation, as in every framework) with stride 1 and zero padding that keeps height and
    /// width. Parameters `weight` `[channels, in_channels, kernel height, kernel width]` and `bias` `[channels]`.
    Conv2d {
        /// Output channels.
        channels: usize,
        /// The sides of the kernel, both odd.
        kernel: Window,
    },
    /// Batch normalisation over each channel (S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015,
    /// arXiv 1502.03167), with running statistics at inference and epsilon 1e-5. Parameters `weight`, `bias`,
    /// `running_mean`, `running_var`, each `[channels]`.
    BatchNorm2d,
    /// `max(x, 0)`.
    Relu,
    /// The largest value of each window, side by side; what is left over at the right and at the bottom is dropped.
    MaxPool2d {
        /// The sides of the window.
        size: Window,
    },
    /// Sets each value to zero with probability `probability` while training and scales the others by
    /// `1 / (1 - probability)`; does nothing at inference (N. Srivastava et al., "Dropout", JMLR 15, 2014).
    Dropout {
        /// In `[0, 1)`.
        probability: f64,
    },
    /// `[n, channels, height, width]` to `[n, channels * height * width]`, in that order.
    Flatten,
    /// Every column of the maps becomes a step of a sequence, left to right: `[n, channels, height, width]` to
    /// `[n, width, channels * height]`. A network with this layer is a sequence network: it takes images of any width,
    /// and its last class is the blank of CTC (A. Graves et al., "Connectionist temporal classification", ICML 2006,
    /// doi 10.1145/1143844.1143891).
    Columns,
    /// Fully connected. Parameters `weight` `[features, in_features]` and `bias` `[features]`.
    Linear {
        /// Output features.
        features: usize,
    },
}

/// The sides of a pooling window or of a kernel in pixels. In JSON a number if they are equal, else `[height, width]`, as in
/// PyTorch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WindowJson", into = "WindowJson")]
pub struct Window {
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl Window {
    /// The number of pixels; `usize::MAX` if there are more.
    #[must_use]
    pub fn area(self) -> usize {
        self.height.saturating_mul(self.width)
    }
}

impl From<usize> for Window {
    fn from(side: usize) -> Self {
        Self { height: side, width: side }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WindowJson {
    Square(usize),
    Sides([usize; 2]),
}

impl From<WindowJson> for Window {
    fn from(json: WindowJson) -> Self {
        match json {
            WindowJson::Square(side) => side.into(),
            WindowJson::Sides([height, width]) => Self { height, width },
        }
    }
}

impl From<Window> for WindowJson {
    fn from(Window { height, width }: Window) -> Self {
        if height == width { Self::Square(height) } else { Self::Sides([height, width]) }
    }
}

impl Layer {
    /// What is added to the variance in [`Layer::BatchNorm2d`]: PyTorch's default.
    pub const BATCH_NORM_EPSILON: f64 = 1e-5;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_number_or_two() {
        for (json, height, width) in [("2", 2, 2), ("[2,1]", 2, 1)] {
            let window: Window = serde_json::from_str(json).unwrap();
            assert_eq!(window, Window { height, width });
            assert_eq!(serde_json::to_string(&window).unwrap(), json);
        }
    }

    #[test]
    fn json_has_one_object_a_layer() {
        let oblong = Window { height: 1, width: 5 };
        for (kernel, expected) in [(5.into(), "5"), (oblong, "[1,5]")] {
            let layer = Layer::Conv2d { channels: 20, kernel };
            let json = serde_json::to_string(&layer).unwrap();
            assert_eq!(json, format!(r#"{{"layer":"conv2d","channels":20,"kernel":{expected}}}"#));
            assert_eq!(serde_json::from_str::<Layer>(&json).unwrap(), layer);
        }
        assert_eq!(serde_json::to_string(&Layer::BatchNorm2d).unwrap(), r#"{"layer":"batch_norm2d"}"#);
    }
}
