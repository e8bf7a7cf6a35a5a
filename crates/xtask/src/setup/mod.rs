//! `cargo xtask setup`: makes `.libtorch`, or says why there is no need to.
//!
//! Everything happens in a folder beside it; the finished folder, with the piece of cargo configuration that leads to
//! it, appears by one rename once the disk holds it. Whatever interrupts this leaves no half-made `.libtorch`, and the
//! next run goes on with the wheels that had arrived whole.
//!
//! | file | holds |
//! |---|---|
//! | `wheels` | the downloaded wheels: fetched once, checked by their SHA-256, kept until they are unpacked |
//! | `pip` | how a wheel is fetched |
//! | `unpack` | from wheels to the folder that torch-sys expects |
//! | `space` | whether the disk has room |
//! | `publish` | the finished folder under its final name |

mod pip;
mod publish;
mod space;
#[cfg(test)]
mod testing;
mod unpack;
mod wheels;

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use self::pip::Pip;
use self::publish::{clean, configuration, empty_folder, publish, write_configuration};
use self::space::check_space;
use self::unpack::unpack;
use self::wheels::{Fetch, WORK};
use crate::error::Error;
use crate::files::{read_text, remove_folder};
use crate::libtorch::lookup::{Libtorch, Surroundings};
use crate::libtorch::manifest::{self, Fault};
use crate::libtorch::places::{CONFIGURATION, DOWNLOADS, FOLDER};
use crate::libtorch::recipe::{Recipe, cpu_x86_64_linux};

/// `cargo xtask setup`.
pub(crate) fn setup(around: &Surroundings) -> Result<(), Error> {
    let recipe = cpu_x86_64_linux();
    let (fault, old_system) = match around.find(&recipe)? {
        Libtorch::Python => {
            return skip(around, "LIBTORCH_USE_PYTORCH is set, so the PyTorch of your Python is used");
        }
        Libtorch::Variable(path) => {
            return skip(around, &format!("LIBTORCH is set, so {} is used", path.display()));
        }
        Libtorch::Ours => {
            return skip(around, &format!("libtorch {} is in {FOLDER} already, whole", recipe.version));
        }
        Libtorch::System => {
            point_to_system(around)?;
            let library = around.system.join("lib/libtorch.so");
            return skip(
                around,
                &format!("{} is there, so the system's libtorch is used", library.display()),
            );
        }
        Libtorch::Missing { fault, old_system } => (fault, old_system),
    };
    if let Some(version) = old_system {
        eprintln!("The system's libtorch is {version}; this tch wants {}.", recipe.plain_version());
    }
    check_platform(around)?;
    if fault != Fault::Absent {
        eprintln!("{FOLDER} is there, but {fault}: making it anew.");
    }
    install(around, &recipe, Pip::find)?;
    eprintln!(
        "libtorch {} is in {FOLDER}. Plain cargo commands find it; the first build with it takes some minutes more.",
        recipe.version
    );
    advise_compiler(around);
    Ok(())
}

fn skip(around: &Surroundings, reason: &str) -> Result<(), Error> {
    eprintln!("Set-up is not needed: {reason}.");
    advise_compiler(around);
    Ok(())
}

/// Refuses where the wheels would not run.
fn check_platform(around: &Surroundings) -> Result<(), Error> {
    let found = match (around.os, around.arch) {
        ("linux", "x86_64") if around.glibc => return Ok(()),
        ("linux", arch) if !around.glibc => format!("{arch} Linux without glibc"),
        (os, arch) => format!("{arch} {os}"),
    };
    Err(Error::Platform { found })
}

