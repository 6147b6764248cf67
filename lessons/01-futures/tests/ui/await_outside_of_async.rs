async fn answer() -> u32 {
    42
}

fn main() {
    println!("{}", answer().await);
}
