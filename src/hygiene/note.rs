//! What is the matter with a capture, as a value and in words.

use std::time::Duration;

use crate::time::seconds;

/// Something that is the matter with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub trouble: Trouble,
    /// Index of the input; `None` where it is about all of them.
    pub input: Option<u32>,
    /// The first packet that shows it, where one does.
    pub packet: Option<u64>,
}

/// What may be the matter with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The capturing machine lost packets.
    Drops {
        /// How many.
        packets: u64,
    },
    /// Packets were cut.
    Snaplen {
        /// The most bytes that were kept of a packet that was cut.
        kept: u64,
        /// Packets that were cut.
        packets: u64,
        /// All packets.
        of_packets: u64,
        /// Packets that were cut before the end of their headers: what they carried is not known.
        headers: u64,
        /// TCP payload bytes that were cut off, of the others.
        missing: u64,
        /// All TCP payload bytes of the others.
        of_bytes: u64,
    },
    /// Of some connections only one direction was captured.
    OneSided {
        /// How many.
        connections: u64,
        /// Of how many that carried data.
        of: u64,
    },
    /// Packets are there twice.
    Doubled {
        /// The second copies.
        packets: u64,
    },
    /// The times of packets go backwards.
    ClockBackwards {
        /// How often.
        steps: u64,
        /// By how much at most.
        longest: Duration,
    },
    /// Packets are larger than a wire carries.
    Offload {
        /// How many.
        packets: u64,
        /// TCP payload bytes of the largest.
        largest: u64,
    },
}

impl Trouble {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Drops { .. } => "kernel-drops",
            Self::Snaplen { .. } => "snaplen",
            Self::OneSided { .. } => "one-sided",
            Self::Doubled { .. } => "doubled-packets",
            Self::ClockBackwards { .. } => "clock-backwards",
            Self::Offload { .. } => "offload-sizes",
        }
    }

    /// How many packets, connections or steps it is about.
    #[must_use]
    pub const fn count(&self) -> u64 {
        match self {
            Self::Drops { packets }
            | Self::Snaplen { packets, .. }
            | Self::Doubled { packets }
            | Self::Offload { packets, .. } => *packets,
            Self::OneSided { connections, .. } => *connections,
            Self::ClockBackwards { steps, .. } => *steps,
        }
    }

    /// What was seen, and what it means for the findings.
    #[must_use]
    pub fn message(&self) -> String {
        match *self {
            Self::Drops { packets } => format!(
                "the capture itself lost {}: what is missing may have been on the wire",
                counted(packets, "packet")
            ),
            Self::Snaplen {
                kept,
                packets,
                of_packets,
                headers,
                missing,
                of_bytes,
            } => {
                let mut told = format!(
                    "{} a packet were kept, {packets} of {of_packets} packets cut",
                    counted(kept, "byte"),
                );
                let mut of_the_others = "";
                if headers > 0 {
                    told += &format!(", {headers} of them within their headers and not read");
                    of_the_others = " in the others";
                }
                match percentage(missing, of_bytes) {
                    Some(share) => told.push_str(&format!(
                        ": payload rules were not run on {share} of the bytes that TCP \
                         carried{of_the_others}; frame headers in what was kept were judged"
                    )),
                    None if of_bytes > 0 => told.push_str(&format!(
                        ": nothing of what TCP carried{of_the_others} is lost by it"
                    )),
                    None => {}
                }
                told
            }
            Self::OneSided { connections, of } => format!(
                "only one direction was captured of {} ({of} carried data): the other took \
                 another way, or a filter left it out",
                counted(connections, "TCP connection")
            ),
            Self::Doubled { packets } => format!(
                "{} there twice, captured on several interfaces, mirrored on both sides of a \
                 switch, or in two of the captures; each is counted as a packet, and read once",
                is_or_are(packets, "packet")
            ),
            Self::ClockBackwards { steps, longest } => format!(
                "the times of packets go backwards {}, by up to {}: durations across that are \
                 wrong",
                counted(steps, "time"),
                length(longest)
            ),
            Self::Offload { packets, largest } => format!(
                "{} larger than a wire carries, up to {} of TCP payload: the network card cuts or \
                 joins them outside of what was captured, so borders, times and marks of packets \
                 are not those on the wire",
                is_or_are(packets, "packet"),
                counted(largest, "byte")
            ),
        }
    }

    /// How to capture without it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Drops { .. } => {
                "give tcpdump a larger buffer (-B 65536), a narrower filter (tcp port N) and a \
                 fast disk"
            }
            Self::Snaplen { .. } => "capture whole packets: tcpdump -s 0",
            Self::OneSided { .. } => {
                "capture on an endpoint or where both directions pass, and filter for 'tcp port \
                 N', not for 'dst port N'"
            }
            Self::Doubled { .. } => {
                "capture on one interface instead of 'any', mirror one side of the switch, and read \
                 no capture beside a copy of it"
            }
            Self::ClockBackwards { .. } => {
                "let the clock be slewed instead of set (chrony) while capturing, and join files \
                 by time (wsblame takes several; mergecap)"
            }
            Self::Offload { .. } => {
                "for true packet borders: ethtool -K IFACE gro off lro off gso off tso off while \
                 capturing, or capture on another machine"
            }
        }
    }
}

/// In days where seconds say little.
fn length(time: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    match time.as_secs() / DAY {
        0 | 1 => seconds(time),
        days => counted(days, "day"),
    }
}

fn counted(number: u64, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

fn is_or_are(number: u64, word: &str) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(number, word))
}

/// A share of something, rounded but never to nothing or all; `None` for nothing.
fn percentage(part: u64, whole: u64) -> Option<String> {
    if part == 0 || whole == 0 {
        return None;
    }
    let rounded = (u128::from(part) * 100 + u128::from(whole) / 2) / u128::from(whole);
    Some(match rounded {
        0 => "less than 1 %".to_owned(),
        100.. if part < whole => "more than 99 %".to_owned(),
        share => format!("{share} %"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_all() {
        assert_eq!(percentage(0, 9), None);
        assert_eq!(percentage(1, 10_000).as_deref(), Some("less than 1 %"));
        assert_eq!(percentage(87, 100).as_deref(), Some("87 %"));
        assert_eq!(percentage(9_999, 10_000).as_deref(), Some("more than 99 %"));
        assert_eq!(percentage(5, 5).as_deref(), Some("100 %"));
        assert_eq!(percentage(u64::MAX, u64::MAX).as_deref(), Some("100 %"));
    }
}
