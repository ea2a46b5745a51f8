//! What a capture says beside its packets: what it lost itself, the interfaces, what users noted.
//! It knows what of that changes how a report is read; the rest is in the JSON alone.

use std::collections::BTreeMap;

use super::page::{DOUBTFUL, FAINT, Line, PLAIN, Page, STRONG};
use super::words::{NO_BREAK, counted, first_few, quoted, untrusted};
use crate::report::model::{Comment, Dropped, Input, Interface, LinkType};

/// Says it below the capture's own line.
pub(super) fn write(page: &mut Page, input: &Input) {
    let lines = [interfaces(input), lost(input)].into_iter().flatten();
    let lines = lines
        .chain(unreadable(&[input]))
        .chain([link_errors(input), secrets(input)].into_iter().flatten())
        .chain(input.comments.iter().map(comment))
        .chain(left_out(input));
    for line in lines {
        page.line(2, line);
    }
}

/// Says of many captures which links cannot be read.
pub(super) fn write_unreadable(page: &mut Page, inputs: &[&Input]) {
    for line in unreadable(inputs) {
        page.line(2, line);
    }
}

/// The interfaces that have packets, if they are several.
fn interfaces(input: &Input) -> Option<Line> {
    let with_packets = || input.interfaces.iter().filter(|it| it.packets > 0);
    let mut others = with_packets();
    let first = others.next()?.link_type;
    others.next()?;
    let is_one_link = with_packets().all(|it| it.link_type == first);
    let told = with_packets().map(|interface| {
        let name = name(interface, input);
        let packets = counted(interface.packets, "packet");
        if is_one_link {
            format!("{name} ({packets})")
        } else {
            format!("{name} ({packets}, {})", link(interface.link_type))
        }
    });
    let told = first_few(told);
    Some(Line::default().and(FAINT, format!("captured on {told}")))
}

/// A link type's name, or its number where it has none.
fn link(link: LinkType) -> String {
    match link.name {
        Some(name) => name.to_owned(),
        None => format!("link type{NO_BREAK}{}", link.number),
    }
}

/// What the capture itself lost: whatever is missing may be among it, and nobody else's fault.
fn lost(input: &Input) -> Option<Line> {
    let losses = || {
        let all = input.interfaces.iter();
        all.filter_map(|it| Some((it, it.dropped.total.filter(|total| *total > 0)?)))
    };
    losses().next()?;
    let told = losses().map(|(interface, total)| {
        let packets = counted(total, "packet");
        let on = match &interface.name {
            None if input.interfaces.len() == 1 => String::new(),
            _ => format!(" on {}", name(interface, input)),
        };
        let parts = parts(&interface.dropped);
        format!("{packets}{on}{parts}")
    });
    let told = first_few(told);
    Some(Line::default().and(DOUBTFUL, format!("the capture itself lost {told}")))
}

/// Who dropped how many, if it was not one alone. A single number is not told as somebody's:
/// programs do not agree on whose it is.
fn parts(dropped: &Dropped) -> String {
    match (dropped.os, dropped.interface) {
        (Some(os @ 1..), Some(interface @ 1..)) => {
            format!(" (operating system{NO_BREAK}{os}, interface{NO_BREAK}{interface})")
        }
        _ => String::new(),
    }
}

/// Packets of which not even the link can be read, a line for each type of link: of one capture
/// with its interfaces, of several with their names.
fn unreadable(inputs: &[&Input]) -> Vec<Line> {
    /// Lines, of a file that may name a thousand types.
    const SHOWN: usize = 6;
    let mut links: BTreeMap<u32, (Option<&str>, u64, Vec<String>)> = BTreeMap::new();
    for input in inputs {
        let unread = |it: &&Interface| !it.link_type.readable && it.packets > 0;
        for interface in input.interfaces.iter().filter(unread) {
            let LinkType { number, name, .. } = interface.link_type;
            let (_, packets, of) = links.entry(number).or_insert((name, 0, Vec::new()));
            *packets = packets.saturating_add(interface.packets);
            let holder = match inputs {
                [_] => self::name(interface, input),
                _ => untrusted(&input.name),
            };
            if of.last() != Some(&holder) {
                of.push(holder);
            }
        }
    }
    let more = links.len().saturating_sub(SHOWN);
    let told = links.into_iter().take(SHOWN);
    let told = told.map(|(number, (name, packets, of))| {
        let name = name.map_or_else(String::new, |name| format!(", {name},"));
        let of = match inputs {
            [input] if input.interfaces.len() == 1 => String::new(),
            _ => format!(" of {}", first_few(of)),
        };
        Line::new(format!("link type{NO_BREAK}{number}{name} "))
            .and(DOUBTFUL, "cannot be read")
            .and(PLAIN, format!(": {}{of}", counted(packets, "packet")))
    });
    let more = (more > 0).then(|| Line::new(format!("and {more} link types more")));
    told.chain(more).collect()
}

