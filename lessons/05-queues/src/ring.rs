//! Two actors, each waiting for room in the full queue of the other. And the way out.

use tokio::sync::mpsc;

// ANCHOR: ring
/// The writer sends drafts to the editor, the editor sends notes to the writer, and each sends all of its own before it reads.
/// Gives how many each of them has read.
pub async fn ring(capacity: usize, each: usize) -> (usize, usize) {
    let (to_editor, from_writer) = mpsc::channel(capacity);
    let (to_writer, from_editor) = mpsc::channel(capacity);
    tokio::join!(actor(to_editor, from_editor, each), actor(to_writer, from_writer, each))
}

async fn actor(
    out: mpsc::Sender<usize>,
    mut inbox: mpsc::Receiver<usize>,
    each: usize,
) -> usize {
    for letter in 0..each {
        if out.send(letter).await.is_err() {
            break;
        }
    }
    drop(out);
    let mut read = 0;
    while inbox.recv().await.is_some() {
        read += 1;
    }
    read
}
// ANCHOR_END: ring

// ANCHOR: no_cycle
/// No cycle: drafts go one way, and each brings the place for its note along. The writer never waits for room in a queue that
/// only the writer can empty.
pub async fn no_cycle(capacity: usize, each: usize) -> usize {
    use tokio::sync::oneshot;
    let (to_editor, mut drafts) =
        mpsc::channel::<(usize, oneshot::Sender<usize>)>(capacity);
    let editor = async move {
        while let Some((draft, note)) = drafts.recv().await {
            // A oneshot has room for its one value: this never waits.
            let _ = note.send(draft);
        }
    };
    let writer = async move {
        let mut notes = 0;
        for draft in 0..each {
            let (reply, note) = oneshot::channel();
            if to_editor.send((draft, reply)).await.is_err() {
                break;
            }
            notes += usize::from(note.await.is_ok());
        }
        notes
    };
    tokio::join!(editor, writer).1
}
// ANCHOR_END: no_cycle
