//! From layer to layer.

use std::iter::Enumerate;
use std::slice::Iter;

use super::error::ArchitectureError;
use super::layer::Layer;
use super::limits::{
    check_all_values, check_extent, check_layers, check_operations, check_values, padded_len,
};
use super::shape::{InputShape, Shape};

/// Goes through the layers of a network with the shapes between them, and checks every limit on the way. Nothing is
/// allocated unless there is an error: this runs for every image that is read.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    layers: Enumerate<Iter<'a, Layer>>,
    shape: Shape,
    /// Values in all outputs so far.
    values: usize,
    /// Floating-point operations so far.
    operations: u64,
}

/// A layer with what goes in and what comes out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) index: usize,
    pub(super) layer: Layer,
    pub(super) input: Shape,
    pub(super) output: Shape,
}

impl Step {
    /// Multiplications and additions, counted apart, padding taps counted as if they were computed.
    pub(super) fn operations(self) -> u64 {
        let products = match (self.layer, self.input) {
            (Layer::Conv2d { kernel, .. }, Shape::Maps { channels, .. }) => {
                channels.saturating_mul(kernel.area())
            }
            (Layer::Linear { .. }, Shape::Vector { features } | Shape::Sequence { features, .. }) => features,
            // Refused by `Layer::output`.
            (Layer::Conv2d { .. }, Shape::Vector { .. } | Shape::Sequence { .. })
            | (Layer::Linear { .. }, Shape::Maps { .. }) => 0,
            (
                Layer::BatchNorm2d
                | Layer::Relu
                | Layer::MaxPool2d { .. }
                | Layer::Dropout { .. }
                | Layer::Flatten
                | Layer::Columns,
                _,
            ) => 0,
        };
        (self.output.len() as u64).saturating_mul(products as u64).saturating_mul(2)
    }
}

impl<'a> Walk<'a> {
    /// The walk of an image of this width.
    pub(super) fn new(
        input: InputShape,
        layers: &'a [Layer],
        width: usize,
    ) -> Result<Self, ArchitectureError> {
        let InputShape { channels, height, .. } = input;
        for (what, value) in [("input channels", channels), ("input height", height), ("input width", width)]
        {
            check_extent(|| what.to_owned(), value)?;
        }
        check_layers(layers.len())?;
        let shape = Shape::Maps { channels, height, width };
        check_values(|| "the size of the input".to_owned(), shape.len())?;
        Ok(Self { layers: layers.iter().enumerate(), shape, values: 0, operations: 0 })
    }

    fn step(&mut self, index: usize, layer: Layer) -> Result<Step, ArchitectureError> {
        let input = self.shape;
        let output = layer.output(index, input)?;
        if let Layer::Conv2d { kernel, .. } = layer {
            let padded = padded_len(input, kernel);
            check_values(|| format!("the size of the input of layer {index} with its padding"), padded)?;
        }
        check_values(|| format!("the size of the output of layer {index}"), output.len())?;
        let step = Step { index, layer, input, output };
        self.values = self.values.saturating_add(output.len());
        check_all_values(|| format!("the size of all outputs up to layer {index}"), self.values)?;
        self.operations = self.operations.saturating_add(step.operations());
        check_operations(self.operations)?;
        self.shape = output;
        Ok(step)
    }

    /// The shape that comes out of the last layer.
    pub(super) fn output(mut self) -> Result<Shape, ArchitectureError> {
        for step in &mut self {
            step?;
        }
        Ok(self.shape)
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Step, ArchitectureError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, &layer) = self.layers.next()?;
        Some(self.step(index, layer))
    }
}
