//! Where a piece can be cut, and the best cuts.

use std::ops::Range;

use super::costs::Costs;
use crate::ink::Run;

/// How much ink a cut before each column of a piece crosses.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// The first column.
    start: u32,
    /// Item `i` is the number of rows in which ink continues from column `start + i - 1` to `start + i`.
    crossings: Vec<u32>,
}

impl Profile {
    /// The profile of `columns`, which hold all `runs`.
    pub(crate) fn of<'a>(columns: Range<u32>, runs: impl IntoIterator<Item = &'a Run>) -> Self {
        // Each cut inside a run crosses it: one crossing more from its second column on, one less from its end on.
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

    /// The number of rows of ink that the cut before each column crosses.
    pub(crate) fn into_crossings(self) -> Vec<u32> {
        self.crossings
    }

    /// The best ways to cut the piece into 1, 2, ... up to `most` letters: the cost, and the first columns of the second
    /// letter, the third letter and so on. The list ends where the letters would be too narrow.
    ///
    /// Dynamic programming over the columns: the best way to cut the columns before a cut into `n` letters extends the best
    /// way to cut the columns before the previous cut into `n - 1` letters.
    pub(crate) fn cuts(&self, costs: &Costs, most: usize) -> Vec<(f64, Vec<u32>)> {
        let width = self.crossings.len();
        // rows[n - 1][x]: cost and last cut of the best way to cut the columns before `x` into `n` letters.
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

    /// The cost of reading the columns before `x` as one letter.
    fn first_letter(&self, x: usize, costs: &Costs) -> f64 {
        let cut = x < self.crossings.len();
        if cut && x < costs.narrowest {
            return f64::INFINITY;
        }
        costs.letter(x as u32) + self.cost_at(x, costs)
    }

    /// The cost of a cut before column `x`. The ends of the piece are no cuts.
    fn cost_at(&self, x: usize, costs: &Costs) -> f64 {
        self.crossings.get(x).map_or(0.0, |&crossed| costs.cut(crossed))
    }

    /// The cuts that lead to the last item of the last row, left to right.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn costs() -> Costs {
        Costs::new(10.0, 20, 1.25)
    }

    /// The cost of one way to cut.
    fn cost(crossings: &[u32], cuts: &[usize], costs: &Costs) -> f64 {
        let edges: Vec<usize> = [0].iter().chain(cuts).chain(&[crossings.len()]).copied().collect();
        let letters: f64 = edges.windows(2).map(|edge| costs.letter((edge[1] - edge[0]) as u32)).sum();
        letters + cuts.iter().map(|&cut| costs.cut(crossings[cut])).sum::<f64>()
    }

    #[test]
    fn a_profile_counts_the_rows_that_run_on() {
        let run = |y, start, end| Run { y, start, end };
        let profile = Profile::of(10..16, &[run(0, 10, 14), run(1, 10, 12), run(1, 13, 16), run(2, 15, 16)]);
        assert_eq!(profile.into_crossings(), [0, 2, 1, 1, 1, 1]);
    }

    #[test]
    fn the_cut_goes_where_the_least_ink_is_crossed() {
        let mut crossings = vec![9; 20];
        crossings[0] = 0;
        crossings[12] = 2;
        let cuts = Profile { start: 100, crossings }.cuts(&costs(), 2);
        assert_eq!(cuts[1].1, [112]);
    }

    #[test]
    fn ink_that_is_crossed_alike_is_cut_evenly() {
        let cuts = Profile { start: 0, crossings: vec![5; 30] }.cuts(&costs(), 3);
        assert_eq!(cuts.len(), 3);
        assert_eq!((&cuts[0].1[..], &cuts[1].1[..], &cuts[2].1[..]), (&[][..], &[15][..], &[10, 20][..]));
    }

    #[test]
    fn a_blot_is_not_cut() {
        assert_eq!(Profile { start: 0, crossings: vec![20; 30] }.cuts(&costs(), 3).len(), 1);
    }

    #[test]
    fn no_letter_is_narrower_than_a_stroke() {
        // A tenth of 20 rows: two columns a letter.
        assert_eq!(Profile { start: 0, crossings: vec![1; 7] }.cuts(&costs(), 9).len(), 3);
    }

    proptest! {
        #[test]
        fn two_cuts_are_the_best_of_all_pairs(crossings in proptest::collection::vec(0u32..=10, 6..40)) {
            let costs = costs();
            let width = crossings.len();
            let profile = Profile { start: 0, crossings: crossings.clone() };
            let found = profile.cuts(&costs, 3);
            let fits = |from: usize, to: usize| to >= from + costs.narrowest && to <= from + costs.widest;
            let best = (1..width)
                .flat_map(|a| (a + 1..width).map(move |b| [a, b]))
                .filter(|&[a, b]| fits(0, a) && fits(a, b) && fits(b, width))
                .map(|cuts| cost(&crossings, &cuts, &costs))
                .min_by(f64::total_cmp);
            prop_assert_eq!(found.get(2).is_some(), best.is_some());
            if let (Some((found_cost, cuts)), Some(best)) = (found.get(2), best) {
                let cuts: Vec<usize> = cuts.iter().map(|&cut| cut as usize).collect();
                prop_assert!((found_cost - best).abs() < 1e-9);
                prop_assert!((cost(&crossings, &cuts, &costs) - best).abs() < 1e-9);
            }
        }
    }
}
