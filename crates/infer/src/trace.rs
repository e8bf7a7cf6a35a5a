//! What every layer makes of one image, and of what each value is made.

use captcha_core::ndarray::{Array3, ArrayView3};

use crate::{InputShape, Layer, ModelFile, RecognizeError, Shape, Window};

/// One image on its way through a network: the values after every layer, and the sum that each of them is.
///
/// Computed value by value as the layers are defined, in plain loops: to look at and to test against, much
/// slower than a [`NativeRecognizer`](crate::NativeRecognizer).
///
/// ```
/// use captcha_core::ndarray::ArrayView3;
/// use captcha_infer::{ModelFile, Origin, RecognizeError, Trace};
///
/// fn look(model: &ModelFile, image: &ArrayView3<'_, f32>) -> Result<(), RecognizeError> {
///     let trace = Trace::new(model, image)?;
///     for stage in trace.stages() {
///         println!("{:?}: {}", stage.layer, stage.shape);
///     }
///     // The value of the first map at row 3, column 4.
///     if let Some(Origin::Sum { taps, bias }) = trace.origin(0, [0, 3, 4]) {
///         let sum: f32 = taps.iter().map(|tap| tap.input * tap.weight).sum();
///         println!("{sum} + {bias} = {}", trace.stages()[0].values[[0, 3, 4]]);
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    input: Array3<f32>,
    stages: Vec<Stage>,
    parameters: Vec<Parameters>,
}

/// A layer and what came out of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Stage {
    /// Its place among the layers, from 0.
    pub index: usize,
    /// The layer.
    pub layer: Layer,
    /// The shape of what came out.
    pub shape: Shape,
    /// What came out: feature maps as `[channels, height, width]`, a vector as `[1, features, 1]`, a sequence as
    /// `[steps, features, 1]`.
    pub values: Array3<f32>,
}

/// Of what one value is made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// A convolution or a fully connected layer: the sum of all `input * weight`, and `bias`.
    Sum {
        /// The window under the filter, by channel, row and column; or every feature.
        taps: Vec<Tap>,
        /// What is added.
        bias: f32,
    },
    /// A max-pool: the largest input.
    Largest {
        /// The window, by row and column.
        taps: Vec<Tap>,
        /// The index of the first that is the largest.
        chosen: usize,
    },
    /// One value, `input * weight + shift`: batch normalisation; ReLU with a weight of 1 or 0; or the value itself.
    Single {
        /// That value.
        tap: Tap,
        /// What is added.
        shift: f32,
    },
}

/// One input of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tap {
    /// Where it is in what went into the layer (indices as of [`Stage::values`]), or `None` in the zeros around it.
    pub place: Option<[usize; 3]>,
    /// What it is.
    pub input: f32,
    /// By what it is multiplied.
    pub weight: f32,
}

/// What a layer multiplies with and adds.
#[derive(Debug, Clone, PartialEq, Default)]
struct Parameters {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Trace {
    /// Sends `image`, `[channels, height, width]` with ink 1.0 and paper 0.0, through the network of `model`.
    ///
    /// # Errors
    /// [`RecognizeError::WrongShape`] or [`RecognizeError::WrongWidth`] if the network does not take such images.
    pub fn new(model: &ModelFile, image: &ArrayView3<'_, f32>) -> Result<Self, RecognizeError> {
        let architecture = &model.metadata().architecture;
        let (channels, height, width) = image.dim();
        let actual = [1, channels, height, width];
        RecognizeError::check_shape(architecture, actual)?;
        let architecture = architecture.at_width(width);
        let wrong =
            |_| RecognizeError::WrongShape { expected: InputShape { channels, height, width }, actual };
        let shapes = architecture.shapes().map_err(wrong)?;
        let mut trace = Self { input: image.to_owned(), stages: Vec::new(), parameters: Vec::new() };
        for (index, (layer, shape)) in architecture.layers.into_iter().zip(shapes).enumerate() {
            let parameters = Parameters::of(model, index, layer);
            let operation = Operation { layer, parameters: &parameters, input: trace.input_of(index) };
            let dim = match shape {
                Shape::Maps { channels, height, width } => (channels, height, width),
                Shape::Vector { features } => (1, features, 1),
                Shape::Sequence { steps, features } => (steps, features, 1),
            };
            let values = Array3::from_shape_fn(dim, |(a, b, c)| operation.value([a, b, c]));
            trace.parameters.push(parameters);
            trace.stages.push(Stage { index, layer, shape, values });
        }
        Ok(trace)
    }

    /// The image, `[channels, height, width]`.
    #[must_use]
    pub fn input(&self) -> &Array3<f32> {
        &self.input
    }

    /// Every layer, in order.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// What goes into the layer `stage`: the image, or what the layer before it made.
    ///
    /// # Panics
    /// If there are fewer than `stage` layers.
    #[must_use]
    pub fn input_of(&self, stage: usize) -> &Array3<f32> {
        match stage.checked_sub(1) {
            Some(before) => &self.stages[before].values,
            None => &self.input,
        }
    }

