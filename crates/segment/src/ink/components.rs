//! Connected components of ink.

use std::ops::Range;

use captcha_core::GlyphBox;
use image::GrayImage;

use super::runs::{Run, ink_runs};

/// The boxes of the connected components of ink, in the order of their first pixel, row by row. A component is a set of
/// pixels of at most `level` that are connected by edges or corners (8-connected).
///
/// ```
/// use captcha_core::GlyphBox;
/// use captcha_segment::component_boxes;
/// use image::{GrayImage, Luma};
///
/// let two = GrayImage::from_fn(9, 5, |x, _| Luma([if x == 2 || x > 6 { 0 } else { 255 }]));
/// assert_eq!(component_boxes(&two, 127), [GlyphBox::new(2, 0, 1, 5)?, GlyphBox::new(7, 0, 2, 5)?]);
/// # Ok::<(), captcha_core::GlyphBoxError>(())
/// ```
#[must_use]
pub fn component_boxes(image: &GrayImage, level: u8) -> Vec<GlyphBox> {
    ComponentSet::of(image, level).list.iter().map(|component| component.bounds).collect()
}

/// One connected component of a [`ComponentSet`].
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// The smallest box that holds it.
    pub(crate) bounds: GlyphBox,
    /// How many pixels it has.
    pub(crate) ink: u64,
    /// Its runs, as a range of the runs of the [`ComponentSet`].
    runs: Range<usize>,
}

/// All connected components of an image.
#[derive(Debug, Clone)]
pub(crate) struct ComponentSet {
    pub(crate) list: Vec<Component>,
    /// The runs of the first component, row by row, then those of the second, and so on.
    runs: Vec<Run>,
}

impl ComponentSet {
    /// The components of the pixels of at most `level`.
    ///
    /// Source: the run-based, two-scan labelling of L. He, Y. Chao, K. Suzuki, "A run-based two-scan labeling
    /// algorithm", IEEE Transactions on Image Processing 17 (5), 749-756, 2008, doi 10.1109/TIP.2008.919369.
    pub(crate) fn of(image: &GrayImage, level: u8) -> Self {
        let runs = ink_runs(image, level);
        let mut parents = join_touching(&runs);

        let mut list: Vec<Component> = Vec::new();
        let mut labels: Vec<u32> = Vec::with_capacity(runs.len());
        for (i, run) in runs.iter().enumerate() {
            let root = find(&mut parents, i as u32) as usize;
            let bounds = run.bounds();
            // A root is the first run of its component, so that its label exists when the others look it up.
            if root == i {
                labels.push(list.len() as u32);
                list.push(Component { bounds, ink: 0, runs: 0..0 });
            } else {
                labels.push(labels[root]);
            }
            let component = &mut list[labels[i] as usize];
            component.bounds = component.bounds.union(bounds);
            component.ink += u64::from(run.end - run.start);
            component.runs.end += 1;
        }

        // A counting sort by label: first the place of each component is found, then its runs are moved there.
        let mut next = 0;
        for component in &mut list {
            let count = component.runs.end;
            component.runs = next..next;
            next += count;
        }
        let mut sorted = runs.clone();
        for (run, &label) in runs.iter().zip(&labels) {
            let range = &mut list[label as usize].runs;
            sorted[range.end] = *run;
            range.end += 1;
        }
        Self { list, runs: sorted }
    }

    /// The runs of one component, row by row.
    pub(crate) fn runs(&self, component: usize) -> &[Run] {
        &self.runs[self.list[component].runs.clone()]
    }
}

/// A forest of runs in which connected runs have the same root, the first of them.
fn join_touching(runs: &[Run]) -> Vec<u32> {
    let mut parents: Vec<u32> = (0..runs.len() as u32).collect();
    // The first run of the row above that can still touch this run or a later one of the same row.
    let mut above = 0;
    for (i, run) in runs.iter().enumerate() {
        while runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].end < run.start) {
            above += 1;
        }
        let touching =
            runs[above..].iter().take_while(|other| other.y + 1 == run.y && other.start <= run.end);
        for other in above..above + touching.count() {
            let (a, b) = (find(&mut parents, other as u32), find(&mut parents, i as u32));
            parents[a.max(b) as usize] = a.min(b);
        }
    }
    parents
}

/// The root of `run`. Halves the path to it.
///
/// Source: R. E. Tarjan, J. van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31 (2),
/// 245-281, 1984, doi 10.1145/62.2160.
fn find(parents: &mut [u32], mut run: u32) -> u32 {
    while parents[run as usize] != run {
        let parent = parents[run as usize];
        parents[run as usize] = parents[parent as usize];
        run = parent;
    }
    run
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use image::Luma;
    use imageproc::region_labelling::{Connectivity, connected_components};
    use proptest::prelude::*;

    use super::*;
    use crate::ink::binarise;

    /// The boxes and sizes by imageproc, pixel by pixel.
    fn naive(image: &GrayImage, level: u8) -> Vec<(GlyphBox, u64)> {
        let labels = connected_components(&binarise(image, level), Connectivity::Eight, Luma([255]));
        let mut components: BTreeMap<u32, (GlyphBox, u64)> = BTreeMap::new();
        for (x, y, label) in labels.enumerate_pixels().filter(|(_, _, label)| label.0[0] > 0) {
            let pixel = GlyphBox::new(x, y, 1, 1).unwrap();
            let (bounds, ink) = components.entry(label.0[0]).or_insert((pixel, 0));
            (*bounds, *ink) = (bounds.union(pixel), *ink + 1);
        }
        components.into_values().collect()
    }

    proptest! {
        #[test]
        fn components_are_those_of_imageproc(
            (width, pixels) in (1usize..80).prop_flat_map(|width| {
                (Just(width), proptest::collection::vec(0u8..=255, width * 20))
            }),
            level in 0u8..=200,
        ) {
            let image = GrayImage::from_raw(width as u32, 20, pixels).unwrap();
            let components = ComponentSet::of(&image, level);
            let mut found: Vec<_> = components.list.iter().map(|c| (c.bounds, c.ink)).collect();
            let mut expected = naive(&image, level);
            let key = |&(bounds, ink): &(GlyphBox, u64)| (bounds.y(), bounds.x(), bounds.width(), bounds.height(), ink);
            found.sort_by_key(key);
            expected.sort_by_key(key);
            prop_assert_eq!(found, expected);

            for (i, component) in components.list.iter().enumerate() {
                let runs = components.runs(i);
                prop_assert!(runs.is_sorted_by_key(|run| (run.y, run.start)));
                prop_assert_eq!(runs.iter().map(|run| u64::from(run.end - run.start)).sum::<u64>(), component.ink);
            }
        }
    }

    #[test]
    fn arms_that_meet_late_are_one_component() {
        let picture = ["#..#..#", "#..#..#", ".#.##.#", "..#...#", "......#", "#######"];
        let image = GrayImage::from_fn(7, 6, |x, y| {
            Luma([if picture[y as usize].as_bytes()[x as usize] == b'#' { 0 } else { 255 }])
        });
        let boxes = [GlyphBox::new(0, 0, 5, 4).unwrap(), GlyphBox::new(0, 0, 7, 6).unwrap()];
        assert_eq!(component_boxes(&image, 0), boxes);
    }
}
