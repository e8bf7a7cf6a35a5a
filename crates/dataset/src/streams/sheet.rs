//! Images of several widths as one batch.

use captcha_core::ink;
use ndarray::Array4;

use crate::{Batch, DatasetError};

/// A batch that images are put into one by one, each at the left of its place, with paper at the right: ink 0, white.
///
/// White is what a convolution sees beyond the edge of an image that is read alone, too, whatever the image's own paper:
/// it pads its input with zeros.
pub(crate) struct Sheet {
    width: usize,
    height: usize,
    values: Vec<f32>,
    labels: Vec<usize>,
    /// How many characters each image has.
    pub(crate) lengths: Vec<usize>,
    /// Columns of the images themselves.
    own: u64,
}

impl Sheet {
    /// Room for `images` images of `width` x `height` pixels.
    pub(crate) fn new(width: usize, height: usize, images: usize) -> Self {
        let values = vec![0.0; images * width * height];
        Self { width, height, values, labels: Vec::new(), lengths: Vec::with_capacity(images), own: 0 }
    }

    /// Puts the grey levels of an image of `width` columns into the next place.
    pub(crate) fn push(&mut self, levels: &[u8], width: u32, label: Vec<usize>) {
        let own = width as usize;
        let place = &mut self.values[self.lengths.len() * self.width * self.height..];
        for (row, out) in levels.chunks_exact(own).zip(place.chunks_exact_mut(self.width)) {
            ink::write_ink(row, &mut out[..own]);
        }
        self.own += u64::from(width);
        self.lengths.push(label.len());
        self.labels.extend(label);
    }

    /// All columns of the images so far, and those that are padding.
    pub(crate) fn columns(&self) -> (u64, u64) {
        let all = (self.lengths.len() * self.width) as u64;
        (all, all - self.own)
    }

    /// The batch of the images so far.
    pub(crate) fn batch(mut self) -> Result<Batch, DatasetError> {
        let shape = (self.lengths.len(), 1, self.height, self.width);
        self.values.truncate(shape.0 * self.width * self.height);
        let images = Array4::from_shape_vec(shape, self.values).map_err(DatasetError::source)?;
        Batch::of_texts(images, self.labels, self.lengths)
    }
}