    /// Of what the value at `place` of the layer `stage` is made; `None` if there is no such value.
    #[must_use]
    pub fn origin(&self, stage: usize, place: [usize; 3]) -> Option<Origin> {
        let Stage { layer, values, .. } = self.stages.get(stage)?;
        values.get(place)?;
        let parameters = &self.parameters[stage];
        Some(Operation { layer: *layer, parameters, input: self.input_of(stage) }.origin(place))
    }
}

impl Parameters {
    /// Those of the layer `index` of `model`, with a batch normalisation as one factor and one shift for each channel.
    fn of(model: &ModelFile, index: usize, layer: Layer) -> Self {
        // A model file has every tensor that its layers need.
        let tensor = |name: &str| {
            model.tensors().get(&format!("{index}.{name}")).map_or(&[][..], |tensor| tensor.data())
        };
        match layer {
            Layer::Conv2d { .. } | Layer::Linear { .. } => {
                Self { weight: tensor("weight").to_vec(), bias: tensor("bias").to_vec() }
            }
            Layer::BatchNorm2d => {
                let weight: Vec<f32> = (tensor("weight").iter().zip(tensor("running_var")))
                    .map(|(weight, variance)| weight / (variance + Layer::BATCH_NORM_EPSILON as f32).sqrt())
                    .collect();
                let bias = (tensor("bias").iter().zip(tensor("running_mean")).zip(&weight))
                    .map(|((bias, mean), weight)| bias - mean * weight)
                    .collect();
                Self { weight, bias }
            }
            Layer::Relu
            | Layer::MaxPool2d { .. }
            | Layer::Dropout { .. }
            | Layer::Flatten
            | Layer::Columns => Self::default(),
        }
    }
}

/// A layer with its input.
struct Operation<'a> {
    layer: Layer,
    parameters: &'a Parameters,
    input: &'a Array3<f32>,
}

