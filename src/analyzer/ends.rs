//! Until when the captures show what there was.

use std::time::Duration;

use crate::decode::Segment;
use crate::tcp::Flow;
use crate::time::Timestamp;

/// Capture time between the last segment of one file and the first of another that is taken for
/// no time at all. The files of a rotation follow one another without a gap, and whoever starts
/// one capture after another by hand needs longer.
const AT_ONCE: Duration = Duration::from_secs(1);

/// How long the inputs run, so far, and which of them go on where another one ends.
#[derive(Debug, Default)]
pub(super) struct Ends(Vec<End>);

#[derive(Clone, Copy, Debug)]
struct End {
    /// The first segment's time.
    first: Timestamp,
    /// The two latest times, since one packet may have a wrong time.
    latest: [Timestamp; 2],
    /// The input that connections of this one went on in.
    next: Option<usize>,
}

impl End {
    /// Whether `next` begins where this one ends.
    fn is_followed_by(&self, next: &Self) -> bool {
        let [latest, second] = self.latest;
        next.first.since(latest) <= AT_ONCE && second.since(next.first) <= AT_ONCE
    }
}

impl Ends {
    pub(super) fn note(&mut self, segment: &Segment<'_>) {
        self.note_time(segment.packet.input, segment.time);
    }

    fn note_time(&mut self, input: u32, time: Timestamp) {
        const BEFORE_ALL: Timestamp = Timestamp::from_nanos(i64::MIN, 0);
        let Ok(input) = usize::try_from(input) else {
            return;
        };
        if input >= self.0.len() {
            let unseen = End {
                first: time,
                latest: [BEFORE_ALL; 2],
                next: None,
            };
            self.0.resize(input + 1, unseen);
        }
        let Some(end) = self.0.get_mut(input) else {
            return;
        };
        let [latest, second] = end.latest;
        if latest == BEFORE_ALL {
            end.first = time;
        }
        if time > second {
            end.latest = [time.max(latest), time.min(latest)];
        }
    }

    /// A connection with packets in the input `from` goes on in another one.
    #[cold]
    pub(super) fn goes_on(&mut self, from: u32, to: u32) {
        let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else {
            return;
        };
        let (Some(end), Some(next)) = (self.0.get(from), self.0.get(to)) else {
            return;
        };
        let known = end.next.and_then(|next| self.0.get(next));
        let is_known = known.is_some_and(|known| end.is_followed_by(known));
        if !is_known
            && end.is_followed_by(next)
            && let Some(end) = self.0.get_mut(from)
        {
            end.next = Some(to);
        }
    }

    /// Until when packets of a connection would have been seen.
    pub(super) fn of(&self, flow: &Flow) -> Timestamp {
        let (time, packet) = flow.last_packet();
        self.until(time, packet.input)
    }

    /// As long as the input runs that holds the latest packet, and the inputs behind it which are
    /// of the same rotation: each begins where the one before it ends, and with connections of
    /// it. Any other input may have been captured elsewhere.
    fn until(&self, time: Timestamp, input: u32) -> Timestamp {
        let mut at = usize::try_from(input).ok();
        let mut until = time;
        for _ in &self.0 {
            let Some(end) = at.and_then(|at| self.0.get(at)) else {
                break;
            };
            let [_, second] = end.latest;
            until = until.max(second);
            at = end.next.filter(|next| {
                let next = self.0.get(*next);
                next.is_some_and(|next| end.is_followed_by(next))
            });
        }
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_nanos(milliseconds * 1_000_000, 3)
    }

    /// Inputs with packets at these milliseconds, read in the order of time.
    fn ends(inputs: &[&[i64]]) -> Ends {
        let packets = (0..).zip(inputs);
        let mut packets: Vec<_> = packets
            .flat_map(|(input, times)| times.iter().map(move |time| (*time, input)))
            .collect();
        packets.sort_unstable();
        let mut ends = Ends::default();
        for (time, input) in packets {
            ends.note_time(input, at(time));
        }
        ends
    }

    fn until(ends: &Ends, input: u32) -> i64 {
        ends.until(at(0), input).nanos() / 1_000_000
    }

    #[test]
    fn an_input_runs_to_its_second_latest_packet() {
        let ends = ends(&[&[1, 5, 900_000], &[2, 8000, 9000]]);
        assert_eq!(until(&ends, 0), 5);
        assert_eq!(until(&ends, 1), 8000);
        assert_eq!(ends.until(at(7), 0), at(7));
        assert_eq!(ends.until(at(7), 2), at(7));
    }

    #[test]
    fn a_rotation_runs_to_the_end_of_its_last_file() {
        let mut ends = ends(&[
            &[6000, 7500, 9000, 9001],
            &[1, 2000, 3000],
            &[3500, 4000, 5500],
        ]);
        ends.goes_on(1, 2);
        assert_eq!(
            [0, 1, 2].map(|input| until(&ends, input)),
            [9000, 4000, 4000]
        );
        ends.goes_on(2, 0);
        assert_eq!([0, 1, 2].map(|input| until(&ends, input)), [9000; 3]);
    }

    #[test]
    fn inputs_that_overlap_or_leave_a_gap_are_captures_of_their_own() {
        let mut ends = ends(&[&[1, 2000, 3000], &[900, 9000, 9001], &[4001, 8000, 8001]]);
        ends.goes_on(0, 1);
        ends.goes_on(0, 2);
        assert_eq!(until(&ends, 0), 2000);
    }

    #[test]
    fn captures_that_began_together_are_no_rotation_once_they_overlap() {
        let mut ends = ends(&[&[1, 2], &[3, 4]]);
        ends.goes_on(0, 1);
        for time in [5000, 5001] {
            ends.note_time(0, at(time));
            ends.note_time(1, at(time + 4000));
        }
        assert_eq!(until(&ends, 0), 5000);
        // And the file that goes on where the first one ends takes its place.
        ends.note_time(2, at(5500));
        ends.note_time(2, at(7000));
        ends.goes_on(0, 2);
        assert_eq!(until(&ends, 0), 5500);
    }

    #[test]
    fn inputs_that_follow_each_other_in_a_circle_have_an_end() {
        let mut ends = ends(&[&[1, 5], &[2, 6]]);
        ends.goes_on(0, 1);
        ends.goes_on(1, 0);
        assert_eq!(until(&ends, 0), 2);
    }
}
