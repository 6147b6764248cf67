use std::{rc::Rc, time::Duration};

async fn ask() {
    let notes = Rc::new("What is a future?");
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("{notes}");
}

#[tokio::main]
async fn main() {
    tokio::spawn(ask());
}