/// Downloads, unpacks and publishes.
fn install<F: Fetch>(
    around: &Surroundings,
    recipe: &Recipe,
    fetcher: impl FnOnce() -> Result<F, Error>,
) -> Result<(), Error> {
    let (downloads, _lock) = open_downloads(around)?;
    if manifest::verify(&around.folder(), recipe).is_ok() {
        return clean(&downloads); // The other set-up that we waited for made it.
    }
    // What a killed run left would take the room that this one needs.
    remove_folder(&downloads.join(WORK))?;
    check_space(recipe, &downloads)?;
    let wheels = wheels::collect(recipe, &downloads, &fetcher()?)?;
    let fresh = empty_folder(&downloads)?;
    if let Err(error) = unpack(recipe, &wheels, &fresh) {
        // Half of it serves nobody. That it could not be deleted would hide why: the next run deletes it.
        let _ = remove_folder(&fresh);
        return Err(error);
    }
    write_configuration(&fresh, FOLDER)?;
    publish(&fresh, &around.folder(), &downloads)?;
    clean(&downloads)
}

/// Makes the working folder, and waits until no other set-up uses it. The lock is held while the file is open.
fn open_downloads(around: &Surroundings) -> Result<(PathBuf, File), Error> {
    let downloads = around.workspace.join(DOWNLOADS);
    let path = downloads.join("lock");
    let lock = loop {
        fs::create_dir_all(&downloads).map_err(Error::io("make", &downloads))?;
        match File::create(&path) {
            // A set-up that has ended took the folder away.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            made => break made.map_err(Error::io("make", &path))?,
        }
    };
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("Another set-up is running here; waiting for it to end.");
            lock.lock().map_err(Error::io("lock", &path))?;
        }
        Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path)(source)),
    }
    Ok((downloads, lock))
}

/// Leads cargo to the system's libtorch, which the placeholder hides from torch-sys otherwise.
fn point_to_system(around: &Surroundings) -> Result<(), Error> {
    let system = around.system.display().to_string();
    let done =
        || read_text(&around.folder().join(CONFIGURATION)).is_ok_and(|text| text == configuration(&system));
    if done() {
        return Ok(());
    }
    let (downloads, _lock) = open_downloads(around)?;
    if !done() {
        let fresh = empty_folder(&downloads)?;
        write_configuration(&fresh, &system)?;
        publish(&fresh, &around.folder(), &downloads)?;
    }
    clean(&downloads)
}

