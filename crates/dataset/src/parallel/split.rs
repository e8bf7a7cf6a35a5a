//! Seeded, stratified splits.

use captcha_core::seed;

use crate::DatasetError;
use crate::parallel::shuffle::shuffle;

/// How far the fractions of a split may be from adding up to 1: sums of decimal fractions are not exact.
const SUM_TOLERANCE: f64 = 1e-6;

/// How far sums of fractions can be above 1 by the rounding of their additions alone.
const ROUNDING: f64 = 1e-12;

/// Splits items into parts so that every class is in each part by that part's fraction.
///
/// `labels[i]` is the class of item `i`. Returns for each fraction the ascending indices of its items: every item
/// is in exactly one part, a class of `n` items has `n * fraction` items in a part, rounded up or down, and so
/// that the sizes of the whole parts come out as close as that allows. Which items of a class go where is a
/// function of `seed`.
///
/// ```
/// use captcha_dataset::stratified_split;
///
/// let labels = [0, 0, 0, 0, 1, 1, 1, 1];
/// let parts = stratified_split(&labels, &[0.75, 0.25], 7)?;
/// assert_eq!((parts[0].len(), parts[1].len()), (6, 2));
/// assert_eq!(parts[1].iter().filter(|&&i| labels[i] == 1).count(), 1);
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
///
/// # Errors
/// [`DatasetError::BadOption`] unless there is a fraction, each is in `[0, 1]`, and they add up to 1.
pub fn stratified_split(
    labels: &[usize],
    fractions: &[f64],
    seed: u64,
) -> Result<Vec<Vec<usize>>, DatasetError> {
    check(fractions)?;
    let sum: f64 = fractions.iter().sum();
    // More than rounding errors would deal out more items than there are.
    let fractions: Vec<f64> = match sum > 1.0 + ROUNDING {
        true => fractions.iter().map(|fraction| fraction / sum).collect(),
        false => fractions.to_vec(),
    };
    let fractions = &fractions[..];
    let mut by_class: Vec<usize> = (0..labels.len()).collect();
    by_class.sort_by_key(|&item| labels[item]);
    let mut parts = vec![Vec::new(); fractions.len()];
    // By how many items each part is behind its fraction of all classes so far.
    let mut behind = vec![0.0; fractions.len()];
    let classes = by_class.chunk_by_mut(|&a, &b| labels[a] == labels[b]);
    for members in classes {
        shuffle(members, seed::derive(seed, labels[members[0]] as u64));
        let mut rest: &[usize] = members;
        for (part, size) in parts.iter_mut().zip(apportion(members.len(), fractions, &mut behind)) {
            let (taken, left) = rest.split_at(size);
            part.extend_from_slice(taken);
            rest = left;
        }
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    Ok(parts)
}

/// Refuses fractions that are no parts of a whole.
pub(crate) fn check(fractions: &[f64]) -> Result<(), DatasetError> {
    let sum: f64 = fractions.iter().sum();
    if fractions.iter().all(|fraction| (0.0..=1.0).contains(fraction)) && (sum - 1.0).abs() <= SUM_TOLERANCE {
        return Ok(());
    }
    Err(DatasetError::BadOption {
        option: "fractions",
        expected: "fractions in [0, 1] that add up to 1".to_owned(),
        actual: format!("{fractions:?}"),
    })
}

/// How many of `count` items go to each part: its share rounded down, then one more to the parts that are
/// furthest `behind`, which carries the rounding errors from class to class.
fn apportion(count: usize, fractions: &[f64], behind: &mut [f64]) -> Vec<usize> {
    let shares: Vec<f64> = fractions.iter().map(|fraction| count as f64 * fraction).collect();
    let mut left = count;
    let mut sizes: Vec<usize> = Vec::with_capacity(fractions.len());
    for share in &shares {
        // Shares are numbers of items up to rounding errors, which can add up to one too many.
        let size = left.min((share + SUM_TOLERANCE) as usize);
        left -= size;
        sizes.push(size);
    }
    for ((behind, share), &size) in behind.iter_mut().zip(&shares).zip(&sizes) {
        *behind += share - size as f64;
    }
    let mut order: Vec<usize> = (0..fractions.len()).filter(|&part| fractions[part] > 0.0).collect();
    // Parts whose share is whole come last: they are due nothing.
    let due = |part: usize| shares[part] - sizes[part] as f64 > SUM_TOLERANCE;
    order.sort_by(|&a, &b| due(b).cmp(&due(a)).then(behind[b].total_cmp(&behind[a])));
    for part in order {
        if left == 0 {
            break;
        }
        sizes[part] += 1;
        behind[part] -= 1.0;
        left -= 1;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_that_are_none_are_refused() {
        for fractions in [&[][..], &[0.5], &[0.5, 0.6], &[1.5, -0.5], &[f64::NAN, 1.0]] {
            let error = stratified_split(&[0, 1], fractions, 1).unwrap_err();
            assert!(
                matches!(error, DatasetError::BadOption { option: "fractions", .. }),
                "{fractions:?}: {error}"
            );
        }
        assert_eq!(stratified_split(&[], &[0.5, 0.5], 1).unwrap().concat().len(), 0);
    }

    #[test]
    fn fractions_that_add_up_to_a_little_more_deal_out_no_more_than_there_is() {
        let labels = vec![0; 4_000_000];
        let parts = stratified_split(&labels, &[0.5000004; 2], 1).unwrap();
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [2_000_000; 2]);
        // Each share is rounded up, and together they would be one more than there are.
        let sizes = apportion(999_999, &[1e-6; 1_000_000], &mut vec![0.0; 1_000_000]);
        assert_eq!(sizes.iter().sum::<usize>(), 999_999);
    }

    #[test]
    fn small_classes_still_fill_small_parts() {
        // 26 classes of 3: rounding each class by itself would leave the small parts empty.
        let labels: Vec<usize> = (0..78).map(|item| item % 26).collect();
        let parts = stratified_split(&labels, &[0.8, 0.1, 0.1], 1).unwrap();
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert!((61..=64).contains(&sizes[0]), "{sizes:?}");
        assert!((7..=9).contains(&sizes[1]) && (7..=9).contains(&sizes[2]), "{sizes:?}");
    }

    fn fractions() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(1u32..100, 1..5).prop_map(|weights| {
            let sum: u32 = weights.iter().sum();
            weights.into_iter().map(|weight| f64::from(weight) / f64::from(sum)).collect()
        })
    }

    proptest! {
        #[test]
        fn parts_are_disjoint_complete_stratified_and_seeded(
            labels in prop::collection::vec(0usize..8, 0..300),
            fractions in fractions(),
            seed: u64,
        ) {
            let parts = stratified_split(&labels, &fractions, seed).unwrap();
            prop_assert_eq!(&parts, &stratified_split(&labels, &fractions, seed).unwrap());
            let mut all: Vec<usize> = parts.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
            for (part, fraction) in parts.iter().zip(&fractions) {
                prop_assert!(part.is_sorted());
                for class in 0..8 {
                    let count = |items: &[usize]| items.iter().filter(|&&item| labels[item] == class).count();
                    let all: Vec<usize> = (0..labels.len()).collect();
                    let expected = count(&all) as f64 * fraction;
                    prop_assert!((count(part) as f64 - expected).abs() < 1.0 + SUM_TOLERANCE);
                }
                let expected = labels.len() as f64 * fraction;
                let slack = fractions.len() as f64;
                prop_assert!((part.len() as f64 - expected).abs() <= slack, "{} of {expected}", part.len());
            }
        }

        #[test]
        fn fractions_of_any_sum_that_is_taken_deal_out_every_item_once(
            weights in prop::collection::vec(1u32..100, 1..6),
            excess in -1e-6f64..1e-6,
            count in 0usize..5000,
        ) {
            let sum: f64 = weights.iter().copied().map(f64::from).sum();
            let fractions: Vec<f64> =
                weights.iter().map(|&weight| (f64::from(weight) / sum * (1.0 + excess)).min(1.0)).collect();
            let parts = stratified_split(&vec![0; count], &fractions, 1).unwrap();
            let mut all = parts.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
        }

        #[test]
        fn another_seed_gives_another_split(seed in 0u64..1000) {
            let labels = vec![0; 100];
            let halves = [0.5, 0.5];
            prop_assert_ne!(
                stratified_split(&labels, &halves, seed).unwrap(),
                stratified_split(&labels, &halves, seed + 1).unwrap()
            );
        }
    }
}
