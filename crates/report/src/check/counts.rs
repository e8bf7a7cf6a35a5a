//! Lengths, characters and sizes.

use captcha_lab::dataset::FolderReport;
use maud::html;

use crate::format::count;
use crate::page::Page;

/// Sizes that are listed.
const SIZES: usize = 12;

/// The height of the highest bar, in rem.
const HIGHEST: f64 = 6.0;

pub(super) fn write(page: &mut Page, report: &FolderReport) {
    let counts = &report.counts;
    page.section("counts", "What is in them");
    page.heading(&format!("{} characters", report.alphabet.len()));
    page.note("The number of images with each; those that are rare stand out.");
    let characters: Vec<_> = counts
        .characters
        .iter()
        .map(|character| (character.character.to_string(), character.images, character.rare))
        .collect();
    bars(page, &characters);
    page.heading("Characters in a text");
    bars(
        page,
        &counts
            .lengths
            .iter()
            .map(|(length, &images)| (length.to_string(), images, false))
            .collect::<Vec<_>>(),
    );
    page.heading("Sizes");
    let [narrow, middle, wide] = counts.proportions;
    page.text(&if wide - narrow < 0.005 {
        format!("Width to height {middle:.2}.")
    } else {
        format!("Width to height from {narrow:.2} to {wide:.2}, half of them up to {middle:.2}.")
    });
    let rows = counts.sizes.iter().take(SIZES);
    let rows = rows.map(|size| vec![format!("{} x {}", size.width, size.height), count(size.images)]);
    page.table(&["pixels", "images"], &rows.collect::<Vec<_>>());
    if counts.sizes.len() > SIZES {
        page.note(&format!("and {} more sizes", counts.sizes.len() - SIZES));
    }
    page.heading("Pixels");
    let kinds = counts.colours.iter().map(|(kind, images)| vec![kind.to_string(), count(*images)]);
    let light = vec!["light text on dark paper".to_owned(), count(counts.light_text)];
    page.table(&["kind", "images"], &kinds.chain([light]).collect::<Vec<_>>());
    page.end();
}

/// Upright bars with what each is for and its number below.
fn bars(page: &mut Page, bars: &[(String, u64, bool)]) {
    let most = bars.iter().map(|&(_, number, _)| number).max().unwrap_or(0).max(1);
    page.add(html! {
        div.bars {
            @for (name, number, stands_out) in bars {
                div.stands-out[*stands_out] {
                    i style=(format!("height:{:.2}rem", *number as f64 / most as f64 * HIGHEST)) {}
                    b { (name) }
                    small { (count(*number)) }
                }
            }
        }
    });
}
