//! Criterion benches, one per lesson. See `benches/`.
