//! The memory that a million generated tasks take, in a process of its own: what it has, and the most that it had.
//! Fails where that is more than promised.

use ittybit_emulator::Emulator;

/// In MB of a million bytes.
const PROMISED: u64 = 250;

/// A row of the process's status, which has KiB, in MB.
fn megabytes(status: &str, name: &str) -> u64 {
    let row = status.lines().find_map(|line| line.strip_prefix(name));
    let number = row.and_then(|row| row.strip_prefix(':')?.trim().strip_suffix(" kB"));
    let kibibytes: u64 = number.unwrap_or_else(|| panic!("no {name}")).parse().unwrap();
    kibibytes * 1024 / 1_000_000
}

fn main() {
    let _emulator = Emulator::builder().tasks(1_000_000).seed(7).start_blocking().unwrap();
    // Only Linux has it.
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        println!("This system does not say how much memory a process has.");
        return;
    };
    let [now, most] = ["VmRSS", "VmHWM"].map(|name| megabytes(&status, name));
    println!("a million tasks: {now} MB, at the start {most} MB (at most {PROMISED})");
    assert!(most <= PROMISED);
}
