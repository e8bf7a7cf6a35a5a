//! What the tests of set-up share: a tiny libtorch of two wheels, and a registry that serves it.

use std::cell::Cell;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::wheels::Fetch;
use crate::error::{DownloadCause, Error};
use crate::libtorch::recipe::{Keep, Recipe, Wheel};

/// The zip file of a wheel with these files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A library's stand-in: long enough to span several reads, and not the same all over.
pub(crate) fn library() -> Vec<u8> {
    (0..200_000_u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect()
}

fn wheel(name: &'static str, file: &'static str, content: &[u8], keep: &'static [Keep]) -> Wheel {
    let sha256 = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    let size = content.len() as u64;
    Wheel { name, version: "1.0", file, size, sha256, platform: "any", abi: "none", keep }
}

/// A recipe of two wheels with the contents of their files.
pub(crate) fn recipe() -> (Recipe, Vec<Vec<u8>>) {
    let contents = vec![
        zip(&[
            ("big/", b""),
            ("big/lib/libtorch_cpu.so", &library()),
            ("big/lib/libtorch_cuda.so", b"not for the CPU"),
            ("big/include/ATen/ATen.h", b"#pragma once"),
            ("big/include/ATen/cuda/X.h", b"not for the CPU"),
        ]),
        zip(&[("small/libsmall.so.1", b"small")]),
    ];
    let big: &[Keep] = &[
        Keep { from: "big/lib/libtorch_cpu.so", to: "lib/libtorch_cpu.so" },
        Keep { from: "big/include/", to: "include/" },
    ];
    let small: &[Keep] = &[Keep { from: "small/libsmall.so.1", to: "lib/libsmall.so.1" }];
    let wheels = vec![
        wheel("big", "big-1.0.whl", &contents[0], big),
        wheel("small", "small-1.0.whl", &contents[1], small),
    ];
    let recipe =
        Recipe { version: "1.0+cpu", wheels, links: &[("lib/libtorch.so", "libtorch_cpu.so")], kept: 1_000 };
    (recipe, contents)
}

/// Serves the contents, or fails as its `fault` says.
pub(crate) struct Registry {
    pub(crate) contents: Vec<Vec<u8>>,
    /// What happens to the wheel of this name.
    pub(crate) fault: Option<(&'static str, Fault)>,
    pub(crate) served: Cell<usize>,
}

#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// The connection breaks when half has arrived under the final name.
    BrokenConnection,
    /// Another file of the same size arrives.
    OtherFile,
}

impl Registry {
    pub(crate) fn new(contents: Vec<Vec<u8>>) -> Self {
        Self { contents, fault: None, served: Cell::new(0) }
    }
}

impl Fetch for &Registry {
    fn fetch(&self, wheel: &Wheel, into: &Path, scratch: &Path) -> Result<(), Error> {
        assert_eq!(fs::read_dir(into).unwrap().count() + fs::read_dir(scratch).unwrap().count(), 0);
        self.served.set(self.served.get() + 1);
        let mut content =
            self.contents.iter().find(|content| content.len() as u64 == wheel.size).unwrap().clone();
        fs::write(scratch.join("leftover"), "x").unwrap();
        let fault = self.fault.and_then(|(name, fault)| (name == wheel.name).then_some(fault));
        match fault {
            Some(Fault::BrokenConnection) => content.truncate(content.len() / 2),
            Some(Fault::OtherFile) => content[0] ^= 1,
            None => {}
        }
        fs::write(into.join("as-the-registry-calls-it.whl"), content).unwrap();
        match fault {
            Some(Fault::BrokenConnection) => {
                Err(Error::Download { wheel: wheel.name, cause: DownloadCause::Network })
            }
            _ => Ok(()),
        }
    }
}
