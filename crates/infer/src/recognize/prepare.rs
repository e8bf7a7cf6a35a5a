//! What a sequence network sees of an image.

use captcha_core::image::GrayImage;
use captcha_core::{scale_to_height, scaled_width};

use crate::{Architecture, RecognizeError};

impl Architecture {
    /// `image` as a sequence network takes it: scaled to the height of the network, with the aspect ratio kept as
    /// nearly as whole columns of the last maps allow.
    ///
    /// Training and reading both go through here.
    ///
    /// # Errors
    /// [`RecognizeError::WrongWidth`] if the network does not take an image so wide, before anything is scaled;
    /// [`RecognizeError::WrongShape`] if the layers make no network.
    pub fn prepare(&self, image: &GrayImage) -> Result<GrayImage, RecognizeError> {
        let too_large = |extent: usize| u32::try_from(extent).unwrap_or(u32::MAX);
        let [height, column] = [self.input.height, self.column_width()].map(too_large);
        let (from_width, from_height) = image.dimensions();
        let width = scaled_width([from_width, from_height], height, column);
        RecognizeError::check_shape(self, [1, self.input.channels, self.input.height, width as usize])?;
        Ok(scale_to_height(image, height, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InputShape, Layer, Window};

    #[test]
    fn images_that_would_fill_the_memory_are_refused_before_they_are_scaled() {
        let pool = Layer::MaxPool2d { size: Window { height: 65536, width: 4 } };
        let architecture = Architecture {
            input: InputShape { channels: 1, height: 65536, width: 4 },
            layers: vec![pool, Layer::Columns, Layer::Linear { features: 3 }],
        };
        // Scaled, it would have 2^33 pixels.
        let error = architecture.prepare(&GrayImage::new(120, 60)).unwrap_err();
        assert!(matches!(error, RecognizeError::WrongWidth { actual: 131_072, .. }), "{error}");
        let nothing =
            Architecture { input: InputShape { height: usize::MAX, ..architecture.input }, ..architecture };
        assert!(matches!(nothing.prepare(&GrayImage::new(9, 9)), Err(RecognizeError::WrongShape { .. })));
    }

    #[test]
    fn an_image_is_as_high_as_the_network() {
        let prepared = Architecture::sequence(26, 96).prepare(&GrayImage::new(300, 150)).unwrap();
        assert_eq!(prepared.dimensions(), (96, 48));
    }
}
