//! `captcha-lab check`

use std::path::PathBuf;

use captcha_lab::dataset::LabelledFolder;
use captcha_lab::own::{Check as Checked, Problem, Proposal, check};
use captcha_report::check::CheckPage;
use captcha_report::{Table, format};
use serde::Serialize;

use crate::args::{FolderArgs, Network, ThreadArgs};
use crate::output::{next, print, print_json, quoted};
use crate::progress::Progress;
use crate::run::Outcome;

/// Look at a folder of labelled images before training on it: what is in it, what is wrong with it, what to do next.
///
/// The label of an image is in a label file of the folder (metadata.jsonl, metadata.csv, labels.csv, .tsv, .jsonl or
/// .txt), beside it in a tar shard, or else its name is `LABEL.png`, `LABEL_anything.png` or `LABEL-0.png`. Every image is
/// decoded once. Errors, which would make a training vain, end with exit code 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The folder of images.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    labels: FolderArgs,
    /// The network that is to be trained: the name of one for whole images, or a JSON file of layers [default: one that
    /// suits the images].
    #[arg(long, value_name = "NETWORK")]
    network: Option<Network>,
    /// Also write a page with pictures, one file that any browser opens.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    threads: ThreadArgs,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// What was found out.
#[derive(Serialize)]
struct Summary<'a> {
    #[serde(flatten)]
    check: &'a Checked,
    /// Whether a training can begin.
    usable: bool,
    /// About how long it takes, on one core of this machine.
    about_seconds: Option<u64>,
    /// The command that trains.
    command: &'a str,
}

/// Names that are printed for a problem, sizes, and characters of a line.
const NAMES: usize = 5;
const SIZES: usize = 4;

impl Check {
    pub(super) fn run(&self) -> Outcome {
        self.threads.apply()?;
        let folder = LabelledFolder::open(&self.folder, &self.labels.options())?;
        let architecture = match &self.network {
            Some(network) => Some(network.for_sequences(folder.alphabet().len())?),
            None => None,
        };
        let progress = Progress::new("Looking", "images");
        let checked = check(&folder, architecture.as_ref(), &progress)?;
        progress.finish();
        let duration = checked.proposal.duration();
        let command = format!("captcha-lab {}", self.train());
        let plan = plan(&checked, self.network.as_ref(), duration);
        if let Some(html) = &self.html {
            CheckPage { check: &checked, folder: &folder, command: &command, plan: &plan }.save(html)?;
        }
        let errors = checked.errors().count();
        if self.json {
            let about_seconds = duration.map(|duration| duration.as_secs());
            print_json(&Summary { check: &checked, usable: errors == 0, about_seconds, command: &command })?;
        } else {
            self.tell(&checked, &plan)?;
        }
        match errors {
            0 => Ok(()),
            1 => Err("a training would be in vain: mend this error first".into()),
            _ => Err(format!("a training would be in vain: mend these {errors} errors first").into()),
        }
    }

    /// The arguments of the command that trains.
    fn train(&self) -> String {
        let network = match &self.network {
            Some(network) => format!(" --network {network}"),
            None => String::new(),
        };
        format!("train {}{}{network} --out runs/first", quoted(&self.folder), self.labels.typed())
    }

    fn tell(&self, checked: &Checked, plan: &[(String, String)]) -> Outcome {
        let report = &checked.report;
        let images = format::count(report.images.len() as u64);
        print(format_args!("{images} images, labels from {}", report.source))?;
        print(counts(checked))?;
        for problem in &checked.problems {
            print(told(problem))?;
        }
        if let Some(html) = &self.html {
            print(format_args!("page: {}", html.display()))?;
        }
        if checked.errors().next().is_none() {
            let plan = plan.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>();
            print(format_args!("proposal: {}", plan.join("; ")))?;
            next(self.train());
        }
        Ok(())
    }
}

/// What the training will be: names and values.
fn plan(
    checked: &Checked,
    network: Option<&Network>,
    duration: Option<std::time::Duration>,
) -> Vec<(String, String)> {
    let Proposal { architecture, preparation, columns: [fewest, most], images_per_epoch, epochs, .. } =
        &checked.proposal;
    let name = network.map_or_else(|| Proposal::NETWORK.to_owned(), ToString::to_string);
    let columns = if fewest == most { most.to_string() } else { format!("{fewest} to {most}") };
    let row = |name: &str, value: String| (name.to_owned(), value);
    let mut plan = vec![
        row("network", format!("{name}, {} rows of pixels, {columns} columns", architecture.input.height)),
        row("preparation", format!("the image {preparation}")),
        row("epochs", format!("up to {epochs} of {} images", format::count(*images_per_epoch as u64))),
    ];
    if let Some(duration) = duration {
        plan.push(row("time", format!("about {} on one core of this machine", rounded(duration))));
    }
    plan
}

/// A duration that is no more exact than it is known.
fn rounded(duration: std::time::Duration) -> String {
    match duration.as_secs() {
        0..=59 => "a minute".to_owned(),
        seconds @ 60..=5399 => format!("{} minutes", (seconds as f64 / 60.0).round()),
        seconds => format!("{:.1} hours", seconds as f64 / 3600.0),
    }
}

fn counts(checked: &Checked) -> Table {
    let counts = &checked.report.counts;
    let mut table = Table::new(["", "found"]);
    let alphabet = &checked.report.alphabet;
    table.row(["characters", &format!("{}: {alphabet}", alphabet.len())]);
    let lengths = counts.lengths.iter();
    let lengths = lengths.map(|(length, images)| format!("{length} ({})", format::count(*images)));
    table.row(["lengths (images)", &lengths.collect::<Vec<_>>().join(", ")]);
    let sizes = counts.sizes.iter().take(SIZES);
    let mut sizes: Vec<String> = sizes
        .map(|size| format!("{} x {} ({})", size.width, size.height, format::count(size.images)))
        .collect();
    if counts.sizes.len() > SIZES {
        sizes.push(format!("{} more", counts.sizes.len() - SIZES));
    }
    table.row(["sizes (images)", &sizes.join(", ")]);
    let colours = counts.colours.iter();
    let mut colours: Vec<String> =
        colours.map(|(kind, images)| format!("{kind} ({})", format::count(*images))).collect();
    if counts.light_text > 0 {
        colours.push(format!("light text on dark paper ({})", format::count(counts.light_text)));
    }
    table.row(["pixels (images)", &colours.join(", ")]);
    table
}

/// A problem with the first of its images, and how many more there are.
pub(super) fn told(problem: &Problem) -> String {
    let mut told = problem.to_string();
    for name in problem.names.iter().take(NAMES) {
        told.push_str("\n    ");
        told.push_str(name);
    }
    if problem.names.len() > NAMES {
        told.push_str(&format!("\n    and {} more", problem.names.len() - NAMES));
    }
    told
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_told_as_roughly_as_it_is_known() {
        for (seconds, told) in
            [(3, "a minute"), (100, "2 minutes"), (3600, "60 minutes"), (9000, "2.5 hours")]
        {
            assert_eq!(rounded(Duration::from_secs(seconds)), told);
        }
    }
}
