//! What every subcommand does, and says as JSON.

use crate::Program;

#[test]
fn drawn_images_are_measured_read_cut_and_explained() {
    let program = Program::new();
    let drawn = program.json("generate --out images --count 12 --seed 5 --sheet --masks");
    assert_eq!((&drawn["images"], &drawn["drawn"]), (&12.into(), &12.into()));
    assert!(program.path("images-sheet.png").exists());
    // The same command again has nothing to do, with any number of threads.
    assert_eq!(program.json("generate --out images --count 12 --seed 5 --masks --threads 1")["drawn"], 0);

    let measured = program.json("evaluate --model seed-letters --data images --out pictures --threads 1");
    assert_eq!((&measured["images"], &measured["skipped_files"]), (&12.into(), &0.into()));
    assert!(measured["whole_accuracy"].as_f64().unwrap() > 0.9, "{measured}");
    assert_eq!((&measured["backend"], &measured["precision"]), (&"native".into(), &"f32".into()));
    assert!(
        program.path("pictures/confusion.png").exists() && program.path("pictures/failures.png").exists()
    );

    let extracted = program.json("extract --data images --out letters --sheet");
    assert_eq!(extracted["images"], 12);
    assert!(extracted["letters"].as_u64().unwrap() >= 66, "{extracted}");
    assert!(program.path("letters/manifest.jsonl").exists() && program.path("letters-sheet.png").exists());

    std::fs::write(program.path("images/notes.txt"), "not an image").unwrap();
    let skipped = &program.json("evaluate --data images --beam 0")["skipped"];
    assert_eq!((skipped.as_array().unwrap().len(), &skipped[0]["count"]), (1, &1.into()), "{skipped}");
}

