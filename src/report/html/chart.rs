//! Connections over time: each a line where they are few, counted by begin where they are many.

use serde::Serialize;

use crate::report::model::Connection;
use crate::report::words::{date_and_time, lasting};
use crate::time::Timestamp;

/// Connections that have a line each at most.
const LINES: usize = 12;

/// Bars where there are more.
const BARS: usize = 40;

/// Left and right end of the time axis, in the drawing's units.
const LEFT: u64 = 24;
const WIDTH: u64 = 320;

/// The drawing.
#[derive(Serialize)]
pub(super) struct Chart {
    height: u64,
    lines: Vec<Line>,
    bars: Vec<Bar>,
    /// The largest number of connections in a bar.
    most: u64,
    begin: String,
    span: String,
    /// What it shows, in words.
    says: String,
}

/// A connection as a line.
#[derive(Serialize)]
struct Line {
    id: u64,
    y: u64,
    from: u64,
    to: u64,
    broken: bool,
}

/// The connections that began in a part of the time.
#[derive(Serialize)]
struct Bar {
    x: u64,
    all: u64,
    broken: u64,
    /// Heights of those that are sound and of those that are broken.
    sound_height: u64,
    broken_height: u64,
    from: String,
}

/// Height of the highest bar.
const HIGH: u64 = 80;

/// The drawing of these connections; none where there are none.
pub(super) fn view(connections: &[Connection]) -> Option<Chart> {
    let first = connections.iter().map(|it| it.start).min()?;
    let last = connections.iter().map(|it| it.end.max(it.start)).max()?;
    let span = last.since(first);
    let broken = connections.iter().filter(|it| it.broken).count();
    let few = connections.len() <= LINES;
    let (lines, bars) = if few {
        (lines(connections, first, last), Vec::new())
    } else {
        (Vec::new(), bars(connections, first))
    };
    Some(Chart {
        height: if few {
            lines.len() as u64 * 14 + 12
        } else {
            HIGH + 32
        },
        most: bars.iter().map(|bar| bar.all).max().unwrap_or(0),
        lines,
        bars,
        begin: date_and_time(first),
        span: lasting(span),
        says: format!(
            "Connections over {}: {} in all, {broken} of them broken",
            lasting(span),
            connections.len()
        ),
    })
}

/// Where a moment stands on an axis of so many units.
fn place(moment: Timestamp, first: Timestamp, last: Timestamp, units: u64) -> u64 {
    let span = last.since(first).as_nanos().max(1);
    let at = moment.since(first).as_nanos().min(span);
    u64::try_from(at * u128::from(units) / span).unwrap_or(units)
}

fn lines(connections: &[Connection], first: Timestamp, last: Timestamp) -> Vec<Line> {
    let numbered = connections.iter().enumerate();
    let lines = numbered.map(|(row, it)| Line {
        id: it.id,
        y: row as u64 * 14 + 10,
        from: LEFT + place(it.start, first, last, WIDTH),
        to: LEFT + place(it.end, first, last, WIDTH),
        broken: it.broken,
    });
    lines.collect()
}

fn bars(connections: &[Connection], first: Timestamp) -> Vec<Bar> {
    let last = connections.iter().map(|it| it.start).max().unwrap_or(first);
    let mut counts = vec![(0u64, 0u64, None::<Timestamp>); BARS];
    for connection in connections {
        let at = place(connection.start, first, last, BARS as u64 - 1);
        let bar = usize::try_from(at).ok().and_then(|at| counts.get_mut(at));
        if let Some((all, broken, from)) = bar {
            *all += 1;
            *broken += u64::from(connection.broken);
            *from = Some(from.map_or(connection.start, |it| it.min(connection.start)));
        }
    }
    let most = counts
        .iter()
        .map(|(all, ..)| *all)
        .max()
        .unwrap_or(1)
        .max(1);
    // What is there is seen, however little it is.
    let height = |number: u64| (number * HIGH / most).max(u64::from(number > 0) * 2);
    let numbered = counts.into_iter().enumerate();
    let bars = numbered.filter_map(|(at, (all, broken, from))| {
        Some(Bar {
            x: LEFT + at as u64 * (WIDTH / BARS as u64),
            all,
            broken,
            sound_height: height(all - broken),
            broken_height: height(broken),
            from: date_and_time(from?),
        })
    });
    bars.collect()
}
