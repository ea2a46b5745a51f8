//! pcapng files, written block by block as the format's description has them.

/// The byte order of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// An option: code and value.
pub(crate) type Option<'v> = (u16, &'v [u8]);

/// A comment, in any block.
pub(crate) const COMMENT: u16 = 1;

impl Order {
    pub(crate) fn u16(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    pub(crate) fn u32(self, number: u32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    pub(crate) fn u64(self, number: u64) -> [u8; 8] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }
}

/// A file under construction.
#[derive(Clone, Debug)]
pub(crate) struct Pcapng {
    order: Order,
    pub(crate) bytes: Vec<u8>,
}

impl Pcapng {
    /// A file with one section that has nothing in it.
    pub(crate) fn new(order: Order, options: &[Option<'_>]) -> Self {
        let bytes = Vec::new();
        Self { order, bytes }.section(order, options)
    }

    /// The next section, its length left open.
    pub(crate) fn section(mut self, order: Order, options: &[Option<'_>]) -> Self {
        self.order = order;
        let mut body = order.u32(0x1a2b_3c4d).to_vec();
        body.extend([order.u16(1), order.u16(0)].concat());
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, body, options)
    }

    /// An interface of this link type; a snap length of 0 is none.
    pub(crate) fn interface(self, link: u16, snap_length: u32, options: &[Option<'_>]) -> Self {
        let mut body = [self.order.u16(link), self.order.u16(0)].concat();
        body.extend(self.order.u32(snap_length));
        self.block(1, body, options)
    }

    /// An Enhanced Packet Block.
    pub(crate) fn packet(
        self,
        interface: u32,
        ticks: u64,
        data: &[u8],
        options: &[Option<'_>],
    ) -> Self {
        let (high, low) = halves(ticks);
        let length = u32::try_from(data.len()).unwrap();
        let words = [interface, high, low, length, length];
        let body = self.words(&words, data);
        self.block(6, body, options)
    }

    /// A Simple Packet Block of a packet that was captured whole.
    pub(crate) fn simple_packet(self, data: &[u8]) -> Self {
        let body = self.words(&[u32::try_from(data.len()).unwrap()], data);
        self.block(3, body, &[])
    }

    /// A Packet Block, which is obsolete.
    pub(crate) fn obsolete_packet(
        self,
        interface: u16,
        drops: u16,
        ticks: u64,
        data: &[u8],
        options: &[Option<'_>],
    ) -> Self {
        let (high, low) = halves(ticks);
        let length = u32::try_from(data.len()).unwrap();
        let mut body = [self.order.u16(interface), self.order.u16(drops)].concat();
        body.extend(self.words(&[high, low, length, length], data));
        self.block(2, body, options)
    }

    /// An Interface Statistics Block.
    pub(crate) fn statistics(self, interface: u32, options: &[Option<'_>]) -> Self {
        let body = self.words(&[interface, 0, 0], &[]);
        self.block(5, body, options)
    }

    /// A Name Resolution Block: type of the address, and address and name, ended by a zero.
    pub(crate) fn names(self, records: &[Option<'_>]) -> Self {
        let mut body = self.options(records);
        body.extend([0; 4]);
        self.block(4, body, &[])
    }

    /// A Decryption Secrets Block with a TLS key log.
    pub(crate) fn tls_key_log(self, lines: &[u8]) -> Self {
        let length = u32::try_from(lines.len()).unwrap();
        let body = self.words(&[0x544c_534b, length], lines);
        self.block(10, body, &[])
    }

    /// A block of any type.
    pub(crate) fn block(mut self, kind: u32, mut body: Vec<u8>, options: &[Option<'_>]) -> Self {
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(self.options(options));
        let length = self.order.u32(u32::try_from(body.len() + 12).unwrap());
        self.bytes.extend(self.order.u32(kind));
        self.bytes.extend(length);
        self.bytes.extend(body);
        self.bytes.extend(length);
        self
    }

    fn options(&self, options: &[Option<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, value) in options {
            bytes.extend(self.order.u16(*code));
            bytes.extend(self.order.u16(u16::try_from(value.len()).unwrap()));
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        if !options.is_empty() {
            bytes.extend([0; 4]);
        }
        bytes
    }

    fn words(&self, words: &[u32], data: &[u8]) -> Vec<u8> {
        let words = words.iter().flat_map(|word| self.order.u32(*word));
        words.chain(data.iter().copied()).collect()
    }
}

fn halves(ticks: u64) -> (u32, u32) {
    let high = u32::try_from(ticks >> 32).unwrap();
    (high, u32::try_from(ticks & u64::from(u32::MAX)).unwrap())
}
