//! What depends on time: Pings that stay unanswered, and ends that a timer made.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::time::Duration;

use wsblame::report::model::Finding;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Conversation, Frame, Segment, Side};

fn findings(capture: &Capture) -> Vec<Finding> {
    let report = built::report(capture.packets.iter().cloned());
    let findings = report.connections.into_iter();
    findings
        .flat_map(|connection| connection.findings)
        .collect()
}

/// `warning unanswered-ping client 6`, without what is info.
fn found(capture: &Capture) -> Vec<String> {
    let findings = findings(capture).into_iter();
    findings
        .filter(|finding| finding.severity.as_str() != "info")
        .map(|finding| {
            let severity = finding.severity.as_str();
            let sender = finding.sender.map_or("nobody", |side| side.as_str());
            format!("{severity} {} {sender} {}", finding.rule, finding.packet)
        })
        .collect()
}

fn message(capture: &Capture, rule: &str) -> String {
    let finding = findings(capture)
        .into_iter()
        .find(|found| found.rule == rule);
    finding.unwrap().message
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A Ping by the server in packet 6, acknowledged in packet 7.
fn pinged() -> Conversation {
    let mut conversation = Conversation::accepted();
    conversation.server(Frame::ping("hello?")).ack(Client);
    conversation
}

/// Another connection, whose packets show that the capture went on until then.
fn running_until(conversation: &Conversation, time: Duration) -> Capture {
    let ends = |port| {
        (
            ([192, 0, 2, 11], port).into(),
            ([198, 51, 100, 20], 80).into(),
        )
    };
    let (client, server) = ends(40_000);
    let mut other = Conversation::between(client, server);
    other.open().at(time).end(Client);
    Capture::of([conversation, &other])
}

#[test]
fn a_ping_that_nobody_answers_is_told() {
    let mut hung = pinged();
    hung.wait(seconds(31)).server(Frame::ping("hello?"));
    let expected = ["warning unanswered-ping client 6"];
    assert_eq!(found(&hung.capture()), expected);
    let in_both = running_until(&pinged(), seconds(40));
    let [told] = found(&in_both).try_into().unwrap();
    assert!(told.starts_with("warning unanswered-ping client"), "{told}");

    // By the client, which masks.
    let mut masked = Conversation::accepted();
    masked.client(Frame::ping("hello?")).ack(Server);
    masked.wait(seconds(31)).client(Frame::text("you there?"));
    assert_eq!(
        found(&masked.capture()),
        ["warning unanswered-ping server 6"]
    );

    // Who has given up waiting ends the connection.
    let mut given_up = pinged();
    given_up
        .wait(seconds(20))
        .server(Frame::close(4000, "ping timeout"))
        .ack(Client)
        .wait(seconds(11))
        .fin(Server)
        .ack(Client);
    assert_eq!(found(&given_up.capture()), expected);
}

#[test]
fn a_pong_that_comes_late_is_told() {
    let mut late = pinged();
    late.wait(seconds(40))
        .client(Frame::pong("hello?"))
        .close(1000);
    assert_eq!(found(&late.capture()), ["warning unanswered-ping client 6"]);
    let message = message(&late.capture(), "unanswered-ping");
    assert!(message.contains("answered 40.0 s after"), "{message}");
}

#[test]
fn every_unanswered_ping_counts_once_and_memory_is_bounded() {
    let mut many = Conversation::accepted();
    for _ in 0..10 {
        many.server(Frame::ping("hello?")).ack(Client);
    }
    many.wait(seconds(31)).server(Frame::text("hello"));
    let ten = findings(&many.capture());
    assert_eq!(
        (ten[0].count, ten[0].packet, ten[0].last_packet),
        (10, 6, 24)
    );

    let mut flood = Conversation::accepted();
    for number in 0..1000 {
        flood.server(Frame::ping(number.to_string())).ack(Client);
    }
    flood.wait(seconds(31)).server(Frame::text("hello"));
    let told = findings(&flood.capture());
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].packet, told[0].last_packet), (6, 2004));
    // Which one of those that are forgotten it answers is not known.
    flood.client(Frame::pong("500"));
    let told = findings(&flood.capture());
    assert!(told.iter().all(|told| told.rule != "pong-mismatch"));
}