impl Operation<'_> {
    /// The value at `place`, summed in double precision.
    fn value(&self, place: [usize; 3]) -> f32 {
        match self.layer {
            Layer::MaxPool2d { .. } => {
                let mut largest = f32::NEG_INFINITY;
                self.taps(place, |tap| largest = largest.max(tap.input));
                largest
            }
            Layer::Conv2d { .. }
            | Layer::BatchNorm2d
            | Layer::Relu
            | Layer::Dropout { .. }
            | Layer::Flatten
            | Layer::Columns
            | Layer::Linear { .. } => {
                let mut sum = f64::from(self.bias(place));
                self.taps(place, |tap| sum += f64::from(tap.input) * f64::from(tap.weight));
                sum as f32
            }
        }
    }

    fn origin(&self, place: [usize; 3]) -> Origin {
        let mut taps = Vec::new();
        self.taps(place, |tap| taps.push(tap));
        match self.layer {
            Layer::Conv2d { .. } | Layer::Linear { .. } => Origin::Sum { taps, bias: self.bias(place) },
            Layer::MaxPool2d { .. } => {
                let larger =
                    |best: usize, next: usize| if taps[next].input > taps[best].input { next } else { best };
                let chosen = (0..taps.len()).reduce(larger).unwrap_or(0);
                Origin::Largest { taps, chosen }
            }
            Layer::BatchNorm2d | Layer::Relu | Layer::Dropout { .. } | Layer::Flatten | Layer::Columns => {
                Origin::Single { tap: taps[0], shift: self.bias(place) }
            }
        }
    }

    /// What is added to the value at `place`.
    fn bias(&self, [a, b, _]: [usize; 3]) -> f32 {
        match self.layer {
            Layer::Conv2d { .. } | Layer::BatchNorm2d => self.parameters.bias[a],
            Layer::Linear { .. } => self.parameters.bias[b],
            Layer::Relu
            | Layer::MaxPool2d { .. }
            | Layer::Dropout { .. }
            | Layer::Flatten
            | Layer::Columns => 0.0,
        }
    }

    /// Every input of the value at `place`.
    fn taps(&self, [a, b, c]: [usize; 3], mut visit: impl FnMut(Tap)) {
        let (input, weights) = (self.input, &self.parameters.weight);
        let (channels, height, width) = input.dim();
        let at = |place: [usize; 3], weight| Tap { place: Some(place), input: input[place], weight };
        match self.layer {
            Layer::Conv2d { kernel, .. } => {
                let products = channels * kernel.area();
                for (tap, &weight) in weights[a * products..][..products].iter().enumerate() {
                    let (channel, tap) = (tap / kernel.area(), tap % kernel.area());
                    let (ky, kx) = (tap / kernel.width, tap % kernel.width);
                    // Beyond the upper or left edge this wraps to a huge number, which is outside too.
                    let y = (b + ky).wrapping_sub(kernel.height / 2);
                    let x = (c + kx).wrapping_sub(kernel.width / 2);
                    let inside = y < height && x < width;
                    let outside = Tap { place: None, input: 0.0, weight };
                    visit(if inside { at([channel, y, x], weight) } else { outside });
                }
            }
            Layer::Linear { .. } => {
                for (feature, &weight) in weights[b * height..][..height].iter().enumerate() {
                    visit(at([a, feature, 0], weight));
                }
            }
            Layer::MaxPool2d { size: Window { height, width } } => {
                for i in 0..height * width {
                    visit(at([a, b * height + i / width, c * width + i % width], 1.0));
                }
            }
            Layer::BatchNorm2d => visit(at([a, b, c], weights[a])),
            Layer::Relu => visit(at([a, b, c], if input[[a, b, c]] > 0.0 { 1.0 } else { 0.0 })),
            Layer::Flatten => visit(at([b / (height * width), b / width % height, b % width], 1.0)),
            Layer::Columns => visit(at([b / height, b % height, a], 1.0)),
            Layer::Dropout { .. } => visit(at([a, b, c], 1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model_file::tests::filled;
    use crate::{Architecture, ModelMetadata};

    /// A network with every kind of layer, of letters or of columns, and its way of one image.
    fn trace(reshape: Layer) -> Trace {
        let layers = vec![
            Layer::Conv2d { channels: 3, kernel: 3.into() },
            Layer::BatchNorm2d,
            Layer::Relu,
            Layer::MaxPool2d { size: Window { height: 2, width: 3 } },
            Layer::Dropout { probability: 0.5 },
            reshape,
            Layer::Linear { features: 4 },
        ];
        let architecture = Architecture { input: InputShape { channels: 2, height: 5, width: 7 }, layers };
        let alphabet = if reshape == Layer::Columns { "ABC" } else { "ABCD" };
        let model = filled(ModelMetadata::new(architecture, alphabet.parse().unwrap()));
        let image = Array3::from_shape_fn((2, 5, 7), |(c, y, x)| {
            ((31 * c + 17 * y + 7 * x) % 11) as f32 / 10.0 - 0.5
        });
        Trace::new(&model, &image.view()).unwrap()
    }

    #[test]
    fn every_value_is_what_its_origin_says() {
        for trace in [trace(Layer::Flatten), trace(Layer::Columns)] {
            for (index, stage) in trace.stages().iter().enumerate() {
                assert_eq!((stage.index, stage.values.len()), (index, stage.shape.len()));
                for ((a, b, c), &value) in stage.values.indexed_iter() {
                    let (taps, made) = match trace.origin(index, [a, b, c]).unwrap() {
                        Origin::Sum { taps, bias } => {
                            let sum = taps.iter().map(|tap| tap.input * tap.weight).sum::<f32>() + bias;
                            (taps, sum)
                        }
                        Origin::Largest { taps, chosen } => {
                            assert!(taps[..chosen].iter().all(|tap| tap.input < taps[chosen].input));
                            assert!(taps.iter().all(|tap| tap.input <= taps[chosen].input));
                            let value = taps[chosen].input;
                            (taps, value)
                        }
                        Origin::Single { tap, shift } => (vec![tap], tap.input * tap.weight + shift),
                    };
                    assert!((made - value).abs() < 1e-5, "{:?} at {a} {b} {c}: {made}, {value}", stage.layer);
                    for tap in taps {
                        let expected = tap.place.map_or(0.0, |place| trace.input_of(index)[place]);
                        assert_eq!(tap.input, expected);
                    }
                }
                assert_eq!(trace.origin(index, [stage.values.dim().0, 0, 0]), None);
            }
            assert_eq!(trace.origin(trace.stages().len(), [0, 0, 0]), None);
        }
    }

    #[test]
    fn the_window_of_a_corner_is_half_outside() {
        let trace = trace(Layer::Flatten);
        let Some(Origin::Sum { taps, .. }) = trace.origin(0, [1, 0, 0]) else { panic!("a convolution sums") };
        let places: Vec<_> = taps.iter().filter_map(|tap| tap.place).collect();
        assert_eq!(places.len(), 2 * 4);
        assert_eq!(places[..4], [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1]]);
        assert_eq!(taps.iter().position(|tap| tap.place.is_some()), Some(4));
        // The pool drops what is left over: a row and a column.
        let Some(Origin::Largest { taps, .. }) = trace.origin(3, [2, 1, 1]) else { panic!("a pool chooses") };
        let places: Vec<_> = taps.iter().filter_map(|tap| tap.place).collect();
        assert_eq!(places, [[2, 2, 3], [2, 2, 4], [2, 2, 5], [2, 3, 3], [2, 3, 4], [2, 3, 5]]);
    }

    #[test]
    fn an_image_of_another_shape_is_refused() {
        let model = filled(ModelMetadata::new(Architecture::post(4), "ABCD".parse().unwrap()));
        let error = Trace::new(&model, &Array3::zeros((1, 20, 21)).view()).unwrap_err();
        assert_eq!(error.to_string(), "the network takes [n, 1, 20, 20], got [1, 1, 20, 21]");
    }
}
