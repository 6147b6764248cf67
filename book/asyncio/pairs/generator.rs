// The reader takes two tokens and leaves. When is the stream closed, and by whom?
//
// Run: `cargo run -p from-asyncio generator`

// ANCHOR: program
use async_stream::stream;
use futures::{Stream, StreamExt as _};
use std::{pin::pin, time::Duration};
use tokio::time::sleep;

struct Closed;

impl Drop for Closed {
    fn drop(&mut self) {
        println!("tokens: closed");
    }
}

fn tokens() -> impl Stream<Item = u32> {
    stream! {
        let _closed = Closed;
        for number in 0..100 {
            sleep(Duration::from_secs(1)).await;
            yield number;
        }
    }
}

async fn first_two() {
    let mut tokens = pin!(tokens());
    while let Some(number) = tokens.next().await {
        println!("token {number}");
        if number == 1 {
            break;
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    first_two().await;
    println!("main: has two tokens");
    sleep(Duration::from_secs(1)).await;
    println!("main: ends");
}
// ANCHOR_END: program