#[test]
fn a_ping_need_not_be_answered_by_a_side_that_leaves_or_is_busy() {
    let silent = |name: &str, change: &dyn Fn(&mut Conversation)| {
        let mut conversation = pinged();
        change(&mut conversation);
        let found = found(&conversation.capture());
        let told = found.iter().any(|found| found.contains("unanswered-ping"));
        assert!(!told, "{name}: {found:?}");
    };
    silent("a Pong after 29 s", &|it| {
        it.wait(seconds(29)).client(Frame::pong("hello?"));
        it.wait(seconds(29)).close(1000);
    });
    silent("the capture ends after 29 s", &|it| {
        it.wait(seconds(29)).server(Frame::text("hello"));
    });
    silent("a Close after 20 s", &|it| {
        it.wait(seconds(20)).client(Frame::close(1000, ""));
        it.wait(seconds(40)).server(Frame::close(1000, ""));
    });
    silent("a FIN after 20 s", &|it| {
        it.wait(seconds(20)).fin(Client).ack(Server);
        it.wait(seconds(40)).fin(Server);
    });
    silent("a RST by the other side after 20 s", &|it| {
        it.wait(seconds(20)).rst(Server);
        it.wait(seconds(40)).ack(Client);
    });
    silent("a frame that takes a minute", &|it| {
        let frame = it.encode(Client, [Frame::binary(vec![7; 6000])]);
        it.step(seconds(15)).bytes(Client, frame);
        it.step(milliseconds(1)).client(Frame::pong("hello?"));
    });
    silent("a frame that never ends", &|it| {
        it.client(Frame::binary(vec![7; 600]).declaring(60_000));
        it.wait(seconds(60)).server(Frame::text("hello"));
    });
}

#[test]
fn a_ping_need_not_be_answered_by_a_side_that_did_not_get_it() {
    // TCP never acknowledges it.
    let mut lost = Conversation::accepted();
    lost.server(Frame::ping("hello?"));
    let acknowledgement = lost.segments()[5].sequence;
    for _ in 0..5 {
        lost.wait(seconds(10)).client(Frame::text("I am well"));
    }
    for segment in &mut lost.segments_mut()[6..] {
        segment.acknowledgement = acknowledgement;
    }
    assert!(found(&lost.capture()).is_empty());
    // Behind a Close of its own.
    let mut behind = Conversation::accepted();
    behind.server(Frame::close(1000, ""));
    behind.server(Frame::ping("hello?")).ack(Client);
    behind.wait(seconds(31)).fin(Server).ack(Client);
    assert_eq!(
        found(&behind.capture()),
        ["warning frame-after-close server 7"]
    );
}

/// Every Ping is answered, at once or the latest only, with long silences.
fn answered() -> Conversation {
    let mut conversation = Conversation::accepted();
    let (text, ping, pong) = (Frame::text, Frame::ping, Frame::pong);
    conversation
        .client(text("hello"))
        .server(ping("1"))
        .client(pong("1"))
        .ack(Server)
        .wait(seconds(35))
        .client(ping("a"))
        .ack(Server)
        .client(ping("b"))
        .server(pong("b"))
        .wait(seconds(35))
        .server(text("hello"))
        .ack(Client)
        .server(ping("2"))
        .client(pong("2"))
        .wait(seconds(35))
        .close(1000);
    conversation
}

#[test]
fn missing_packets_leave_no_ping_unanswered() {
    let capture = answered().capture();
    assert!(findings(&capture).is_empty());
    let count = capture.packets.len();
    for first in 1..=count {
        for second in first..=count {
            for third in [second, second + 1, second + 2] {
                let lossy = capture.clone().without([first, second, third]);
                let told = findings(&lossy);
                let mut told = told.iter().map(|told| told.rule);
                let blamed = told.any(|rule| ["unanswered-ping", "pong-mismatch"].contains(&rule));
                assert!(!blamed, "without {first}, {second} and {third}");
            }
        }
    }
    // Mid-stream.
    for start in 1..count {
        let late = capture.clone().without(1..=start);
        let told = findings(&late);
        assert!(told.iter().all(|told| !told.rule.contains('p')
            || !["unanswered-ping", "pong-mismatch"].contains(&told.rule)));
    }
}

