//! A file while it is written: beside its place, where nobody takes half of it for the whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::file::temporary;

/// A file that is not in its place yet. Unless it is put there it is gone.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
}

impl Draft {
    /// Begins the file of this name.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::Error::other("is a directory"));
        }
        let temporary = temporary(path);
        // Not through a link that somebody else put there.
        let file = File::create_new(&temporary)?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            file,
        })
    }

    /// What is written to.
    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Puts it in its place.
    pub(super) fn finish(self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It is not there any more if it was put in its place.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_draft_is_whole_in_its_place_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evidence.pcapng");
        let draft = Draft::begin(&path).unwrap();
        draft.file().write_all(b"half").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        let draft = Draft::begin(&path).unwrap();
        draft.file().write_all(b"whole").unwrap();
        assert!(!path.exists());
        draft.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        assert!(Draft::begin(folder.path()).is_err());
        assert!(Draft::begin(&folder.path().join("no/such")).is_err());
    }
}
