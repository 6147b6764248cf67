//! Who comes is served on a thread of its own, and not too many at a time.
//!
//! Threads, because there are few connections and each waits for one thing. Each wait has a limit, so a browser that is silent
//! or slow costs its own place for a while and nobody else's time.

use std::{
    fs::File,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    board::Board,
    events,
    request::{ReadUntil as _, Request},
    response::{self, Status},
    route::{self, Route},
};

/// What a server has room for.
const LIMITS: Limits = Limits { connections: 32, streams: 24 };
/// How many that find no room are given the time to read so.
const REFUSALS: usize = 8;
/// How long a head may take.
const HEAD: Duration = Duration::from_secs(5);
/// How long a write may wait for a reader that takes nothing.
const WRITE: Duration = Duration::from_secs(5);
/// How long is read, after the answer, what nobody asked for: a connection that is closed before loses the answer.
const LINGER: Duration = Duration::from_millis(500);
/// How long the end waits for answers that are on their way.
const GOODBYE: Duration = Duration::from_secs(1);

/// How much there may be at a time.
#[derive(Debug, Clone, Copy)]
struct Limits {
    connections: usize,
    /// How many of the connections may be streams, which stay: the others are for the book.
    streams: usize,
}

/// A server on loopback, as long as it lives.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    board: Board,
    /// As the system spells it, without links.
    book: PathBuf,
    port: u16,
    connections: Places,
    streams: Places,
    refusals: Places,
    is_over: AtomicBool,
}

impl Server {
    /// Serves the book in this folder. Port 0 is any that is free.
    pub fn start(port: u16, book: &Path) -> io::Result<Self> {
        Self::start_with(LIMITS, port, book)
    }

    fn start_with(limits: Limits, port: u16, book: &Path) -> io::Result<Self> {
        let book = book.canonicalize()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            board: Board::default(),
            book,
            port: address.port(),
            connections: Places::new(limits.connections),
            streams: Places::new(limits.streams),
            refusals: Places::new(REFUSALS),
            is_over: AtomicBool::new(false),
        });
        let acceptor = thread::Builder::new().name("live: accept".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        })?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn board(&self) -> &Board {
        &self.shared.board
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.board.close();
        // A thread that waits for a connection is woken by one. Where none can be made, the end of the process ends it.
        let is_woken = TcpStream::connect_timeout(&self.address, GOODBYE).is_ok();
        if let Some(acceptor) = self.acceptor.take().filter(|_| is_woken) {
            // It does not panic.
            let _ = acceptor.join();
        }
        self.shared.connections.wait_until_free(GOODBYE);
    }
}

/// Takes connections until the end. Then the listener goes, and the port is free.
fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // No more files may be opened, for example: somebody will close one.
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        match Places::take(shared, |shared| &shared.connections) {
            Some(place) => {
                let shared = Arc::clone(shared);
                // Where there is no thread to be had, the connection ends.
                let _ = thread::Builder::new().name("live: connection".to_owned()).spawn(move || {
                    serve(stream, &shared);
                    drop(place);
                });
            }
            None => turn_away(stream, shared),
        }
    }
}

/// Tells somebody that there is no room. Who accepts connections does not wait until that is read.
fn turn_away(mut stream: TcpStream, shared: &Arc<Shared>) {
    // A few bytes always fit into the buffer of a new connection.
    let is_told = response::refusal(&mut stream, Status::Busy).is_ok();
    if let Some(place) = Places::take(shared, |shared| &shared.refusals).filter(|_| is_told) {
        // Where there is no thread to be had, the connection ends.
        let _ = thread::Builder::new().name("live: refusal".to_owned()).spawn(move || {
            linger(&mut stream);
            drop(place);
        });
    }
}

