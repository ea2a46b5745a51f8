//! The io around the core: opens captures, feeds their packets through decoding into the
//! analyzer, and makes one report of all of it.

mod captures;
mod choosing;
mod evidence;
mod notes;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::analyzer::tape::{Bystander, Recorded};
use crate::analyzer::watch::{Seen, Sight};
use crate::analyzer::{Analysis, Analyzer, Exposure};
use crate::choice::Choice;
use crate::decode::Decoder;
use crate::diagnosis;
use crate::hygiene::Hygiene;
use crate::limits::Limits;
use crate::packet::{PacketId, RawPacket};
use crate::report::model::{self, Report, SCHEMA, Summary, Tool};
use crate::source::{self, Captures, Damage, Ending, Input, PacketSource, Refusal, Stop};
use crate::time::Timestamp;
use choosing::Chooser;
pub use evidence::evidence;

/// What an analysis is to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The bounds to keep.
    pub limits: Limits,
    /// What of the wire may stand in the report as it is.
    pub exposure: Exposure,
    /// What of the captures is analysed and reported.
    pub choice: Choice,
    /// Ends the reading early; the report is that of what was read.
    pub stop: Stop,
}

/// Packets between two calls of `progress`.
const PROGRESS_PACKETS: u64 = 1 << 14;

