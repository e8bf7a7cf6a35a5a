//! Finds the libtorch that a build would use: the user's own, the one of the system, or ours.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::manifest::{self, Fault};
use super::places::{FOLDER, PLACEHOLDER};
use super::recipe::{Recipe, plain};
use crate::error::Error;
use crate::files::read_text;

/// What the answer depends on, so that tests can give it.
pub(crate) struct Surroundings {
    pub(crate) variables: HashMap<String, OsString>,
    pub(crate) workspace: PathBuf,
    /// `/usr`
    pub(crate) system: PathBuf,
    /// `linux`, `x86_64` and so on.
    pub(crate) os: &'static str,
    pub(crate) arch: &'static str,
    /// Whether this program was built for glibc.
    pub(crate) glibc: bool,
}

/// A libtorch, or none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Libtorch {
    /// The one of Python's PyTorch.
    Python,
    /// The one that `LIBTORCH` names.
    Variable(PathBuf),
    /// Ours, whole.
    Ours,
    /// The one in `/usr/lib`.
    System,
    /// None. `old_system` is the version of one in `/usr/lib` that torch-sys would refuse.
    Missing { fault: Fault, old_system: Option<String> },
}

impl Surroundings {
    pub(crate) fn of_this_process() -> Self {
        // Cargo sets the variable when it runs this program, also after the workspace was moved.
        let package =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let package = PathBuf::from(package);
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
            workspace: package.ancestors().nth(2).unwrap_or(&package).to_owned(),
            system: PathBuf::from("/usr"),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            glibc: cfg!(target_env = "gnu"),
        }
    }

    pub(crate) fn has(&self, variable: &str) -> bool {
        self.variables.contains_key(variable)
    }

    /// The folder that set-up makes.
    pub(crate) fn folder(&self) -> PathBuf {
        self.workspace.join(FOLDER)
    }

    /// The `LIBTORCH` of the user. `cargo xtask` itself also gets the value that the configuration of this workspace
    /// sets, which is not the user's.
    pub(crate) fn users_libtorch(&self) -> Option<PathBuf> {
        let value = PathBuf::from(self.variables.get("LIBTORCH")?);
        let configured = [self.workspace.join(PLACEHOLDER), self.folder(), self.system.clone()];
        (!configured.iter().any(|path| same_place(path, &value))).then_some(value)
    }

    /// Finds libtorch in the order in which a build does.
    ///
    /// # Errors
    ///
    /// [`Error::BadVariable`] where the user's `LIBTORCH` would make the build fail.
    pub(crate) fn find(&self, recipe: &Recipe) -> Result<Libtorch, Error> {
        if self.has("LIBTORCH_USE_PYTORCH") {
            return Ok(Libtorch::Python);
        }
        if let Some(value) = self.users_libtorch() {
            self.check_variable(&value, recipe)?;
            return Ok(Libtorch::Variable(value));
        }
        let Err(fault) = manifest::verify(&self.folder(), recipe) else { return Ok(Libtorch::Ours) };
        if !self.system.join("lib/libtorch.so").exists() {
            return Ok(Libtorch::Missing { fault, old_system: None });
        }
        match header_version(&self.system) {
            Some(version) if !self.accepts(&version, recipe) => {
                Ok(Libtorch::Missing { fault, old_system: Some(version) })
            }
            _ => Ok(Libtorch::System),
        }
    }

    fn check_variable(&self, value: &Path, recipe: &Recipe) -> Result<(), Error> {
        let bad = |reason: String| Err(Error::BadVariable { value: value.to_owned(), reason });
        if !value.is_absolute() {
            return bad("which is not a full path, and torch-sys would start from its own folder".to_owned());
        }
        if !value.is_dir() {
            return bad("which is not a folder".to_owned());
        }
        // A static libtorch has other files, and either half can be given by a variable of its own.
        let own_libraries = self.has("LIBTORCH_LIB") || self.has("LIBTORCH_STATIC");
        let library = ["libtorch_cpu.so", "libtorch_cpu.dylib", "torch_cpu.dll"];
        if !own_libraries && !library.iter().any(|name| value.join("lib").join(name).exists()) {
            return bad("where there is no lib/libtorch_cpu.so".to_owned());
        }
        match read_text(&value.join("build-version")) {
            Ok(version) if !self.accepts(&version, recipe) => {
                bad(format!("a libtorch {}, but this tch wants {}", version.trim(), recipe.plain_version()))
            }
            _ => Ok(()),
        }
    }

    /// Whether torch-sys accepts `version`.
    fn accepts(&self, version: &str, recipe: &Recipe) -> bool {
        self.has("LIBTORCH_BYPASS_VERSION_CHECK") || plain(version) == recipe.plain_version()
    }
}

