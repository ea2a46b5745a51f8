use super::*;

fn end(text: &str) -> Endpoint {
    let end: std::net::SocketAddr = text.parse().unwrap();
    Endpoint {
        address: end.ip(),
        port: end.port(),
    }
}

const CHAT: Traits<'_> = Traits {
    id: Some(3),
    first_packet: PacketId {
        input: 0,
        number: 7,
    },
    client: Endpoint {
        address: std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 5)),
        port: 51_234,
    },
    server: Endpoint {
        address: std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9)),
        port: 80,
    },
    host: Some("api.example.com:80"),
    target: Some("/chat?token=1"),
};

fn hosts(all: &[&str]) -> Choice {
    Choice {
        hosts: all.iter().map(|host| host.parse().unwrap()).collect(),
        ..Choice::default()
    }
}

#[test]
fn without_a_choice_everything_is_chosen() {
    let all = Choice::default();
    assert!(all.is_everything());
    assert!(all.has_connection(&CHAT));
    assert!(all.has_port([end("10.0.0.5:1"), end("10.0.0.9:2")]));
}

#[test]
fn any_value_will_do_and_each_thing_must() {
    let choice = |host: &str, path: &str| Choice {
        paths: vec!["/feed".parse().unwrap(), path.parse().unwrap()],
        ..hosts(&["203.0.113.1", host])
    };
    assert!(choice("api.example.com", "/chat").has_connection(&CHAT));
    assert!(choice("10.0.0.9", "/c*").has_connection(&CHAT));
    assert!(!choice("10.0.0.8", "/chat").has_connection(&CHAT));
    assert!(!choice("10.0.0.9", "/ws").has_connection(&CHAT));
    let unseen = Traits {
        host: None,
        target: None,
        ..CHAT
    };
    assert!(!choice("10.0.0.9", "*").has_connection(&unseen));
}

#[test]
fn a_name_among_the_hosts_may_have_any_address() {
    assert!(hosts(&["10.0.0.0/8", "::1"]).is_by_address());
    assert!(!hosts(&["10.0.0.0/8", "example.com"]).is_by_address());
    assert!(!hosts(&[]).is_by_address());
    assert_eq!(
        hosts(&["::1", "example.com"]).of_packets(),
        Choice::default()
    );
    assert_eq!(hosts(&["::1"]).of_packets(), hosts(&["::1"]));
}

#[test]
fn a_connection_is_named_by_id_client_or_first_packet() {
    let named = |named| Choice {
        connections: vec![named],
        ..Choice::default()
    };
    let id = |id, first_packet| named(Named::Id { id, first_packet });
    assert!(id(3, None).has_connection(&CHAT));
    assert!(!id(4, None).has_connection(&CHAT));
    let unnumbered = Traits { id: None, ..CHAT };
    assert!(!id(3, None).has_connection(&unnumbered));
    assert!(id(3, Some(CHAT.first_packet)).has_connection(&unnumbered));
    assert!(named(Named::Client(CHAT.client)).has_connection(&CHAT));
    assert!(!named(Named::Client(CHAT.server)).has_connection(&CHAT));
}
