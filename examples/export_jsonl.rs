//! Writes all tasks to a file, one JSON object a line, oldest first:
//! `cargo run --example export_jsonl FILE`
//!
//! If it is interrupted, or run again later, it continues after the last task in the file.
//! Needs `ITTYBIT_API_KEY`.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use ittybit::{Client, SortOrder, Task};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("say which file to write to")?;
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let last = last_task(&mut file)?;

    let client = Client::from_env()?;
    let request = client.list_tasks().order(SortOrder::Asc).limit(50);
    let request = match last {
        Some(task) => request.after(task.id),
        None => request,
    };
    // The next page is fetched while this one is written.
    let mut pages = request.pages().read_ahead(1);
    let mut file = BufWriter::new(file);
    let mut count = 0;
    while let Some(page) = pages.try_next().await? {
        for task in &page {
            serde_json::to_writer(&mut file, task)?;
            file.write_all(b"\n")?;
        }
        // What is in the file is safe from here on.
        file.flush()?;
        count += page.len();
    }
    println!("{count} tasks added");
    Ok(())
}

/// The last task in the file. A line that a crash cut off is cut away.
fn last_task(file: &mut File) -> Result<Option<Task>, Box<dyn Error>> {
    let mut reader = BufReader::new(&*file);
    let (mut whole, mut last) = (0, None);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        whole += line.len() as u64;
        last = Some(std::mem::take(&mut line));
    }
    file.set_len(whole)?;
    file.seek(SeekFrom::Start(whole))?;
    Ok(last.map(|line| serde_json::from_slice(&line)).transpose()?)
}
