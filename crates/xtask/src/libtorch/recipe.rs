//! The wheels that libtorch is made of, and what of them the CPU needs.

/// Wheels, what to keep of them and where it goes.
pub(crate) struct Recipe {
    /// What `build-version` says; torch-sys compares the part before `+` with the version that it wants.
    pub(crate) version: &'static str,
    pub(crate) wheels: Vec<Wheel>,
    /// Symbolic links, as (path in the folder, target).
    pub(crate) links: &'static [(&'static str, &'static str)],
    /// Size of the finished folder in bytes, about.
    pub(crate) kept: u64,
}

/// One file of the package registry.
pub(crate) struct Wheel {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The registry's name for it.
    pub(crate) file: &'static str,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) sha256: String,
    pub(crate) platform: &'static str,
    pub(crate) abi: &'static str,
    pub(crate) keep: &'static [Keep],
}

/// A file, or a folder (both paths end with `/`), of a wheel that is kept.
pub(crate) struct Keep {
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

/// The recipe for libtorch 2.13.0, the version that tch 0.26 wants, on x86-64 Linux with glibc 2.28 or newer.
///
/// The libraries of PyTorch's wheel carry CUDA support, yet `libtorch_cpu.so` itself needs only two small libraries
/// of CUDA, from two more wheels. `libtorch.so` of the wheel would pull in all of CUDA; all that it does for the CPU is
/// to need `libtorch_cpu.so`, so a link stands in for it.
pub(crate) fn cpu_x86_64_linux() -> Recipe {
    Recipe {
        version: "2.13.0+cpu",
        wheels: vec![
            Wheel {
                name: "torch",
                version: "2.13.0",
                file: "torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl",
                size: 526_574_961,
                sha256: "60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7".to_owned(),
                platform: "manylinux_2_28_x86_64",
                abi: "cp311",
                keep: &[
                    Keep { from: "torch/lib/libtorch_cpu.so", to: "lib/libtorch_cpu.so" },
                    Keep { from: "torch/lib/libc10.so", to: "lib/libc10.so" },
                    Keep { from: "torch/lib/libgomp.so.1", to: "lib/libgomp.so.1" },
                    Keep { from: "torch/include/ATen/", to: "include/ATen/" },
                    Keep { from: "torch/include/c10/", to: "include/c10/" },
                    Keep { from: "torch/include/caffe2/", to: "include/caffe2/" },
                    Keep { from: "torch/include/torch/", to: "include/torch/" },
                    Keep { from: "torch-2.13.0.dist-info/licenses/", to: "licenses/torch/" },
                ],
            },
            Wheel {
                name: "nvidia-cuda-cupti",
                version: "13.0.85",
                file: "nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl",
                size: 10_715_597,
                sha256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8".to_owned(),
                platform: "manylinux_2_25_x86_64",
                abi: "none",
                keep: &[
                    Keep { from: "nvidia/cu13/lib/libcupti.so.13", to: "lib/libcupti.so.13" },
                    Keep {
                        from: "nvidia_cuda_cupti-13.0.85.dist-info/licenses/",
                        to: "licenses/nvidia-cuda-cupti/",
                    },
                ],
            },
            Wheel {
                name: "nvidia-cuda-runtime",
                version: "13.0.96",
                file: "nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
                size: 2_243_632,
                sha256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548".to_owned(),
                platform: "manylinux2014_x86_64",
                abi: "none",
                keep: &[
                    Keep { from: "nvidia/cu13/lib/libcudart.so.13", to: "lib/libcudart.so.13" },
                    Keep {
                        from: "nvidia_cuda_runtime-13.0.96.dist-info/licenses/",
                        to: "licenses/nvidia-cuda-runtime/",
                    },
                ],
            },
        ],
        links: &[("lib/libtorch.so", "libtorch_cpu.so")],
        kept: 475_000_000,
    }
}

/// Header folders for devices other than the CPU, and the kernels behind operators: no header that tch includes leads
/// to them.
pub(super) const UNUSED_HEADERS: &[&str] = &[
    "include/ATen/cuda/",
    "include/ATen/cudnn/",
    "include/ATen/hip/",
    "include/ATen/metal/",
    "include/ATen/miopen/",
    "include/ATen/mps/",
    "include/ATen/native/",
    "include/ATen/xpu/",
    "include/c10/cuda/",
    "include/c10/metal/",
    "include/c10/xpu/",
    "include/torch/csrc/cuda/",
    "include/torch/csrc/mps/",
    "include/torch/csrc/xpu/",
];

impl Recipe {
    /// The version that torch-sys compares: `2.13.0` of `2.13.0+cpu`.
    pub(crate) fn plain_version(&self) -> &'static str {
        plain(self.version)
    }
}

