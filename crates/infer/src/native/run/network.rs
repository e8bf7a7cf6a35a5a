//! A network that is ready to run.

use std::ops::RangeInclusive;

use super::buffers::{Buffers, MapBuffers, VectorBuffers};
use crate::native::kernel::{Extent, Kernels};
use crate::native::layers::{Linear, Share, gather_columns, relu, transpose};
use crate::native::plan::{MapStep, Plan, VectorStep};
use crate::{ArchitectureError, InputShape, ModelFile, Precision, RecognizeError};

/// Vectors that pass the layers after the flattening together: enough that reading the weights of a fully connected
/// layer, often more than a second-level cache holds, costs little beside their use.
const VECTORS_A_PASS: usize = 64;

/// The most values in them: fewer vectors pass together if they are so long that their buffers would matter.
const VALUES_A_PASS: usize = 1 << 22;

/// A fully connected layer with at least this many bytes of weights is bound by reading them when the batch is small: half of
/// the second-level cache that server CPUs of 2020 to 2025 have.
const MANY_WEIGHTS: usize = 1 << 20;

/// The layers of an architecture with their weights, those that can be joined joined. Maps are
/// `[height, width, channels]` throughout. Nothing in it depends on the width of an image: a sequence network has one
/// set of weights for all widths.
#[derive(Debug)]
pub(in crate::native) struct Network {
    input: InputShape,
    /// The widths of images that it takes.
    widths: RangeInclusive<usize>,
    /// Whether every column of the last maps is a vector, or all of them are one.
    sequence: bool,
    /// One image at a time, so that it stays in the first caches.
    maps: Vec<MapStep>,
    /// A batch at a time, so that weights are read once for many.
    vectors: Vec<VectorStep>,
    /// Values in one vector after the flattening.
    flat: usize,
    /// Values in the longest vector.
    longest: usize,
    /// Values in one vector of the output.
    output: usize,
}

/// What one image of some width becomes.
#[derive(Debug, Clone, Copy)]
pub(in crate::native) struct Sizes {
    /// Its width in pixels.
    pub(in crate::native) width: usize,
    /// Values in it.
    pub(in crate::native) input: usize,
    /// Values in its largest maps.
    pub(in crate::native) maps: usize,
    /// Values in the largest frame of a convolution.
    pub(in crate::native) frame: usize,
    /// Bytes in the largest frame of a convolution in 8 bits.
    pub(in crate::native) bytes: usize,
    /// Vectors after the flattening.
    pub(in crate::native) steps: usize,
}

/// A part of a network, which one thread runs.
#[derive(Debug, Clone, Copy)]
pub(in crate::native) enum Part {
    /// Images to scores.
    All,
    /// Images to vectors.
    Maps,
    /// Vectors to some outputs of the first layer after the flattening, in their places among all.
    FirstLayer(Share),
    /// The outputs of that layer to scores.
    Rest,
}

impl Network {
    /// The network of `model` for `kernels`.
    pub(in crate::native) fn new(
        model: &ModelFile,
        kernels: Kernels,
        precision: Precision,
    ) -> Result<Self, ArchitectureError> {
        let architecture = &model.metadata().architecture;
        let Plan { maps, vectors, flat, longest, output } = Plan::new(model, kernels, precision)?;
        let (widths, sequence) = (architecture.widths()?, architecture.is_sequence());
        Ok(Self { input: architecture.input, widths, sequence, maps, vectors, flat, longest, output })
    }

    /// How exactly it computes: in 8 bits if any layer does.
    pub(in crate::native) fn precision(&self) -> Precision {
        let maps = self.maps.iter().any(|step| matches!(step, MapStep::Int8Conv(_)));
        let vectors = self.vectors.iter().any(|step| matches!(step, VectorStep::Int8Linear(_)));
        if maps || vectors { Precision::Int8 } else { Precision::F32 }
    }

    /// The shape of one image of the width that it was made for.
    pub(in crate::native) fn input(&self) -> InputShape {
        self.input
    }

    /// Values in one vector of the output: the number of classes.
    pub(in crate::native) fn output_len(&self) -> usize {
        self.output
    }

