//! A file that is open only while it is read from: a set may have more files that overlap in
//! time than a process may have descriptors.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A regular file, opened anew for each read and read on where the last one ended.
#[derive(Debug)]
pub(super) struct Visited {
    path: PathBuf,
    identity: Identity,
    size: u64,
    /// Offset of the first byte that was not read yet.
    offset: u64,
}

impl Visited {
    /// Bytes to read at once: of so many a few packets come out for each opening, and a thousand
    /// such files take no more memory than the few that are held open.
    pub(super) const AT_ONCE: usize = 16 << 10;

    /// Nothing read yet of the file `path`.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let metadata = File::open(path)?.metadata()?;
        Ok(Self {
            path: path.to_owned(),
            identity: Identity::of(&metadata),
            size: metadata.len(),
            offset: 0,
        })
    }

    /// Its size in bytes when it was opened first.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }
}

impl Read for Visited {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(&self.path)?;
        if Identity::of(&file.metadata()?) != self.identity {
            return Err(io::Error::other(
                "replaced by another file while it was read",
            ));
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let read = file.read(room)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// What tells a file from another one of the same name; nothing where the system has no such
/// thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(Option<(u64, u64)>);

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        Self(Some((metadata.dev(), metadata.ino())))
    }

    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Self {
        Self(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_on_where_the_last_read_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"0123456789").unwrap();
        let mut file = Visited::new(&path).unwrap();
        assert_eq!(file.size(), 10);
        let mut room = [0; 4];
        let mut read = Vec::new();
        loop {
            match file.read(&mut room).unwrap() {
                0 => break,
                length => read.extend_from_slice(&room[..length]),
            }
        }
        assert_eq!(read, b"0123456789");
    }

    #[cfg(unix)]
    #[test]
    fn another_file_of_the_same_name_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"0123456789").unwrap();
        let mut file = Visited::new(&path).unwrap();
        let mut room = [0; 4];
        assert_eq!(file.read(&mut room).unwrap(), 4);
        let other = folder.path().join("b");
        std::fs::write(&other, b"abcdefghij").unwrap();
        std::fs::rename(&other, &path).unwrap();
        let error = file.read(&mut room).unwrap_err();
        assert!(error.to_string().contains("replaced"), "{error}");
    }
}
