//! Lets every program and test that links libtorch find it when it runs, with nothing exported.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // From torch-sys; only its direct dependents see it. Not there on Windows.
    let Some(libs) = env::var_os("DEP_TCH_LIBTORCH_LIB").map(PathBuf::from) else { return };
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    // Cargo puts a search path that lies inside the target folder on the library path of `cargo run`, `test` and
    // `bench`, doc tests and dependents included. So give it one that leads to the real folder.
    match link_to(&libs) {
        Ok(link) => println!("cargo::rustc-link-search=native={}", link.display()),
        Err(error) => println!(
            "cargo::warning=no link to {}: {error}. Tests find libtorch only with this folder on the library path.",
            libs.display()
        ),
    }
    // For the binaries and tests of this package. A package further up reads the folder from
    // `DEP_CAPTCHA_MODEL_LIBTORCH_LIB` in its own build script and prints the same line.
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", libs.display());
    println!("cargo::metadata=libtorch_lib={}", libs.display());
}

/// Makes `OUT_DIR/libtorch` a symbolic link to `libs`.
fn link_to(libs: &Path) -> std::io::Result<PathBuf> {
    let out = env::var_os("OUT_DIR").ok_or(std::io::ErrorKind::NotFound)?;
    let link = Path::new(&out).join("libtorch");
    match std::fs::remove_file(&link) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(libs, &link)?;
    #[cfg(not(unix))]
    let _ = libs;
    Ok(link)
}
