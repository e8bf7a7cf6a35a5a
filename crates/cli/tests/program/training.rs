//! Training, and the demo, which trains.

use crate::Program;

#[test]
fn a_network_is_trained_on_letters_of_a_folder_and_cuts_as_they_were_cut() {
    let program = Program::new();
    program.ok("generate --out images --count 40");
    program.ok("extract --data images --out letters --method seed --letter-size 24");
    let first = program.json("train --data letters --length 6 --epochs 1 --out run");
    assert_eq!((&first["epochs"], &first["model"]), (&1.into(), &"run/model.safetensors".into()));
    assert!(first["epoch"] == 1 && first["validation_accuracy"].is_f64(), "{first}");
    // More epochs extend the run; other data is refused, and says what differs.
    assert_eq!(program.json("train --data letters --length 6 --epochs 2 --out run")["epochs"], 2);
    let told = program.error("train --data letters --length 6 --epochs 2 --augment --out run", 1);
    assert!(told.contains("augment"), "{told}");
    let told = program.error("train --data letters --epochs 1 --method best --out other", 1);
    assert!(told.contains("leave out --method"), "{told}");
    let model = std::fs::read(program.path("run/model.safetensors")).unwrap();
    assert!(String::from_utf8_lossy(&model).contains("contours"), "the way of the post is kept in the model");
    assert_eq!(program.json("evaluate --model run/model.safetensors --data images")["images"], 40);
    assert!(program.path("run/curves.png").exists() && program.path("run/metrics.csv").exists());
}

#[test]
fn a_folder_of_images_is_cut_in_memory() {
    let program = Program::new();
    program.ok("generate --out images --count 30");
    assert_eq!(program.json("train --data images --network post --epochs 1 --out run")["epochs"], 1);
}

#[test]
fn letters_of_both_cases_are_kept_in_folders_that_differ_everywhere() {
    let program = Program::new();
    program.ok("generate --out images --count 40 --alphabet ABab");
    let words = "train images --network letters --epochs 1 --out run";
    assert_eq!(program.json(words)["epochs"], 1);
    let folders = || {
        let entries = std::fs::read_dir(program.path("run/letters")).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.path().is_dir());
        let mut names: Vec<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(folders(), ["A", "B", "lower_a", "lower_b"]);
    assert_eq!(program.json(&words.replace("--epochs 1", "--epochs 2"))["epochs"], 2);
    assert_eq!(program.json("evaluate --model run/model.safetensors --data images")["images"], 40);

    // Labels are looked for as for whole images: here only those whose text begins with an A.
    let with_a = "--pattern ^(?<label>A[ABab]+)";
    let trained = program.json(&format!("{} {with_a}", words.replace("--out run", "--out with-a")));
    assert_eq!(trained["epochs"], 1);
    let read = program.json(&format!("evaluate --model run/model.safetensors --data images {with_a}"));
    assert!((1..40).contains(&read["images"].as_u64().unwrap()), "{read}");
}

#[test]
fn growing_parts_of_a_folder_make_a_learning_curve() {
    let program = Program::new();
    program.ok("generate --out images --count 60 --length 1-2 --alphabet ABC");
    std::fs::write(program.path("tiny.json"), TINY.replace("27", "4")).unwrap();
    let words = "train images --learning-curve=2 --no-rehearsal --network tiny.json --epochs 1 --out curve";
    let curve = program.json(words);
    let images = |point: usize| curve["points"][point]["training_images"].as_u64().unwrap();
    assert!(images(0) >= 20 && images(1).abs_diff(2 * images(0)) <= 2, "{curve}");
    assert!(curve["points"][1]["test_accuracy_interval"][1].as_f64().unwrap() <= 1.0);
    let output = program.run("train images --learning-curve=5 --epochs 1 --out other".split(' '));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("the smallest of at least 20 images"), "{told}");
}

#[test]
fn a_network_for_whole_images_is_trained_and_calibrated() {
    let program = Program::new();
    let words = "train --network sequence --style seed --style claptcha --count 32 --validation 8 --epochs 1 --out run";
    assert_eq!(program.json(words)["epochs"], 1);
    // Finished: the same command changes nothing.
    let model = || std::fs::read(program.path("run/model.safetensors")).unwrap();
    let before = model();
    assert_eq!(program.json(words)["epochs"], 1);
    assert!(before == model());
    let told = program.error(&words.replace("--style claptcha ", ""), 1);
    assert!(told.contains("style") || told.contains("alphabet") || told.contains("training"), "{told}");
}

