//! How far two texts are apart, and where they differ.

/// The Levenshtein distance: the fewest insertions, deletions and substitutions that turn `a` into `b`
/// (V. I. Levenshtein, Soviet Physics Doklady 10 (8), 1966; by the dynamic programme of R. A. Wagner,
/// M. J. Fischer, JACM 21 (1), 1974, doi 10.1145/321796.321811).
#[must_use]
pub fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row = no_row(b);
    for (i, x) in a.iter().enumerate() {
        next_row(&mut row, i, x, b);
    }
    row[b.len()]
}

/// Two texts one above the other, with gaps, so that the fewest places differ: as many as [`edit_distance`] says. Memory
/// and work grow with the product of the lengths.
#[must_use]
pub fn align_texts(a: &[char], b: &[char]) -> Vec<(Option<char>, Option<char>)> {
    // Backwards, so that the way back through the table runs forwards: `rows[i][j]` is the distance between the last `i`
    // and the last `j` characters.
    let [a, b] = [a, b].map(|text| text.iter().rev().copied().collect::<Vec<_>>());
    let mut rows = vec![no_row(&b)];
    for (i, x) in a.iter().enumerate() {
        let mut row = rows[i].clone();
        next_row(&mut row, i, x, &b);
        rows.push(row);
    }
    let (mut i, mut j) = (a.len(), b.len());
    let mut columns = Vec::with_capacity(i.max(j));
    while i > 0 || j > 0 {
        let paired = i > 0 && j > 0 && rows[i][j] == rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
        let deleted = !paired && i > 0 && rows[i][j] == rows[i - 1][j] + 1;
        columns.push(((paired || deleted).then(|| a[i - 1]), (!deleted).then(|| b[j - 1])));
        i -= usize::from(paired || deleted);
        j -= usize::from(!deleted);
    }
    columns
}

/// The distances of nothing from the beginnings of `b`.
fn no_row(b: &[char]) -> Vec<usize> {
    (0..=b.len()).collect()
}

/// From the distances of the first `i` characters to those with `x` after them.
fn next_row(row: &mut [usize], i: usize, x: &char, b: &[char]) {
    let mut diagonal = row[0];
    row[0] = i + 1;
    for (j, y) in b.iter().enumerate() {
        let substituted = diagonal + usize::from(x != y);
        diagonal = row[j + 1];
        row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_and_alignment_of_known_pairs() {
        for (a, b, expected) in [("kitten", "sitting", 3), ("", "AB", 2), ("ABC", "BC", 1), ("ABC", "ABC", 0)]
        {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!(edit_distance(&a, &b), expected, "{a:?} {b:?}");
            let columns = align_texts(&a, &b);
            assert_eq!(columns.iter().filter(|(a, b)| a != b).count(), expected);
            assert_eq!(columns.iter().filter_map(|column| column.0).collect::<Vec<_>>(), a);
            assert_eq!(columns.iter().filter_map(|column| column.1).collect::<Vec<_>>(), b);
        }
    }
}
