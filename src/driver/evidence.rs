//! Evidence: the captures are read once more when the report is there, and what it calls broken is
//! written down.

use std::io::{self, Write};

use super::Options;
use super::choosing::Chooser;
use crate::decode::{Decoder, Fragment, Segment, Skipped};
use crate::evidence::{Account, Gatherer, Plan, Taken, Wish};
use crate::packet::RawPacket;
use crate::report::model::Report;
use crate::source::{Captures, Interface, PacketSource};

/// Writes the packets of the connections that a report of these captures, made with these options,
/// calls broken.
///
/// # Errors
///
/// It cannot be written, or the captures cannot be read again, or not to their end.
pub fn evidence(
    captures: &Captures,
    report: &Report,
    options: &Options,
    wish: Wish,
    out: impl Write,
) -> io::Result<Account> {
    let mut plan = Plan::of(report, wish);
    if wish.context.is_some() {
        let mut counter = Counter { plan: &mut plan };
        pass(captures, options, &mut counter)?;
        plan.begin();
    }
    let mut gatherer = Gatherer::new(plan, &options.limits, out)?;
    pass(captures, options, &mut gatherer)?;
    if options.stop.is_requested() {
        return Err(io::Error::other("stopped by the user before it was whole"));
    }
    gatherer.finish()
}

/// What packets are shown to.
trait Looker {
    /// What it keeps of a segment.
    type Kept;

    /// Looks at the segment that a packet brought, or completed.
    fn segment(&mut self, segment: &Segment<'_>, packet: &RawPacket<'_>) -> Self::Kept;

    /// Looks at a packet, and what was kept of its segment.
    fn packet(
        &mut self,
        packet: &RawPacket<'_>,
        decoded: Result<Self::Kept, Skipped>,
        fragment: Option<&Fragment>,
        interface: Option<&Interface>,
    ) -> io::Result<()>;
}

/// Counts the packets of connections.
struct Counter<'p> {
    plan: &'p mut Plan,
}

impl Looker for Counter<'_> {
    type Kept = ();

    fn segment(&mut self, segment: &Segment<'_>, _packet: &RawPacket<'_>) {
        let (one, other) = (segment.source, segment.destination);
        self.plan.count(one, other, segment.time, segment.packet);
    }

    fn packet(
        &mut self,
        _packet: &RawPacket<'_>,
        _decoded: Result<(), Skipped>,
        _fragment: Option<&Fragment>,
        _interface: Option<&Interface>,
    ) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Looker for Gatherer<W> {
    type Kept = Option<Taken>;

    fn segment(&mut self, segment: &Segment<'_>, packet: &RawPacket<'_>) -> Option<Taken> {
        Self::segment(self, segment, packet)
    }

    fn packet(
        &mut self,
        packet: &RawPacket<'_>,
        decoded: Result<Option<Taken>, Skipped>,
        fragment: Option<&Fragment>,
        interface: Option<&Interface>,
    ) -> io::Result<()> {
        Self::packet(self, packet, decoded, fragment, interface)
    }
}

/// Reads the captures as the analysis did, and shows what it took.
fn pass<L: Looker>(captures: &Captures, options: &Options, looker: &mut L) -> io::Result<()> {
    let mut decoder = Decoder::new(&options.limits);
    let mut chooser = Chooser::of(&options.choice);
    let mut merged = captures.merged(&options.stop);
    while merged.advance() {
        let Some(packet) = merged.packet() else { break };
        if let Some(chooser) = &mut chooser {
            let passes = chooser.has_packet(&packet);
            let is_left_out = passes == Ok(false);
            let fits = passes.is_ok();
            if chooser.is_over() {
                break;
            }
            if is_left_out {
                continue;
            }
            if !fits {
                // It went through decoding, and no further.
                let _ = decoder.decode(&packet);
                continue;
            }
        }
        let decoded = match &decoder.decode(&packet) {
            Ok(segment) if chooser.as_ref().is_none_or(|it| it.has_segment(segment)) => {
                Ok(looker.segment(segment, &packet))
            }
            Ok(_) => Err(Skipped::NotTcp),
            Err(reason) => Err(*reason),
        };
        let index = packet.id.input;
        let source = merged.sources().iter().find(|it| it.index() == index);
        let input = source.and_then(|it| it.input().ok().flatten());
        let number = usize::try_from(packet.reception.interface).unwrap_or(usize::MAX);
        let interface = input.and_then(|input| input.about.interfaces.get(number));
        looker.packet(&packet, decoded, decoder.fragment(), interface)?;
    }
    let failed = merged.sources().iter().find_map(|it| it.input().err());
    match failed {
        Some(refusal) => Err(io::Error::other(format!(
            "a capture cannot be read again: {refusal}"
        ))),
        None => Ok(()),
    }
}
