//! Ctrl-C, and the same command again.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Program;

/// So many that the program is interrupted long before the last.
const COUNT: u64 = 1000;

fn images(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, |entries| {
        let names = entries.map_while(Result::ok).map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".png")).count()
    })
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn an_interrupted_corpus_is_completed_by_the_same_command() {
    let program = Program::new();
    let count = COUNT.to_string();
    let arguments = |out: &'static str| {
        ["generate", "--style", "easy", "--count", &count, "--out", out].map(str::to_owned)
    };
    let mut child = program
        .command()
        .args(arguments("cut"))
        .args(["--threads", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while images(&program.path("cut")) == 0 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert_eq!(told.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{told}");
    let before = images(&program.path("cut")) as u64;
    assert!(0 < before && before < COUNT, "{before}");

    for out in ["cut", "whole"] {
        let mut words = arguments(out).to_vec();
        words.push("--json".to_owned());
        let output = program.run(words);
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let drawn = summary["drawn"].as_u64().unwrap();
        assert!(if out == "cut" { drawn < COUNT } else { drawn == COUNT }, "{out}: {drawn}");
    }
    assert!(contents(&program.path("cut")) == contents(&program.path("whole")));
}