#[test]
fn the_order_of_packets_in_the_file_changes_no_pings() {
    let mut hung = answered();
    hung.segments_mut().truncate(20);
    let mut mixed = Conversation::accepted();
    mixed
        .server(Frame::ping("1"))
        .client(Frame::pong("2"))
        .ack(Server)
        .server(Frame::ping("3"))
        .ack(Client)
        .client(Frame::pong("3"));
    let mut waits = pinged();
    waits.wait(seconds(40)).client(Frame::pong("hello?"));
    for conversation in [hung, mixed, waits, pinged()] {
        let capture = conversation.capture();
        let count = capture.packets.len();
        let told = |capture: &Capture| {
            let findings = findings(capture).into_iter();
            findings
                .map(|found| {
                    (
                        found.rule,
                        found.sender,
                        found.frame,
                        found.count,
                        found.message,
                    )
                })
                .map(|(rule, sender, frame, count, message)| {
                    let words = message.split(" packet ").next().unwrap().to_owned();
                    (rule, sender, frame, count, words)
                })
                .collect::<Vec<_>>()
        };
        let whole = told(&capture);
        for one in 5..count {
            let mut order: Vec<usize> = (1..=count).collect();
            order.swap(one - 1, one);
            assert_eq!(told(&capture.clone().stored_as(order)), whole, "{one}");
        }
    }
}

#[test]
fn a_pong_is_held_against_what_its_sender_had_received() {
    let told = |change: &dyn Fn(&mut Conversation)| {
        let mut conversation = Conversation::accepted();
        change(&mut conversation);
        let findings = findings(&conversation.capture());
        findings.iter().any(|found| found.rule == "pong-mismatch")
    };
    assert!(told(&|it| {
        it.server(Frame::ping("1")).client(Frame::pong(""));
    }));
    // Unasked.
    assert!(!told(&|it| {
        it.client(Frame::pong("")).server(Frame::ping("1"));
    }));
    // The Ping is on its way.
    assert!(!told(&|it| {
        it.server(Frame::ping("1")).client(Frame::pong(""));
        let begin = it.segments()[5].sequence;
        it.segments_mut()[6].acknowledgement = begin;
    }));
    // Answered before, and once more; all of several, in another order.
    assert!(!told(&|it| {
        it.server(Frame::ping("1")).server(Frame::ping("2"));
        it.client(Frame::pong("2")).server(Frame::ping("3"));
        it.client(Frame::pong("1")).client(Frame::pong("2"));
        it.client(Frame::pong("3"));
    }));
    // In two segments.
    assert!(!told(&|it| {
        it.server(Frame::ping("a longer one"));
        it.send_cut(Client, Frame::pong("a longer one"), &[3, 9]);
    }));
    // Not all of the payload was captured.
    let mut cut = Conversation::accepted();
    cut.server(Frame::ping("x".repeat(100)));
    cut.client(Frame::pong("y".repeat(100)));
    let mut capture = cut.capture();
    let length = capture.packets[6].bytes.len();
    capture.packets[6].bytes.truncate(length - 10);
    let findings = findings(&capture);
    assert!(findings.iter().all(|found| found.rule != "pong-mismatch"));
}

/// Silence, then whatever ends it.
fn silent_for(time: Duration, end: impl Fn(&mut Conversation)) -> Capture {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("hello"))
        .server(Frame::text("hello"))
        .wait(time - milliseconds(1));
    end(&mut conversation);
    conversation.capture()
}

#[test]
fn an_end_after_a_timers_silence_is_told() {
    let ends = |it: &mut Conversation| {
        it.end(Server);
    };
    let idle = ["warning idle-timeout-closure server 8"];
    let abnormal = ["warning abnormal-closure server 8"];
    assert_eq!(found(&silent_for(milliseconds(59_900), ends)), idle);
    assert_eq!(found(&silent_for(milliseconds(61_000), ends)), idle);
    assert_eq!(found(&silent_for(milliseconds(59_890), ends)), abnormal);
    assert_eq!(found(&silent_for(milliseconds(61_010), ends)), abnormal);
    assert_eq!(found(&silent_for(seconds(57), ends)), abnormal);
    let reset = |it: &mut Conversation| {
        it.rst(Server);
    };
    assert_eq!(found(&silent_for(seconds(350), reset)), idle);

    let message = |time| message(&silent_for(time, ends), "idle-timeout-closure");
    let firm = message(seconds(60));
    assert!(firm.contains("60.0 s after the last bytes of either side"));
    assert!(!firm.contains("hint") && firm.contains("nginx"), "{firm}");
    assert!(message(seconds(5)).contains("hint"));
}

