//! The server's sockets: connections that a handler can reset, that are not closed in a client's face, and a port that can be
//! closed for a while.

use std::{
    future::poll_fn,
    io,
    mem::MaybeUninit,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::task::AtomicWaker;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
    time::{Instant, Sleep, sleep, sleep_until},
};

/// Accepts connections, and stops listening for a while when a fault asks for it.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    tcp: TcpListener,
    closings: mpsc::UnboundedReceiver<Closing>,
    open: Arc<AtomicUsize>,
}

/// How many connections may wait to be accepted. A thousand clients that come at once are what this server is for; with
/// the usual 128, most of them would wait a second for the system to try again.
const BACKLOG: u32 = 8192;

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // The port of a server that ended a moment ago may be taken again. Elsewhere the option means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A wish to have the port closed.
#[derive(Debug)]
pub(crate) struct Closing {
    pub(crate) time: Duration,
    /// Told when nobody listens any more.
    pub(crate) closed: oneshot::Sender<()>,
}

impl Listener {
    /// Listens; to be called inside the runtime. `closings` ask for the port to be closed; `open` counts the connections.
    pub(crate) fn bind(
        address: SocketAddr,
        closings: mpsc::UnboundedReceiver<Closing>,
        open: Arc<AtomicUsize>,
    ) -> io::Result<Self> {
        let tcp = listen(address)?;
        Ok(Self { address: tcp.local_addr()?, tcp, closings, open })
    }

