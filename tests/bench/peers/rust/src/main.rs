// SPDX-License-Identifier: MPL-2.0
// The Rust client (crate taskcluster): peer ROOT_URL CALLS IN_FLIGHT
// prints its version, and the milliseconds and CPU milliseconds of its calls.
// How to build it: Cargo.toml.
use anyhow::{ensure, Context, Result};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Instant;
use taskcluster::{ClientBuilder, Credentials, Queue};

async fn run(queue: &Arc<Queue>, count: usize, in_flight: usize) -> Result<()> {
    let started = Arc::new(AtomicUsize::new(0));
    let mut workers = Vec::new();

    for _ in 0..in_flight {
        let (queue, started) = (queue.clone(), started.clone());
        workers.push(tokio::spawn(async move {
            while started.fetch_add(1, Ordering::Relaxed) < count {
                let reply = queue.status("fN1SbArXTPSVFNUvaOlinQ").await?;
                ensure!(reply["status"]["state"] == "running", "not the reply");
            }
            Ok(())
        }));
    }
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

/// The CPU time of all threads of this process.
fn cpu_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };

    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("peer ROOT_URL CALLS IN_FLIGHT");
    let root_url = next()?;
    let calls: usize = next()?.parse()?;
    let in_flight: usize = next()?.parse()?;
    let credentials = Credentials::new("project/releng/a-worker", "no-secret");
    let queue = Arc::new(Queue::new(ClientBuilder::new(root_url).credentials(credentials))?);

    run(&queue, calls / 10, in_flight).await?; // warm
    let (cpu, begun) = (cpu_ms(), Instant::now());
    run(&queue, calls, in_flight).await?;
    let wall = begun.elapsed().as_secs_f64() * 1e3;
    println!("{} {} {}", env!("CARGO_PKG_VERSION"), wall, cpu_ms() - cpu);
    Ok(())
}