    /// Values in one vector after the flattening.
    pub(in crate::native) fn flat_len(&self) -> usize {
        self.flat
    }

    /// The most vectors that pass the layers after the flattening together, but for those of one image.
    pub(in crate::native) fn vectors_a_pass(&self) -> usize {
        (VALUES_A_PASS / self.longest.max(1)).clamp(1, VECTORS_A_PASS)
    }

    /// The first layer after the flattening, if reading its weights takes longer than using them for a few images.
    pub(in crate::native) fn heavy_layer(&self) -> Option<&Linear> {
        match self.vectors.first() {
            Some(VectorStep::Linear(linear)) => {
                Some(linear).filter(|linear| linear.weight_bytes() >= MANY_WEIGHTS)
            }
            Some(VectorStep::Int8Linear(_) | VectorStep::Relu | VectorStep::ChannelsFirst { .. }) | None => {
                None
            }
        }
    }

    /// What images of a shape `[n, channels, height, width]` become.
    pub(in crate::native) fn sizes_of(&self, actual: [usize; 4]) -> Result<Sizes, RecognizeError> {
        let [_, channels, height, width] = actual;
        let expected = self.input;
        let same = (channels, height) == (expected.channels, expected.height)
            && (width == expected.width || self.sequence);
        if same { self.sizes(width) } else { Err(RecognizeError::WrongShape { expected, actual }) }
    }

    /// What images of a width become.
    pub(in crate::native) fn sizes(&self, width: usize) -> Result<Sizes, RecognizeError> {
        if !self.widths.contains(&width) {
            return Err(RecognizeError::WrongWidth { widths: self.widths.clone(), actual: width });
        }
        let mut extent = Extent { height: self.input.height, width };
        let input = self.input.channels * extent.area();
        let mut sizes = Sizes { width, input, maps: input, frame: 0, bytes: 0, steps: 1 };
        let mut len = input;
        for step in &self.maps {
            match step {
                MapStep::Conv(conv) => sizes.frame = sizes.frame.max(conv.frame_len(extent)),
                MapStep::Int8Conv(conv) => sizes.bytes = sizes.bytes.max(conv.frame_len(extent)),
                MapStep::MaxPool(_) | MapStep::Affine(_) | MapStep::Relu => {}
            }
            (extent, len) = step.output(extent, len);
            sizes.maps = sizes.maps.max(len);
        }
        sizes.steps = if self.sequence { extent.width } else { 1 };
        Ok(sizes)
    }

    /// Grows buffers to what images of these sizes need.
    pub(in crate::native) fn prepare(&self, sizes: &Sizes, buffers: &mut Buffers) {
        let Buffers { maps: MapBuffers { maps, frame, bytes }, vectors } = buffers;
        maps.iter_mut().for_each(|maps| maps.grow(sizes.maps));
        frame.grow(sizes.frame);
        bytes.grow(sizes.bytes);
        let count = self.vectors_a_pass().max(sizes.steps);
        vectors.vectors.iter_mut().for_each(|vectors| vectors.grow(count * self.longest));
        let quantised = self.vectors.iter().map(|step| match step {
            VectorStep::Int8Linear(linear) => linear.frame_len(),
            VectorStep::Linear(_) | VectorStep::Relu | VectorStep::ChannelsFirst { .. } => 0,
        });
        vectors.bytes.grow(count * quantised.max().unwrap_or(0));
        vectors.scales.grow(count);
    }

