//! Truth and reading side by side.

/// One place of a text: what stands there in truth and what was read; `None` where one has a gap.
pub(super) type Column = (Option<char>, Option<char>);

/// The columns of the beginning of `truth` and `read` with the fewest that differ, by the dynamic programme of the
/// edit distance (R. A. Wagner, M. J. Fischer, JACM 21 (1), 1974, doi 10.1145/321796.321811).
pub(super) fn align(truth: &str, read: &str) -> Vec<Column> {
    /// Characters that are looked at: more than any picture shows, and a bound on the work.
    const MOST: usize = 200;
    let (a, b): (Vec<char>, Vec<char>) =
        (truth.chars().take(MOST).collect(), read.chars().take(MOST).collect());
    // `cost[i][j]`: the distance between what follows `a[i]` and what follows `b[j]`, both included.
    let mut cost = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..=a.len()).rev() {
        for j in (0..=b.len()).rev() {
            cost[i][j] = match (a.get(i), b.get(j)) {
                (Some(x), Some(y)) => {
                    (cost[i + 1][j + 1] + usize::from(x != y)).min(cost[i + 1][j] + 1).min(cost[i][j + 1] + 1)
                }
                _ => a.len() - i + b.len() - j,
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut columns = Vec::with_capacity(a.len().max(b.len()));
    while i < a.len() || j < b.len() {
        let paired = i < a.len() && j < b.len();
        if paired && cost[i][j] == cost[i + 1][j + 1] + usize::from(a[i] != b[j]) {
            columns.push((Some(a[i]), Some(b[j])));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && cost[i][j] == cost[i + 1][j] + 1 {
            columns.push((Some(a[i]), None));
            i += 1;
        } else {
            columns.push((None, Some(b[j])));
            j += 1;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(truth: &str, read: &str) -> [String; 2] {
        let columns = align(truth, read);
        let line =
            |pick: fn(&Column) -> Option<char>| columns.iter().map(|c| pick(c).unwrap_or('_')).collect();
        [line(|column| column.0), line(|column| column.1)]
    }

    #[test]
    fn gaps_are_where_people_put_them() {
        let cases = [
            (("ABCDEF", "ABXDEF"), ["ABCDEF", "ABXDEF"]),
            (("ABCDEF", "BCDEF"), ["ABCDEF", "_BCDEF"]),
            (("ABCDEF", "ABCXDEF"), ["ABC_DEF", "ABCXDEF"]),
            (("AB", ""), ["AB", "__"]),
            (("", "AB"), ["__", "AB"]),
            (("", ""), ["", ""]),
        ];
        for ((truth, read), expected) in cases {
            assert_eq!(shown(truth, read), expected);
        }
    }

    proptest! {
        #[test]
        fn both_texts_are_kept_and_differ_by_their_edit_distance(truth in "[A-C]{0,8}", read in "[A-C]{0,8}") {
            let columns = align(&truth, &read);
            prop_assert_eq!(columns.iter().filter_map(|column| column.0).collect::<String>(), truth.as_str());
            prop_assert_eq!(columns.iter().filter_map(|column| column.1).collect::<String>(), read.as_str());
            let (a, b): (Vec<char>, Vec<char>) = (truth.chars().collect(), read.chars().collect());
            let wrong = columns.iter().filter(|(truth, read)| truth != read).count();
            prop_assert_eq!(wrong, captcha_infer::edit_distance(&a, &b));
        }
    }
}