/// A version without what follows its `+`.
pub(crate) fn plain(version: &str) -> &str {
    version.split('+').next().unwrap_or_default().trim()
}

impl Wheel {
    /// The options of `pip download` that pick this file, whatever Python runs pip.
    pub(crate) fn pip_arguments(&self) -> [&'static str; 10] {
        [
            "--no-deps",
            "--only-binary=:all:",
            "--python-version",
            "3.11",
            "--implementation",
            "cp",
            "--abi",
            self.abi,
            "--platform",
            self.platform,
        ]
    }

    /// The path in the finished folder for the file `name` of this wheel, or `None` where it isn't kept.
    pub(crate) fn destination(&self, name: &str) -> Option<String> {
        if name.ends_with('/') {
            return None;
        }
        let to = self.keep.iter().find_map(|keep| {
            let rest = name.strip_prefix(keep.from)?;
            (rest.is_empty() || keep.from.ends_with('/')).then(|| format!("{}{rest}", keep.to))
        })?;
        (!UNUSED_HEADERS.iter().any(|folder| to.starts_with(folder))).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_the_cpu_needs() {
        let recipe = cpu_x86_64_linux();
        let torch = &recipe.wheels[0];
        for (name, to) in [
            ("torch/lib/libtorch_cpu.so", Some("lib/libtorch_cpu.so")),
            ("torch/lib/libtorch_cpu.so.old", None),
            ("torch/lib/libtorch_cuda.so", None),
            ("torch/lib/libtorch.so", None),
            ("torch/include/ATen/ATen.h", Some("include/ATen/ATen.h")),
            ("torch/include/ATen/cuda/CUDAContext.h", None),
            (
                "torch/include/torch/csrc/jit/codegen/cuda/interface.h",
                Some("include/torch/csrc/jit/codegen/cuda/interface.h"),
            ),
            ("torch/include/torch/csrc/cuda/nccl.h", None),
            ("torch/include/torch/", None),
            ("torch/include/pybind11/pybind11.h", None),
            ("torch/__init__.py", None),
        ] {
            assert_eq!(torch.destination(name).as_deref(), to, "{name}");
        }
        assert_eq!(
            recipe.wheels[2].destination("nvidia/cu13/lib/libcudart.so.13").as_deref(),
            Some("lib/libcudart.so.13")
        );
        assert_eq!(recipe.wheels[2].destination("nvidia/cu13/lib/libcudart_static.a"), None);
    }

    #[test]
    fn hashes_and_folders_are_well_formed() {
        for wheel in cpu_x86_64_linux().wheels {
            assert_eq!(wheel.sha256.len(), 64, "{}", wheel.name);
            assert!(wheel.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{}", wheel.name);
            assert!(wheel.file.starts_with(&wheel.name.replace('-', "_")), "{}", wheel.file);
            assert!(
                wheel.file.contains(wheel.version) && wheel.file.contains(wheel.platform),
                "{}",
                wheel.file
            );
            for keep in wheel.keep {
                assert_eq!(keep.from.ends_with('/'), keep.to.ends_with('/'), "{}", keep.from);
            }
        }
    }
}