/// Whether both paths lead to one place, links followed.
fn same_place(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).ok().is_some_and(|one| fs::canonicalize(other).ok() == Some(one))
}

/// The version that the headers under `root` state.
fn header_version(root: &Path) -> Option<String> {
    let headers = ["include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"];
    headers.iter().filter_map(|path| read_text(&root.join(path)).ok()).find_map(|text| {
        let part = |name: &str| {
            let line =
                text.lines().find(|line| line.starts_with(&format!("#define TORCH_VERSION_{name} ")))?;
            line.split_whitespace().last().map(str::to_owned)
        };
        Some([part("MAJOR")?, part("MINOR")?, part("PATCH")?].join("."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: Recipe = Recipe { version: "2.13.0+cpu", wheels: Vec::new(), links: &[], kept: 0 };

    struct World {
        around: Surroundings,
        root: tempfile::TempDir,
    }

    fn world() -> World {
        let root = tempfile::tempdir().unwrap();
        let around = Surroundings {
            variables: HashMap::new(),
            workspace: root.path().join("workspace"),
            system: root.path().join("usr"),
            os: "linux",
            arch: "x86_64",
            glibc: true,
        };
        World { around, root }
    }

    impl World {
        fn set(&mut self, name: &str, value: impl Into<OsString>) {
            self.around.variables.insert(name.to_owned(), value.into());
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn find(&self) -> Result<Libtorch, Error> {
            self.around.find(&RECIPE)
        }

        fn make_ours(&self) {
            fs::create_dir_all(self.around.folder()).unwrap();
            manifest::Manifest::default().write(&self.around.folder(), &RECIPE).unwrap();
        }
    }

    const NONE: Libtorch = Libtorch::Missing { fault: Fault::Absent, old_system: None };

    #[test]
    fn nothing_there() {
        assert_eq!(world().find().unwrap(), NONE);
    }

    #[test]
    fn order_is_that_of_the_build() {
        let mut world = world();
        world.write("usr/lib/libtorch.so", "");
        assert_eq!(world.find().unwrap(), Libtorch::System);
        world.make_ours();
        assert_eq!(world.find().unwrap(), Libtorch::Ours);
        world.write("own/lib/libtorch_cpu.so", "");
        let own = world.root.path().join("own");
        world.set("LIBTORCH", &own);
        assert_eq!(world.find().unwrap(), Libtorch::Variable(own));
        world.set("LIBTORCH_USE_PYTORCH", "1");
        assert_eq!(world.find().unwrap(), Libtorch::Python);
    }

    #[test]
    fn values_that_cargo_took_from_our_configuration_are_not_the_users() {
        let mut world = world();
        for path in
            [world.around.workspace.join(PLACEHOLDER), world.around.folder(), world.around.system.clone()]
        {
            world.set("LIBTORCH", path);
            assert_eq!(world.find().unwrap(), NONE);
        }
    }

    #[test]
    fn variable_that_would_break_the_build_is_refused() {
        let reason = |world: &World| match world.find() {
            Err(Error::BadVariable { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        let mut world = world();
        world.set("LIBTORCH", "");
        assert!(reason(&world).contains("full path"));
        world.set("LIBTORCH", "libtorch");
        assert!(reason(&world).contains("full path"));
        world.set("LIBTORCH", world.root.path().join("own"));
        assert!(reason(&world).contains("not a folder"));
        world.write("own/build-version", "2.12.1+cu130\n");
        assert!(reason(&world).contains("lib/libtorch_cpu.so"));
        world.write("own/lib/libtorch_cpu.so", "");
        assert!(reason(&world).contains("2.12.1+cu130") && reason(&world).contains("2.13.0"));
        world.set("LIBTORCH_BYPASS_VERSION_CHECK", "1");
        assert!(world.find().is_ok());
    }

    #[test]
    fn libraries_in_another_place_are_left_to_the_build() {
        let mut world = world();
        world.write("own/include/x.h", "");
        world.set("LIBTORCH", world.root.path().join("own"));
        world.set("LIBTORCH_LIB", "/somewhere");
        assert!(matches!(world.find(), Ok(Libtorch::Variable(_))));
    }

    #[test]
    fn system_install_of_another_version_is_not_used() {
        let world = world();
        world.write("usr/lib/libtorch.so", "");
        let header = |minor| {
            format!(
                "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR {minor}\n#define TORCH_VERSION_PATCH 0\n"
            )
        };
        world.write("usr/include/torch/headeronly/version.h", &header(13));
        assert_eq!(world.find().unwrap(), Libtorch::System);
        world.write("usr/include/torch/headeronly/version.h", &header(9));
        let old = Libtorch::Missing { fault: Fault::Absent, old_system: Some("2.9.0".to_owned()) };
        assert_eq!(world.find().unwrap(), old);
    }
}
