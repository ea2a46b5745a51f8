//! One TCP connection: its two directions, its ends, and when it is over. It knows nothing of
//! what the streams carry.

use std::time::Duration;

use crate::decode::{Carriers, Checksum, Endpoint, Segment, TcpFlags};
use crate::limits::Limits;
use crate::packet::PacketId;
use crate::place::Place;
use crate::side::Side;
use crate::time::Timestamp;

use super::conflict::{Conflict, PROBE, SHOWN, Version};
use super::event::{Arrival, StreamEvent};
use super::reassembly::{Direction, Moment};
use super::recent::Recent;
use super::resets::{Later, Progress, Reset};
use super::retries::Repeated;
use super::signs::Signs;
use super::watch::{Anomaly, Standing, Watch};

/// One of the two directions of a connection, named by the endpoint that sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// From the endpoint that was captured first.
    FromFirst,
    /// From the other one.
    FromSecond,
}

impl Way {
    /// Both ways.
    pub const BOTH: [Self; 2] = [Self::FromFirst, Self::FromSecond];

    /// The way back.
    #[must_use]
    pub const fn back(self) -> Self {
        match self {
            Self::FromFirst => Self::FromSecond,
            Self::FromSecond => Self::FromFirst,
        }
    }

    /// The side that sends this way, given the client's way.
    #[must_use]
    pub fn side(self, client: Self) -> Side {
        if self == client {
            Side::Client
        } else {
            Side::Server
        }
    }
}

/// One value for each way of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways<T> {
    first: T,
    second: T,
}

impl<T> Ways<T> {
    /// The values of [`Way::FromFirst`] and [`Way::FromSecond`].
    pub const fn new(first: T, second: T) -> Self {
        Self { first, second }
    }

    /// The value of one way.
    pub const fn of(&self, way: Way) -> &T {
        match way {
            Way::FromFirst => &self.first,
            Way::FromSecond => &self.second,
        }
    }

    /// The value of one way, to change it.
    pub const fn of_mut(&mut self, way: Way) -> &mut T {
        match way {
            Way::FromFirst => &mut self.first,
            Way::FromSecond => &mut self.second,
        }
    }

    /// Both values.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        [&self.first, &self.second].into_iter()
    }
}

/// Something that happened in a stream of a connection.
#[derive(Clone, Copy, Debug)]
pub struct FlowEvent<'s> {
    /// In which stream.
    pub way: Way,
    /// What.
    pub event: StreamEvent<'s>,
}

/// How long the way is, as the opening of the connection shows it.
#[derive(Clone, Copy, Debug)]
enum Opening {
    /// No SYN was captured.
    Unseen,
    /// The first SYN was captured then, and its answer, if it was.
    Begun(Timestamp, Option<Timestamp>),
    /// From there to the acknowledgement of its answer.
    Done(RoundTrip),
}

/// How long the way is from the capture to either end and back, as the opening of a connection
/// shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// From the SYN to the acknowledgement of its answer: both ways.
    pub whole: Duration,
    /// Of that, from the SYN to its answer: to whoever was called. `None` where the answer was not
    /// captured.
    pub to_called: Option<Duration>,
}

/// One TCP connection.
#[derive(Debug)]
pub struct Flow {
    endpoints: Ways<Endpoint>,
    directions: Ways<Direction>,
    watches: Ways<Watch>,
    signs: Ways<Signs>,
    opening: Opening,
    /// An acknowledgement alone was captured: the capture does not hold data only.
    has_bare_acknowledgement: bool,
    opener: Option<Way>,
    carriers: Carriers,
    packets: u64,
    first: (Timestamp, PacketId),
    last: (Timestamp, PacketId),
}

impl Flow {
    /// A connection of which `segment` is the first to be captured; that segment is not taken
    /// yet.
    #[must_use]
    pub fn new(segment: &Segment<'_>) -> Self {
        Self {
            endpoints: Ways::new(segment.source, segment.destination),
            directions: Ways::default(),
            watches: Ways::default(),
            signs: Ways::default(),
            opening: Opening::Unseen,
            has_bare_acknowledgement: false,
            opener: None,
            carriers: segment.carriers,
            packets: 0,
            first: (segment.time, segment.packet),
            last: (segment.time, segment.packet),
        }
    }

    /// The endpoint that sends this way.
    #[must_use]
    pub const fn endpoint(&self, way: Way) -> Endpoint {
        *self.endpoints.of(way)
    }

    /// The stream of one way.
    #[must_use]
    pub const fn direction(&self, way: Way) -> &Direction {
        self.directions.of(way)
    }

