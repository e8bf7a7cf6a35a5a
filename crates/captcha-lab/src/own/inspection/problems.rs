//! What is looked for in a folder.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use captcha_dataset::{FolderReport, ImageFacts};

use super::problem::{Problem, ProblemKind};
use super::proposal::Proposal;

/// With fewer images, no part of a split says anything.
const TOO_FEW: usize = 20;

/// With fewer images, the last percents of accuracy are out of reach, and what is measured on a tenth of them says little.
const FEW: usize = 200;

/// A training is in vain if more than this share of the images can't be read, is blank, or has labels that can't be
/// right or don't fit.
const IN_VAIN: f64 = 0.25;

/// Labels that are looked at for being something else: with fewer, chance could make it.
const ENOUGH: usize = 10;

/// Lengths that so small a share of the labels have, while nearly all have another, are odd.
const ODD: f64 = 0.02;
const NEARLY_ALL: f64 = 0.9;

/// Names that are told for a problem.
const NAMES: usize = 1000;

/// Folders that hold a part of the images.
const PARTS: [&str; 9] =
    ["train", "training", "test", "testing", "val", "valid", "validation", "eval", "dev"];

pub(super) fn problems(report: &FolderReport, proposal: &Proposal) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(few(report));
    problems.extend(not_labels(report));
    problems.extend(unusable(report));
    problems.extend(same(report));
    problems.extend(labels(report, proposal));
    // The sort is stable.
    problems.sort_by_key(|problem| !problem.is_error);
    problems
}

fn few(report: &FolderReport) -> Option<Problem> {
    let kind = ProblemKind::FewImages;
    match report.images.len() {
        images if images < TOO_FEW => Some(Problem::error(
            kind,
            images,
            format!(
                "{images} images can be read, at least {TOO_FEW} are needed for training, validation and test"
            ),
        )),
        images if images < FEW => Some(Problem::warning(
            kind,
            images,
            format!(
                "{images} images are few: expect a weak model, start from one that reads alike (--from), and label more"
            ),
        )),
        _ => None,
    }
}

/// Labels that look like something else than the text.
fn not_labels(report: &FolderReport) -> Option<Problem> {
    let images = &report.images;
    if images.len() < ENOUGH {
        return None;
    }
    let labels: Vec<&str> = images.iter().map(|image| &*image.label).collect();
    let advice = "say where the texts are: --labels FILE, or --pattern with a group named `label`";
    let error = |message: String| {
        let examples = images.iter().take(3).map(|image| format!("{} ({})", image.name, image.label));
        Some(Problem::error(ProblemKind::NotLabels, images.len(), message).with_names(examples))
    };
    let distinct: HashSet<&str> = labels.iter().copied().collect();
    if distinct.len() == 1 {
        return error(format!("all {} images have the label {:?}; {advice}", images.len(), labels[0]));
    }
    let numbers: Option<BTreeSet<u64>> = labels.iter().map(|label| label.parse().ok()).collect();
    let running = numbers.filter(|numbers| numbers.len() == labels.len()).is_some_and(|numbers| {
        let (first, last) = (numbers.first().copied().unwrap_or(0), numbers.last().copied().unwrap_or(0));
        // With gaps: images that were sorted out.
        last - first < 2 * labels.len() as u64
    });
    if running {
        return error(format!("the labels look like running numbers, not like the texts; {advice}"));
    }
    let hash = |label: &str| label.len() >= 24 && label.chars().all(|c| c.is_ascii_hexdigit());
    if labels.iter().filter(|label| hash(label)).count() * 2 > labels.len() {
        return error(format!("the labels look like hashes, not like the texts; {advice}"));
    }
    None
}

/// Files that can't be used.
fn unusable(report: &FolderReport) -> Vec<Problem> {
    let mut problems = Vec::new();
    for left_out in &report.left_out {
        problems.push(
            Problem::warning(
                ProblemKind::LeftOut,
                usize::try_from(left_out.count).unwrap_or(usize::MAX),
                format!("{} left out: {}", files(left_out.count), left_out.reason),
            )
            .with_names(left_out.names.clone()),
        );
    }
    if !report.unreadable.is_empty() {
        let count = report.unreadable.len();
        let names =
            report.unreadable.iter().take(NAMES).map(|image| format!("{}: {}", image.name, image.reason));
        let message = format!("{} can't be read", files(count as u64));
        problems.push(
            Problem::warning(ProblemKind::Unreadable, count, message)
                .with_names(names)
                .error_above(IN_VAIN, report.listed),
        );
    }
    let blank: Vec<&ImageFacts> = report.images.iter().filter(|image| image.blank).collect();
    if !blank.is_empty() {
        let message = format!("{} with nothing to see", files(blank.len() as u64));
        problems.push(
            Problem::warning(ProblemKind::Blank, blank.len(), message)
                .with_names(names(blank.iter().copied()))
                .error_above(IN_VAIN, report.images.len()),
        );
    }
    problems
}