/// torch-sys compiles C++; without a compiler its message is a long one.
fn advise_compiler(around: &Surroundings) {
    let compiler = around.variables.get("CXX").cloned().unwrap_or_else(|| "c++".into());
    let mut version = Command::new(&compiler);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if version.status().is_err() {
        eprintln!(
            "warning: there is no C++ compiler `{}`, and the build with libtorch needs one: install it, for example \
             with `apt-get install g++`.",
            compiler.to_string_lossy()
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::Path;

    use super::*;
    use crate::setup::testing::{Fault as Broken, Registry, recipe};

    fn around(workspace: &Path) -> Surroundings {
        Surroundings {
            variables: HashMap::new(),
            workspace: workspace.to_owned(),
            system: workspace.join("usr"),
            os: "linux",
            arch: "x86_64",
            glibc: true,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn makes_a_whole_folder_and_leaves_nothing_else() {
        let (recipe, contents) = recipe();
        let workspace = tempfile::tempdir().unwrap();
        let around = around(workspace.path());
        let registry = Registry::new(contents);
        install(&around, &recipe, || Ok(&registry)).unwrap();
        assert_eq!(around.find(&recipe).unwrap(), Libtorch::Ours);
        assert_eq!(names(workspace.path()), [FOLDER]);
        let text = fs::read_to_string(around.folder().join(CONFIGURATION)).unwrap();
        assert!(text.contains("LIBTORCH = { value = \".libtorch\", relative = true }"), "{text}");
    }

    #[test]
    fn failed_download_makes_nothing_and_the_next_run_goes_on() {
        let (recipe, contents) = recipe();
        let workspace = tempfile::tempdir().unwrap();
        let around = around(workspace.path());
        let mut registry = Registry::new(contents);
        for fault in [Broken::BrokenConnection, Broken::OtherFile] {
            registry.fault = Some(("small", fault));
            assert!(install(&around, &recipe, || Ok(&registry)).is_err());
            assert_eq!(names(workspace.path()), [DOWNLOADS]);
        }
        registry.fault = None;
        install(&around, &recipe, || Ok(&registry)).unwrap();
        assert_eq!(registry.served.get(), 4, "big once, small three times");
        assert_eq!(names(workspace.path()), [FOLDER]);
    }

    #[test]
    fn what_a_killed_run_left_does_no_harm() {
        let (recipe, contents) = recipe();
        let workspace = tempfile::tempdir().unwrap();
        let around = around(workspace.path());
        let downloads = workspace.path().join(DOWNLOADS);
        for folder in ["arriving", "scratch/pip-unpack-x", "unpacked/lib", "old/lib"] {
            let folder = downloads.join(WORK).join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("half.whl"), "half").unwrap();
        }
        fs::write(downloads.join("big-1.0.whl"), &contents[0][..1000]).unwrap();
        let registry = Registry::new(contents);
        install(&around, &recipe, || Ok(&registry)).unwrap();
        assert_eq!(around.find(&recipe).unwrap(), Libtorch::Ours);
        assert!(!around.folder().join("lib/half.whl").exists());
        assert_eq!(names(workspace.path()), [FOLDER]);
    }

    #[test]
    fn damaged_folder_is_replaced_as_a_whole() {
        let (recipe, contents) = recipe();
        let workspace = tempfile::tempdir().unwrap();
        let around = around(workspace.path());
        let registry = Registry::new(contents);
        install(&around, &recipe, || Ok(&registry)).unwrap();
        let library = around.folder().join("lib/libtorch_cpu.so");
        let size = fs::metadata(&library).unwrap().len();
        File::options().write(true).open(&library).unwrap().set_len(size / 2).unwrap();
        fs::write(around.folder().join("stray"), "x").unwrap();
        assert!(matches!(around.find(&recipe).unwrap(), Libtorch::Missing { fault: Fault::Size { .. }, .. }));
        install(&around, &recipe, || Ok(&registry)).unwrap();
        assert_eq!(around.find(&recipe).unwrap(), Libtorch::Ours);
        assert!(!around.folder().join("stray").exists());
    }

    #[test]
    fn two_at_once_download_once() {
        let (recipe, contents) = recipe();
        let workspace = tempfile::tempdir().unwrap();
        let around = around(workspace.path());
        let run = || {
            let registry = Registry::new(contents.clone());
            install(&around, &recipe, || Ok(&registry)).unwrap();
            registry.served.get()
        };
        let served: usize = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert_eq!(served, 2);
        assert_eq!(around.find(&recipe).unwrap(), Libtorch::Ours);
        assert_eq!(names(workspace.path()), [FOLDER]);
    }

    #[test]
    fn no_pip_is_an_error_only_when_it_is_needed() {
        let (recipe, _) = recipe();
        let workspace = tempfile::tempdir().unwrap();
        let none = || Err::<&Registry, _>(Error::NoPip);
        assert!(matches!(install(&around(workspace.path()), &recipe, none), Err(Error::NoPip)));
    }

    #[test]
    fn cargo_is_led_to_the_libtorch_of_the_system() {
        let workspace = tempfile::tempdir().unwrap();
        let around = around(workspace.path());
        for _ in 0..2 {
            point_to_system(&around).unwrap();
            let text = fs::read_to_string(around.folder().join(CONFIGURATION)).unwrap();
            assert!(text.contains(around.system.to_str().unwrap()), "{text}");
            assert_eq!(names(workspace.path()), [FOLDER]);
        }
    }

    #[test]
    fn only_the_platform_that_was_tried_is_served() {
        let workspace = tempfile::tempdir().unwrap();
        let on = |os, arch, glibc| {
            check_platform(&Surroundings { os, arch, glibc, ..around(workspace.path()) })
                .map_err(|e| e.to_string())
        };
        assert_eq!(on("linux", "x86_64", true), Ok(()));
        for (os, arch, glibc, said) in [
            ("linux", "x86_64", false, "without glibc"),
            ("linux", "aarch64", true, "aarch64 linux"),
            ("macos", "aarch64", false, "aarch64 macos"),
            ("windows", "x86_64", false, "x86_64 windows"),
        ] {
            let error = on(os, arch, glibc).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
