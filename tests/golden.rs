//! The reports on fixtures, held to files that were read and found good.
//! `UPDATE_GOLDEN=1 cargo test --test golden` accepts what the program says now.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::Path;
use std::process::Command;

/// The reports as Markdown, by name: the command, and its captures below `fixtures`.
const MARKDOWN: [(&str, &str, &[&str]); 14] = [
    (
        "extension-stripped",
        "check",
        &["real/extension-header-stripped/capture.pcap"],
    ),
    (
        "page-injected",
        "check",
        &["real/injected-403/capture.pcap"],
    ),
    (
        "upgrade-refused",
        "check",
        &["real/handshake-rejected-502/capture.pcap"],
    ),
    (
        "idle-timeout",
        "check",
        &["real/nginx-idle-15s/capture.pcap"],
    ),
    (
        "endpoint-died",
        "check",
        &["real/server-killed-mid-message/capture.pcap"],
    ),
    (
        "frames-altered",
        "check",
        &["real/masked-server-frames-at-server/capture.pcap"],
    ),
    ("lossy-ipv6", "check", &["real/ipv6-lossy/capture.pcap"]),
    (
        "mid-stream-start",
        "check",
        &["real/mid-stream-start/capture.pcap"],
    ),
    ("snaplen", "check", &["real/snaplen-96/capture.pcap"]),
    ("clean", "check", &["real/clean-nginx-deflate/capture.pcap"]),
    (
        "two-inputs",
        "check",
        &[
            "legs/block-page-injected/near-client.pcap",
            "legs/block-page-injected/near-server.pcap",
        ],
    ),
    (
        "many-connections",
        "check",
        &["real/reload-storm/capture.pcap"],
    ),
    (
        "compared",
        "compare",
        &[
            "legs-built/extension-stripped-from-101/near-client.pcap",
            "legs-built/extension-stripped-from-101/near-server.pcap",
        ],
    ),
    (
        "compared-clean",
        "compare",
        &[
            "legs/clean-nginx-deflate/near-client.pcap",
            "legs/clean-nginx-deflate/near-server.pcap",
        ],
    ),
];

/// What the program prints; the version is no part of what is held.
fn printed(command: &str, captures: &[&str]) -> String {
    let captures = captures.iter().map(|it| format!("fixtures/{it}"));
    let run = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args([command, "--format", "markdown"])
        .args(captures)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.code().unwrap() < 2, "{text}");
    let version = concat!("wsblame ", env!("CARGO_PKG_VERSION"), ";");
    text.replace(version, "wsblame VERSION;")
}

#[test]
fn markdown_is_as_it_was_found_good() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/markdown");
    let mut changed = Vec::new();
    for (name, command, captures) in MARKDOWN {
        let path = folder.join(name).with_extension("md");
        let text = printed(command, captures);
        assert_eq!(
            text,
            printed(command, captures),
            "{name} is not the same twice"
        );
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
            changed.push(name);
        }
    }
    let none: [&str; 0] = [];
    assert_eq!(
        changed, none,
        "if these reports are better now: UPDATE_GOLDEN=1 cargo test --test golden"
    );
}
