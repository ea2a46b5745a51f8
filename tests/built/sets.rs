//! Captures dealt to several files, and reports of them as if they were one.

#![allow(clippy::indexing_slicing, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use wsblame::report::model::Report;

/// Bytes of the header of a pcap file, and of a record.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// The records of a little-endian pcap file.
pub(crate) fn records(pcap: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    let mut rest = &pcap[FILE_HEADER..];
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap());
        let (record, after) = rest.split_at(RECORD_HEADER + usize::try_from(length).unwrap());
        records.push(record);
        rest = after;
    }
    records
}

/// The packet's time as the file has it.
pub(crate) fn time(record: &[u8]) -> &[u8] {
    &record[..8]
}

/// Files into which the records of a capture were dealt.
pub(crate) struct Dealt {
    pub(crate) paths: Vec<PathBuf>,
    /// For each file the numbers that its packets had in the capture.
    numbers: Vec<Vec<u64>>,
}

impl Dealt {
    /// Writes each record to the file that `file` names by its index among `names`.
    pub(crate) fn new(
        pcap: &[u8],
        folder: &Path,
        names: &[&str],
        file: impl Fn(usize) -> usize,
    ) -> Self {
        let mut files = vec![pcap[..FILE_HEADER].to_vec(); names.len()];
        let mut numbers = vec![Vec::new(); names.len()];
        for (index, record) in records(pcap).into_iter().enumerate() {
            files[file(index)].extend_from_slice(record);
            numbers[file(index)].push(index as u64 + 1);
        }
        let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
        for (path, bytes) in paths.iter().zip(files) {
            std::fs::write(path, bytes).unwrap();
        }
        Self { paths, numbers }
    }

    /// The same files in another order.
    pub(crate) fn ordered(&self, order: &[usize]) -> Self {
        Self {
            paths: order.iter().map(|at| self.paths[*at].clone()).collect(),
            numbers: order.iter().map(|at| self.numbers[*at].clone()).collect(),
        }
    }

    /// What a report of the files says, its packets numbered as in the capture that was dealt.
    pub(crate) fn said(&self, report: &Report) -> Value {
        let mut said = serde_json::json!({
            "summary": &report.summary,
            "connections": &report.connections,
        });
        self.renumber(&mut said);
        said
    }

    fn number(&self, input: &Value, packet: &Value) -> Option<u64> {
        let input = usize::try_from(input.as_u64()?).unwrap();
        let packet = usize::try_from(packet.as_u64()?).unwrap();
        Some(self.numbers[input][packet - 1])
    }

    fn renumber(&self, value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|it| self.renumber(it)),
            Value::Object(members) => {
                let here = members.get("input").cloned().unwrap_or_default();
                if let Some(Value::String(message)) = members.get_mut("message") {
                    *message = self.renumber_message(message, &here);
                }
                if let Some(Value::Array(evidence)) = members
                    .get_mut("verdict")
                    .and_then(|it| it.get_mut("evidence"))
                {
                    for told in evidence {
                        *told = self.renumber_evidence(told.as_str().unwrap(), &here).into();
                    }
                }
                for (packet, input) in [
                    ("packet", "input"),
                    ("first_packet", "input"),
                    ("last_packet", "last_input"),
                    ("request_packet", "request_input"),
                    ("response_packet", "response_input"),
                    ("from_packet", "input"),
                    ("to_packet", "to_input"),
                ] {
                    let number = match (members.get(input), members.get(packet)) {
                        (Some(input), Some(packet)) => self.number(input, packet),
                        _ => None,
                    };
                    if let Some(number) = number {
                        members[packet] = number.into();
                    }
                }
                let is_place = |key: &str| key == "input" || key.ends_with("_input");
                members.retain(|key, _| !is_place(key));
                if let Some(Value::Array(labels)) = members.get_mut("labels") {
                    for label in labels {
                        let text = label["text"].as_str().unwrap();
                        let text = text.split(", in packet").next().unwrap().to_owned();
                        label["text"] = text.into();
                    }
                }
                members.values_mut().for_each(|it| self.renumber(it));
            }
            _ => {}
        }
    }

    /// Numbers in evidence: of what stands behind `packet 7 of input 2: ` that is the input.
    fn renumber_evidence(&self, told: &str, here: &Value) -> String {
        let head = told
            .split_once(": ")
            .filter(|_| told.starts_with("packet "));
        let Some((packet, message)) = head else {
            return self.renumber_message(told, here);
        };
        let input = packet
            .split_once(" of input ")
            .map_or(here.clone(), |(_, input)| {
                input.parse::<u64>().unwrap().into()
            });
        let packet = self.renumber_message(packet, here);
        format!("{packet}: {}", self.renumber_message(message, &input))
    }

    /// Numbers in a message: `packet 7` is one of the input `here`, `packet 7 of input 2` not.
    fn renumber_message(&self, message: &str, here: &Value) -> String {
        let mut parts = message.split("packet ");
        let mut renumbered = parts.next().unwrap().to_owned();
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (packet, mut rest) = part.split_at(digits);
            let mut input = here.clone();
            if let Some(other) = rest.strip_prefix(" of input ") {
                let digits = other.bytes().take_while(u8::is_ascii_digit).count();
                let (other, after) = other.split_at(digits);
                input = other.parse::<u64>().unwrap().into();
                rest = after;
            }
            let packet: Value = packet.parse::<u64>().map_or(Value::Null, Value::from);
            renumbered.push_str("packet ");
            if let Some(number) = self.number(&input, &packet) {
                renumbered.push_str(&number.to_string());
            }
            renumbered.push_str(rest);
        }
        renumbered
    }
}