/// The same picture several times.
fn same(report: &FolderReport) -> Vec<Problem> {
    let mut problems = Vec::new();
    let group_names = |groups: &[Vec<usize>]| -> Vec<String> {
        let told = |group: &Vec<usize>| {
            let images = group.iter().map(|&image| &report.images[image]);
            images.map(|image| format!("{} ({})", image.name, image.label)).collect::<Vec<_>>().join(" = ")
        };
        groups.iter().take(NAMES).map(told).collect()
    };
    let more = |groups: &[Vec<usize>]| groups.iter().map(|group| group.len() - 1).sum::<usize>();
    let mut add = |kind, groups: &[Vec<usize>], message: String| {
        if !groups.is_empty() {
            problems.push(Problem::warning(kind, more(groups), message).with_names(group_names(groups)));
        }
    };
    let in_conflict = report.conflicts.iter().map(Vec::len).sum::<usize>();
    add(
        ProblemKind::Conflict,
        &report.conflicts,
        format!(
            "{} show the same as others with another label: one label of each group is wrong",
            images(in_conflict)
        ),
    );
    let shared: Vec<Vec<usize>> = report
        .duplicates
        .iter()
        .chain(&report.near_duplicates)
        .filter(|group| parts_of(report, group).len() > 1)
        .cloned()
        .collect();
    add(
        ProblemKind::SharedByParts,
        &shared,
        "the same picture stands in folders for different parts: what is measured there is too good"
            .to_owned(),
    );
    let again = "a split keeps them on one side";
    add(
        ProblemKind::Duplicate,
        &report.duplicates,
        format!("{} show exactly what another one shows; {again}", images(more(&report.duplicates))),
    );
    add(
        ProblemKind::NearDuplicate,
        &report.near_duplicates,
        format!("{} show nearly what another one shows; {again}", images(more(&report.near_duplicates))),
    );
    if let Some(conflict) = problems.iter_mut().find(|problem| problem.kind == ProblemKind::Conflict) {
        conflict.is_error = in_conflict as f64 > IN_VAIN * report.images.len() as f64;
    }
    problems
}

/// The folders for parts that the images of a group stand in.
fn parts_of<'a>(report: &'a FolderReport, group: &[usize]) -> BTreeSet<&'a str> {
    let part = |&image: &usize| {
        let folders = report.images[image].name.split('/');
        folders.into_iter().find(|folder| PARTS.contains(&folder.to_lowercase().as_str()))
    };
    group.iter().filter_map(part).collect()
}

/// Labels that are odd, or don't fit.
fn labels(report: &FolderReport, proposal: &Proposal) -> Vec<Problem> {
    let mut problems = Vec::new();
    let rare: Vec<_> = report.counts.rare().collect();
    if !rare.is_empty() {
        let told = rare.iter().map(|rare| format!("{} in {}", rare.character, images(rare.images as usize)));
        let list: String = rare.iter().map(|rare| rare.character).collect();
        let message = format!(
            "{} of {} characters are rare, and will be read badly: {list}",
            rare.len(),
            report.alphabet.len()
        );
        problems.push(Problem::warning(ProblemKind::RareCharacter, rare.len(), message).with_names(told));
    }
    let lengths: &BTreeMap<usize, u64> = &report.counts.lengths;
    let all = report.images.len() as f64;
    if lengths.values().any(|&images| images as f64 >= NEARLY_ALL * all) {
        let odd = |image: &&ImageFacts| {
            let length = image.label.chars().count();
            lengths.get(&length).is_some_and(|&images| images as f64 <= ODD * all)
        };
        let odd: Vec<&ImageFacts> = report.images.iter().filter(odd).collect();
        if !odd.is_empty() {
            let message = format!(
                "{} with a label of another length than nearly all others: is it right?",
                files(odd.len() as u64)
            );
            problems.push(
                Problem::warning(ProblemKind::OddLength, odd.len(), message)
                    .with_names(names(odd.iter().copied())),
            );
        }
    }
    let short: Vec<&ImageFacts> = report
        .images
        .iter()
        .filter(|image| (proposal.columns_of(image) as usize) < needed(&image.label))
        .collect();
    if !short.is_empty() {
        let message = format!(
            "{} too narrow for their label: the network has fewer columns for them than it needs, and leaves them out",
            if short.len() == 1 { "1 image is".to_owned() } else { format!("{} images are", short.len()) }
        );
        problems.push(
            Problem::warning(ProblemKind::TooFewColumns, short.len(), message)
                .with_names(names(short.iter().copied()))
                .error_above(IN_VAIN, report.images.len()),
        );
    }
    problems
}

/// The columns that CTC needs: one for each character, and a blank between two that are the same.
fn needed(label: &str) -> usize {
    let characters: Vec<char> = label.chars().collect();
    characters.len() + characters.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

fn names<'a>(images: impl Iterator<Item = &'a ImageFacts>) -> Vec<String> {
    images.take(NAMES).map(|image| format!("{} ({})", image.name, image.label)).collect()
}

fn files(count: u64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn images(count: usize) -> String {
    if count == 1 { "1 image".to_owned() } else { format!("{count} images") }
}
