//! Streams that may be silent for long: standard input, named pipes, devices. A thread of their
//! own reads them, so that a wish to stop is heard while nothing comes.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Stop;
use super::stream::ReadFault;

/// The most bytes of a block: as many as a pipe of Linux holds.
const BLOCK: usize = 64 << 10;

/// Blocks that wait to be read. Behind them the pipe fills up, and its writer waits.
const BLOCKS: usize = 4;

/// How soon a wish to stop is heard while nothing comes.
const ATTENTION: Duration = Duration::from_millis(50);

/// How long a pipe is read on once it is to stop: for what its writer still has to write out.
const GRACE: Duration = Duration::from_millis(500);

/// The receiving end of what the thread reads.
#[derive(Debug)]
pub(super) struct Pipe {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    /// Bytes of the block that were given out.
    given: usize,
    stop: Stop,
    /// How long it is read on once it is to stop.
    grace: Duration,
    /// When reading ends, now that it is to stop.
    deadline: Option<Instant>,
}

impl Pipe {
    /// Begins to read from what `open` gives, which may wait for a writer.
    ///
    /// Left alone before its end, the thread waits for the next bytes until the program ends.
    pub(super) fn new<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        stop: &Stop,
    ) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(BLOCKS);
        thread::Builder::new()
            .name("pipe".to_owned())
            .spawn(move || match open() {
                Ok(reader) => pass_on(reader, &sender),
                // Without a receiver, nobody wants to know.
                Err(error) => drop(sender.send(Err(error))),
            })?;
        Ok(Self {
            blocks,
            block: Vec::new(),
            given: 0,
            stop: stop.clone(),
            grace: GRACE,
            deadline: None,
        })
    }

    /// Reads what is there, or waits for it; 0 at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, ReadFault> {
        if self.given == self.block.len() {
            let Some(block) = self.receive()? else {
                return Ok(0);
            };
            self.block = block;
            self.given = 0;
        }
        let mut rest = self.block.get(self.given..).unwrap_or(&[]);
        let read = rest.read(room).map_err(ReadFault::Io)?;
        self.given += read;
        Ok(read)
    }

    /// The next block; `None` at the end.
    fn receive(&mut self) -> Result<Option<Vec<u8>>, ReadFault> {
        loop {
            if self.stop.is_requested() {
                let now = Instant::now();
                if now >= *self.deadline.get_or_insert(now + self.grace) {
                    return Err(ReadFault::Stopped);
                }
            }
            match self.blocks.recv_timeout(ATTENTION) {
                Ok(block) => return block.map(Some).map_err(ReadFault::Io),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }
}

/// Reads blocks and passes them on, until the end or until nobody wants them any more.
fn pass_on(mut reader: impl Read, blocks: &SyncSender<io::Result<Vec<u8>>>) {
    let mut room = vec![0; BLOCK];
    loop {
        let block = match reader.read(&mut room) {
            Ok(0) => return,
            Ok(read) => Ok(room.get(..read).unwrap_or(&[]).to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = block.is_err();
        if blocks.send(block).is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    /// Gives what it is sent, and waits for it.
    struct Sent(Receiver<io::Result<Vec<u8>>>);

    impl Read for Sent {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            match self.0.recv() {
                Ok(block) => block.and_then(|block| block.as_slice().read(room)),
                Err(_) => Ok(0),
            }
        }
    }

    fn read(pipe: &mut Pipe, at_most: usize) -> Result<String, ReadFault> {
        let mut room = vec![0; at_most];
        let read = pipe.read(&mut room)?;
        Ok(room[..read].escape_ascii().to_string())
    }

    #[test]
    fn bytes_are_given_as_they_come_and_none_is_lost() {
        let (sender, sent) = channel();
        let mut pipe = Pipe::new(|| Ok(Sent(sent)), &Stop::default()).unwrap();
        sender.send(Ok(b"one".to_vec())).unwrap();
        assert_eq!(read(&mut pipe, 2).unwrap(), "on");
        assert_eq!(read(&mut pipe, 9).unwrap(), "e");
        sender.send(Err(io::ErrorKind::Interrupted.into())).unwrap();
        sender.send(Ok(b"two".to_vec())).unwrap();
        assert_eq!(read(&mut pipe, 9).unwrap(), "two");
        drop(sender);
        assert_eq!(read(&mut pipe, 9).unwrap(), "");
        assert_eq!(read(&mut pipe, 9).unwrap(), "");
    }

    #[test]
    fn errors_end_a_pipe_and_are_told() {
        let (sender, sent) = channel();
        let mut pipe = Pipe::new(|| Ok(Sent(sent)), &Stop::default()).unwrap();
        sender.send(Ok(b"one".to_vec())).unwrap();
        sender.send(Err(io::Error::other("torn"))).unwrap();
        assert_eq!(read(&mut pipe, 9).unwrap(), "one");
        assert!(
            matches!(read(&mut pipe, 9), Err(ReadFault::Io(error)) if error.to_string() == "torn")
        );

        let open = || Err::<io::Empty, _>(io::Error::other("closed"));
        let mut pipe = Pipe::new(open, &Stop::default()).unwrap();
        assert!(
            matches!(read(&mut pipe, 9), Err(ReadFault::Io(error)) if error.to_string() == "closed")
        );
    }

    #[test]
    fn a_silent_pipe_is_stopped() {
        let (sender, sent) = channel();
        let stop = Stop::default();
        let mut pipe = Pipe::new(|| Ok(Sent(sent)), &stop).unwrap();
        sender.send(Ok(b"one".to_vec())).unwrap();
        assert_eq!(read(&mut pipe, 9).unwrap(), "one");
        stop.request();
        assert!(matches!(read(&mut pipe, 9), Err(ReadFault::Stopped)));
        drop(sender);
    }

    #[test]
    fn what_comes_at_once_after_the_wish_to_stop_counts() {
        let (sender, sent) = channel();
        let stop = Stop::default();
        let mut pipe = Pipe::new(|| Ok(Sent(sent)), &stop).unwrap();
        pipe.grace = Duration::from_secs(3600);
        stop.request();
        sender.send(Ok(b"last".to_vec())).unwrap();
        drop(sender);
        assert_eq!(read(&mut pipe, 9).unwrap(), "last");
        assert_eq!(read(&mut pipe, 9).unwrap(), "");
    }

    #[test]
    fn a_pipe_that_never_ends_is_stopped() {
        let stop = Stop::default();
        let mut pipe = Pipe::new(|| Ok(io::repeat(7)), &stop).unwrap();
        stop.request();
        let mut room = [0; 1 << 20];
        let fault = loop {
            match pipe.read(&mut room) {
                Ok(read) => assert!(read > 0),
                Err(fault) => break fault,
            }
        };
        assert!(matches!(fault, ReadFault::Stopped));
    }
}
