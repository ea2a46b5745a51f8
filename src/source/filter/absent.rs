//! What stands for libpcap in a program that was built without it.

use crate::packet::LinkType;

/// There are none.
pub(super) enum Program {}

impl Program {
    pub(super) fn compile(_expression: &str, _link: LinkType) -> Result<Self, String> {
        Err(
            "this wsblame was built without libpcap, which compiles filters; --host and --port \
             need none"
                .to_owned(),
        )
    }

    pub(super) const fn passes(&self, _bytes: &[u8]) -> bool {
        match *self {}
    }
}
