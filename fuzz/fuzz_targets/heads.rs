//! HTTP exchanges: whatever both sides send, and however it is cut into packets, the same heads
//! are read and every call either takes bytes or says why not.
//!
//! Input: the cuts, counted by a byte before them; gaps of both sides, the same way, four bytes
//! each; then the client's bytes, their length in two bytes before them, and the server's.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wsblame::http::{Exchanges, Progress, Purpose};
use wsblame::limits::Limits;
use wsblame::side::Side;
use wsblame_fuzz::input::Input;
use wsblame_fuzz::stream::{chunk, gap, pieces};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let cuts = input.list();
    let gaps = input.list();
    let length = input.short();
    let client = input.run(usize::from(length));
    let server = input.rest();

    let whole = exchange(client, server, &[], &Limits::default());
    let cut = exchange(client, server, cuts, &Limits::default());
    assert_eq!(whole, cut);
    exchange(client, server, cuts, &wsblame_fuzz::small_limits());
    with_gaps(client, server, gaps);
});

/// What came of the bytes of both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Answered(Purpose, u16, u64),
    Accepted(u16, u64),
    /// Where in the chunks this is noticed depends on the cutting.
    Other(Side),
}

/// Hands on all that a side need not wait for, the client first.
fn exchange(client: &[u8], server: &[u8], cuts: &[u8], limits: &Limits) -> Vec<Told> {
    let mut exchanges = Exchanges::default();
    let mut told = Vec::new();
    let mut sides = [
        (Side::Client, pieces(client, cuts).collect::<Vec<_>>()),
        (Side::Server, pieces(server, cuts).collect::<Vec<_>>()),
    ];
    for (_, waiting) in &mut sides {
        waiting.reverse();
    }
    let mut calls = 0;
    loop {
        let next = sides
            .iter_mut()
            .find(|(side, waiting)| !exchanges.waits(*side) && !waiting.is_empty());
        let Some((side, waiting)) = next else {
            return told;
        };
        let (offset, bytes) = waiting.pop().unwrap();
        let fed = chunk(calls, offset, bytes);
        calls += 1;
        assert!(
            calls < 16 + 4 * (client.len() + server.len()) as u64,
            "no progress"
        );
        let rest = match exchanges.data(*side, fed, limits) {
            Progress::Rest(rest) => rest,
            Progress::Answered(attempt, rest) => {
                let response = attempt.response.expect("an answered attempt has an answer");
                assert!(response.place.stream_offset < rest.offset);
                told.push(Told::Answered(
                    attempt.purpose,
                    response.head.status,
                    rest.offset,
                ));
                rest
            }
            Progress::Accepted(attempt, rest) => {
                let status = attempt.response.unwrap().head.status;
                told.push(Told::Accepted(status, rest.offset));
                return told;
            }
            Progress::Unanswered(..) | Progress::Unplaced(_) => panic!("nothing is missing"),
            Progress::Other(_) => {
                told.push(Told::Other(*side));
                return told;
            }
        };
        let end = offset + bytes.len();
        assert_eq!(rest.offset as usize + rest.bytes.len(), end);
        assert!(rest.offset as usize >= offset);
        if !rest.bytes.is_empty() {
            waiting.push((rest.offset as usize, rest.bytes));
        }
    }
}

/// Nothing but that it goes on, whatever is missing.
fn with_gaps(client: &[u8], server: &[u8], gaps: &[u8]) {
    let mut exchanges = Exchanges::default();
    let limits = wsblame_fuzz::small_limits();
    let mut left = [(Side::Client, client, 0), (Side::Server, server, 0)];
    for (number, gap_at) in (1..).zip(gaps.chunks_exact(4)) {
        let (side, bytes, offset) = &mut left[usize::from(gap_at[0] & 1)];
        let (take, skip) = (usize::from(gap_at[1]), usize::from(gap_at[2]));
        let (now, rest) = bytes.split_at(take.min(bytes.len()));
        let mut fed = chunk(number, *offset, now);
        for _ in 0..=now.len() * 2 {
            if fed.bytes.is_empty() || exchanges.waits(*side) {
                break;
            }
            fed = match exchanges.data(*side, fed, &limits) {
                Progress::Rest(rest)
                | Progress::Answered(_, rest)
                | Progress::Unanswered(_, rest) => rest,
                Progress::Accepted(..) | Progress::Other(_) => return,
                Progress::Unplaced(_) => break,
            };
        }
        *offset += now.len();
        *bytes = &rest[skip.min(rest.len())..];
        if skip > 0 {
            exchanges.gap(*side, &gap(number, *offset, skip));
            *offset += skip;
        }
        match gap_at[3] {
            1 => exchanges.give_up_requests(),
            2 => drop(exchanges.give_up_answer()),
            3 => exchanges.lose_place(*side),
            _ => {}
        }
    }
}
