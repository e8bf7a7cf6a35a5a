//! Loss and accuracy by epoch.

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Text};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::series::LineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, ShapeStyle};

use super::log_axis::LogAxis;
use super::panels::{PanelAxis, SIDE, WIDTH, head, panel};
use super::scale::Scale;
use crate::figures::drawing::figure::{Chart, DrawingError, Figure, FigureError, text_style};
use crate::figures::drawing::palette::{BLUE, TEXT, VERMILLION, plot};
use crate::format::percent;

/// The results of one training epoch. A number that was not measured is NaN and leaves a gap in the curve.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EpochRow {
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// Mean loss over the training samples.
    pub train_loss: f64,
    /// Mean loss over the validation samples.
    pub validation_loss: f64,
    /// Share of the training samples (letters, or whole images) that were read right, in `[0, 1]`.
    pub train_accuracy: f64,
    /// Share of the validation samples that were read right, in `[0, 1]`.
    pub validation_accuracy: f64,
}

/// Training and validation loss, and training and validation accuracy, by epoch, side by side.
///
/// Both axes are logarithmic; that of accuracy is logarithmic in the error rate: 99 % and 99.9 % are as far
/// apart as 90 % and 99 %. An accuracy of exactly 100 % is at the top edge.
///
/// # Errors
/// [`FigureError::Draw`] if the chart can't be laid out.
pub fn learning_curves(epochs: &[EpochRow]) -> Result<Figure, FigureError> {
    Figure::of(SIZE, &LearningCurves { epochs })
}

/// Width and height.
const SIZE: (u32, u32) = (WIDTH, 408);
/// With more epochs than this, markers would overlap, and only lines are drawn.
const MOST_POINTS: usize = 40;

struct LearningCurves<'a> {
    epochs: &'a [EpochRow],
}

/// One panel: its title, its values and its axis.
struct Panel {
    title: &'static str,
    /// The value of an epoch, for training and for validation; not negative.
    values: [fn(&EpochRow) -> f64; 2],
    label: fn(&LogAxis, f64) -> String,
    /// Whether small numbers are at the top.
    flipped: bool,
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "Loss",
        values: [|row| row.train_loss, |row| row.validation_loss],
        label: LogAxis::label,
        flipped: false,
    },
    Panel {
        title: "Read right",
        values: [|row| 1.0 - row.train_accuracy, |row| 1.0 - row.validation_accuracy],
        label: LogAxis::complement_label,
        flipped: true,
    },
];

impl Chart for LearningCurves<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let [head, left, right] = head(area, "Learning curves", &self.summary())?;
        draw_legend(&head)?;
        for (content, area) in PANELS.iter().zip([left, right]) {
            self.draw_panel(content, &area)?;
        }
        Ok(())
    }
}

/// The colour legend, to the right of the title.
fn draw_legend<B: DrawingBackend>(area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
    let mut x = WIDTH as i32 - SIDE - 190;
    for (name, colour) in [("training", BLUE), ("validation", VERMILLION)] {
        area.draw(&PathElement::new([(x, 26), (x + 22, 26)], plot(colour).stroke_width(2)))?;
        area.draw(&Circle::new((x + 11, 26), 3, plot(colour).filled()))?;
        let style = text_style(13.0, TEXT).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (x + 28, 26), style))?;
        x += 98;
    }
    Ok(())
}

