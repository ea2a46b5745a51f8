//! What an input may be that is no capture: formats that others wrap captures in, recognised by
//! their first bytes, and the command that takes the capture out.

use super::{Compression, Refusal};

/// Bytes of an input that tell of all of these formats whether it is one.
pub(super) const TELLING: usize = TAR_MAGIC + TAR.len();

/// What tar writes, behind the name and numbers of the first file.
const TAR: &[u8] = b"ustar";

/// Place of [`TAR`].
const TAR_MAGIC: usize = 257;

/// What an input is that begins with these bytes, behind these compressions.
pub(super) fn recognise(start: &[u8], compressions: &[Compression]) -> Option<Refusal> {
    let (what, command) = match start {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => ("compressed with xz", "xz -dc"),
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', ..] => {
            ("compressed with bzip2", "bzip2 -dc")
        }
        [b'P', b'K', 3, 4, ..] => return Some(archive("zip", "unzip FILE")),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => return Some(archive("7z", "7z x FILE")),
        _ if start.get(TAR_MAGIC..).is_some_and(|it| it.starts_with(TAR)) => {
            let command = match compressions {
                [] => "tar -xf FILE".to_owned(),
                [Compression::Gzip] => "tar -xzf FILE".to_owned(),
                _ => format!("{} | tar -xf -", unwrapped(compressions)),
            };
            return Some(archive("tar", &command));
        }
        _ => return None,
    };
    let command = if compressions.is_empty() {
        format!("{command} FILE | wsblame check -")
    } else {
        format!("{} | {command} | wsblame check -", unwrapped(compressions))
    };
    Some(Refusal::Wrapped {
        what: what.to_owned(),
        command,
    })
}

/// An input that is compressed too often.
pub(super) fn too_deep(compressions: &[Compression]) -> Refusal {
    Refusal::Wrapped {
        what: format!("compressed more than {} times", compressions.len()),
        command: format!("{} | wsblame check -", unwrapped(compressions)),
    }
}

/// Files are told from each other where they have been unpacked.
fn archive(name: &str, command: &str) -> Refusal {
    Refusal::Wrapped {
        what: format!("a {name} archive"),
        command: format!("{command}, then check the captures that were in it"),
    }
}

/// The commands that undo compressions, the outermost first.
fn unwrapped(compressions: &[Compression]) -> String {
    let commands = compressions.iter().enumerate();
    let commands = commands.map(|(place, compression)| match place {
        0 => format!("{compression} -dc FILE"),
        _ => format!("{compression} -dc"),
    });
    commands.collect::<Vec<_>>().join(" | ")
}
