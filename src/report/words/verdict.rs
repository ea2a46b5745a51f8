//! Who it was and how sure that is, in words.

use crate::report::model::{Confidence, Party, Peer, Snippet, Verdict};

/// An adverb for how sure it is.
pub(in crate::report) const fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certainly",
        Confidence::Likely => "likely",
        Confidence::Possible => "possibly",
    }
}

/// A party in words.
pub(in crate::report) fn who_of(party: Party, (client, server): (&Peer, &Peer)) -> String {
    let (client, server) = (&client.address, &server.address);
    match party {
        Party::Client => format!("the client {client}"),
        Party::Server => format!("the server {server}"),
        Party::Intermediary => "an intermediary".to_owned(),
        Party::ClientSide => format!("the client's side: {client}, or what is behind it"),
        Party::ServerSide => format!("the server's side: {server}, or what is behind it"),
        Party::Network => "the network".to_owned(),
        Party::Capture => "nobody that can be named: the capture lacks what would tell".to_owned(),
        Party::Undetermined => "nobody that can be named from here".to_owned(),
    }
}

/// The products that these texts are for, each once; none if there are none.
pub(in crate::report) fn others(snippets: &[Snippet]) -> Option<String> {
    let mut products: Vec<&str> = Vec::new();
    for snippet in snippets {
        if !products.contains(&snippet.product) {
            products.push(snippet.product);
        }
    }
    (!products.is_empty()).then(|| products.join(", "))
}

/// Who broke something, in a sentence without its full stop that needs no explanation.
pub(in crate::report) fn sentence(verdict: &Verdict, what: &str) -> String {
    let product = verdict.product.as_ref();
    let product = product.map_or_else(String::new, |product| format!(" ({product})"));
    match verdict.party {
        Party::Client => format!("The client{product} broke {what}"),
        Party::Server => format!("The server{product} broke {what}"),
        Party::Intermediary => format!("An intermediary{product} broke {what}"),
        Party::ClientSide => format!("The client's side{product} broke {what}"),
        Party::ServerSide => format!("The server's side{product} broke {what}"),
        Party::Network => format!("The network broke {what}"),
        Party::Capture => format!("Who broke {what} is not in the capture"),
        Party::Undetermined => format!("Who broke {what} cannot be told from here"),
    }
}

/// Which machine a party is, for whoever must find it.
pub(in crate::report) fn which(party: Party, (client, server): (&Peer, &Peer)) -> String {
    let (client, server) = (&client.address, &server.address);
    match party {
        Party::Client => format!("the client itself, {client}"),
        Party::Server => format!("the server itself, {server}"),
        Party::Intermediary => format!(
            "a proxy, firewall, load balancer or CDN between client and server; {client} or \
             {server}, seen here as the client and the server, may be its own address"
        ),
        Party::ClientSide => {
            format!("{client}, or something between it and the place of the capture")
        }
        Party::ServerSide => {
            format!("{server}, or something between it and the place of the capture")
        }
        Party::Network => "loss of packets, or a path that is dead".to_owned(),
        Party::Capture => "nobody is blamed: the capture lacks what would tell".to_owned(),
        Party::Undetermined => "nobody is blamed: what is in the capture fits several".to_owned(),
    }
}

/// How sure it is, and what that means.
pub(in crate::report) const fn how_sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain: nothing else fits",
        Confidence::Likely => "likely: it explains what was seen better than anything else",
        Confidence::Possible => "possible: it fits, and so may others",
    }
}