#[test]
fn an_image_is_read_and_explained() {
    let program = Program::new();
    program.ok("generate --out images --text QXKZEF");
    let read = program.json("solve images/QXKZEF.png --min-confidence 0.5");
    assert_eq!((&read["text"], &read["accepted"]), (&"QXKZEF".into(), &true.into()));
    assert_eq!(read["characters"].as_array().unwrap().len(), 6);
    let line = program.ok("solve --model claptcha-sequence --length 4-8 --beam 0 images/QXKZEF.png");
    assert!(line.starts_with("images/QXKZEF.png\tQXKZEF\t"), "{line}");
    // Not known to be possible, so not read.
    assert_ne!(
        program.json("solve --model claptcha-sequence --allowed ABC --length 0 images/QXKZEF.png")["text"],
        "QXKZEF"
    );

    // In the case that is asked for, and whatever the case of the labels.
    let small = "--ignore-case --length 6 --alphabet abcdefghijklmnopqrstuvwxyz";
    let read = program.json(&format!("solve --model claptcha-sequence {small} images/QXKZEF.png"));
    assert_eq!(read["text"], "qxkzef");
    std::fs::create_dir(program.path("small")).unwrap();
    std::fs::copy(program.path("images/QXKZEF.png"), program.path("small/qxkzef.png")).unwrap();
    let words = "evaluate --data small --model claptcha-sequence";
    assert!(program.error(words, 1).contains("ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    for words in [format!("{words} --ignore-case"), format!("{words} {small}")] {
        let measured = program.json(&words);
        assert_eq!(measured["whole_accuracy"], 1.0, "{measured}");
        assert_eq!(measured["answered_at_99"]["answered"]["hits"], 1, "{measured}");
    }

    let explained = program.json("explain images/QXKZEF.png --out page --letter 2");
    assert_eq!(explained["text"], "QXKZEF");
    assert!(program.path("page/index.html").exists() && program.path("page/flashlight.gif").exists());
}

#[test]
fn a_distribution_is_drawn_checked_and_printed() {
    let program = Program::new();
    let command = "generate --style wild --out images --count 6 --length 4 --alphabet 0123456789";
    assert_eq!(program.json(command)["drawn"], 6);
    assert_eq!(program.json(command)["drawn"], 0);
    let checked = program.json("style check wild");
    assert!(checked["families"][0]["probability"].as_f64().unwrap() > 0.0, "{checked}");
    assert!(checked.get("width").is_none() && checked["longest"].as_u64().unwrap() > 4, "{checked}");
    std::fs::write(program.path("mine.toml"), program.ok("style print wild")).unwrap();
    assert_eq!(program.json("style check mine.toml")["families"], checked["families"]);
}

#[test]
fn int8_says_what_ran() {
    let program = Program::new();
    program.ok("generate --out images --count 2");
    let output = program.run(["evaluate", "--data", "images", "--precision", "int8", "--json"]);
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(measured["precision"] == "f32", told.contains("note: "), "{measured} {told}");
}

#[test]
fn cutting_is_measured() {
    let program = Program::new();
    let cut = program.json("cut --style seed --count 10");
    assert_eq!((&cut["images"], &cut["counted"]), (&10.into(), &10.into()));
    assert!(program.ok("cut --count 5 --method seed --unknown-length").contains("right number of boxes"));
}

#[test]
fn a_model_is_exported() {
    let program = Program::new();
    let letters = program.json("export --model seed-letters --out letters.onnx");
    assert_eq!((&letters["width"], &letters["sequence"]), (&24.into(), &false.into()));
    let sequence = program.json("export --model hard-sequence --out hard.onnx");
    assert!(sequence["width"].is_null() && sequence["sequence"] == true);
    assert!(std::fs::metadata(program.path("hard.onnx")).unwrap().len() > 100_000);
    let half = program.json("export --model hard-sequence --half --out half.safetensors");
    assert_eq!((&sequence["format"], &half["format"]), (&"onnx".into(), &"model".into()));
    assert!(half["bytes"].as_u64() < sequence["bytes"].as_u64().map(|bytes| bytes * 6 / 10));
    // What has been rounded stays as it is.
    program.ok("export --model half.safetensors --half --out again.safetensors");
    let [once, again] =
        ["half", "again"].map(|name| std::fs::read(program.path(&format!("{name}.safetensors"))).unwrap());
    assert!(once == again);
}

#[test]
fn styles_are_printed_checked_and_shown() {
    let program = Program::new();
    std::fs::write(program.path("mine.toml"), program.ok("style print hard --length 3")).unwrap();
    let checked = program.json("style check mine.toml");
    assert_eq!((&checked["shortest"], &checked["longest"]), (&3.into(), &3.into()));
    assert_eq!(program.ok("style check seed mine.toml").lines().count(), 2);
    assert_eq!(program.json("style print easy")["width"], 200);
    let sheet = program.json("style sheet easy --style mine.toml --count 2 --text ACE --out sheet.png");
    assert_eq!(sheet["sheet"], "sheet.png");
    assert!(program.path("sheet.png").exists());
    // A changed style draws as it says.
    program.ok("generate --style mine.toml --count 2 --out images");
    for image in std::fs::read_dir(program.path("images")).unwrap() {
        let name = image.unwrap().file_name().into_string().unwrap();
        assert!(name == "manifest.jsonl" || name.len() == "ACE.png".len(), "{name}");
    }
}

#[test]
fn the_program_describes_itself() {
    let program = Program::new();
    let version = program.ok("--version");
    let lines: Vec<&str> = version.lines().collect();
    assert_eq!(lines[0], format!("captcha-lab {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(lines[1].contains("torch is not built in"), cfg!(not(feature = "torch")), "{version}");
    assert!(lines[2].starts_with("instruction sets: portable"), "{version}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = program.ok(&format!("completions {shell}"));
        assert!(script.contains("evaluate") && script.contains("min-confidence"), "{shell}");
    }
    program.ok("man pages/man1");
    for page in ["captcha-lab.1", "captcha-lab-train.1", "captcha-lab-style-sheet.1"] {
        assert!(
            std::fs::read_to_string(program.path("pages/man1").join(page)).unwrap().contains(".TH"),
            "{page}"
        );
    }
    for command in ["generate", "extract", "train", "evaluate", "solve", "cut", "export", "explain", "demo"] {
        assert!(program.ok(&format!("{command} --help")).contains("--json"), "{command}");
    }
}

#[test]
fn what_is_next_is_said_and_is_a_command() {
    let program = Program::new();
    let output = program.run(["generate", "--count", "3", "--out", "my images"]);
    let told = String::from_utf8(output.stderr).unwrap();
    let next = told.lines().last().unwrap();
    assert_eq!(next, "next: captcha-lab evaluate --data 'my images'");
    assert!(program.run(["evaluate", "--data", "my images"]).status.success());
}

#[test]
fn a_folder_is_looked_at_before_it_is_trained_on() {
    let program = Program::new();
    program.ok("generate --out images --count 30");
    let told = program.json("check images --html check.html");
    assert_eq!(told["usable"], true);
    assert_eq!(told["report"]["images"].as_array().unwrap().len(), 30);
    assert_eq!(told["command"], "captcha-lab train images --out runs/first");
    let page = std::fs::read_to_string(program.path("check.html")).unwrap();
    assert!(page.contains("data:image/png;base64,") && page.contains("30 images in images"));
    assert!(!page.contains("<script") && !page.contains("src=\"http"));

    // Numbered files beside a list of their texts.
    let list = std::fs::read_to_string(program.path("images/manifest.jsonl")).unwrap();
    std::fs::create_dir(program.path("numbered")).unwrap();
    let mut labels = "file,text\n".to_owned();
    for (number, record) in list.lines().skip(1).enumerate() {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        let file = record["file"].as_str().unwrap();
        std::fs::copy(program.path("images").join(file), program.path(&format!("numbered/{number:04}.png")))
            .unwrap();
        labels.push_str(&format!("{number:04},{}\n", record["text"].as_str().unwrap()));
    }
    std::fs::write(program.path("truth.csv"), labels).unwrap();
    let output = program.run(["check", "numbered"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("error: the labels look like running numbers"), "{told}");
    let told = program.ok("check numbered --labels truth.csv --ignore-case --network fine-sequence");
    assert!(
        told.contains("labels from the label file truth.csv") && told.contains("fine-sequence"),
        "{told}"
    );
    program.error("check numbered --network compact", 1);
    program.error("check numbered --pattern (a)", 2);
}