/// One request, one answer. An error is that the browser has left, and nobody is to be told.
fn serve(mut stream: TcpStream, shared: &Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    if stream.set_write_timeout(Some(WRITE)).is_err() {
        return;
    }
    let answered = match Request::read(&mut stream, Instant::now() + HEAD, shared.port) {
        Ok(request) => answer(&mut stream, &request, shared),
        Err(Some(status)) => response::refusal(&mut stream, status),
        Err(None) => return,
    };
    if answered.is_ok() {
        linger(&mut stream);
    }
}

fn answer(stream: &mut TcpStream, request: &Request, shared: &Arc<Shared>) -> io::Result<()> {
    match route::route(&request.path, &shared.book) {
        None => response::refusal(stream, Status::NotFound),
        Some(Route::ToPage) => response::whole(stream, Status::Moved, "text/plain", b"", &[("Location", route::PAGE)]),
        Some(Route::Part(content_type, content)) => {
            let policy = [("Content-Security-Policy", response::PAGE_POLICY)];
            response::whole(stream, Status::Ok, content_type, content.as_bytes(), &policy)
        }
        Some(Route::File(path, content_type)) => send(stream, &path, content_type),
        Some(Route::Events) => match Places::take(shared, |shared| &shared.streams) {
            Some(_place) => events::serve(stream, &shared.board),
            None => response::refusal(stream, Status::Busy),
        },
    }
}

/// Sends a file of the book, which may be built anew meanwhile.
fn send(stream: &mut TcpStream, path: &Path, content_type: &str) -> io::Result<()> {
    let Ok(mut file) = File::open(path) else { return response::refusal(stream, Status::NotFound) };
    let length = file.metadata()?.len();
    let policy = [("Content-Security-Policy", response::BOOK_POLICY)];
    response::head(stream, Status::Ok, content_type, Some(length), &policy)?;
    io::copy(&mut (&mut file).take(length), stream)?;
    stream.flush()
}

/// Lets the browser read the answer to its end.
fn linger(stream: &mut TcpStream) {
    let deadline = Instant::now() + LINGER;
    let mut unread = [0; 4096];
    if stream.shutdown(Shutdown::Write).is_ok() {
        while matches!(stream.read_until(&mut unread, deadline), Ok(1..)) {}
    }
}

/// So many may be in at a time.
#[derive(Debug)]
struct Places {
    most: usize,
    taken: Mutex<usize>,
    left: Condvar,
}

/// One of them, until it is dropped.
#[derive(Debug)]
struct Place {
    shared: Arc<Shared>,
    of: fn(&Shared) -> &Places,
}

impl Places {
    fn new(most: usize) -> Self {
        Self { most, taken: Mutex::new(0), left: Condvar::new() }
    }

    fn take(shared: &Arc<Shared>, of: fn(&Shared) -> &Places) -> Option<Place> {
        let places = of(shared);
        let mut taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if *taken == places.most {
            return None;
        }
        *taken += 1;
        Some(Place { shared: Arc::clone(shared), of })
    }

