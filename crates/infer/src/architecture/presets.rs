//! The networks of the project.

use super::{Architecture, InputShape, Layer, Window};

/// A convolution and its pool: channels, kernel, and the rows and columns of the pool's window.
type Block = (usize, Window, (usize, usize));

impl Architecture {
    /// The network of the post that the project started from: `[1, 20, 20]`, convolution 20 5x5, ReLU, max-pool
    /// 2, convolution 50 5x5, ReLU, max-pool 2, fully connected 500, ReLU, fully connected `classes`.
    ///
    /// 6.676 MFLOP a letter (multiplications and additions counted apart) for 26 classes, 664,096 parameters.
    #[must_use]
    pub fn post(classes: usize) -> Self {
        Self {
            input: InputShape { channels: 1, height: 20, width: 20 },
            layers: vec![
                Layer::Conv2d { channels: 20, kernel: 5.into() },
                Layer::Relu,
                Layer::MaxPool2d { size: 2.into() },
                Layer::Conv2d { channels: 50, kernel: 5.into() },
                Layer::Relu,
                Layer::MaxPool2d { size: 2.into() },
                Layer::Flatten,
                Layer::Linear { features: 500 },
                Layer::Relu,
                Layer::Linear { features: classes },
            ],
        }
    }

    /// The project's own letter network: `[1, 24, 24]`, five 3x3 convolutions with batch normalisation, three
    /// max-pools, dropout and one fully connected layer.
    ///
    /// About a seventh of the parameters of [`post`](Self::post).
    #[must_use]
    pub fn compact(classes: usize) -> Self {
        let block =
            |channels| [Layer::Conv2d { channels, kernel: 3.into() }, Layer::BatchNorm2d, Layer::Relu];
        let mut layers = Vec::new();
        layers.extend(block(16));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend(block(32));
        layers.extend(block(48));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend(block(64));
        layers.extend(block(64));
        layers.push(Layer::MaxPool2d { size: 2.into() });
        layers.extend([
            Layer::Flatten,
            Layer::Dropout { probability: 0.3 },
            Layer::Linear { features: classes },
        ]);
        Self { input: InputShape { channels: 1, height: 24, width: 24 }, layers }
    }

    /// The project's own sequence network: `[1, 48, width]`, five 3x3 convolutions with batch normalisation, pools that
    /// leave 3 rows and a column for every 4 pixels, and two fully connected layers on each column, which give a score
    /// for each of `characters` and for the blank.
    ///
    /// 38.0 MFLOP for a 2 : 1 image (`width` 96) and 26 characters.
    #[must_use]
    pub fn sequence(characters: usize, width: usize) -> Self {
        let blocks = [(16, (2, 2)), (24, (2, 2)), (48, (2, 1)), (80, (2, 1)), (112, (1, 1))];
        Self::columns((48, width), &blocks, 64, characters)
    }

    /// A sequence network with finer eyes: `[1, 60, width]`, one more convolution, which sees all rows at once.
    ///
    /// It keeps every pixel of a 160 x 60 image. 39.3 MFLOP for a 2 : 1 image (`width` 120) and 36 characters.
    #[must_use]
    pub fn fine_sequence(characters: usize, width: usize) -> Self {
        let blocks = [(16, (2, 2)), (16, (2, 2)), (40, (2, 1)), (72, (2, 1)), (72, (3, 1)), (96, (1, 1))];
        Self::columns((60, width), &blocks, 96, characters)
    }

    /// A sequence network for images of one's own: `[1, 48, width]`, six 3x3 convolutions with batch normalisation, pools
    /// that leave a single row and a column for every 4 pixels, and two fully connected layers on each column.
    ///
    /// With no rows left, a letter means the same wherever it stands in its column: of the project's networks it learns
    /// from the fewest images. 62.2 MFLOP for a 2 : 1 image (`width` 96) and 26 characters.
    #[must_use]
    pub fn deep_sequence(characters: usize, width: usize) -> Self {
        let blocks = [(16, (2, 2)), (32, (2, 2)), (64, (2, 1)), (96, (2, 1)), (128, (3, 1)), (128, (1, 1))];
        Self::columns((48, width), &blocks, 96, characters)
    }

    /// The network of the base, which reads images that no model was trained for: `[1, 48, width]`, seven 3x3 and two
    /// 1x5 convolutions with batch normalisation, pools that leave a single row and a column for every 4 pixels, and two
    /// fully connected layers on each column.
    ///
    /// Once a single row is left, kernels are one row high and look further along the columns. 115.8 MFLOP for a 2 : 1
    /// image (`width` 96) and 62 characters.
    #[must_use]
    pub fn base_sequence(characters: usize, width: usize) -> Self {
        let (square, row) = (Window::from(3), Window { height: 1, width: 5 });
        let blocks = [
            (16, square, (2, 2)),
            (32, square, (2, 2)),
            (64, square, (1, 1)),
            (64, square, (2, 1)),
            (96, square, (1, 1)),
            (96, square, (2, 1)),
            (128, square, (3, 1)),
            (192, row, (1, 1)),
            (192, row, (1, 1)),
        ];
        Self::of_blocks((48, width), &blocks, 128, characters)
    }

