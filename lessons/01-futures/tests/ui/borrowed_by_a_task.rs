async fn ask(question: &str) -> usize {
    question.len()
}

#[tokio::main]
async fn main() {
    let question = String::from("What is a future?");
    let task = tokio::spawn(ask(&question));
    println!("{:?}", task.await);
}
