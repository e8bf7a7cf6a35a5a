//! Images with the classes of what they show.

use captcha_core::ink;
use ndarray::Array4;

use crate::DatasetError;

/// Images with the classes of what they show: letters, or whole texts. Images and labels belong together: that is
/// checked when a batch is made.
///
/// ```
/// use captcha_dataset::Batch;
/// use captcha_dataset::ndarray::Array4;
///
/// let letters = Batch::of_letters(Array4::zeros((2, 1, 24, 24)), vec![0, 7])?;
/// assert_eq!(letters.lengths(), None);
/// let texts = Batch::of_texts(Array4::zeros((2, 1, 60, 160)), vec![0, 7, 3], vec![2, 1])?;
/// assert_eq!(texts.texts().collect::<Vec<_>>(), [&[0, 7][..], &[3]]);
/// assert!(Batch::of_letters(Array4::zeros((2, 1, 24, 24)), vec![0]).is_err());
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    images: Array4<f32>,
    labels: Vec<usize>,
    lengths: Option<Vec<usize>>,
}

impl Batch {
    /// A batch of letters: `images` is `[n, 1, height, width]` with ink 1 and paper 0, `labels` has the class index
    /// of each of the `n` images.
    ///
    /// # Errors
    /// [`DatasetError::Batch`] if images and labels do not belong together.
    pub fn of_letters(images: Array4<f32>, labels: Vec<usize>) -> Result<Self, DatasetError> {
        check_shape(&images)?;
        let images_in_all = images.shape()[0];
        if labels.len() != images_in_all {
            return Err(refused(format!("{images_in_all} labels, one an image"), labels.len().to_string()));
        }
        Ok(Self { images, labels, lengths: None })
    }

    /// A batch of whole texts: `images` is `[n, 1, height, width]` with ink 1 and paper 0, `labels` has the class
    /// indices of all characters, one image after the other, and `lengths` how many of them each of the `n` images
    /// has.
    ///
    /// # Errors
    /// [`DatasetError::Batch`] if images, labels and lengths do not belong together.
    pub fn of_texts(
        images: Array4<f32>,
        labels: Vec<usize>,
        lengths: Vec<usize>,
    ) -> Result<Self, DatasetError> {
        check_shape(&images)?;
        let images_in_all = images.shape()[0];
        if lengths.len() != images_in_all {
            return Err(refused(format!("{images_in_all} lengths, one an image"), lengths.len().to_string()));
        }
        let sum = lengths.iter().try_fold(0_usize, |sum, &length| sum.checked_add(length));
        if sum != Some(labels.len()) {
            let expected = match sum {
                Some(sum) => format!("{sum} labels, the sum of the lengths"),
                None => "lengths whose sum is a number of labels".to_owned(),
            };
            return Err(refused(expected, labels.len().to_string()));
        }
        Ok(Self { images, labels, lengths: Some(lengths) })
    }

    /// The batch of square letters of `side` pixels whose grey levels follow each other in `levels`.
    pub(crate) fn of_levels(levels: &[u8], side: u32, labels: Vec<usize>) -> Self {
        let side = side as usize;
        let mut images = Array4::zeros((labels.len(), 1, side, side));
        if let Some(values) = images.as_slice_mut() {
            ink::write_ink(levels, values);
        }
        Self { images, labels, lengths: None }
    }

    /// The images: `[n, 1, height, width]`, ink = 1, paper = 0.
    #[must_use]
    pub fn images(&self) -> &Array4<f32> {
        &self.images
    }

    /// The class indices in the alphabet of all characters of all images, one image after the other: `n` of them if
    /// the images are letters.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// How many characters each image has, `n` of them; `None` if the images are letters, which have one each.
    #[must_use]
    pub fn lengths(&self) -> Option<&[usize]> {
        self.lengths.as_deref()
    }

    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.images.shape()[0]
    }

    /// Whether there is no image.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The classes of each image's text.
    pub fn texts(&self) -> impl Iterator<Item = &[usize]> {
        let mut labels = &self.labels[..];
        (0..self.len()).map(move |image| {
            let length = self.lengths.as_ref().map_or(1, |lengths| lengths[image]);
            let (text, rest) = labels.split_at(length);
            labels = rest;
            text
        })
    }
}

fn check_shape(images: &Array4<f32>) -> Result<(), DatasetError> {
    match *images.shape() {
        [0, ..] => Ok(()),
        [_, 1, height, width] if height > 0 && width > 0 => Ok(()),
        ref shape => Err(refused(
            "images of the shape [n, 1, height, width] that have pixels".to_owned(),
            format!("the shape {shape:?}"),
        )),
    }
}

fn refused(expected: String, actual: String) -> DatasetError {
    DatasetError::Batch { expected, actual }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let images = || Array4::<f32>::zeros((2, 1, 3, 4));
        let cases = [
            (Batch::of_letters(images(), vec![0]), "expected 2 labels, one an image, got 1"),
            (Batch::of_texts(images(), vec![0, 1], vec![2]), "expected 2 lengths, one an image, got 1"),
            (
                Batch::of_texts(images(), vec![0, 1], vec![2, 1]),
                "expected 3 labels, the sum of the lengths, got 2",
            ),
            (
                Batch::of_texts(images(), vec![0, 1], vec![usize::MAX, 2]),
                "expected lengths whose sum is a number of labels, got 2",
            ),
            (
                Batch::of_letters(Array4::zeros((2, 3, 4, 4)), vec![0, 0]),
                "expected images of the shape [n, 1, height, width] that have pixels, got the shape [2, 3, 4, 4]",
            ),
            (
                Batch::of_letters(Array4::zeros((1, 1, 0, 4)), vec![0]),
                "expected images of the shape [n, 1, height, width] that have pixels, got the shape [1, 1, 0, 4]",
            ),
        ];
        for (batch, message) in cases {
            assert_eq!(batch.unwrap_err().to_string(), format!("not a batch: {message}"));
        }
    }

    #[test]
    fn texts_are_cut_by_their_lengths() {
        let images = || Array4::zeros((3, 1, 1, 1));
        let texts = Batch::of_texts(images(), vec![5, 6, 7], vec![2, 0, 1]).unwrap();
        assert_eq!(texts.texts().collect::<Vec<_>>(), [&[5, 6][..], &[], &[7]]);
        let letters = Batch::of_letters(images(), vec![5, 6, 7]).unwrap();
        assert_eq!(letters.texts().collect::<Vec<_>>(), [[5], [6], [7]]);
        assert!(Batch::of_texts(Array4::zeros((0, 1, 0, 0)), vec![], vec![]).unwrap().is_empty());
    }
}
