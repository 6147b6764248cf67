//! The solutions of lesson 06-timeouts, against the checks of its exercises.

mod give_up;
mod idle_or_total;
mod three_limits;
mod one_deadline;
mod timer_in_the_loop;
mod clean_up;
mod missed_ticks;
mod abort_or_detach;