/// A sequence network that is trained in a moment.
const TINY: &str = r#"{"input": {"channels": 1, "height": 16, "width": 48}, "layers": [
    {"layer": "conv2d", "channels": 4, "kernel": 3}, {"layer": "batch_norm2d"}, {"layer": "relu"},
    {"layer": "max_pool2d", "size": [8, 2]}, {"layer": "columns"}, {"layer": "linear", "features": 27}]}"#;

#[test]
fn a_network_is_trained_on_a_folder_of_ones_own() {
    let program = Program::new();
    program.ok("generate --out images --count 60");
    std::fs::write(program.path("tiny.json"), TINY).unwrap();
    let words = "train images --network tiny.json --epochs 1 --cpu --no-rehearsal --out run";
    let first = program.json(words);
    assert_eq!((&first["model"], &first["epochs"]), (&"run/model.safetensors".into(), &1.into()));
    assert_eq!(first["training_images"].as_u64().unwrap() + first["test_images"].as_u64().unwrap(), 54);
    assert!(first["ended"].as_str().unwrap().contains("all 1 epochs"), "{first}");
    for file in ["report.html", "split.csv", "augmentation.png", "curves.png", "config.json"] {
        assert!(program.path(&format!("run/{file}")).exists(), "{file}");
    }
    // The same command is the same run; another seed is another.
    assert_eq!(program.json(words)["test_accuracy"], first["test_accuracy"]);
    let other = program.run(format!("{words} --seed 2").split(' '));
    let told = String::from_utf8(other.stderr).unwrap();
    assert!(!other.status.success() && told.contains("seed is 1 and 2"), "{told}");
    let told = program.error("train --data images --from seed-letters --out other", 1);
    assert!(told.contains("--from"), "{told}");

    // Other characters: nothing is read at first. What is wrong with the folder is said before the training.
    program.ok("generate --out others --count 60 --alphabet 0123456789");
    let one = std::fs::read_dir(program.path("others")).unwrap().map(|entry| entry.unwrap().path());
    let one = one.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "png")).unwrap();
    std::fs::copy(&one, one.with_file_name("000000_other.png")).unwrap();
    let words = "train others --from run/model.safetensors --epochs 1 --cpu --no-rehearsal --out on";
    let output = program.run(words.split(' '));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    for expected in ["warning: ", "000000_other.png", "trained as from nothing; --network deep-sequence"] {
        assert!(told.contains(expected), "{expected}: {told}");
    }

    let words = "train images --network tiny.json --epochs 1 --cpu --no-rehearsal --folds 2 --out folds";
    let folds = program.json(words);
    assert_eq!((&folds["images"], folds["folds"].as_array().unwrap().len()), (&60.into(), 2));
    assert!(program.path("folds/report.html").exists() && program.path("folds/label-errors.csv").exists());
}

#[test]
fn a_training_that_is_killed_again_and_again_ends_with_the_same_model() {
    use std::process::Stdio;
    use std::time::Duration;

    let words = "train images --network tiny.json --epochs 4 --cpu --no-rehearsal --out run";
    let (whole, killed) = (Program::new(), Program::new());
    for program in [&whole, &killed] {
        program.ok("generate --out images --count 60");
        std::fs::write(program.path("tiny.json"), TINY).unwrap();
    }
    whole.ok(words);
    let checkpoint =
        || std::fs::metadata(killed.path("run/checkpoint.safetensors")).and_then(|of| of.modified()).ok();
    for pause in [0, 30, 90] {
        let before = checkpoint();
        let mut child = killed
            .command()
            .args(words.split(' '))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while checkpoint() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(checkpoint().is_some());
    killed.ok(words);
    for file in ["model.safetensors", "split.csv", "test.csv", "config.json"] {
        let [whole, killed] = [&whole, &killed].map(|of| std::fs::read(of.path("run").join(file)).unwrap());
        assert!(whole == killed, "{file}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_in_a_folder_that_is_no_unicode() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;

    let program = Program::new();
    let mut arguments: Vec<OsString> =
        "train --style seed --count 20 --epochs 1 --out".split(' ').map(OsString::from).collect();
    arguments.push(OsStr::from_bytes(b"run-\xff").to_owned());
    let output = program.run(arguments);
    assert!(output.status.success(), "{output:?}");
}
