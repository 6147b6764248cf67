//! What the chapter says of the lesson's code, as tests: the figures of the sources, the screenful, then what each tool does
//! when something goes wrong.

mod figures;
mod least_you_need;
mod tools;
mod try_join_all_of_many;
mod what_tokio_does;
