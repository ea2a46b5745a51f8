//! Until when the captures show what there was.

use crate::decode::Segment;
use crate::tcp::Flow;
use crate::time::Timestamp;

/// How long the inputs run, so far: the two latest times of each, since one packet may have a
/// wrong time.
#[derive(Debug, Default)]
pub(super) struct Ends(Vec<[Timestamp; 2]>);

impl Ends {
    pub(super) fn note(&mut self, segment: &Segment<'_>) {
        const BEFORE_ALL: Timestamp = Timestamp::from_nanos(i64::MIN, 0);
        let Ok(input) = usize::try_from(segment.packet.input) else {
            return;
        };
        if input >= self.0.len() {
            self.0.resize(input + 1, [BEFORE_ALL; 2]);
        }
        if let Some([latest, second]) = self.0.get_mut(input)
            && segment.time > *second
        {
            *second = segment.time.min(*latest);
            *latest = segment.time.max(*latest);
        }
    }

    /// Until when packets of a connection would have been seen: as long as the input runs in
    /// which its latest packet was. Another input may have been captured elsewhere.
    pub(super) fn of(&self, flow: &Flow) -> Timestamp {
        let (time, packet) = flow.last_packet();
        let input = usize::try_from(packet.input).ok();
        let ends = input.and_then(|input| self.0.get(input));
        ends.map_or(time, |[_, second]| time.max(*second))
    }
}
