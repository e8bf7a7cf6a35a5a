//! Tests Ctrl-C in a process of its own: the test starts itself again.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::progress::Progress;
use crate::run::{INTERRUPTED, run};
use captcha_core::Monitor;

/// The variable that tells the started process its part.
const PART: &str = "CAPTCHA_LAB_TEST_INTERRUPT";

/// Not a test on its own: the code that the started process runs.
#[test]
fn part() {
    let Ok(part) = std::env::var(PART) else { return };
    let code = run(|| {
        let progress = Progress::new("Working", "items");
        println!("ready");
        // With a deadline, a lost signal makes the test fail instead of hanging.
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut told = false;
        for done in 0.. {
            progress.progress(done, 1_000_000);
            if progress.interrupted() && !told {
                println!("interrupted");
                told = true;
            }
            if (told && part == "obedient") || Instant::now() > deadline {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err("stopped, run again to resume".into())
    });
    // The exit code of `run` has no accessor; its debug form shows it.
    std::process::exit(if format!("{code:?}").contains(&INTERRUPTED.to_string()) { 42 } else { 1 });
}

fn start(part: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().expect("this test has a path"))
        .args(["--exact", "interrupt_tests::part", "--nocapture"])
        .env(PART, part)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test starts");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, out)
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("`kill`");
    assert!(status.success());
}

fn wait_for(out: &mut BufReader<ChildStdout>, word: &str) {
    let found = out.lines().map_while(Result::ok).any(|line| line.contains(word));
    assert!(found, "no {word:?}");
}

#[test]
fn the_first_one_stops_after_the_item_at_hand() {
    let (child, mut out) = start("obedient");
    wait_for(&mut out, "ready");
    interrupt(&child);
    wait_for(&mut out, "interrupted");
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("Ctrl-C again stops at once"), "{told}");
    assert!(told.contains("error: stopped, run again to resume"), "{told}");
    assert_eq!(output.status.code(), Some(42));
}

#[test]
fn the_second_one_stops_at_once() {
    let (mut child, mut out) = start("stubborn");
    wait_for(&mut out, "ready");
    interrupt(&child);
    wait_for(&mut out, "interrupted");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(INTERRUPTED.into()));
}