    const fn direction_mut(&mut self, way: Way) -> &mut Direction {
        self.directions.of_mut(way)
    }

    /// The way of the endpoint that opened the connection, where a SYN or its answer showed it.
    #[must_use]
    pub const fn opener(&self) -> Option<Way> {
        self.opener
    }

    /// What carried the segment that was captured first over its link. Others may have been
    /// captured elsewhere, and carried otherwise.
    #[must_use]
    pub const fn carriers(&self) -> Carriers {
        self.carriers
    }

    /// What the segments of one way show of whether their sender is the capturing machine.
    #[must_use]
    pub const fn signs(&self, way: Way) -> &Signs {
        self.signs.of(way)
    }

    /// The TTL or hop limit that the segments of one way have as a rule.
    #[must_use]
    pub const fn usual_ttl(&self, way: Way) -> Option<u8> {
        self.watches.of(way).usual_ttl()
    }

    /// How long the way is, where the opening was captured.
    #[must_use]
    pub const fn round_trip(&self) -> Option<RoundTrip> {
        match self.opening {
            Opening::Done(round_trip) => Some(round_trip),
            Opening::Unseen | Opening::Begun(..) => None,
        }
    }

    /// The earliest packet, and its time.
    #[must_use]
    pub const fn first_packet(&self) -> (Timestamp, PacketId) {
        self.first
    }

    /// The latest packet, and its time.
    #[must_use]
    pub const fn last_packet(&self) -> (Timestamp, PacketId) {
        self.last
    }

    /// The way a segment of this connection goes.
    #[must_use]
    pub fn way(&self, segment: &Segment<'_>) -> Way {
        if segment.source == self.endpoint(Way::FromFirst) {
            Way::FromFirst
        } else {
            Way::FromSecond
        }
    }