    /// Gives the port up, so that the system itself refuses connections, and takes it again.
    async fn stay_closed(&mut self, closing: Closing) {
        // Who asked has gone away since: nobody is left who is to find the port closed.
        if closing.closed.is_closed() {
            return;
        }
        // Something must stand in for the listener while the port is free; nobody knows the port of this one.
        match TcpListener::bind((self.address.ip(), 0)).await {
            Ok(stand_in) => self.tcp = stand_in,
            Err(_) => return,
        }
        let end = |time: Duration| {
            // A time that no clock will see is a very long one.
            const FAR: Duration = Duration::from_secs(86_400 * 365);
            Instant::now() + time.min(FAR)
        };
        let mut until = end(closing.time);
        let _ = closing.closed.send(());
        loop {
            tokio::select! {
                () = sleep_until(until) => break,
                // Wishes that come together are granted together, or the port would be closed for the sum of their times.
                Some(closing) = self.closings.recv() => {
                    if closing.closed.send(()).is_ok() {
                        until = until.max(end(closing.time));
                    }
                }
            }
        }
        loop {
            match listen(self.address) {
                Ok(tcp) => break self.tcp = tcp,
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection. Not cancel-safe: dropped while the port is closed, it leaves it so.
    pub(crate) async fn accept(&mut self) -> Connection {
        loop {
            tokio::select! {
                Some(closing) = self.closings.recv() => self.stay_closed(closing).await,
                accepted = self.tcp.accept() => match accepted {
                    Ok((stream, _)) => {
                        // A token is a small packet, and it should leave at once. Without the option all still works.
                        let _ = stream.set_nodelay(true);
                        return Connection::new(stream, self.open.clone());
                    }
                    // Out of file descriptors, most likely: wait until some connection ends.
                    Err(_) => sleep(Duration::from_millis(50)).await,
                },
            }
        }
    }
}

/// A connection that can be told to break.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    reset: Reset,
    unread: Unread,
    /// What is left of the farewell, once it has begun.
    farewell: Option<Farewell>,
    open: Arc<AtomicUsize>,
}

/// Whether the client is in the middle of a request, so that it may have more to say than anybody wants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// The body of a request whose head is whole; it notes when it has been read to its end.
    pub(crate) fn of(&self, body: Incoming) -> Noted {
        self.0.store(!body.is_end_stream(), Ordering::Relaxed);
        Noted { body, unread: self.clone() }
    }
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Noted {
    body: Incoming,
    unread: Unread,
}

impl Body for Noted {
    type Data = <Incoming as Body>::Data;
    type Error = <Incoming as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.unread.0.store(false, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What a client still sends after its answer is read and thrown away. Most clients read no response before they have sent all
/// of their request: who hung up on them would be an error of the connection, and the answer would be lost.
#[derive(Debug)]
struct Farewell {
    /// How many bytes are still read.
    left: usize,
    /// Who sends for longer than this is hung up on.
    end: Pin<Box<Sleep>>,
}

impl Farewell {
    const LONGEST: Duration = Duration::from_secs(10);
    /// While the server stops. It may wait for a client that has nothing more to say: who keeps a connection for its next request
    /// does not look at it.
    const SHORT: Duration = Duration::from_secs(1);
    const LARGEST: usize = 256 * 1024 * 1024;

    fn begin(server_stops: bool) -> Self {
        let longest = if server_stops { Self::SHORT } else { Self::LONGEST };
        Self { left: Self::LARGEST, end: Box::pin(sleep(longest)) }
    }

    /// Ready when the client has said all, or more than enough.
    fn poll(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut room = [MaybeUninit::uninit(); 16 * 1024];
        while self.left > 0 {
            let mut read = ReadBuf::uninit(&mut room);
            match Pin::new(&mut *stream).poll_read(cx, &mut read) {
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    self.left = self.left.saturating_sub(read.filled().len());
                }
                // The client has hung up, in one way or the other.
                Poll::Ready(_) => break,
                Poll::Pending => return self.end.as_mut().poll(cx),
            }
        }
        Poll::Ready(())
    }
}

/// The handler's end of a [`Connection`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Reset(Arc<ResetState>);

#[derive(Debug, Default)]
struct ResetState {
    asked: AtomicBool,
    connection: AtomicWaker,
    /// The task that serves the connection.
    task: AtomicWaker,
    server_stops: AtomicBool,
}

impl Reset {
    /// Breaks the connection: the peer gets a reset, whatever it was waiting for.
    pub(crate) fn reset(&self) {
        self.0.asked.store(true, Ordering::Release);
        self.0.connection.wake();
        self.0.task.wake();
    }

    /// Ready when a reset is asked for. While hyper has a request that it has not begun, it does not look at the connection, so
    /// somebody else must.
    pub(crate) async fn asked_for(&self) {
        poll_fn(|cx| {
            self.0.task.register(cx.waker());
            if self.asked() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// From now on the connection says a short farewell.
    pub(crate) fn server_stops(&self) {
        self.0.server_stops.store(true, Ordering::Relaxed);
    }

    fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }
}

impl Connection {
    fn new(stream: TcpStream, open: Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self { stream, reset: Reset::default(), unread: Unread::default(), farewell: None, open }
    }

    /// What notes whether a request was read to its end.
    pub(crate) fn unread(&self) -> Unread {
        self.unread.clone()
    }

    /// What breaks it.
    pub(crate) fn reset(&self) -> Reset {
        self.reset.clone()
    }

    /// Fails once a reset is asked for.
    fn check(&self) -> io::Result<()> {
        if self.reset.asked() { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        if self.reset.asked() {
            // With no time to linger, the system sends a reset in place of a farewell.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.reset.0.connection.register(cx.waker());
        self.check()?;
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.unread.0.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        let this = &mut *self;
        if this.farewell.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.unread.0.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        this.reset.0.connection.register(cx.waker());
        let server_stops = this.reset.0.server_stops.load(Ordering::Relaxed);
        let farewell = this.farewell.get_or_insert_with(|| Farewell::begin(server_stops));
        farewell.poll(&mut this.stream, cx).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use futures::task::noop_waker;

    use super::*;

    /// Who keeps a connection for a next request may not look at it for hours.
    #[tokio::test]
    async fn a_farewell_is_short_while_the_server_stops() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let _client = TcpStream::connect(listener.local_addr().expect("it has one")).await.expect("it listens");
        let (stream, _) = listener.accept().await.expect("a client");
        let mut connection = Connection::new(stream, Arc::default());
        connection.unread.0.store(true, Ordering::Relaxed);
        for (server_stops, longest) in [(false, Farewell::LONGEST), (true, Farewell::SHORT)] {
            if server_stops {
                connection.reset().server_stops();
            }
            connection.farewell = None;
            let before = Instant::now();
            let shut = Pin::new(&mut connection).poll_shutdown(&mut Context::from_waker(&noop_waker()));
            let after = Instant::now();
            assert!(shut.is_pending(), "the client has not hung up");
            let end = connection.farewell.as_ref().expect("it has begun").end.deadline();
            assert!((before + longest..=after + longest).contains(&end), "{server_stops}");
        }
    }
}
