//! Captures of real traffic and what is expected of them (fixtures/README.md).

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "each test uses some of it; what fails here fails the test"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A capture, and what an independent reading says of it.
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) capture: PathBuf,
    pub(crate) expected: Value,
}

/// Those of `fixtures/real`, and each leg of `fixtures/legs`.
pub(crate) fn fixtures() -> Vec<Fixture> {
    let one_a_folder = folders("real").into_iter().map(|folder| Fixture {
        name: name(&folder),
        capture: capture(&folder),
        expected: expected(&folder),
    });
    let legs = folders("legs").into_iter().flat_map(|folder| {
        let mut expected = expected(&folder);
        let captures = std::mem::take(expected["captures"].as_object_mut().unwrap());
        captures.into_iter().map(move |(file, expected)| Fixture {
            name: format!("{}/{file}", name(&folder)),
            capture: folder.join(file),
            expected,
        })
    });
    one_a_folder.chain(legs).collect()
}

/// The folders of `fixtures/KIND`, by name.
pub(crate) fn folders(kind: &str) -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(kind);
    let entries = std::fs::read_dir(all).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

pub(crate) fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_str().unwrap().to_owned()
}

pub(crate) fn expected(folder: &Path) -> Value {
    let expected = std::fs::read(folder.join("expected.json")).unwrap();
    serde_json::from_slice(&expected).unwrap()
}

fn capture(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut captures = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("expected.json"));
    let capture = captures.next().unwrap();
    assert_eq!(captures.next(), None, "one capture a folder");
    capture
}

/// The exit status of a command, and its report, as anybody gets them.
pub(crate) fn run(command: &str, captures: &[PathBuf]) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args([command, "--format", "json"])
        .args(captures)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        panic!("{command} {captures:?}: {error}: {complaint}")
    });
    (output.status.code(), report)
}
