//! Where a piece that is several letters is cut.

use std::ops::Range;

use crate::reading::Costs;
use crate::runs::Run;

/// A piece as seen by cuts: how much ink each cut goes through.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// The first column.
    start: u32,
    /// Item `i` counts the rows in which ink runs on from column `start + i - 1` to `start + i`.
    crossings: Vec<u32>,
}

impl Profile {
    /// The profile of columns `start..end`, which hold all `runs`.
    pub(crate) fn of<'a>(columns: Range<u32>, runs: impl IntoIterator<Item = &'a Run>) -> Self {
        // A run is crossed by each cut inside it: one more from its second column on, one less from its end on.
        let mut steps = vec![0i32; columns.len() + 1];
        for run in runs {
            steps[(run.start - columns.start) as usize + 1] += 1;
            steps[(run.end - columns.start) as usize] -= 1;
        }
        let mut crossed = 0;
        let crossings = steps[..columns.len()]
            .iter()
            .map(|step| {
                crossed += step;
                crossed as u32
            })
            .collect();
        Self { start: columns.start, crossings }
    }

    /// The best ways to cut the piece into 1, 2, ... at most `most` letters, each with its cost and the columns that
    /// start its second letter, third letter and so on. The list ends where the letters would be too narrow.
    ///
    /// Dynamic programming over the columns: the best way to make `n` letters of the columns up to a cut extends
    /// the best way to make `n - 1` letters of the columns up to the cut before.
    pub(crate) fn cuts(&self, costs: &Costs, most: usize) -> Vec<(f64, Vec<u32>)> {
        let width = self.crossings.len();
        // Cost and last cut of the best way to make so many letters of the columns up to `x`.
        let mut rows: Vec<Vec<(f64, usize)>> = Vec::new();
        rows.push((0..=width).map(|x| (self.first_letter(x, costs), 0)).collect());
        while rows.len() < most && (rows.len() + 1) * costs.narrowest <= width {
            let before = &rows[rows.len() - 1];
            let best_at = |x: usize| {
                let cuts = x.saturating_sub(costs.widest)..(x + 1).saturating_sub(costs.narrowest);
                let ways = cuts.map(|cut| (before[cut].0 + costs.letter((x - cut) as u32), cut));
                let (cost, cut) = ways.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, 0));
                (cost + self.cost_at(x, costs), cut)
            };
            rows.push((0..=width).map(best_at).collect());
        }
        (0..rows.len())
            .map(|last| (rows[last][width].0, self.trace(&rows[..=last])))
            .take_while(|(cost, _)| cost.is_finite())
            .collect()
    }

    /// The cost of making one letter of the columns up to `x`.
    fn first_letter(&self, x: usize, costs: &Costs) -> f64 {
        let cut = x < self.crossings.len();
        if cut && x < costs.narrowest {
            return f64::INFINITY;
        }
        costs.letter(x as u32) + self.cost_at(x, costs)
    }

    /// The cost of a cut before column `x`; the ends of the piece are no cuts.
    fn cost_at(&self, x: usize, costs: &Costs) -> f64 {
        self.crossings.get(x).map_or(0.0, |&crossed| costs.cut(crossed))
    }

    /// The cuts that led to the last item of the last row, left to right.
    fn trace(&self, rows: &[Vec<(f64, usize)>]) -> Vec<u32> {
        let mut x = self.crossings.len();
        let mut cuts: Vec<u32> = rows[1..]
            .iter()
            .rev()
            .map(|row| {
                x = row[x].1;
                self.start + x as u32
            })
            .collect();
        cuts.reverse();
        cuts
    }
}
