//! Lode's build, test and benchmark commands.
fn main() {}
