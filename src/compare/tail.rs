//! The end of a direction: whether what one leg has there, and the other has not, was really
//! dropped or inserted, or was only on its way when one of them ended.

use crate::report::model::TcpEnd;
use crate::time::Timestamp;

use super::clock::Clock;
use super::difference::Way;
use super::unit::Unit;

/// How long after something was sent it must have arrived, in nanoseconds: nothing that waits for
/// more data or for a slow link takes longer.
const PATIENCE: i64 = 2_000_000_000;

/// What is known of the end of a direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail<'p, 'a> {
    way: Way<'p, 'a>,
    clock: Clock,
    /// It is one TCP connection: what did not arrive was lost below, or is on its way.
    is_one: bool,
}

impl<'p, 'a> Tail<'p, 'a> {
    pub(super) const fn of(way: Way<'p, 'a>, clock: Clock, is_one: bool) -> Self {
        Self { way, clock, is_one }
    }

    /// Whether a message that was sent, and did not arrive, should have.
    pub(super) fn is_dropped(&self, unit: &Unit<'_>) -> bool {
        let Way { sender, near, far } = self.way;
        if self.is_one || far.lacks(sender) || !unit.is_complete() {
            return false;
        }
        // What was sent later did arrive.
        if let (Some(own), Some(spot), Some(_)) =
            (near.close(sender), unit.spot(), far.close(sender))
            && own.seen.place.frame > spot.frame
        {
            return true;
        }
        match far.ended_first() {
            Some(first) if first == sender => {
                // Whoever passes an end on passes first what came before it.
                near.ended_first() == Some(sender)
                    && *near.connection.close.tcp.of(sender) == Some(TcpEnd::Fin)
                    && *far.connection.close.tcp.of(sender) == Some(TcpEnd::Fin)
                    && !is_closing(
                        near.close(sender.peer()).map(|frame| frame.seen.place.time),
                        unit,
                    )
            }
            Some(_) => false,
            None => unit
                .ended()
                .is_some_and(|time| self.waited_for(time, far.captured_until)),
        }
    }

    /// Whether a message that arrived was sent by nobody.
    pub(super) fn is_inserted(&self, unit: &Unit<'_>) -> bool {
        let Way { sender, near, .. } = self.way;
        if near.tape(sender).barrier.is_some() || near.lacks(sender) {
            return false;
        }
        // A FIN has a number, and so has what acknowledges: behind them nothing can be missing.
        let is_ended = *near.connection.close.tcp.of(sender) == Some(TcpEnd::Fin);
        let arrived = unit.place().map(|place| place.time);
        let acknowledged = near.went_on_until(sender.peer());
        !near.has_unseen_end(sender)
            && (is_ended || arrived.is_some_and(|time| self.was_seen_near(time, acknowledged)))
    }

    /// Whether a message that arrived in part was cut off by whoever passes it on.
    pub(super) fn is_cut(&self, sent: &Unit<'_>) -> bool {
        let Way { sender, near, far } = self.way;
        let died = near.ended_first() == Some(sender)
            && *near.connection.close.tcp.of(sender) == Some(TcpEnd::Rst);
        sent.is_complete() && !far.lacks(sender) && far.ended_first() == Some(sender) && !died
    }

    /// Whether the receiver's capture goes on long enough after something was sent.
    fn waited_for(&self, sent: Timestamp, until: Option<Timestamp>) -> bool {
        self.lies_behind(sent, until, self.way.sender == crate::side::Side::Client)
    }

    /// Whether the sender's capture goes on long enough after something arrived.
    fn was_seen_near(&self, arrived: Timestamp, until: Option<Timestamp>) -> bool {
        self.lies_behind(arrived, until, self.way.sender == crate::side::Side::Server)
    }

    /// Whether `until`, on one leg, is well behind `time`, on the other; `until_is_near_server` says
    /// which clock is whose.
    fn lies_behind(
        &self,
        time: Timestamp,
        until: Option<Timestamp>,
        until_is_near_server: bool,
    ) -> bool {
        let Some(until) = until else { return false };
        let (time, until) = if until_is_near_server {
            (time.nanos(), self.clock.near_client(until))
        } else {
            (self.clock.near_client(time), until.nanos())
        };
        let after = until.saturating_sub(time);
        after > PATIENCE.saturating_add(self.clock.doubt())
    }
}

/// Whether the receiver had closed before a message came: it need not take it any more.
fn is_closing(closed: Option<Timestamp>, unit: &Unit<'_>) -> bool {
    let sent = unit.place().map(|place| place.time);
    closed.is_some_and(|closed| sent.is_none_or(|sent| closed <= sent))
}