impl LearningCurves<'_> {
    /// The one-line summary of the curves.
    fn summary(&self) -> String {
        let measured = self.epochs.iter().filter(|row| row.validation_accuracy.is_finite());
        let best = measured.max_by(|a, b| {
            // Of equal accuracies, the one with the least loss, which is the epoch that training keeps.
            let accuracy = a.validation_accuracy.total_cmp(&b.validation_accuracy);
            accuracy.then(b.validation_loss.total_cmp(&a.validation_loss)).then(b.epoch.cmp(&a.epoch))
        });
        match (best, self.epochs.len()) {
            (_, 0) => "no epochs".to_owned(),
            (None, 1) => "1 epoch".to_owned(),
            (None, epochs) => format!("{epochs} epochs"),
            (Some(best), _) => {
                format!("best on validation: {} in epoch {}", percent(best.validation_accuracy), best.epoch)
            }
        }
    }

    fn draw_panel<B: DrawingBackend>(
        &self,
        content: &Panel,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingError<B>> {
        let axis = LogAxis::around(content.values.iter().flat_map(|value| self.epochs.iter().map(value)));
        let sign = if content.flipped { -1.0 } else { 1.0 };
        let (bottom, top) = if content.flipped { (-axis.high, -axis.low) } else { (axis.low, axis.high) };
        let scale = Scale { low: bottom, high: top, ticks: axis.ticks().map(|place| sign * place).collect() };
        let mut chart = panel(
            area,
            content.title,
            PanelAxis { scale, label: &|place| (content.label)(&axis, sign * place) },
            "epoch",
            PanelAxis { scale: self.epoch_scale(), label: &|epoch| format!("{epoch:.0}") },
        )?;
        for (value, colour) in content.values.iter().zip([BLUE, VERMILLION]) {
            let style: ShapeStyle = plot(colour).stroke_width(2);
            let points: Vec<Option<(f64, f64)>> = self
                .epochs
                .iter()
                .map(|row| axis.place(value(row)).map(|place| (f64::from(row.epoch), sign * place)))
                .collect();
            for unbroken in points.split(Option::is_none) {
                chart.draw_series(LineSeries::new(unbroken.iter().flatten().copied(), style))?;
            }
            if points.len() <= MOST_POINTS {
                let dots = points.iter().flatten().map(|&point| Circle::new(point, 3, style.filled()));
                chart.draw_series(dots)?;
            }
        }
        Ok(())
    }

    /// The epoch axis, with ticks at whole epochs.
    fn epoch_scale(&self) -> Scale {
        /// Ticks that the axis has room for.
        const MOST_TICKS: u32 = 10;
        let first = self.epochs.iter().map(|row| row.epoch).min().unwrap_or(0);
        let last = self.epochs.iter().map(|row| row.epoch).max().unwrap_or(1);
        let step = (0..)
            .flat_map(|power| [1, 2, 5].map(|digit| 10u32.saturating_pow(power).saturating_mul(digit)))
            .find(|&step| (last - first) / step < MOST_TICKS)
            .unwrap_or(u32::MAX);
        let margin = (f64::from(last - first) * 0.02).max(0.5);
        Scale {
            low: f64::from(first) - margin,
            high: f64::from(last) + margin,
            ticks: (first.div_ceil(step)..=last / step).map(|tick| f64::from(tick * step)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn row(epoch: u32, loss: f64, accuracy: f64) -> EpochRow {
        EpochRow {
            epoch,
            train_loss: loss,
            validation_loss: loss * 1.5,
            train_accuracy: accuracy,
            validation_accuracy: accuracy,
        }
    }

    fn colour(image: &RgbImage, colour: image::Rgb<u8>) -> usize {
        // Below the legend.
        let bottom = image::imageops::crop_imm(image, 0, 144, image.width(), image.height() - 144).to_image();
        bottom.pixels().filter(|&&pixel| pixel == colour).count()
    }

    #[test]
    fn both_curves_are_drawn_in_both_panels() {
        let rows: Vec<_> = (1..=10).map(|epoch| row(epoch, 1.0 / f64::from(epoch), 0.9)).collect();
        let figure = learning_curves(&rows).unwrap();
        for half in [0, SIZE.0] {
            let panel = image::imageops::crop_imm(figure.image(), half, 0, SIZE.0, SIZE.1 * 2).to_image();
            assert!(colour(&panel, VERMILLION) > 500, "{half}");
        }
        let left = image::imageops::crop_imm(figure.image(), 0, 0, SIZE.0, SIZE.1 * 2).to_image();
        assert!(colour(&left, BLUE) > 500);
        let words = figure.words();
        for word in ["Learning curves", "training", "validation", "Loss", "epoch", "1", "10", "90 %", "0.1"] {
            assert!(words.iter().any(|found| found == word), "{word:?} in {words:?}");
        }
    }

    #[test]
    fn of_equally_good_epochs_the_one_with_the_least_loss_is_named() {
        let rows = [row(1, 1.0, 0.5), row(2, 0.5, 0.99), row(3, 0.4, 0.99), row(4, 0.4, f64::NAN)];
        let words = learning_curves(&rows).unwrap().words();
        assert!(words.contains(&"best on validation: 99.00 % in epoch 3".to_owned()), "{words:?}");
    }

    #[test]
    fn any_numbers_give_a_chart() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1.0, 2.0, 1e-300, 1e300];
        for a in odd {
            for rows in [vec![row(1, a, a)], vec![row(0, a, 0.5), row(u32::MAX, 0.5, a)]] {
                let figure = learning_curves(&rows).unwrap();
                roxmltree::Document::parse(figure.svg()).unwrap();
            }
        }
        assert!(learning_curves(&[]).unwrap().words().contains(&"no epochs".to_owned()));
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let whole = [row(1, 1.0, 0.5), row(2, 1.0, 0.5), row(3, 1.0, 0.5)];
        let broken = [whole[0], row(2, f64::NAN, f64::NAN), whole[2]];
        let ink = |rows: &[EpochRow]| colour(learning_curves(rows).unwrap().image(), VERMILLION);
        assert!(ink(&broken) * 4 < ink(&whole));
    }

    #[test]
    fn epochs_are_whole_ticks() {
        let ticks = |first, last| {
            let rows = [row(first, 1.0, 0.5), row(last, 1.0, 0.5)];
            LearningCurves { epochs: &rows }.epoch_scale().ticks
        };
        assert_eq!(ticks(1, 4), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(ticks(1, 40), [5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0]);
        assert_eq!(ticks(7, 7), [7.0]);
    }
}