fn link_errors(input: &Input) -> Option<Line> {
    let errors = input.interfaces.iter().map(|it| it.link_errors);
    let errors = errors.fold(0, u64::saturating_add);
    (errors > 0).then(|| {
        let packets = counted(errors, "packet");
        let text = format!("{packets} with an error of the link, such as a wrong check sequence");
        Line::default().and(DOUBTFUL, text)
    })
}

fn secrets(input: &Input) -> Option<Line> {
    (input.tls_key_log_bytes > 0).then(|| {
        let bytes = counted(input.tls_key_log_bytes, "byte");
        let text = format!("holds TLS session secrets ({bytes}), which are not used yet");
        Line::default().and(FAINT, text)
    })
}

fn comment(comment: &Comment) -> Line {
    let about = match comment.packet {
        Some(packet) => format!("comment on packet{NO_BREAK}{packet}: "),
        None => "comment: ".to_owned(),
    };
    let line = Line::default().and(FAINT, about);
    line.and(STRONG, quoted(&comment.text))
}

fn left_out(input: &Input) -> Option<Line> {
    let words = [
        ("sections", "section"),
        ("interfaces", "interface"),
        ("comments", "comment"),
        ("names", "name"),
        ("key-log-bytes", "key log byte"),
        ("long-blocks", "overlong block"),
    ];
    let told = words.into_iter().filter_map(|(key, word)| {
        let count = input.left_out.get(key)?;
        Some(counted(*count, word))
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| {
        let text = format!("holds more than is kept of it: {}", told.join(", "));
        Line::default().and(DOUBTFUL, text)
    })
}

/// An interface's name, and its section where there are several.
fn name(interface: &Interface, input: &Input) -> String {
    // On Windows the name is a device's number, and the description what people call it.
    let is_device = |name: &str| name.starts_with("\\Device\\");
    let name = match (&interface.name, &interface.description) {
        (Some(name), Some(called)) if is_device(name) => untrusted(called),
        (Some(name), _) => untrusted(name),
        (None, _) => format!("interface{NO_BREAK}{}", interface.number),
    };
    if input.sections.len() > 1 {
        format!("{name} of section{NO_BREAK}{}", interface.section)
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Section;
    use crate::report::sample;

    fn shown(input: &Input) -> String {
        let mut page = Page::default();
        write(&mut page, input);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    fn interface(number: u32, name: &str, link: LinkType, packets: u64) -> Interface {
        Interface {
            section: 1,
            number,
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            link_type: link,
            packets,
            ..Interface::default()
        }
    }

    const ETHERNET: LinkType = LinkType {
        number: 1,
        name: Some("EN10MB (Ethernet)"),
        readable: true,
    };
    const WIFI: LinkType = LinkType {
        number: 127,
        name: Some("IEEE802_11_RADIO (Wi-Fi with radiotap header)"),
        readable: false,
    };
    const NAMELESS: LinkType = LinkType {
        number: 999,
        name: None,
        readable: false,
    };

    fn of(interfaces: Vec<Interface>) -> Input {
        Input {
            interfaces,
            ..sample::input("ws.pcapng")
        }
    }

    #[test]
    fn a_plain_capture_has_nothing_to_say() {
        let input = of(vec![
            interface(0, "eth0", ETHERNET, 212),
            interface(1, "eth1", ETHERNET, 0),
        ]);
        assert_eq!(shown(&input), "");
    }

    #[test]
    fn the_captures_own_loss_is_one_line() {
        let mut eth0 = interface(0, "eth0", ETHERNET, 212);
        eth0.dropped = Dropped {
            total: Some(512),
            interface: Some(12),
            os: Some(500),
            between_packets: None,
        };
        insta::assert_snapshot!(shown(&of(vec![eth0.clone()])), @r#"
        the capture itself lost 512 packets on eth0 (operating system 500,
          interface 12)
        "#);
        let mut other = interface(1, "", ETHERNET, 0);
        other.dropped.total = Some(1);
        other.dropped.interface = Some(1);
        let mut none = interface(2, "eth2", ETHERNET, 0);
        none.dropped.total = Some(0);
        insta::assert_snapshot!(shown(&of(vec![eth0, other.clone(), none])), @r#"
        the capture itself lost 512 packets on eth0 (operating system 500,
          interface 12), 1 packet on interface 1
        "#);
        insta::assert_snapshot!(shown(&of(vec![other])), @"  the capture itself lost 1 packet");
    }

    #[test]
    fn what_cannot_be_read_is_told_by_interface_and_link_type() {
        insta::assert_snapshot!(shown(&of(vec![interface(0, "wlan0", WIFI, 300)])), @r#"
        link type 127, IEEE802_11_RADIO (Wi-Fi with radiotap header), cannot be read:
          300 packets
        "#);
        let input = of(vec![
            interface(0, "eth0", ETHERNET, 100),
            interface(1, "wlan0", WIFI, 300),
            interface(2, "wlan1", WIFI, 1),
            interface(3, "dpdk0", NAMELESS, 5),
            interface(4, "wlan2", WIFI, 0),
        ]);
        insta::assert_snapshot!(shown(&input), @r#"
        captured on eth0 (100 packets, EN10MB (Ethernet)), wlan0 (300 packets,
          IEEE802_11_RADIO (Wi-Fi with radiotap header)), wlan1 (1 packet,
          IEEE802_11_RADIO (Wi-Fi with radiotap header)), dpdk0 (5 packets, link
          type 999)
        link type 127, IEEE802_11_RADIO (Wi-Fi with radiotap header), cannot be read:
          301 packets of wlan0, wlan1
        link type 999 cannot be read: 5 packets of dpdk0
        "#);
    }

    #[test]
    fn an_interface_of_windows_has_the_name_that_people_give_it() {
        let mut ethernet = interface(0, r"\Device\NPF_{5AE6EDB4}", ETHERNET, 4);
        ethernet.description = Some("Ethernet 2".to_owned());
        let mut eth0 = interface(1, "eth0", ETHERNET, 2);
        eth0.description = Some("the one in the middle".to_owned());
        insta::assert_snapshot!(
            shown(&of(vec![ethernet, eth0])),
            @"  captured on Ethernet 2 (4 packets), eth0 (2 packets)"
        );
    }

    #[test]
    fn interfaces_of_several_sections_name_theirs() {
        let mut input = of(vec![
            interface(0, "eth0", ETHERNET, 100),
            interface(0, "eth0", ETHERNET, 1),
        ]);
        input.interfaces[1].section = 2;
        input.interfaces[1].link_errors = 1;
        input.sections = vec![Section::default(); 2];
        insta::assert_snapshot!(shown(&input), @r#"
        captured on eth0 of section 1 (100 packets), eth0 of section 2 (1 packet)
        1 packet with an error of the link, such as a wrong check sequence
        "#);
    }

    #[test]
    fn comments_secrets_and_what_is_left_out_are_told() {
        let comment = |packet, text: &str| Comment {
            packet,
            text: text.to_owned(),
        };
        let input = Input {
            comments: vec![
                comment(None, "taken behind the balancer"),
                comment(Some(48), "here the client\nhangs \u{1b}[2J"),
            ],
            tls_key_log_bytes: 368,
            left_out: [("comments", 12), ("long-blocks", 1)].into(),
            ..sample::input("ws.pcapng")
        };
        insta::assert_snapshot!(shown(&input), @r#"
        holds TLS session secrets (368 bytes), which are not used yet
        comment: "taken behind the balancer"
        comment on packet 48: "here the client\nhangs \u{1b}[2J"
        holds more than is kept of it: 12 comments, 1 overlong block
        "#);
    }
}
