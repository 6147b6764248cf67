//! The solutions of lesson 07-blocking, against the checks of its exercises.

mod find_the_blocker;
mod offload;
mod sync_core;
mod bridge;
mod chunk_and_yield;
mod pool_size;
mod full_pool;
mod stop_flag;
mod both_flavours;
mod no_nested_block_on;
mod database;
mod the_test_that_blocks;