    fn wait_until_free(&self, patience: Duration) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // Late or not, the end is the end.
        drop(self.left.wait_timeout_while(taken, patience, |taken| *taken > 0));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let places = (self.of)(&self.shared);
        *places.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        places.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};

    use super::*;

    fn server() -> (tempfile::TempDir, Server) {
        server_with(LIMITS)
    }

    fn server_with(limits: Limits) -> (tempfile::TempDir, Server) {
        let book = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(book.path().join("index.html"), "<p>the book</p>").expect("the folder can be written");
        let server = Server::start_with(limits, 0, book.path()).expect("loopback has a free port");
        (book, server)
    }

    fn connect(server: &Server) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(server.address()).expect("it listens");
        // Nothing here takes that long.
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
        BufReader::new(stream)
    }

    fn request(server: &Server, path: &str) -> BufReader<TcpStream> {
        let mut stream = connect(server);
        // Where there is no place, the connection may end before the request was written, or read.
        let _ = write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
        stream
    }

    /// The answer, as far as it comes.
    fn ask(server: &Server, path: &str) -> String {
        let mut answer = Vec::new();
        let _ = request(server, path).read_to_end(&mut answer);
        String::from_utf8(answer).expect("text")
    }

    /// Reads as far as these words.
    fn read_to(stream: &mut BufReader<TcpStream>, words: &str) -> String {
        let mut read = String::new();
        while !read.ends_with(words) {
            let length = stream.read_line(&mut read).expect("it goes on");
            assert!(length > 0, "it ended without {words:?}");
        }
        read
    }

    fn follow(server: &Server) -> BufReader<TcpStream> {
        let mut stream = request(server, "/live/events");
        read_to(&mut stream, "retry: 1000\n\n");
        stream
    }

    #[test]
    fn the_book_and_the_page_are_served_with_their_policies() {
        let (_book, server) = server();
        let book = ask(&server, "/");
        assert!(book.starts_with("HTTP/1.1 200 OK\r\n") && book.ends_with("<p>the book</p>"), "{book}");
        assert!(book.contains("frame-ancestors 'self'"), "{book}");
        let page = ask(&server, "/live/");
        assert!(page.contains("script-src 'self';") && page.contains("frame-ancestors 'none'"), "{page}");
        assert!(ask(&server, "/live").contains("\r\nLocation: /live/\r\n"));
        assert!(ask(&server, "/../Cargo.toml").starts_with("HTTP/1.1 404 "));
    }

    #[test]
    fn every_reader_sees_the_newest_state_and_the_end() {
        let (_book, server) = server();
        server.board().show("1".to_owned());
        let mut readers = [follow(&server), follow(&server)];
        for reader in &mut readers {
            assert_eq!(read_to(reader, "\n\n"), "id: 1\nevent: state\ndata: 1\n\n");
        }
        server.board().show("2".to_owned());
        for reader in &mut readers {
            assert_eq!(read_to(reader, "\n\n"), "id: 2\nevent: state\ndata: 2\n\n");
        }
        let address = server.address();
        drop(server);
        for reader in &mut readers {
            read_to(reader, "event: end\ndata: {}\n\n");
        }
        TcpListener::bind(address).expect("the port is free");
    }

    /// Buffers of the system take some. When they are full, the thread of that reader waits, and no other does.
    #[test]
    fn a_reader_that_reads_nothing_holds_up_nobody() {
        let (_book, server) = server();
        let _silent = follow(&server);
        let mut reader = follow(&server);
        for number in 1..=100 {
            let state = format!("{number}{}", " ".repeat(1 << 20));
            server.board().show(state);
        }
        read_to(&mut reader, "id: 100\n");
        assert!(ask(&server, "/").ends_with("<p>the book</p>"));
    }

    #[test]
    fn streams_leave_places_for_the_book() {
        let (_book, server) = server_with(Limits { connections: 4, streams: 2 });
        let _streams = [follow(&server), follow(&server)];
        assert!(ask(&server, "/live/events").starts_with("HTTP/1.1 503 "));
        assert!(ask(&server, "/").starts_with("HTTP/1.1 200 "));
    }

    /// A connection that is closed with a request unread is reset, and a browser tells of that in place of the words.
    #[test]
    fn who_is_turned_away_with_a_request_unread_reads_why() {
        let (_book, server) = server();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let mut browser = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        browser.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it is connected");
        let (stream, _) = listener.accept().expect("somebody has come");
        turn_away(stream, &server.shared);
        let mut answer = String::new();
        browser.read_to_string(&mut answer).expect("it ends well");
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }

    #[test]
    fn who_comes_too_late_is_told_so_and_a_place_that_is_left_is_free() {
        let (_book, server) = server_with(Limits { connections: 2, streams: 2 });
        let streams = [follow(&server), follow(&server)];
        read_to(&mut connect(&server), "HTTP/1.1 503 Service Unavailable\r\n");
        drop(streams);
        let end = Instant::now() + Duration::from_secs(60);
        while !ask(&server, "/").starts_with("HTTP/1.1 200 ") {
            assert!(Instant::now() < end, "places that were left are free again");
        }
    }
}
