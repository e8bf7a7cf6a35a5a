//! Every error is one line that says what to type, and an exit code.

use crate::Program;

#[test]
fn a_command_line_that_can_t_be_understood() {
    let program = Program::new();
    for (words, parts) in [
        ("generat", &["'generate'", "captcha-lab --help"][..]),
        ("generate", &["--out <DIR>", "captcha-lab generate --help"]),
        ("generate --out a --shard 4/4", &["3/16"]),
        ("generate --out a --length 8-4", &["4-7"]),
        ("generate --out a --size 300", &["300x150"]),
        ("generate --out a --format none", &["png"]),
        ("extract --data a", &["--out <DIR>"]),
        ("extract --data a --out b --method none", &["best or seed"]),
        ("train --out a", &["--data <DIR>"]),
        ("train --out a --data b --style seed", &["cannot be used with"]),
        ("evaluate", &["--data <DIR>"]),
        ("solve", &["<IMAGE>"]),
        ("solve a.png --min-confidence 2", &["from 0 to 1"]),
        ("solve a.png --precision int4", &["f32 or int8"]),
        ("cut --count many", &["'many'"]),
        ("export --model seed-letters", &["--out <FILE>"]),
        ("explain --letter x", &["'x'"]),
        ("style show", &["'show'", "captcha-lab style --help"]),
        ("style sheet --count 1001", &["1..=1000"]),
        ("demo --network none", &["compact"]),
        ("completions tcsh", &["bash"]),
        ("man", &["<DIR>"]),
    ] {
        let told = program.error(words, 2);
        for part in parts {
            assert!(told.contains(part), "{words}: {part} in {told}");
        }
    }
    assert_eq!(std::fs::read_dir(program.folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_not_there_or_does_not_fit() {
    let program = Program::new();
    program.ok("generate --out images --count 2");
    std::fs::write(program.path("bad.png"), &b"\x89PNG\r\n\x1a\nno more"[..]).unwrap();
    std::fs::write(program.path("bad.toml"), "width = 'wide'").unwrap();
    std::fs::create_dir(program.path("empty")).unwrap();
    for (words, parts) in [
        ("generate --out a --style sede", &["seed, claptcha", "wild"][..]),
        ("generate --out a --style bad.toml", &["bad.toml", "width"]),
        ("generate --out a --style wild --size 200x60", &["--size", "wild is a distribution", "--length"]),
        ("generate --out a --count 1 --text AB --text CD", &["--count 1", "2 texts", "leave out --count"]),
        ("generate --out images --count 2 --seed 9", &["seed"]),
        ("extract --data none --out a", &["none"]),
        ("extract --data empty --out a", &["empty"]),
        ("evaluate --data none", &["none"]),
        ("evaluate --data images --model none", &["seed-letters"]),
        ("solve none.png", &["none.png"]),
        ("solve bad.png", &["bad.png"]),
        ("explain bad.png", &["bad.png"]),
        ("explain --letter 9", &["6"]),
        ("export --model none --out a.onnx", &["seed-letters"]),
        ("export --model seed-letters --out none/a.onnx", &["none/a.onnx"]),
        ("style check none.toml", &["none.toml"]),
        ("style check bad.toml", &["width"]),
        ("train --style seed --out a --network nothing", &["expected post, compact, sequence"]),
        ("train --data images --out a --network sequence", &["without --data", "--network compact"]),
        ("train --style seed --out a --network sequence --augment", &["--augment", "only for letters"]),
        ("train --style seed --out a --validation 10", &["a share, such as 0.1"]),
        ("train --style seed --out a --network sequence --validation 0.1", &["a number, such as 2000"]),
    ] {
        let told = program.error(words, 1);
        for part in parts {
            assert!(told.contains(part), "{words}: {part} in {told}");
        }
    }
    for left in ["a", "explain", "a.onnx"] {
        assert!(!program.path(left).exists(), "{left}");
    }
}

#[test]
fn of_several_images_the_others_are_read() {
    let program = Program::new();
    program.ok("generate --out images --text QXKZEF");
    let output = program.run(["solve", "--json", "none.png", "images/QXKZEF.png"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines[0]["error"].is_string() && lines[1]["text"] == "QXKZEF");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: 1 of 2 images could not be read\n");
}

#[test]
#[cfg(not(feature = "torch"))]
fn training_without_libtorch_says_how_to_get_it() {
    let program = Program::new();
    for words in [
        "train --style seed --out a",
        "train --style seed --network sequence --out a",
        "demo --quick --out a",
    ] {
        let told = program.error(words, 1);
        assert!(told.contains("cargo xtask setup") && told.contains("--features torch"), "{told}");
        assert!(!program.path("a").exists());
    }
    assert!(program.error("solve a.png --backend libtorch", 1).contains("--features torch"));
}

#[test]
#[cfg(target_os = "linux")]
fn arguments_that_are_no_unicode() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;

    let program = Program::new();
    let name = OsStr::from_bytes(b"images-\xff");
    let arguments: [&OsStr; 5] =
        ["generate".as_ref(), "--count".as_ref(), "2".as_ref(), "--out".as_ref(), name];
    assert!(program.run(arguments).status.success());
    let arguments: [&OsStr; 3] = ["evaluate".as_ref(), "--data".as_ref(), name];
    assert!(program.run(arguments).status.success());
    let bad: [OsString; 4] = ["generate".into(), "--text".into(), name.into(), "--out=a".into()];
    let output = program.run(bad);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.lines().count()), (Some(2), 1), "{told}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;

    let program = Program::new();
    let mut child = program
        .command()
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
