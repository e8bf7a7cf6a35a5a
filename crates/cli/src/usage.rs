//! Errors in the command line, on one line.

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::cli::{NAME, definition};
use crate::output::print;

/// The exit code for an invalid command line, as in other programs.
const USAGE: u8 = 2;

/// Writes the requested help or version to standard output, or the error and a correction on one line to
/// standard error.
pub(crate) fn report(stopped: &clap::Error) -> ExitCode {
    match stopped.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // An error here can't be reported anywhere.
            let _ = print(stopped.render().to_string().trim_end());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprintln!("{}", stopped.render().to_string().trim_end());
            ExitCode::from(USAGE)
        }
        _ => {
            let words: Vec<String> =
                std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            eprintln!("{}", line(stopped, &words));
            ExitCode::from(USAGE)
        }
    }
}

/// The error message of clap as one line: the error, its tips, and where to find help.
fn line(stopped: &clap::Error, words: &[String]) -> String {
    let text = stopped.render().to_string();
    let told = text.split("\n\nUsage:").next().unwrap_or_default();
    let told = told.split("\n\nFor more information").next().unwrap_or_default();
    let mut line = String::new();
    for part in told.lines().map(str::trim).filter(|part| !part.is_empty()) {
        let separator = match part {
            _ if line.is_empty() => "",
            _ if part.starts_with("tip:") => "; ",
            _ => " ",
        };
        line.push_str(separator);
        line.push_str(part);
    }
    format!("{line}; `{} --help` lists what there is", command(words))
}

/// The subcommand named by the first words, as far as they name one.
fn command(words: &[String]) -> String {
    let definition = definition();
    let (mut command, mut names) = (&definition, vec![NAME]);
    for word in words {
        let Some(inner) = command.find_subcommand(word) else { break };
        command = inner;
        names.push(inner.get_name());
    }
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn told(words: &str) -> String {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        line(&Cli::try_parse_from(&words).expect_err("a command line with an error"), &words[1..])
    }

    #[test]
    fn an_error_is_one_line_that_says_what_to_type() {
        for (words, parts) in [
            ("captcha-lab drow", &["unrecognized subcommand 'drow'", "`captcha-lab --help`"][..]),
            ("captcha-lab extract", &["--data <DIR> --out <DIR>", "`captcha-lab extract --help`"]),
            (
                "captcha-lab extract --dat x",
                &[
                    "unexpected argument '--dat'",
                    "tip: a similar argument exists: '--data'",
                    "extract --help`",
                ],
            ),
            ("captcha-lab generate --out x --length 8-4", &["'8-4'", "4-7", "`captcha-lab generate --help`"]),
            ("captcha-lab cut --method none", &["best or seed"]),
            ("captcha-lab style chekc", &["'chekc'", "check", "`captcha-lab style --help`"]),
        ] {
            let line = told(words);
            assert!(line.starts_with("error: ") && !line.contains('\n'), "{words}: {line}");
            for part in parts {
                assert!(line.contains(part), "{words}: {part} in {line}");
            }
        }
    }
}
