//! Aligns the true text and the text that was read.

use captcha_lab::infer::align_texts;

/// One position of the alignment: the true character and the one that was read; `None` is a gap.
pub(super) type Column = (Option<char>, Option<char>);

/// The alignment of the beginnings of `truth` and `read` with the fewest differences.
pub(super) fn align(truth: &str, read: &str) -> Vec<Column> {
    /// Characters that are compared: more than any picture shows; it bounds the run time.
    const MOST: usize = 200;
    let [truth, read] = [truth, read].map(|text| text.chars().take(MOST).collect::<Vec<_>>());
    align_texts(&truth, &read)
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
