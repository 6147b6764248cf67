//! Quiz: which of the three futures has more than a thousand bytes?
//!
//! Run: `cargo run -p lesson-01-futures --example quiz_which_is_larger`

// ANCHOR: quiz
use tokio::task::yield_now;

async fn before() {
    let page = [7_u8; 1024];
    println!("before: {}", page.len());
    yield_now().await;
}

async fn across() {
    let page = [7_u8; 1024];
    yield_now().await;
    println!("across: {}", page.len());
}

async fn behind() {
    let page = vec![7_u8; 1024];
    yield_now().await;
    println!("behind: {}", page.len());
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (name, bytes) in [
        ("before", size_of_val(&before())),
        ("across", size_of_val(&across())),
        ("behind", size_of_val(&behind())),
    ] {
        println!("{name}  {}", if bytes > 1000 { "more than a thousand" } else { "less" });
    }
    before().await;
    across().await;
    behind().await;
}
// ANCHOR_END: quiz