    /// A sequence network for images of `height` x `width`: for each of `blocks` a 3x3 convolution (channels), batch
    /// normalisation, ReLU and a pool (rows, columns), then two fully connected layers on each column.
    fn columns(
        (height, width): (usize, usize),
        blocks: &[(usize, (usize, usize))],
        features: usize,
        characters: usize,
    ) -> Self {
        let kernel = Window::from(3);
        let blocks: Vec<Block> = blocks.iter().map(|&(channels, pool)| (channels, kernel, pool)).collect();
        Self::of_blocks((height, width), &blocks, features, characters)
    }

    /// As [`columns`](Self::columns), with the kernel of every convolution.
    fn of_blocks(
        (height, width): (usize, usize),
        blocks: &[Block],
        features: usize,
        characters: usize,
    ) -> Self {
        let mut layers = Vec::new();
        for &(channels, kernel, (height, width)) in blocks {
            layers.extend([Layer::Conv2d { channels, kernel }, Layer::BatchNorm2d, Layer::Relu]);
            if (height, width) != (1, 1) {
                layers.push(Layer::MaxPool2d { size: Window { height, width } });
            }
        }
        layers.extend([
            Layer::Columns,
            Layer::Linear { features },
            Layer::Relu,
            Layer::Linear { features: characters + 1 },
        ]);
        Self { input: InputShape { channels: 1, height, width }, layers }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shape;
    use super::*;

    #[test]
    fn the_post_network_is_the_one_of_the_post() {
        let post = Architecture::post(26);
        let shapes = post.shapes().unwrap();
        assert_eq!(shapes[2], Shape::Maps { channels: 20, height: 10, width: 10 });
        assert_eq!(shapes[6], Shape::Vector { features: 1250 });
        assert_eq!(post.parameter_count().unwrap(), 664_096);
        assert_eq!(post.flops().unwrap(), 6_676_000);
    }

    #[test]
    fn the_sequence_network_has_a_column_for_every_four_pixels() {
        let sequence = Architecture::sequence(26, 96);
        assert_eq!(sequence.output().unwrap(), Shape::Sequence { steps: 24, features: 27 });
        assert_eq!(sequence.at_width(130).output().unwrap(), Shape::Sequence { steps: 32, features: 27 });
        assert_eq!(sequence.column_width(), 4);
        assert_eq!(sequence.parameters().unwrap(), sequence.at_width(130).parameters().unwrap());
        assert!(sequence.flops().unwrap() < 40_000_000, "{}", sequence.flops().unwrap());
        assert!(sequence.is_sequence() && !Architecture::post(26).is_sequence());
    }

    #[test]
    fn the_deep_sequence_network_leaves_one_row() {
        let deep = Architecture::deep_sequence(26, 96);
        let rows = deep.shapes().unwrap().into_iter().rfind(|shape| matches!(shape, Shape::Maps { .. }));
        assert_eq!(rows, Some(Shape::Maps { channels: 128, height: 1, width: 24 }));
        assert_eq!(deep.output().unwrap(), Shape::Sequence { steps: 24, features: 27 });
        assert_eq!(deep.flops().unwrap() / 100_000, 622);
        assert!(deep.parameter_count().unwrap() < 400_000);
    }

    #[test]
    fn the_base_sequence_network_has_no_weight_that_only_meets_padding() {
        let base = Architecture::base_sequence(62, 96);
        assert_eq!(base.output().unwrap(), Shape::Sequence { steps: 24, features: 63 });
        assert_eq!(base.flops().unwrap() / 100_000, 1158);
        // Below 4 MB in single precision.
        assert!(4 * base.parameter_count().unwrap() < 4_000_000);
        let mut height = 48;
        for (layer, shape) in base.layers.iter().zip(base.shapes().unwrap()) {
            if let Layer::Conv2d { kernel, .. } = layer {
                assert!(kernel.height < 2 * height, "{kernel:?} on {height} rows");
            }
            if let Shape::Maps { height: rows, .. } = shape {
                height = rows;
            }
        }
    }

    #[test]
    fn the_fine_sequence_network_is_small() {
        let fine = Architecture::fine_sequence(36, 120);
        assert_eq!(fine.output().unwrap(), Shape::Sequence { steps: 30, features: 37 });
        assert!(fine.flops().unwrap() < 40_000_000, "{}", fine.flops().unwrap());
        assert!(fine.parameter_count().unwrap() < 1_000_000);
    }
}
