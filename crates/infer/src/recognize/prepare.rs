//! What a network sees of an image.

use captcha_core::image::GrayImage;
use captcha_core::{scale_to_height, scaled_width};

use crate::{ModelMetadata, RecognizeError};

impl ModelMetadata {
    /// `image` as the network reads it, with everything that is done before pixels become ink: the [`Preparation`] of
    /// the model, and then, for a sequence network, the image is scaled to the height of the network, with its shape
    /// (times the stretch) kept as nearly as whole columns of the last maps allow. For a network of letters the image
    /// keeps its size: it is what letters are cut from.
    ///
    /// The one place: training and reading, with every backend, go through here.
    ///
    /// [`Preparation`]: crate::Preparation
    ///
    /// # Errors
    /// [`RecognizeError::WrongWidth`] if the network does not take an image so wide, before anything is scaled;
    /// [`RecognizeError::WrongShape`] if the layers make no network.
    pub fn prepare(&self, image: &GrayImage) -> Result<GrayImage, RecognizeError> {
        let Self { architecture, preparation, .. } = self;
        if !architecture.is_sequence() {
            return Ok(preparation.levels(image).into_owned());
        }
        let too_large = |extent: usize| u32::try_from(extent).unwrap_or(u32::MAX);
        let [height, column] = [architecture.input.height, architecture.column_width()].map(too_large);
        let (from_width, from_height) = image.dimensions();
        let width = scaled_width([from_width, from_height], height, column, preparation.stretch);
        let shape = [1, architecture.input.channels, architecture.input.height, width as usize];
        RecognizeError::check_shape(architecture, shape)?;
        Ok(scale_to_height(&preparation.levels(image), height, column, preparation.stretch))
    }

    /// What [`prepare`](Self::prepare) does, in words: what data that is prepared so is recognised by.
    ///
    /// ```
    /// use captcha_infer::{Architecture, ModelMetadata};
    ///
    /// let metadata = ModelMetadata::new(Architecture::sequence(26, 96), "AB".parse()?);
    /// assert_eq!(metadata.prepared(), "height 48, columns of 4");
    /// # Ok::<(), captcha_core::AlphabetError>(())
    /// ```
    #[must_use]
    pub fn prepared(&self) -> String {
        let Self { architecture, preparation, .. } = self;
        let size =
            format!("height {}, columns of {}", architecture.input.height, architecture.column_width());
        match (architecture.is_sequence(), preparation.is_default()) {
            (true, true) => size,
            (true, false) => format!("{size}, {preparation}"),
            (false, _) => preparation.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::Alphabet;
    use captcha_core::image::Luma;

    use super::*;
    use crate::{Architecture, InputShape, Layer, Polarity, Preparation, Window};

    fn metadata(architecture: Architecture, preparation: Preparation) -> ModelMetadata {
        let mut metadata = ModelMetadata::new(architecture, Alphabet::digits());
        metadata.preparation = preparation;
        metadata
    }

    #[test]
    fn images_that_would_fill_the_memory_are_refused_before_they_are_scaled() {
        let pool = Layer::MaxPool2d { size: Window { height: 65536, width: 4 } };
        let architecture = Architecture {
            input: InputShape { channels: 1, height: 65536, width: 4 },
            layers: vec![pool, Layer::Columns, Layer::Linear { features: 3 }],
        };
        // Scaled, it would have 2^33 pixels.
        let prepare = |architecture: &Architecture, preparation: Preparation, size: (u32, u32)| {
            metadata(architecture.clone(), preparation).prepare(&GrayImage::new(size.0, size.1))
        };
        let default = Preparation::default();
        let error = prepare(&architecture, default, (120, 60)).unwrap_err();
        assert!(matches!(error, RecognizeError::WrongWidth { actual: 131_072, .. }), "{error}");
        let nothing =
            Architecture { input: InputShape { height: usize::MAX, ..architecture.input }, ..architecture };
        let error = prepare(&nothing, default, (9, 9)).unwrap_err();
        assert!(matches!(error, RecognizeError::WrongShape { .. }), "{error}");
        // Metadata that no model file has yet can say anything.
        for stretch in [f32::NAN, f32::INFINITY, f32::MAX, -1.0, 0.0] {
            let preparation = default.with_stretch(stretch);
            let result = prepare(&Architecture::sequence(10, 96), preparation, (120, 60));
            assert!(result.is_err() || result.is_ok_and(|image| image.dimensions() == (4, 48)), "{stretch}");
        }
    }

    #[test]
    fn an_image_is_as_high_as_the_network_and_stretched_in_width_only() {
        let architecture = Architecture::sequence(10, 96);
        for (stretch, width) in [(1.0, 96), (1.5, 144), (0.5, 48)] {
            let preparation = Preparation::default().with_stretch(stretch);
            let prepared = metadata(architecture.clone(), preparation).prepare(&GrayImage::new(300, 150));
            assert_eq!(prepared.unwrap().dimensions(), (width, 48));
        }
    }

    #[test]
    fn letters_are_cut_from_an_image_of_its_own_size() {
        let image = GrayImage::from_pixel(30, 20, Luma([10]));
        let preparation = Preparation::default().with_polarity(Polarity::Inverted);
        let prepared = metadata(Architecture::post(10), preparation).prepare(&image).unwrap();
        assert_eq!(prepared, GrayImage::from_pixel(30, 20, Luma([245])));
        assert_eq!(metadata(Architecture::post(10), preparation).prepared(), "inverted");
    }
}
