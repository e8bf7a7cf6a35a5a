//! Confidence of answers against the share of right ones.

use captcha_lab::Calibration;
use captcha_lab::infer::{CoveragePoint, ReliabilityBin};
use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::series::LineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, ShapeStyle};

use super::log_axis::LogAxis;
use super::panels::{PanelAxis, WIDTH, head, panel};
use super::scale::Scale;
use crate::figures::drawing::figure::{Chart, DrawingError, Figure, FigureError, text_style};
use crate::figures::drawing::palette::{BLUE, MUTED, TEXT, VERMILLION, WHITE, mix, plot};
use crate::format::{count, percent};

/// A reliability diagram, and accuracy against coverage, side by side.
///
/// On the left, the share of right answers in each bin of confidence, at the mean confidence of the bin, with
/// its 95 % interval and its number of answers; perfectly calibrated answers lie on the diagonal. On the
/// right, accuracy against coverage: the share of right answers among those with at least a given confidence,
/// over the number of images that have it. The axis of accuracy is logarithmic in the error rate.
///
/// # Errors
/// [`FigureError::Draw`] if the chart can't be laid out.
pub fn calibration(calibration: &Calibration) -> Result<Figure, FigureError> {
    let coverage = calibration.coverage().into_iter().filter(|point| point.right.total > 0).collect();
    let bins = calibration.bins().into_iter().filter(|bin| bin.right.total > 0).collect();
    Figure::of(SIZE, &Diagram { bins, coverage, summary: summary(calibration) })
}

/// Width and height.
const SIZE: (u32, u32) = (WIDTH, 452);
/// Gap to the left and right of each bar, in units of confidence.
const GAP: f64 = 0.002;

struct Diagram {
    /// The bins that have answers.
    bins: Vec<ReliabilityBin>,
    /// The points that have answers, by rising threshold.
    coverage: Vec<CoveragePoint>,
    summary: String,
}

/// The one-line summary of the diagram.
fn summary(calibration: &Calibration) -> String {
    let all = calibration.coverage().first().map(|point| point.right).unwrap_or_default();
    if all.total == 0 {
        return "no answers".to_owned();
    }
    format!(
        "{} answers, {} right, mean confidence {}, expected calibration error {}",
        count(all.total),
        percent(all.value()),
        percent(calibration.mean_confidence()),
        percent(calibration.expected_error())
    )
}

impl Chart for Diagram {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let [_, left, right] = head(area, "Calibration", &self.summary)?;
        self.draw_reliability(&left)?;
        self.draw_coverage(&right)
    }
}

impl Diagram {
    fn draw_reliability<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingError<B>> {
        let fifths = || (0..=5).map(|tick| f64::from(tick) / 5.0).collect();
        let share = |share: &f64| format!("{:.0} %", share * 100.0);
        let x = Scale { low: 0.0, high: 1.0, ticks: fifths() };
        // Leaves room for the numbers of answers at the top.
        let y = Scale { low: 0.0, high: 1.08, ticks: fifths() };
        let mut chart = panel(
            area,
            "Right answers by confidence",
            PanelAxis { scale: y, label: &share },
            "confidence",
            PanelAxis { scale: x, label: &share },
        )?;
        let bar = plot(mix(WHITE, BLUE, 0.35)).filled();
        chart.draw_series(
            self.bins
                .iter()
                .map(|bin| Rectangle::new([(bin.low + GAP, 0.0), (bin.high - GAP, bin.right.value())], bar)),
        )?;
        let diagonal: ShapeStyle = plot(MUTED).stroke_width(1);
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], diagonal))?;
        let style: ShapeStyle = plot(BLUE).stroke_width(2);
        chart.draw_series(self.bins.iter().map(|bin| {
            let (low, high) = bin.right.interval();
            PathElement::new([(bin.confidence, low), (bin.confidence, high)], style)
        }))?;
        chart.draw_series(
            self.bins.iter().map(|bin| Circle::new((bin.confidence, bin.right.value()), 4, style.filled())),
        )?;
        let label = text_style(8.5, TEXT).pos(Pos::new(HPos::Center, VPos::Bottom));
        chart.draw_series(self.bins.iter().map(|bin| {
            Text::new(count(bin.right.total), ((bin.low + bin.high) / 2.0, 1.025), label.clone())
        }))?;
        Ok(())
    }

    fn draw_coverage<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), DrawingError<B>> {
        let wrong = |point: &CoveragePoint| 1.0 - point.right.value();
        let axis = LogAxis::around(self.coverage.iter().map(wrong));
        let least = self.coverage.last().map_or(0.0, |point| point.answered.value());
        let low = (least * 10.0).floor().min(9.0) / 10.0;
        let step = if low < 0.5 { 0.2 } else { 0.1 };
        let ticks = (0..=10).map(|tick| 1.0 - step * f64::from(tick)).filter(|&tick| tick >= low - 1e-9);
        let x = Scale { low, high: 1.0, ticks: ticks.collect() };
        let y = Scale { low: -axis.high, high: -axis.low, ticks: axis.ticks().map(|place| -place).collect() };
        let mut chart = panel(
            area,
            "Right answers by how many are given",
            PanelAxis { scale: y, label: &|place| axis.complement_label(-place) },
            "images that are answered, the surest first",
            PanelAxis { scale: x, label: &|share| format!("{:.0} %", share * 100.0) },
        )?;
        let style: ShapeStyle = plot(VERMILLION).stroke_width(2);
        let points: Vec<(f64, f64)> = self
            .coverage
            .iter()
            .filter_map(|point| Some((point.answered.value(), -axis.place(wrong(point))?)))
            .collect();
        chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
        chart.draw_series(points.iter().map(|&point| Circle::new(point, 2, style.filled())))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use captcha_lab::Confidence;

    use super::*;

    #[test]
    fn bins_and_curve_are_drawn() {
        let mut answers = Calibration::new();
        for i in 0..1000u32 {
            // Perfectly calibrated, at 0 to 1 in steps of a thousandth.
            answers.add(Confidence::new(i as f32 / 1000.0).unwrap(), i * 617 % 1000 < i);
        }
        let figure = calibration(&answers).unwrap();
        let words = figure.words();
        for word in ["Calibration", "confidence", "67", "66", "100 %", "20 %"] {
            assert!(words.iter().any(|found| found == word), "{word:?} in {words:?}");
        }
        assert!(words[1].starts_with("1,000 answers"), "{words:?}");
        for (half, colour) in [(0, BLUE), (SIZE.0, VERMILLION)] {
            let panel = image::imageops::crop_imm(figure.image(), half, 0, SIZE.0, SIZE.1 * 2).to_image();
            let drawn = panel.pixels().filter(|&&pixel| pixel == colour).count();
            assert!(drawn > 300, "{half}: {drawn}");
        }
    }

    #[test]
    fn any_answers_give_a_chart() {
        let mut answers = Calibration::new();
        assert!(calibration(&answers).unwrap().words().contains(&"no answers".to_owned()));
        answers.add_unanswered();
        calibration(&answers).unwrap();
        for (sure, right) in [(1.0, true), (1.0, false), (0.0, false)] {
            answers.add(Confidence::new(sure).unwrap(), right);
            calibration(&answers).unwrap();
        }
    }
}
