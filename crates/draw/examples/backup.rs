//! A program that backs photos up: one task reads them, two send them away. It has nothing to do with language models; what is
//! drawn is what any program has, tasks, a queue, and waits.
//!
//! `cargo run -p draw --example backup` prints the run. Each file that is named gets it in the form of its ending:
//! `-- run.html run.svg`. With `--real` it runs on the real clock, and on several threads.

use std::{env, io, time::Duration};

use draw::{Drawing, Drawn};
use tokio::{
    runtime::Builder,
    sync::{Mutex, mpsc},
    time::sleep,
};

// ANCHOR: program
struct Photo {
    name: String,
    megabytes: u64,
}

/// Reads the photos from a slow disk, and queues them.
async fn read(queue: mpsc::Sender<Photo>) {
    for (number, megabytes) in [4, 12, 3, 3, 9, 5].into_iter().enumerate() {
        sleep(Duration::from_millis(40)).await;
        let photo = Photo { name: format!("photo {}", number + 1), megabytes };
        if queue.send(photo).await.is_err() {
            return;
        }
    }
}

/// Sends one photo after another, until the queue is closed.
async fn send_all(queue: &Mutex<mpsc::Receiver<Photo>>, drawing: &Drawing) {
    loop {
        let next = queue.lock().await.recv().await;
        let Some(photo) = next else { return };
        send(&photo).drawn(drawing, &photo.name).await;
    }
}

async fn send(photo: &Photo) {
    sleep(Duration::from_millis(10)).await; // The connection.
    sleep(Duration::from_millis(20 * photo.megabytes)).await;
}

async fn back_up(drawing: &Drawing) {
    let (sender, receiver) = mpsc::channel(2);
    let reader = drawing.spawn("reader", read(sender));
    let receiver = Mutex::new(receiver);
    tokio::join!(
        send_all(&receiver, drawing).drawn(drawing, "sender 1"),
        send_all(&receiver, drawing).drawn(drawing, "sender 2"),
    );
    reader.await.expect("the reader does not panic");
}
// ANCHOR_END: program

// ANCHOR: draw
async fn run(files: &[String]) -> io::Result<()> {
    let drawing = Drawing::new("six photos, two senders");

    back_up(&drawing).await;

    print!("{}", drawing.text());
    for file in files {
        drawing.save(file)?;
    }
    Ok(())
}
// ANCHOR_END: draw

fn main() -> io::Result<()> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let is_real = arguments.iter().any(|argument| argument == "--real");
    arguments.retain(|argument| !argument.starts_with("--"));
    let runtime = if is_real {
        Builder::new_multi_thread().enable_all().build()?
    } else {
        Builder::new_current_thread().enable_all().start_paused(true).build()?
    };
    runtime.block_on(run(&arguments))
}