    /// Whether both sides have ended their streams, or one has reset the connection.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let is_reset = |one: &Direction| one.rst().is_some_and(|rst| one.reached(rst));
        self.directions.iter().any(is_reset)
            || self.directions.iter().all(|one| one.fin().is_some())
    }

    /// Whether one side has ended its stream, or both, and every byte before that was captured,
    /// both ways.
    #[must_use]
    pub fn is_seen_to_its_end(&self) -> bool {
        let mut directions = self.directions.iter();
        let is_whole = |one: &Direction| one.missing_bytes() == 0 && !one.has_unseen_end();
        let has_ended = |one: &Direction| one.end().is_some_and(|(end, _)| one.reached(end));
        directions.clone().all(is_whole) && directions.any(has_ended)
    }

    /// Bytes of memory that what waits for earlier bytes takes, both ways.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.directions.iter().map(Direction::waiting_bytes).sum()
    }

    /// Whether a segment with this pair of endpoints belongs to a later connection: a SYN with
    /// another sequence number than this connection's, once this one is over or in use, or data
    /// that cannot belong to this one any more.
    #[must_use]
    pub fn is_other(&self, segment: &Segment<'_>) -> bool {
        if segment.flags.contains(TcpFlags::RST) {
            return false;
        }
        let way = self.way(segment);
        let direction = self.direction(way);
        if !segment.flags.contains(TcpFlags::SYN) {
            return self.is_over() && direction.is_beyond_end(segment);
        }
        if !direction.is_other_start(segment.sequence) {
            return false;
        }
        let is_answer = segment.flags.contains(TcpFlags::ACK);
        // A SYN alone may be a stray, which a living connection answers with a number of its own;
        // an answer to it is none.
        self.is_over() || (is_answer && direction.is_used())
    }

    /// Notes that a segment of this connection was captured, and what it says about who opened
    /// the connection. Its payload is not taken yet.
    pub fn note(&mut self, segment: &Segment<'_>) {
        self.packets += 1;
        let seen = (segment.time, segment.packet);
        self.first = self.first.min(seen);
        self.last = self.last.max(seen);
        self.has_bare_acknowledgement |=
            segment.flags == TcpFlags::ACK && segment.payload.is_empty() && segment.missing == 0;
        if segment.flags.contains(TcpFlags::SYN) && !segment.flags.contains(TcpFlags::RST) {
            self.note_start(segment, self.way(segment));
            if let Opening::Unseen = self.opening {
                self.opening = Opening::Begun(segment.time, None);
            } else if let Opening::Begun(_, answer @ None) = &mut self.opening
                && segment.flags.contains(TcpFlags::ACK)
            {
                *answer = Some(segment.time);
            }
        } else if let Opening::Begun(syn, answer) = self.opening
            && self.opener == Some(self.way(segment))
        {
            self.opening = Opening::Done(RoundTrip {
                whole: segment.time.since(syn),
                to_called: answer.map(|answer| answer.since(syn)),
            });
        }
        let way = self.way(segment);
        self.signs.of_mut(way).note(segment);
    }

    /// Passes over a segment whose stream nobody reads; only an end of the connection counts.
    pub fn pass_over(&mut self, segment: &Segment<'_>) {
        let way = self.way(segment);
        self.direction_mut(way).pass_over(segment);
    }

    /// Takes a noted segment of this connection; what comes of it goes to `sink`, in order within
    /// each stream. Returns the name of the bound that was met, if one was.
    pub fn push(
        &mut self,
        segment: &Segment<'_>,
        limits: &Limits,
        recent: &mut Recent,
        sink: &mut dyn FnMut(FlowEvent<'_>),
    ) -> Option<&'static str> {
        let way = self.way(segment);
        let standing = self.directions.of(way).standing(segment);
        let checksum = self.watch(segment, way, standing.as_ref(), recent);
        let mut is_believed = true;
        if segment.flags.contains(TcpFlags::SYN) && segment.payload.is_empty() {
            self.directions
                .of_mut(way)
                .note_checksum(segment.checksum());
        } else if let Some(standing) = &standing
            && checksum != Checksum::Unknown
        {
            let direction = self.directions.of_mut(way);
            is_believed = direction.believes(segment, standing, checksum);
        }
        let is_behind_reset =
            self.watches.of(way).has_resets() && !segment.flags.contains(TcpFlags::RST);
        let before = is_behind_reset.then(|| self.progress(way));
        let (watches, directions) = (&mut self.watches, &mut self.directions);
        let of = |way| directions.of(way).checksum_of_believed();
        let believed = Ways::new(of(Way::FromFirst), of(Way::FromSecond));
        let mut sink = |way, event: StreamEvent<'_>| {
            if let StreamEvent::Data(chunk) = &event {
                let packet = chunk.arrival.packet;
                let is_own = packet == segment.packet;
                let checksum = if is_own { checksum } else { *believed.of(way) };
                let latest = &mut watches.of_mut(way).latest;
                recent.note(latest, chunk.offset, chunk.bytes, packet, checksum);
            }
            sink(FlowEvent { way, event });
        };
        let bound = if is_believed {
            let direction = directions.of_mut(way);
            direction.push(segment, limits, &mut |event| sink(way, event))
        } else {
            None
        };
        if segment.flags.contains(TcpFlags::RST) {
            directions
                .of_mut(way.back())
                .note_reset_of_peer(&Arrival::of(segment));
        }
        if segment.flags.contains(TcpFlags::ACK) && is_believed {
            let acknowledged = directions.of_mut(way.back());
            if segment.flags.contains(TcpFlags::RST) {
                acknowledged.acknowledge_by_reset(segment.acknowledgement);
            } else {
                acknowledged.acknowledge(segment.acknowledgement);
            }
        }
        let (time, packet) = self.last;
        let now = Moment {
            packets: self.packets,
            arrival: Arrival {
                packet,
                time,
                acknowledgement: None,
            },
        };
        for way in Way::BOTH {
            directions
                .of_mut(way)
                .review(now, limits, &mut |event| sink(way, event));
        }
        if self.directions.of(way.back()).has_unseen_end() {
            // An answer came that the capture lacks.
            self.watches.of_mut(way).is_answered();
        }
        if let Some(before) = before {
            let end = standing.as_ref().map(|standing| standing.end);
            let later = Later {
                time: segment.time,
                packet: segment.packet,
                payload_end: end.filter(|_| !segment.payload.is_empty()),
                before,
                after: self.progress(way),
            };
            let round_trip = self.round_trip().map(|round_trip| round_trip.whole);
            let watch = self.watches.of_mut(way);
            watch.goes_on(later, segment.ttl, round_trip);
        }
        bound
    }

    /// Notes what a segment shows beside its bytes, before it is taken.
    fn watch(
        &mut self,
        segment: &Segment<'_>,
        way: Way,
        standing: Option<&Standing>,
        recent: &Recent,
    ) -> Checksum {
        let direction = self.directions.of(way);
        self.watches.of_mut(way.back()).is_answered();
        let watch = self.watches.of_mut(way);
        watch.note(segment, standing);
        let Some(standing) = standing else {
            return Checksum::Unknown;
        };
        if segment.flags.contains(TcpFlags::RST) {
            // Before data, it may be about a connection that is gone.
            if direction.bytes() > 0 {
                let window = self.watches.of(way.back()).window();
                let reset = Reset {
                    place: standing.place(segment),
                    position: standing.position,
                    peer_sent: self.directions.of(way.back()).highest(),
                    ttl: segment.ttl,
                    out_of_window: direction.out_of_window(standing, window),
                    goes_on: None,
                };
                self.watches.of_mut(way).note_reset(reset);
            }
            return Checksum::Unknown;
        }
        if segment.payload.is_empty() {
            return Checksum::Unknown;
        }
        let checksum = if direction.asks_for_checksums() {
            segment.checksum()
        } else {
            Checksum::Unknown
        };
        if segment.payload.len() <= PROBE || segment.flags.contains(TcpFlags::SYN) {
            return checksum;
        }
        let differs = match direction.repeated(segment, standing) {
            Some((offset, bytes)) => recent
                .compare(watch.latest, offset, bytes)
                .map(|found| (found.offset, found.first)),
            None => None,
        };
        let differs = differs.or_else(|| direction.differs_from_waiting(segment, standing));
        // Of two damaged versions nobody reads either.
        let is_read = |first: &Version| {
            checksum != Checksum::Invalid
                || first.checksum != Checksum::Invalid
                || !direction.drops_damaged()
        };
        if let Some((offset, first)) = differs.filter(|(_, first)| is_read(first)) {
            let conflict = conflict(segment, standing, checksum, offset, first);
            self.watches.of_mut(way).note_conflict(conflict);
        }
        checksum
    }

    /// How far the side that sends this way has come.
    fn progress(&self, way: Way) -> Progress {
        Progress {
            sent: self.directions.of(way).highest(),
            acknowledged: self.directions.of(way.back()).acknowledged(),
        }
    }

    /// What of one way does not go together, now that nothing more will come.
    #[must_use]
    pub fn anomalies(&self, way: Way) -> Vec<Anomaly> {
        let mut all = self.watches.of(way).anomalies();
        let peer = self.directions.of(way.back());
        // Where the capture lacks what the peer sent last, it may lack the answer too.
        let heard = self.has_bare_acknowledgement
            && peer.bytes() > 0
            && peer.rst().is_none()
            && !peer.has_unseen_end();
        let unanswered = self.watches.of(way).unanswered().filter(|_| heard);
        // Whoever ended its stream has left; the last acknowledgement harms nobody.
        let unanswered = unanswered
            .filter(|unanswered| unanswered.repeated != Repeated::Fin || peer.fin().is_none());
        all.extend(unanswered.map(Anomaly::Unanswered));
        all
    }

    /// Gives up what is missing: nothing more will come, or there is no room to wait for it.
    pub fn give_up(&mut self, sink: &mut dyn FnMut(FlowEvent<'_>)) {
        let now = self.now();
        for way in Way::BOTH {
            self.direction_mut(way)
                .finish(now, &mut |event| sink(FlowEvent { way, event }));
        }
    }

    fn now(&self) -> Moment {
        let (time, packet) = self.last;
        Moment {
            packets: self.packets,
            arrival: Arrival {
                packet,
                time,
                acknowledgement: None,
            },
        }
    }

    fn note_start(&mut self, segment: &Segment<'_>, way: Way) {
        let direction = self.direction_mut(way);
        if direction.is_other_start(segment.sequence) && !direction.is_used() {
            direction.restart();
        }
        if segment.flags.contains(TcpFlags::ACK) {
            self.opener.get_or_insert(way.back());
            self.direction_mut(way.back())
                .begins_at(segment.acknowledgement, segment.time);
        } else {
            self.opener.get_or_insert(way);
        }
    }
}

/// What a segment carries otherwise than it was captured first, at this offset of its stream.
fn conflict(
    segment: &Segment<'_>,
    standing: &Standing,
    checksum: Checksum,
    offset: u64,
    first: Version,
) -> Conflict {
    let place = standing.place(segment);
    let passed = (offset + standing.origin).saturating_sub(standing.position);
    let passed = usize::try_from(passed).unwrap_or(usize::MAX);
    let bytes = segment.payload.get(passed..).unwrap_or_default();
    // Only the low 32 bits matter to a number that wraps at 32 bits.
    #[expect(clippy::cast_possible_truncation)]
    let sequence = place.sequence.wrapping_add(passed as u32);
    Conflict {
        place: Place {
            stream_offset: offset,
            sequence,
            ..place
        },
        first,
        second: Version {
            packet: segment.packet,
            checksum,
            bytes: bytes.iter().take(SHOWN).copied().collect(),
        },
    }
}
