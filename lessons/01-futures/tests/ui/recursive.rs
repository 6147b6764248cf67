async fn count_down(from: u32) {
    println!("{from}");
    if from > 0 {
        count_down(from - 1).await;
    }
}

#[tokio::main]
async fn main() {
    count_down(3).await;
}