    /// Runs a part for any number of images; those after the maps for at most
    /// [`vectors_a_pass`](Self::vectors_a_pass) vectors. The buffers
    /// is one that was [prepared](Self::prepare) for these sizes.
    pub(in crate::native) fn run(
        &self,
        part: Part,
        sizes: &Sizes,
        buffers: &mut Buffers,
        input: &[f32],
        output: &mut [f32],
    ) {
        let Buffers { maps, vectors } = buffers;
        match part {
            Part::All => {
                let images = (self.vectors_a_pass() / sizes.steps).max(1);
                let outputs = output.chunks_mut(images * sizes.steps * self.output);
                for (images, output) in input.chunks(images * sizes.input).zip(outputs) {
                    self.run_maps(sizes, maps, images, &mut vectors.vectors[0]);
                    self.run_vectors(&self.vectors, self.flat, vectors, output);
                }
            }
            Part::Maps => self.run_maps(sizes, maps, input, output),
            Part::FirstLayer(share) => {
                if let Some(layer) = self.heavy_layer() {
                    vectors.backwards = !vectors.backwards;
                    layer.run_share(share, input.len() / self.flat, input, output, vectors.backwards);
                }
            }
            Part::Rest => {
                if let (Some(layer), [_, rest @ ..]) = (self.heavy_layer(), &*self.vectors) {
                    vectors.vectors[0][..input.len()].copy_from_slice(input);
                    self.run_vectors(rest, layer.output_len(), vectors, output);
                }
            }
        }
    }

    /// Images to vectors.
    fn run_maps(&self, sizes: &Sizes, buffers: &mut MapBuffers, images: &[f32], vectors: &mut [f32]) {
        let vectors = vectors.chunks_exact_mut(sizes.steps * self.flat);
        for (image, vectors) in images.chunks_exact(sizes.input).zip(vectors) {
            let (extent, len) = self.run_image(sizes.width, buffers, image);
            let maps = &buffers.maps[0][..len];
            if self.sequence {
                gather_columns(extent, len / extent.area(), maps, vectors);
            } else {
                vectors.copy_from_slice(maps);
            }
        }
    }

    /// One image to its last maps, in the first buffer; gives their sides and the number of their values.
    fn run_image(&self, width: usize, buffers: &mut MapBuffers, image: &[f32]) -> (Extent, usize) {
        let MapBuffers { maps: [from, to], frame, bytes } = buffers;
        let mut extent = Extent { height: self.input.height, width };
        let mut len = image.len();
        transpose(self.input.channels, extent.area(), image, from);
        for step in &self.maps {
            let (next_extent, next_len) = step.output(extent, len);
            let (input, output) = (&mut from[..len], &mut to[..next_len]);
            let in_place = match step {
                MapStep::Conv(conv) => {
                    conv.run(extent, input, &mut frame[..conv.frame_len(extent)], output);
                    false
                }
                MapStep::Int8Conv(conv) => {
                    conv.run(extent, input, &mut bytes[..conv.frame_len(extent)], output);
                    false
                }
                MapStep::MaxPool(pool) => {
                    pool.run(extent, input, output);
                    false
                }
                MapStep::Affine(affine) => {
                    affine.run(input);
                    true
                }
                MapStep::Relu => {
                    relu(input);
                    true
                }
            };
            if !in_place {
                std::mem::swap(from, to);
            }
            (extent, len) = (next_extent, next_len);
        }
        (extent, len)
    }

    /// Vectors of `len` in the first buffer through `steps`, as many as there is room for in `output`.
    fn run_vectors(
        &self,
        steps: &[VectorStep],
        mut len: usize,
        buffers: &mut VectorBuffers,
        output: &mut [f32],
    ) {
        let VectorBuffers { vectors: [from, to], bytes, scales, backwards } = buffers;
        let count = output.len() / self.output;
        *backwards = !*backwards;
        for step in steps {
            let input = &mut from[..count * len];
            match step {
                VectorStep::Relu => {
                    relu(input);
                    continue;
                }
                VectorStep::Linear(linear) => {
                    len = linear.output_len();
                    linear.run(count, input, &mut to[..count * len], *backwards);
                }
                VectorStep::Int8Linear(linear) => {
                    len = linear.output_len();
                    let bytes = &mut bytes[..count * linear.frame_len()];
                    linear.run(input, bytes, &mut scales[..count], &mut to[..count * len], *backwards);
                }
                &VectorStep::ChannelsFirst { channels, pixels } => {
                    for (from, to) in input.chunks_exact(len).zip(to.chunks_exact_mut(len)) {
                        transpose(pixels, channels, from, to);
                    }
                }
            }
            std::mem::swap(from, to);
        }
        output.copy_from_slice(&from[..output.len()]);
    }
}