#[test]
fn what_the_other_side_still_sends_after_the_end_breaks_no_silence() {
    let answered = silent_for(seconds(60), |it| {
        it.fin(Server)
            .client(Frame::text("are you leaving?"))
            .fin(Client);
    });
    assert_eq!(found(&answered), ["warning idle-timeout-closure server 8"]);
    // Keep-alive probes are no activity.
    let probed = silent_for(seconds(30), |it| {
        it.keep_alive(Server)
            .ack(Client)
            .wait(seconds(30))
            .end(Server);
    });
    assert_eq!(found(&probed), ["warning idle-timeout-closure server 10"]);
}

#[test]
fn an_end_that_is_said_is_no_idle_timeout() {
    let close = silent_for(seconds(60), |it| {
        it.close(1000);
    });
    assert!(found(&close).is_empty());
    let by_server = |reason: &'static str| {
        silent_for(seconds(60), move |it| {
            it.server(Frame::close(1000, reason));
            it.client(Frame::close(1000, reason)).end(Server);
        })
    };
    assert!(found(&by_server("bye")).is_empty());
    assert!(found(&by_server("ping timeout")).is_empty());
    assert_eq!(
        found(&by_server("Idle Timeout")),
        ["warning idle-timeout-closure server 8"]
    );
}

#[test]
fn an_end_amid_a_message_is_no_idle_timeout() {
    let amid = silent_for(seconds(60), |it| {
        it.server(Frame::text("half of").declaring(60))
            .wait(seconds(60))
            .end(Server);
    });
    assert_eq!(found(&amid), ["warning abnormal-closure server 9"]);
}

#[test]
fn the_silence_of_one_direction_and_the_age_are_told_as_such() {
    let busy = |side: Side, count: u64| {
        let mut conversation = Conversation::accepted();
        conversation.server(Frame::text("hello"));
        for _ in 0..count {
            conversation
                .wait(milliseconds(8567))
                .send(side, Frame::text("more"));
        }
        conversation
    };
    let mut upstream = busy(Client, 7);
    upstream.wait(milliseconds(60_000 - 7 * 8568)).end(Server);
    let told = message(&upstream.capture(), "idle-timeout-closure");
    assert!(
        told.contains("60.0 s after the last bytes of the server"),
        "{told}"
    );
    let mut old = Conversation::accepted();
    old.at(milliseconds(7_000));
    for side in [Client, Server, Client, Server] {
        old.wait(milliseconds(1_567))
            .send(side, Frame::text("more"));
    }
    old.at(seconds(15)).end(Server);
    let told = message(&old.capture(), "idle-timeout-closure");
    assert!(
        told.contains("after the 101") && told.contains("hint"),
        "{told}"
    );
}

#[test]
fn the_second_to_leave_is_told_as_its_consequence() {
    let told = findings(&silent_for(seconds(60), |it| {
        it.end(Server);
    }));
    let second = told.iter().find(|told| told.rule == "abnormal-closure");
    let second = second.unwrap();
    assert_eq!(second.severity.as_str(), "info");
    assert_eq!(second.sender.unwrap().as_str(), "client");
    let cause = second.because_of.as_ref().unwrap();
    assert_eq!((cause.rule, cause.packet), ("idle-timeout-closure", 8));
}

/// Where a packet is missing, a silence may be none.
#[test]
fn a_gap_makes_no_silence() {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("hello"))
        .server(Frame::text("hello"))
        .ack(Client)
        .wait(seconds(30))
        .client(Frame::text("hello"))
        .ack(Server)
        .wait(seconds(30))
        .end(Server);
    let fin = |segment: &&Segment| segment.sender == Server;
    assert!(conversation.segments().iter().rev().any(|it| fin(&it)));
    let capture = conversation.capture().without([9]);
    let told = findings(&capture);
    assert!(
        told.iter().all(|told| told.rule != "idle-timeout-closure"),
        "{told:#?}"
    );
}

#[test]
fn a_close_for_want_of_a_pong_says_what_the_capture_holds_of_it() {
    let told = |change: &dyn Fn(&mut Conversation)| {
        let mut conversation = pinged();
        change(&mut conversation);
        conversation
            .server(Frame::close(1011, "keepalive ping timeout"))
            .client(Frame::close(1011, "keepalive ping timeout"))
            .end(Server);
        message(&conversation.capture(), "internal-error-close")
    };
    let silent = told(&|it| {
        it.wait(seconds(20));
    });
    assert!(silent.ends_with("no Pong by the client to the last Ping, in packet 6"));
    let deaf = told(&|it| {
        it.client(Frame::pong("hello?")).wait(seconds(20));
    });
    assert!(deaf.contains("sent a Pong, in packet 8, after"), "{deaf}");
}
