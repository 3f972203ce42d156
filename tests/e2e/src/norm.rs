//! Times that are to stay within a norm, on machines that do other things too.

use anyhow::{Result, ensure};

/// Whatever else the machine does only ever adds to a time: the norm is kept if it is kept in one of so many visits.
const MOST_VISITS: usize = 3;

/// Refuses milliseconds that are outside the norm in each of some visits.
///
/// # Errors
/// All the times; what a visit says.
pub async fn kept(what: &str, within: impl Fn(f64) -> bool, visit: impl AsyncFn() -> Result<f64>) -> Result<()> {
    let mut times = Vec::new();
    while !times.iter().any(|time| within(*time)) {
        ensure!(times.len() < MOST_VISITS, "{what}: {times:.1?} ms");
        let time = visit().await?;
        println!("{what} {time:.1} ms");
        times.push(time);
    }
    Ok(())
}
