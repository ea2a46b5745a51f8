//! libpcap's compiler and its machine. It knows libpcap's numbers of link types, which are not
//! in all cases those of files.

use pcap::{BpfProgram, Capture, Error, Linktype};

use crate::packet::LinkType;

/// A compiled expression.
pub(super) struct Program(BpfProgram);

impl Program {
    /// Compiles an expression for packets of a link type; the error is libpcap's message.
    pub(super) fn compile(expression: &str, link: LinkType) -> Result<Self, String> {
        let optimised = true;
        let program = Capture::dead(number(link)?)
            .and_then(|capture| capture.compile(expression, optimised))
            .map_err(message)?;
        Ok(Self(program))
    }

    pub(super) fn passes(&self, bytes: &[u8]) -> bool {
        self.0.filter(bytes)
    }
}

/// The number that libpcap on this system has for a link type of files: raw IP has several.
fn number(link: LinkType) -> Result<Linktype, String> {
    match link {
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => {
            Linktype::from_name("RAW").map_err(message)
        }
        LinkType(number) => i32::try_from(number)
            .map(Linktype)
            .map_err(|_fault| format!("unknown link type {number}")),
    }
}

fn message(error: Error) -> String {
    match error {
        Error::PcapError(message) => message,
        other => other.to_string(),
    }
}
