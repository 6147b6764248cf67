//! How long things take: fixed for exact tests, or drawn from a distribution for traffic that looks real.

use std::{f64::consts::TAU, time::Duration};

/// A length of time, fixed or drawn.
///
/// A draw depends on the seed, the request and the attempt, never on the order in which requests arrive: run the same
/// requests in another order, or all at once, and each one takes as long as before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// Always the same.
    Fixed(Duration),
    /// Every length from `min` to `max` is as likely as every other.
    Uniform { min: Duration, max: Duration },
    /// A bell around `mean`, cut off at zero.
    Normal { mean: Duration, std_dev: Duration },
    /// Long tail to the right, as times to first token are in practice. Half of the draws are below `median`; `sigma` is
    /// the standard deviation of the draw's logarithm.
    LogNormal { median: Duration, sigma: f64 },
}

impl Latency {
    /// No time at all.
    pub const ZERO: Latency = Latency::Fixed(Duration::ZERO);

    /// One draw. Fixed latencies leave `draws` untouched.
    pub(crate) fn draw(self, draws: &mut Draws) -> Duration {
        match self {
            Latency::Fixed(duration) => duration,
            Latency::Uniform { min, max } => min + (max.saturating_sub(min)).mul_f64(draws.unit()),
            Latency::Normal { mean, std_dev } => {
                let seconds = mean.as_secs_f64() + std_dev.as_secs_f64() * draws.normal();
                duration_from_seconds(seconds)
            }
            Latency::LogNormal { median, sigma } => {
                duration_from_seconds(median.as_secs_f64() * (sigma * draws.normal()).exp())
            }
        }
    }
}

impl From<Duration> for Latency {
    fn from(duration: Duration) -> Self {
        Latency::Fixed(duration)
    }
}

/// A number from 0 up to, but not including, 1 that belongs to a seed, a purpose, a request and an attempt: the draws of
/// the model itself, for who adds chance around it.
///
/// ```
/// let luck = mock_llm::luck(7, "network", "What is a future?", 1);
/// assert!((0.0..1.0).contains(&luck));
/// assert_eq!(luck, mock_llm::luck(7, "network", "What is a future?", 1));
/// ```
pub fn luck(seed: u64, purpose: &str, request: &str, attempt: u32) -> f64 {
    Draws::new(seed, purpose, request, attempt).unit()
}

/// Whole microseconds: what is left of a difference between two platforms' `exp` and `ln` is rounded away.
fn duration_from_seconds(seconds: f64) -> Duration {
    Duration::from_micros((seconds.max(0.0) * 1e6).round() as u64)
}

/// A stream of random numbers that belongs to one attempt at one request.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014), written out because
/// its numbers must stay the same from release to release, which no random-number crate promises.
#[derive(Debug, Clone)]
pub(crate) struct Draws {
    state: u64,
}

impl Draws {
    /// The numbers for one attempt at one request to one model. The first attempt is 1.
    pub(crate) fn new(seed: u64, model: &str, prompt: &str, attempt: u32) -> Self {
        // FNV-1a over everything that identifies the attempt, with a separator that no text holds.
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let separated = [&seed.to_le_bytes()[..], model.as_bytes(), prompt.as_bytes(), &attempt.to_le_bytes()[..]];
        for part in separated {
            for &byte in part.iter().chain(&[0xff]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        Self { state }
    }

    /// Numbers for another purpose of the same attempt: however many are drawn of one, the other stays as it is.
    pub(crate) fn fork(&self, purpose: &str) -> Self {
        Self::new(self.state, purpose, "", 0)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from the standard normal distribution (Box–Muller).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(latency: Latency, count: u32) -> Vec<f64> {
        (1..=count).map(|attempt| latency.draw(&mut Draws::new(7, "atlas", "why?", attempt)).as_secs_f64()).collect()
    }

    #[test]
    fn the_same_attempt_draws_the_same() {
        let latency = Latency::LogNormal { median: Duration::from_millis(400), sigma: 0.5 };
        assert_eq!(draws(latency, 20), draws(latency, 20));
        let first = latency.draw(&mut Draws::new(7, "atlas", "why?", 1));
        assert_ne!(first, latency.draw(&mut Draws::new(8, "atlas", "why?", 1)), "another seed");
        assert_ne!(first, latency.draw(&mut Draws::new(7, "birch", "why?", 1)), "another model");
        assert_ne!(first, latency.draw(&mut Draws::new(7, "atlas", "how?", 1)), "another prompt");
        assert_ne!(first, latency.draw(&mut Draws::new(7, "atlas", "why?", 2)), "another attempt");
    }

    #[test]
    fn a_log_normal_has_its_median_and_its_spread() {
        let latency = Latency::LogNormal { median: Duration::from_millis(400), sigma: 0.5 };
        let mut logs: Vec<f64> = draws(latency, 10_000).iter().map(|seconds| seconds.ln()).collect();
        logs.sort_by(f64::total_cmp);
        let median = logs[5_000].exp();
        let mean = logs.iter().sum::<f64>() / 10_000.0;
        let sigma = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / 10_000.0).sqrt();
        // The seed is fixed, so these hold for ever; the bounds are three standard errors of 10 000 draws.
        assert!((0.392..0.408).contains(&median), "median {median}");
        assert!((0.489..0.511).contains(&sigma), "sigma {sigma}");
    }

    #[test]
    fn a_uniform_stays_inside() {
        let latency = Latency::Uniform { min: Duration::from_millis(10), max: Duration::from_millis(20) };
        assert!(draws(latency, 1_000).iter().all(|seconds| (0.010..=0.020).contains(seconds)));
    }

    #[test]
    fn a_normal_is_never_negative() {
        let latency = Latency::Normal { mean: Duration::from_millis(1), std_dev: Duration::from_millis(50) };
        assert!(draws(latency, 1_000).contains(&0.0));
    }
}
