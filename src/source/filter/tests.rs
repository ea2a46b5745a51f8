use super::*;

#[cfg(feature = "libpcap")]
mod with_libpcap {
    use super::*;

    /// What the marks stand below; `None` without marks, `""` where more is expected.
    fn marked(expression: &str) -> Option<String> {
        let fault = expression.parse::<Expression>().unwrap_err();
        fault.place().map(|place| expression[place].to_owned())
    }

    #[test]
    fn a_fault_is_shown_where_it_is() {
        for (expression, expected) in [
            ("tcp prot 80", "prot"),
            (
                "tcp port 80 and (src host 10.0.0.1 or tcp dts 10.0.0.2)",
                "dts",
            ),
            ("tcp port==80", "=="),
            ("tcp port 80)", ")"),
            ("port 80 443", "443"),
            ("port 80;", ";"),
            ("tcp port 80 and", ""),
            ("(tcp port 80", ""),
            ("tcp port", ""),
            ("port nosuchservice and host 10.0.0.1", "nosuchservice"),
            ("host 10.0.0.1 and net 10.0.0.1/8", "10.0.0.1/8"),
            ("host 10.0.0.1 and port 99999 or tcp", "99999"),
            ("tcp host 10.0.0.1", "tcp"),
            ("ether host 10.0.0.1 and tcp", "10.0.0.1"),
        ] {
            assert_eq!(
                marked(expression).as_deref(),
                Some(expected),
                "{expression}"
            );
        }
    }

    #[test]
    fn the_marks_stand_below_the_fault() {
        let fault = "tcp  prot 80"
            .parse::<Expression>()
            .unwrap_err()
            .to_string();
        let (_, shown) = fault.split_once('\n').unwrap();
        assert_eq!(shown, "  tcp  prot 80\n       ^^^^");
        let fault = "tcp and".parse::<Expression>().unwrap_err().to_string();
        assert!(
            fault.ends_with("\n         ^ more is expected here"),
            "{fault}"
        );
    }

    #[test]
    fn of_a_long_expression_only_the_place_is_shown() {
        let long = format!(
            "{}\nprot 80 or {}",
            "port 80 or ".repeat(400),
            "tcp".repeat(200)
        );
        let fault = format!("{long} prot 80").parse::<Expression>().unwrap_err();
        let shown = fault.to_string();
        let mut lines = shown.lines().skip(1);
        let (text, marks) = (lines.next().unwrap(), lines.next().unwrap());
        assert_eq!(lines.next(), None);
        assert!(text.chars().count() < 80, "{text}");
        let indent = marks.chars().take_while(|it| *it == ' ').count();
        let below: String = text.chars().skip(indent).take(2).collect();
        let place = fault.place().unwrap();
        assert!(
            format!("{long} prot 80")[place].starts_with(&below),
            "{shown}"
        );
    }

    #[test]
    fn no_expression_makes_the_search_panic() {
        for expression in [
            "",
            " ",
            "é",
            "(((",
            "\"",
            "'",
            "tcp '' and",
            "日本 and",
            "\\",
            "a\nb\tc(",
        ] {
            let _ = expression
                .parse::<Expression>()
                .map_err(|fault| fault.to_string());
        }
    }

    proptest::proptest! {
        /// No names among them: these would be looked up.
        #[test]
        fn a_place_is_one_of_the_expression(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "tcp", "port", "80", "99999", "(", ")", "and", "or", "not", "!", "==", "[", "]",
                    "13:2", "&", "host", "10.0.0.1", "10.0.0.1/8", "::1", "é", "'", "\"", "len", ">",
                    "1:2:3:4:5:6:7:8:9",
                ]),
                0..12,
            ),
            space in proptest::sample::select(vec![" ", "\n\t"]),
        ) {
            let expression = words.join(space);
            if let Err(fault) = expression.parse::<Expression>() {
                let place = fault.place();
                proptest::prop_assert!(place.is_none_or(|it| expression.get(it).is_some()));
                proptest::prop_assert!(fault.to_string().lines().count() <= 3);
            }
        }
    }

    fn packet(link: LinkType, bytes: &[u8]) -> RawPacket<'_> {
        RawPacket {
            id: crate::packet::PacketId {
                input: 0,
                number: 1,
            },
            time: crate::time::Timestamp::from_nanos(0, 9),
            link,
            reception: crate::packet::Reception::default(),
            wire_length: 1500,
            bytes,
        }
    }

    /// An IPv4 header of TCP, and ports 1 and 80.
    const IPV4: [u8; 24] = [
        0x45, 0, 0, 24, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 80,
    ];

    #[test]
    fn each_link_type_has_its_own_program() {
        let mut filter = Filter::new("dst port 80".parse().unwrap());
        let ethernet = [&[0; 12][..], &[8, 0], &IPV4].concat();
        for link in [
            LinkType::RAW,
            LinkType::RAW_BSD,
            LinkType::RAW_OPENBSD,
            LinkType::IPV4,
        ] {
            assert_eq!(filter.passes(&packet(link, &IPV4)), Ok(true), "{link}");
        }
        assert_eq!(
            filter.passes(&packet(LinkType::ETHERNET, &ethernet)),
            Ok(true)
        );
        assert_eq!(filter.passes(&packet(LinkType::ETHERNET, &IPV4)), Ok(false));
        assert_eq!(filter.programs.len(), 5);
        let mut other = Filter::new("dst port 81".parse().unwrap());
        assert_eq!(other.passes(&packet(LinkType::RAW, &IPV4)), Ok(false));
    }

    #[test]
    fn an_expression_may_mean_nothing_on_a_link() {
        let mut filter = Filter::new("ether host 02:00:00:00:00:01".parse().unwrap());
        let unfit = filter.passes(&packet(LinkType::RAW, &IPV4)).unwrap_err();
        assert_eq!(unfit.link, LinkType::RAW);
        let said = unfit.to_string();
        assert!(
            said.contains("link type 101, RAW (raw IP): ethernet"),
            "{said}"
        );
        assert_eq!(
            filter.passes(&packet(LinkType::ETHERNET, &[0; 60])),
            Ok(false)
        );
    }

    #[test]
    fn what_was_cut_off_does_not_count() {
        let mut greater = Filter::new("greater 100".parse().unwrap());
        assert_eq!(greater.passes(&packet(LinkType::RAW, &IPV4)), Ok(false));
        let mut port = Filter::new("not dst port 80".parse().unwrap());
        assert_eq!(port.passes(&packet(LinkType::RAW, &IPV4[..21])), Ok(false));
    }
}

#[cfg(not(feature = "libpcap"))]
#[test]
fn without_libpcap_no_expression_is_one() {
    let fault = "tcp".parse::<Expression>().unwrap_err();
    assert!(
        fault.to_string().contains("built without libpcap"),
        "{fault}"
    );
    assert_eq!(fault.place(), None);
}
