//! Forward passes without allocation, on one thread or several.

use std::sync::Arc;

use super::buffers::Buffers;
use super::network::{Network, Part, Sizes};
use super::worker::Worker;
use crate::RecognizeError;
use crate::native::layers::Share;

/// Up to this many vectors a thread, threads share a layer that has many weights. Measured on Sapphire Rapids with two
/// threads and the post's network: 1.9 times one thread with 6 images where 1.7 by image, with 64 it is the other way
/// round.
const FEW_VECTORS: usize = 8;

/// Buffers and worker threads for forward passes, one after the other. Made by
/// [`NativeRecognizer::session`](crate::NativeRecognizer::session). A call allocates only if no call before had as many
/// images of its width or of a larger one; the standard library's channels aside, which allocate a little when one thread
/// first waits for another.
#[derive(Debug)]
pub struct Session {
    network: Arc<Network>,
    buffers: Buffers,
    workers: Vec<Worker>,
    /// Flattened maps and the outputs of the layer after them, when threads share a layer.
    shared: [Vec<f32>; 2],
}

impl Session {
    pub(in crate::native) fn new(network: &Arc<Network>, threads: usize) -> Result<Self, RecognizeError> {
        let workers = (1..threads).map(|_| Worker::start(Arc::clone(network)));
        Ok(Self {
            buffers: Buffers::default(),
            network: Arc::clone(network),
            workers: workers.collect::<Result<_, _>>()?,
            shared: Default::default(),
        })
    }

    /// The logits `[n, steps, classes]` of `input` `[n, channels, height, width]`, ink 1.0 and paper 0.0, with the width
    /// that the architecture says; a letter network has one step. The result does not depend on the number of threads
    /// or on what else is in the batch.
    ///
    /// # Errors
    /// [`RecognizeError::WrongLength`] if `input` is no whole number of images or `output` does not hold one score
    /// for each class, step and image; [`RecognizeError::Backend`] if a worker thread died.
    pub fn forward(&mut self, input: &[f32], output: &mut [f32]) -> Result<(), RecognizeError> {
        self.forward_at(self.network.input().width, input, output)
    }

    /// As [`forward`](Self::forward), for images of another width: any that [`Architecture::widths`] contains. A
    /// sequence network has a step for every [`Architecture::column_width`] pixels of it.
    ///
    /// [`Architecture::widths`]: crate::Architecture::widths
    /// [`Architecture::column_width`]: crate::Architecture::column_width
    ///
    /// # Errors
    /// As [`forward`](Self::forward), and [`RecognizeError::WrongWidth`].
    pub fn forward_at(
        &mut self,
        width: usize,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), RecognizeError> {
        let sizes = self.network.sizes(width)?;
        let scores = sizes.steps * self.network.output_len();
        let images = input.len() / sizes.input;
        check_length("input values", images * sizes.input, input.len())?;
        check_length("output values", images * scores, output.len())?;
        self.network.prepare(&sizes, &mut self.buffers);
        let most = self.network.vectors_a_pass().min(FEW_VECTORS * (self.workers.len() + 1));
        let few = images * sizes.steps <= most;
        match self.network.heavy_layer() {
            Some(_) if few && !self.workers.is_empty() => self.forward_sharing(&sizes, images, input, output),
            _ => self.by_image(Part::All, &sizes, input, scores, output),
        }
    }

    /// Runs a part of the network that takes images and gives `given` values for each; every thread runs it for its own images.
    fn by_image(
        &mut self,
        part: Part,
        sizes: &Sizes,
        input: &[f32],
        given: usize,
        output: &mut [f32],
    ) -> Result<(), RecognizeError> {
        let share = (input.len() / sizes.input).div_ceil(self.workers.len() + 1);
        let mut inputs = input.chunks((share * sizes.input).max(1));
        let mut outputs = output.chunks_mut((share * given).max(1));
        let own = inputs.next().zip(outputs.next());
        for (worker, input) in self.workers.iter_mut().zip(inputs) {
            worker.send(part, sizes, input, input.len() / sizes.input * given)?;
        }
        if let Some((input, output)) = own {
            self.network.run(part, sizes, &mut self.buffers, input, output);
        }
        for (worker, output) in self.workers.iter_mut().zip(outputs) {
            output.copy_from_slice(worker.receive()?);
        }
        Ok(())
    }

    /// A few images, by a network with so many weights in its first fully connected layer that reading them takes
    /// longer than using them. Each thread computes some outputs of that layer for all images: it reads the weights for
    /// those only, which moreover stay in the caches of its core.
    fn forward_sharing(
        &mut self,
        sizes: &Sizes,
        images: usize,
        input: &[f32],
        output: &mut [f32],
    ) -> Result<(), RecognizeError> {
        let network = Arc::clone(&self.network);
        let Some(layer) = network.heavy_layer() else { return Ok(()) };
        let (given, layer_len) = (sizes.steps * network.flat_len(), layer.output_len());
        let [mut flat, mut outputs] = std::mem::take(&mut self.shared);
        flat.resize(images * given, 0.0);
        outputs.resize(images * sizes.steps * layer_len, 0.0);

        self.by_image(Part::Maps, sizes, input, given, &mut flat)?;
        let count = self.workers.len() + 1;
        for (index, worker) in (1..).zip(&mut self.workers) {
            worker.send(Part::FirstLayer(Share { index, count }), sizes, &flat, outputs.len())?;
        }
        let own = Part::FirstLayer(Share { index: 0, count });
        network.run(own, sizes, &mut self.buffers, &flat, &mut outputs);
        for (index, worker) in (1..).zip(&mut self.workers) {
            let columns = layer.outputs_of(Share { index, count });
            let rows = outputs.chunks_exact_mut(layer_len).zip(worker.receive()?.chunks_exact(layer_len));
            for (row, part) in rows {
                row[columns.clone()].copy_from_slice(&part[columns.clone()]);
            }
        }
        network.run(Part::Rest, sizes, &mut self.buffers, &outputs, output);
        self.shared = [flat, outputs];
        Ok(())
    }
}

fn check_length(values: &'static str, expected: usize, actual: usize) -> Result<(), RecognizeError> {
    if expected == actual { Ok(()) } else { Err(RecognizeError::WrongLength { values, expected, actual }) }
}
