//! docs/runbook.md takes an incident step by step, and shows what the program really prints at each.
//! `UPDATE_DOCS=1` writes it anew.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const HEAD: &str = "\
# An incident, step by step

A WebSocket closes with 1002 shortly after the handshake, or never opens, and only through the proxy.
Each step below stands alone: a question, the command that answers it, and what it says of a real
capture of `fixtures/`.

Capture before the connection begins, whole packets, both directions:

```sh
tcpdump -i eth0 --immediate-mode -s 0 -w ws.pcap 'tcp port 8001'
```
";

/// A question of the incident, what answers it, and with which exit status.
struct Step {
    question: &'static str,
    answer: &'static str,
    command: &'static [&'static str],
    status: i32,
}

const STEPS: [Step; 14] = [
    Step {
        question: "What does the error in the log mean?",
        answer: "The text of the log, as it stands there, and the capture of that moment. The same \
            text often has several causes with different owners; the capture says which of them it \
            is.",
        command: &[
            "explain",
            "Invalid WebSocket frame: RSV1 must be clear",
            "fixtures/real/extension-header-stripped/capture.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Is the proxy the cause? The direct way works",
        answer: "Capture the same client twice, once directly and once through the proxy. Keys and \
            times differ; what is asked for and said does not.",
        command: &[
            "compare",
            "fixtures/legs/direct-and-proxied/direct.pcap",
            "fixtures/legs/direct-and-proxied/proxied.pcap",
        ],
        status: 1,
    },
    Step {
        question: "What does the proxy change?",
        answer: "Capture on both sides of it at the same time. This is the proof: what differs was \
            changed between the two.",
        command: &[
            "compare",
            "fixtures/legs/extension-response-stripped/near-client.pcap",
            "fixtures/legs/extension-response-stripped/near-server.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Which extensions were agreed on? The offer was taken out on the way",
        answer: "The server never saw the offer, and the client is told that it was accepted: it \
            compresses, and the server closes.",
        command: &[
            "compare",
            "fixtures/legs/extension-request-stripped/near-client.pcap",
            "fixtures/legs/extension-request-stripped/near-server.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Are reserved bits set, and nothing was negotiated?",
        answer: "Here the payload is not compressed: the bit was set on the way, or by the server. One \
            capture cannot tell which, and says where to capture next.",
        command: &["check", "fixtures/legs/rsv1-set/near-client.pcap"],
        status: 1,
    },
    Step {
        question: "Does the server mask its frames?",
        answer: "Only clients mask. This capture was taken on the server's own machine, and the \
            capture says so: it is the server itself.",
        command: &[
            "check",
            "fixtures/real/masked-server-frames-at-server/capture.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Is there a continuation without a beginning?",
        answer: "No byte of TCP is missing, so that it was not lost on the wire.",
        command: &["check", "fixtures/real/dropped-first-fragment/capture.pcap"],
        status: 1,
    },
    Step {
        question: "Who dropped the beginning?",
        answer: "The other side of the proxy has it.",
        command: &[
            "compare",
            "fixtures/legs/first-fragment-dropped/near-client.pcap",
            "fixtures/legs/first-fragment-dropped/near-server.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Is there a message with FIN=0 that is never finished?",
        answer: "The stream ends in the middle of it, and nobody sent a Close.",
        command: &[
            "check",
            "fixtures/real/server-killed-mid-message/capture.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Does the proxy take frames for HTTP?",
        answer: "A filter writes its page among the frames.",
        command: &["check", "fixtures/real/injected-403-mid-frame/capture.pcap"],
        status: 1,
    },
    Step {
        question: "Does the proxy alter what is in the frames?",
        answer: "The first byte that differs, on both sides.",
        command: &[
            "compare",
            "fixtures/legs/text-spoiled/near-client.pcap",
            "fixtures/legs/text-spoiled/near-server.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Are binary messages refused by a handler that takes text only?",
        answer: "The side that closes with 1003 says what it does not take.",
        command: &["check", "fixtures/real/unsupported-data-1003/capture.pcap"],
        status: 1,
    },
    Step {
        question: "Does nginx pass the upgrade on?",
        answer: "Captured between nginx and the server.",
        command: &[
            "check",
            "fixtures/real/upgrade-header-missing-http10/capture.pcap",
        ],
        status: 1,
    },
    Step {
        question: "Is it clean here?",
        answer: "Then the ticket may go on to another team, with what this capture cannot vouch for.",
        command: &["check", "fixtures/real/clean-nginx-deflate/capture.pcap"],
        status: 0,
    },
];

/// What a terminal shows of a run.
fn screen(step: &Step) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(step.command)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(step.status), "{}", step.question);
    let printed = String::from_utf8(run.stdout).unwrap();
    let quoted = |argument: &&str| match argument.contains(' ') {
        true => format!("'{argument}'"),
        false => (*argument).to_owned(),
    };
    let command: Vec<_> = step.command.iter().map(quoted).collect();
    format!(
        "```console\n$ wsblame {}\n{printed}```\n",
        command.join(" ")
    )
}

#[test]
fn the_runbook_shows_what_the_program_prints() {
    let mut expected = HEAD.to_owned();
    for step in &STEPS {
        let (question, answer) = (step.question, step.answer);
        write!(expected, "\n## {question}\n\n{answer}\n\n{}", screen(step)).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/runbook.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/runbook.md is not what the program prints; run UPDATE_DOCS=1 cargo test --test runbook"
    );
}