/// Analyses the captures that `arguments` name ([`Captures::gather`]) as one, in the order of
/// their packets' times; `-` is standard input.
///
/// What cannot be read is in the report, as [`model::Input::error`]. `progress` is told how many
/// bytes of how many have been read, 0 where that is not known.
pub fn check(
    arguments: &[PathBuf],
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Report {
    check_captures(&Captures::gather(arguments), options, progress)
}

/// The same for captures that were gathered before.
pub fn check_captures(
    captures: &Captures,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Report {
    let analyzer = Analyzer::new(options.limits.clone(), options.exposure);
    let mut report = read(captures, analyzer, 0, options, progress, &mut |_| {
        ControlFlow::Continue(())
    })
    .report;
    report.passed_over = passed_over(captures);
    report
}

/// Analyses captures as [`check`] does, and records what passed on their connections. Their inputs
/// are counted from `first_input` on, so that two recordings can be held together.
pub fn record(
    captures: &Captures,
    first_input: u32,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Recording {
    let analyzer = Analyzer::recording(options.limits.clone(), options.exposure);
    let mut recording = read(
        captures,
        analyzer,
        first_input,
        options,
        progress,
        &mut |_| ControlFlow::Continue(()),
    );
    recording.report.passed_over = passed_over(captures);
    recording
}

fn passed_over(captures: &Captures) -> model::PassedOver {
    let source::PassedOver {
        not_captures,
        repeated,
    } = captures.passed_over().clone();
    model::PassedOver {
        not_captures,
        repeated,
    }
}

/// What was read of captures.
#[derive(Debug)]
pub struct Recording {
    /// The report.
    pub report: Report,
    /// What passed on its connections.
    pub recorded: Vec<Recorded>,
    /// The TCP connections that are not in the report.
    pub bystanders: Vec<Bystander>,
}

/// Reads captures as [`check`] does, and shows what is read to `show` as soon as it is read,
/// until that has seen enough; the report, without the connections, is of what was read then.
pub fn watch(
    captures: &Captures,
    options: &Options,
    sight: Sight,
    show: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    progress: &mut dyn FnMut(u64, u64),
) -> Report {
    let analyzer = Analyzer::watching(options.limits.clone(), sight);
    read(captures, analyzer, 0, options, progress, show).report
}

/// Reads captures and feeds their packets to an analyzer, until `show` has seen enough.
fn read(
    captures: &Captures,
    analyzer: Analyzer,
    first_input: u32,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
    show: &mut dyn FnMut(Seen) -> ControlFlow<()>,
) -> Recording {
    let mut stopped = false;
    let named = |(name, _): (&str, _)| model::Input {
        name: name.to_owned(),
        ..model::Input::default()
    };
    let before = usize::try_from(first_input).unwrap_or(0);
    let others = std::iter::repeat_with(model::Input::default).take(before);
    let inputs = others.chain(captures.inputs().map(named)).collect();
    let mut run = Run::new(analyzer, inputs, options);
    for (index, (_, known)) in (first_input..).zip(captures.inputs()) {
        run.note(index, known);
    }
    let size = captures.size();
    let mut merged = captures.merged(&options.stop);
    let mut packets = 0_u64;
    while merged.advance() {
        let Some(mut packet) = merged.packet() else {
            break;
        };
        packet.id = PacketId {
            input: packet.id.input.saturating_add(first_input),
            ..packet.id
        };
        run.take(&packet, &mut |seen| {
            stopped = stopped || show(seen).is_break();
        });
        if stopped || run.is_over() {
            break;
        }
        packets += 1;
        if packets.is_multiple_of(PROGRESS_PACKETS) {
            progress(merged.bytes_read(), size);
        }
    }
    for member in merged.sources() {
        let index = member.index().saturating_add(first_input);
        run.note(index, member.input());
    }
    let mut recording = run.finish(&mut |seen| {
        stopped = stopped || show(seen).is_break();
    });
    drop(recording.report.inputs.drain(..before));
    recording
}

/// Analyses the packets of one source that needs no file: from memory, for tests and benchmarks.
pub fn check_packets(source: &mut impl PacketSource, options: &Options) -> Report {
    let analyzer = Analyzer::new(options.limits.clone(), options.exposure);
    let mut run = Run::new(analyzer, vec![model::Input::default()], options);
    while source.advance() {
        let Some(packet) = source.packet() else { break };
        run.take(&packet, &mut |_| {});
        if run.is_over() {
            break;
        }
    }
    run.finish(&mut |_| {}).report
}

/// Records what one source holds, as [`record`] does: from memory, for tests.
pub fn record_packets(
    source: &mut impl PacketSource,
    first_input: u32,
    options: &Options,
) -> Recording {
    let analyzer = Analyzer::recording(options.limits.clone(), options.exposure);
    let before = usize::try_from(first_input).unwrap_or(0);
    let inputs = std::iter::repeat_with(model::Input::default).take(before + 1);
    let mut run = Run::new(analyzer, inputs.collect(), options);
    let mut period: Option<(Timestamp, Timestamp)> = None;
    while source.advance() {
        let Some(packet) = source.packet() else { break };
        let time = packet.time;
        let (first, last) = period.unwrap_or((time, time));
        period = Some((first.min(time), last.max(time)));
        run.take(&packet, &mut |_| {});
    }
    if let Some(input) = run.inputs.get_mut(before) {
        input.first_time = period.map(|(first, _)| first);
        input.last_time = period.map(|(_, last)| last);
    }
    let mut recording = run.finish(&mut |_| {});
    drop(recording.report.inputs.drain(..before));
    recording
}

/// One analysis while it runs.
struct Run {
    decoder: Decoder,
    hygiene: Hygiene,
    analyzer: Analyzer,
    inputs: Vec<model::Input>,
    /// What the inputs call addresses.
    names: Vec<BTreeMap<IpAddr, String>>,
    /// Leaves out what is not chosen, where not everything is.
    chooser: Option<Chooser>,
}

impl Run {
    fn new(analyzer: Analyzer, inputs: Vec<model::Input>, options: &Options) -> Self {
        Self {
            decoder: Decoder::new(analyzer.limits()),
            hygiene: Hygiene::default(),
            analyzer,
            names: vec![BTreeMap::new(); inputs.len()],
            inputs,
            chooser: Chooser::of(&options.choice),
        }
    }

    /// Whether nothing that is still to come is chosen.
    fn is_over(&self) -> bool {
        self.chooser.as_ref().is_some_and(Chooser::is_over)
    }

    fn take(&mut self, packet: &RawPacket<'_>, show: &mut dyn FnMut(Seen)) {
        let index = usize::try_from(packet.id.input).unwrap_or(usize::MAX);
        if let Some(input) = self.inputs.get_mut(index) {
            let cut = packet.bytes.len() < usize::try_from(packet.wire_length).unwrap_or(0);
            input.cut_packets += u64::from(cut);
        }
        self.hygiene.note(packet);
        if self.chooser.is_some() {
            return self.take_if_chosen(packet, show);
        }
        // By reference: a segment is large, and would be copied out of the result.
        match &self.decoder.decode(packet) {
            Ok(segment) => {
                self.hygiene.note_segment(segment);
                self.analyzer.push_showing(segment, show);
            }
            Err(reason) => self.hygiene.note_skipped(packet, *reason),
        }
    }

    fn take_if_chosen(&mut self, packet: &RawPacket<'_>, show: &mut dyn FnMut(Seen)) {
        let Some(chooser) = &mut self.chooser else {
            return;
        };
        let passes = chooser.has_packet(packet);
        if passes == Ok(false) {
            return self.leave_out(packet, false);
        }
        let fits = passes.is_ok();
        let decoded = &self.decoder.decode(packet);
        if let Ok(segment) = decoded {
            self.hygiene.note_segment(segment);
        }
        match decoded {
            Ok(segment) if fits && chooser.has_segment(segment) => {
                self.analyzer.push_showing(segment, &mut |seen| {
                    if chooser.has_seen(&seen) {
                        show(seen);
                    }
                });
            }
            Ok(_) => self.leave_out(packet, !fits),
            Err(reason) => self.hygiene.note_skipped(packet, *reason),
        }
    }

    /// Counts a packet that is not analysed: it is not chosen, or the filter cannot be applied.
    fn leave_out(&mut self, packet: &RawPacket<'_>, is_unfit: bool) {
        let index = usize::try_from(packet.id.input).unwrap_or(usize::MAX);
        let Some(input) = self.inputs.get_mut(index) else {
            return;
        };
        input.filtered += 1;
        if let Some(chooser) = &mut self.chooser
            && is_unfit
            && input.filter_error.is_none()
            && let Err(unfit) = chooser.has_packet(packet)
        {
            input.filter_error = Some(format!("packet {}: {unfit}", packet.id.number));
        }
    }

    /// Notes what is known of an input.
    fn note(&mut self, index: u32, known: Result<Option<&Input>, &Refusal>) {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(model) = self.inputs.get_mut(index) else {
            return;
        };
        let input = match known {
            Ok(Some(input)) => input,
            Ok(None) => return,
            Err(refusal) => {
                model.stopped = matches!(refusal, Refusal::Stopped);
                model.error = Some(refusal.to_string());
                return;
            }
        };
        model.format = Some(input.format.as_str());
        model.packets = input.packets;
        model.bytes = input.bytes;
        model.first_time = input.first_time;
        model.last_time = input.last_time;
        captures::describe(model, &input.about);
        if let Some(names) = self.names.get_mut(index) {
            names.clone_from(&input.about.names);
        }
        if input.withheld > 0 {
            model.skipped.insert(DAMAGED, input.withheld);
        }
        model.damage = input.damages.places().iter().map(damage).collect();
        model.damaged_places = input.damages.count();
        model.truncated = matches!(input.ending, Some(Ending::Truncated(_)));
        model.stopped = matches!(input.ending, Some(Ending::Stopped));
        model.error = input.error();
    }

    fn finish(mut self, show: &mut dyn FnMut(Seen)) -> Recording {
        let tally = self.decoder.finish();
        for (index, input) in (0..).zip(&mut self.inputs) {
            let counts = tally.of(index);
            let skipped = counts.skipped();
            input
                .skipped
                .extend(skipped.map(|(reason, count)| (reason.as_str(), count)));
            input.fragments = model::Fragments {
                packets: counts.fragments,
                datagrams: counts.datagrams,
            };
        }
        let mut chooser = self.chooser;
        let mut analysis = self.analyzer.finish_showing(&mut |seen| {
            if chooser
                .as_mut()
                .is_none_or(|chooser| chooser.has_seen(&seen))
            {
                show(seen);
            }
        });
        for (bound, times) in tally.limits {
            *analysis.limits.entry(bound).or_default() += times;
        }
        for connection in &mut analysis.connections {
            let index = usize::try_from(connection.input).unwrap_or(usize::MAX);
            if let Some(names) = self.names.get(index) {
                captures::name(&mut connection.client, names);
                captures::name(&mut connection.server, names);
            }
        }
        let notes = notes::of(&self.inputs, &self.hygiene, &analysis);
        let recorded = std::mem::take(&mut analysis.recorded);
        let bystanders = std::mem::take(&mut analysis.bystanders);
        let mut report = report(self.inputs, analysis, notes);
        if let Some(chooser) = chooser {
            chooser.finish(&mut report);
        }
        Recording {
            report,
            recorded,
            bystanders,
        }
    }
}

/// Why packets are skipped that damage took.
const DAMAGED: &str = "damaged";

/// A place of damage, as the report has it.
fn damage(damage: &Damage) -> model::Damage {
    model::Damage {
        offset: damage.offset,
        length: damage.length,
        after_packet: damage.after,
        next_packet: damage.next,
        resumed: damage.resumed,
        reason: damage.reason.to_string(),
    }
}

/// Puts the parts together: connections in the order of their first packets, and the counts.
fn report(inputs: Vec<model::Input>, analysis: Analysis, hygiene: Vec<model::Note>) -> Report {
    let mut connections = analysis.connections;
    connections
        .sort_by_key(|connection| (connection.start, connection.input, connection.first_packet));
    let mut summary = Summary {
        other: analysis.other,
        limits: analysis.limits,
        ..Summary::default()
    };
    for (id, connection) in (1..).zip(&mut connections) {
        connection.id = id;
    }
    diagnosis::consider(&mut connections);
    summary.count(&connections);
    Report {
        schema: SCHEMA,
        tool: Tool::THIS,
        inputs,
        passed_over: model::PassedOver::default(),
        selection: model::Selection::default(),
        summary,
        hygiene,
        connections,
    }
}
