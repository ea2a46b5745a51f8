//! Files of products that users know of.

use std::path::PathBuf;

use super::console::Console;
use super::status::Status;
use crate::products::{self, Products};
use crate::untrusted::Untrusted;

/// Takes the products of these files into use beside the program's own; the status to leave with
/// where one of them is refused, which is told.
pub(super) fn take_into_use(files: &[PathBuf], console: Console) -> Result<(), Status> {
    if files.is_empty() {
        return Ok(());
    }
    let mut known = Products::builtin();
    for file in files {
        known = known.with_file(file).map_err(|refused| {
            let name = Untrusted(file.as_os_str().as_encoded_bytes());
            console.complain(name, refused)
        })?;
    }
    if products::take_into_use(known) {
        Ok(())
    } else {
        // A command takes them before it reads anything.
        Err(console.complain("--products", "another table of products is in use"))
    }
}
