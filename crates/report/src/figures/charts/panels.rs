//! What the charts with two panels side by side share.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::element::Text;
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::scale::Scale;
use crate::figures::drawing::figure::{DrawingError, text_style};
use crate::figures::drawing::palette::{LINE, MUTED, TEXT, plot};

/// The width of a chart: what a README shows without shrinking.
pub(super) const WIDTH: u32 = 960;
/// Left and right margin.
pub(super) const SIDE: i32 = 24;
/// Height of the title.
const TITLE_HEIGHT: i32 = 72;

/// One axis of a panel.
pub(super) struct PanelAxis<'a> {
    pub(super) scale: Scale,
    /// The label of a tick.
    pub(super) label: &'a dyn Fn(&f64) -> String,
}

/// Writes the title and the summary of the chart; returns the areas of the title and of the two panels.
pub(super) fn head<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    title: &str,
    summary: &str,
) -> Result<[DrawingArea<B, Shift>; 3], DrawingError<B>> {
    let (head, body) = area.split_vertically(TITLE_HEIGHT);
    head.draw(&Text::new(title, (SIDE, 18), text_style(20.0, TEXT)))?;
    head.draw(&Text::new(summary, (SIDE, 42), text_style(13.0, MUTED)))?;
    let (left, right) = body.split_horizontally(WIDTH / 2);
    Ok([head, left, right])
}

/// Draws the axes of a panel, to which series can be added; its title names the quantity on `y`.
pub(super) fn panel<'a, B: DrawingBackend>(
    area: &'a DrawingArea<B, Shift>,
    title: &str,
    y: PanelAxis<'_>,
    x_name: &str,
    x: PanelAxis<'_>,
) -> Result<ChartContext<'a, B, Cartesian2d<Scale, Scale>>, DrawingError<B>> {
    let style = text_style(14.0, TEXT).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(title, (SIDE, 8), style))?;
    let mut chart = ChartBuilder::on(area)
        .margin_top(28)
        .margin_left(SIDE - 8)
        .margin_right(SIDE)
        .margin_bottom(12)
        .x_label_area_size(40)
        .y_label_area_size(58)
        .build_cartesian_2d(x.scale, y.scale)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(plot(LINE))
        .bold_line_style(plot(LINE))
        .axis_style(plot(MUTED))
        .label_style(text_style(12.0, MUTED))
        .axis_desc_style(text_style(13.0, MUTED))
        .x_desc(x_name)
        .x_label_formatter(x.label)
        .y_label_formatter(y.label)
        .draw()?;
    Ok(chart)
}
