async fn answer() -> u32 {
    42
}

#[tokio::main]
async fn main() {
    let answer: u32 = answer();
    println!("{answer}");
}
