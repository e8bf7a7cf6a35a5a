//! Writes the folder of libtorch into the programs, so that they also run when they are started directly.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Some(libs) = std::env::var_os("DEP_CAPTCHA_MODEL_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", libs.display());
    }
}
