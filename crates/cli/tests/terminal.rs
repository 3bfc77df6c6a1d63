//! What a person at a terminal sees, through a real one.
#![cfg(unix)]

mod support;

use std::time::Duration;

use ittybit::Timestamp;
use ittybit_emulator::{Emulator, Fault};
use support::terminal::Terminal;
use support::{emulator, largest_page, numbered, page};

/// Runs the program in a terminal, with the address and the key of an emulator.
fn run(emulator: &Emulator, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Terminal {
    let connection = [
        ("ITTYBIT_API_KEY", emulator.api_key()),
        ("ITTYBIT_BASE_URL", emulator.base_url()),
    ];
    let environment = [&connection[..], environment].concat();
    Terminal::run(env!("CARGO_BIN_EXE_ittybit"), size, arguments, &environment)
}

fn three_tasks() -> String {
    let created = Timestamp::now().unix_seconds() - 90 * 60;
    let tasks = [
        ("succeeded", "interview.mov"),
        ("failed", "日本語のとても長いファイル名です.mov"),
        ("queued", "a.mov"),
    ];
    let tasks = tasks.iter().enumerate().map(|(index, (status, name))| {
        format!(
            r#"{{"id":"task_abcdefgh{index}","kind":"adaptive_video","status":"{status}","progress":{index},
                "input":{{"filename":"{name}"}},"created_by":"run_5xQ9wKp3vN","created_at":{created}}}"#
        )
    });
    format!("[{}]", tasks.collect::<Vec<_>>().join(","))
}

#[test]
fn a_table_fits_the_terminal() {
    let emulator = emulator(0);
    let mut shown = String::new();
    for columns in [120, 80, 50, 20] {
        emulator.fail_next(page(&three_tasks(), true));
        let mut terminal = run(&emulator, (20, columns), &["tasks", "list"], &[]);
        assert_eq!(terminal.end(), 0);
        shown.push_str(&format!("{columns} columns:\n{}\n", terminal.screen()));
    }
    insta::assert_snapshot!("terminal_table", shown);
}

#[test]
fn colours_can_be_turned_off() {
    let emulator = emulator(0);
    let raw = |environment: &[(&str, &str)]| {
        emulator.fail_next(page(&three_tasks(), false));
        let mut terminal = run(&emulator, (20, 120), &["tasks", "list"], environment);
        assert_eq!(terminal.end(), 0);
        terminal.raw()
    };
    let coloured = raw(&[]);
    assert!(coloured.contains("\u{1b}[31mfailed"), "{coloured:?}");
    assert!(coloured.contains("\u{1b}[32msucceeded"), "{coloured:?}");
    let plain = raw(&[("NO_COLOR", "1")]);
    assert!(!plain.contains("\u{1b}["), "{plain:?}");
}

/// Progress is shown during a wait: with a page that arrives at once there is nothing to see.
const A_WAIT: Duration = Duration::from_millis(300);

#[test]
fn progress_is_shown_while_there_are_more_pages() {
    let emulator = emulator(250);
    emulator.fail_next(Fault::delay(Duration::ZERO));
    emulator.fail_next(Fault::delay(A_WAIT));
    let mut terminal = run(&emulator, (300, 120), &["tasks", "list", "--all"], &[]);
    assert_eq!(terminal.end(), 0);
    let raw = terminal.raw();
    let first_page = format!("\r\u{1b}[K{} tasks, ", largest_page());
    assert!(raw.contains(&first_page), "{raw:?}");
    assert!(raw.contains("/s"), "{raw:?}");
    // In the end only the table is on the screen.
    let screen = terminal.screen();
    assert_eq!(screen.lines().count(), 251);
    assert!(screen.starts_with("ID "), "{screen}");
    assert!(!screen.contains("/s\n"), "{screen}");
}

#[test]
fn progress_leaves_an_array_complete() {
    let emulator = emulator(0);
    let arguments = &["tasks", "list", "--all", "--retries", "0", "-o", "json"];
    for (last, code, next) in [(page("[]", false), 0, "]"), (Fault::status(403), 1, "error: ")] {
        emulator.fail_next(page(&numbered(2), true));
        emulator.fail_next(last.delayed(A_WAIT));
        let mut terminal = run(&emulator, (20, 100), arguments, &[]);
        assert_eq!(terminal.end(), code);
        assert!(terminal.raw().contains(" tasks, "), "{:?}", terminal.raw());
        let screen = terminal.screen();
        let lines: Vec<_> = screen.lines().collect();
        assert!(lines[1].contains(r#""id":"task_1""#), "{screen}");
        assert!(lines[2].contains(r#""id":"task_2""#), "{screen}");
        assert!(lines[3].starts_with(next), "{screen}");
    }
}

#[test]
fn a_dumb_terminal_gets_no_control_sequences() {
    let emulator = emulator(250);
    let arguments = &["tasks", "list", "--all", "--columns", "id,status"];
    let mut terminal = run(&emulator, (300, 120), arguments, &[("TERM", "dumb")]);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.raw().contains('\u{1b}'), "{:?}", terminal.raw());
}

#[test]
fn control_characters_of_a_server_are_escaped() {
    let emulator = emulator(0);
    // Two of these JSON does not escape: the control sequence introducer in one character, and a turn of the text.
    let evil = "a\\u001b]0;x\\u0007\u{9b}31m\u{202e}\u{200f}b";
    let body = format!(r#"[{{"id":"{evil}","kind":"video","status":"queued","created_at":0}}]"#);
    for format in ["table", "csv", "json", "jsonl"] {
        emulator.fail_next(page(&body, true));
        let mut arguments = vec!["tasks", "list", "-o", format];
        if ["table", "csv"].contains(&format) {
            // The heads too come from outside.
            arguments.extend(["--columns", "id,\u{1b}]0;x\u{7}\u{202e}\u{200f}"]);
        }
        let mut terminal = run(&emulator, (20, 200), &arguments, &[("NO_COLOR", "1")]);
        assert_eq!(terminal.end(), 0);
        let raw = terminal.raw();
        assert!(raw.contains("There are more: "), "{format}: {raw:?}");
        for char in ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\u{200f}'] {
            assert!(!raw.contains(char), "{format}: {raw:?}");
        }
    }
}

#[test]
fn ctrl_c_says_how_to_resume() {
    let mut shown = String::new();
    for arguments in [
        &["tasks", "list", "--all", "--columns", "id,status"][..],
        &["tasks", "list", "--max", "10", "-o", "jsonl"],
    ] {
        // The second request may never be sent, and must not leave its fault to the next run.
        let emulator = emulator(0);
        emulator.fail_next(page(&numbered(3), true));
        emulator.fail_next(Fault::delay(Duration::from_secs(3600)));
        let mut terminal = run(&emulator, (12, 80), arguments, &[]);
        terminal.wait_for("3 tasks, ");
        terminal.press_ctrl_c();
        let code = terminal.end();
        shown.push_str(&format!("{}\n--- exit code {code}\n\n", terminal.screen()));
    }
    insta::assert_snapshot!("ctrl_c", shown);
}

#[test]
fn ctrl_c_before_a_response() {
    let emulator = emulator(0);
    emulator.fail_next(Fault::delay(Duration::from_secs(3600)));
    let mut terminal = run(&emulator, (12, 80), &["tasks", "list"], &[]);
    while emulator.requests().is_empty() {
        std::thread::yield_now();
    }
    terminal.press_ctrl_c();
    assert_eq!(terminal.end(), 1);
    insta::assert_snapshot!("ctrl_c_at_once", terminal.screen());
}

#[test]
fn an_empty_list_is_reported() {
    let emulator = emulator(0);
    let mut terminal = run(&emulator, (12, 80), &["tasks", "list"], &[]);
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.screen(), "No tasks.\n");
}

fn run_of(states: &[(&str, &str)]) -> Fault {
    let tasks = states.iter().enumerate().map(|(index, (status, progress))| {
        format!(r#"{{"id":"task_{index}","kind":"video","status":"{status}","progress":{progress},"created_at":0}}"#)
    });
    page(&format!("[{}]", tasks.collect::<Vec<_>>().join(",")), false)
}

const WATCH: [&str; 7] = [
    "tasks",
    "list",
    "--watch",
    "--interval",
    "0.1",
    "--columns",
    "id,status,progress",
];

#[test]
fn a_watch_is_a_table_that_is_kept_up_to_date() {
    let emulator = emulator(0);
    emulator.fail_next(run_of(&[]));
    emulator.fail_next(run_of(&[("processing", "25"), ("queued", "null")]));
    emulator.fail_next(run_of(&[("failed", "33.4"), ("processing", "99")]));
    emulator.fail_next(Fault::status(503));
    emulator.fail_next(run_of(&[("failed", "33.4"), ("succeeded", "100")]));
    let arguments = [&WATCH[..], &["--retries", "0"]].concat();
    let mut terminal = run(&emulator, (12, 80), &arguments, &[]);
    let mut shown = String::new();
    for text in ["No tasks yet.", "0 of 2 tasks", "1 of 2 tasks"] {
        terminal.wait_for(text);
        shown.push_str(&format!("{}---\n", terminal.screen()));
    }
    let code = terminal.end();
    shown.push_str(&format!("{}--- exit code {code}\n", terminal.screen()));
    insta::assert_snapshot!("watch", shown.replace(emulator.base_url(), "[URL]"));
    assert!(terminal.raw().contains("\u{1b}[31mfailed"), "{:?}", terminal.raw());
}

#[test]
fn a_watch_fits_the_terminal() {
    let emulator = emulator(0);
    let mut states = vec![("succeeded", "100"); 8];
    states.push(("processing", "50"));
    emulator.fail_next(run_of(&states));
    states[8] = ("succeeded", "100");
    emulator.fail_next(run_of(&states).delayed(A_WAIT));
    let mut terminal = run(&emulator, (6, 60), &WATCH, &[]);
    terminal.wait_for("8 of 9 tasks");
    let mut shown = format!("{}---\n", terminal.screen());
    assert_eq!(terminal.end(), 0);
    shown.push_str(&terminal.screen());
    insta::assert_snapshot!("watch_fits", shown);
    // In the end all of them are there, above.
    let raw = terminal.raw();
    let (_, end) = raw.rsplit_once("\u{1b}[J").unwrap();
    assert_eq!(end.matches("task_").count(), 9, "{end:?}");
}

#[test]
fn a_narrower_terminal_is_redrawn() {
    let emulator = emulator(0);
    emulator.fail_next(run_of(&[("processing", "25"), ("queued", "null")]));
    emulator.fail_next(run_of(&[("processing", "50"), ("queued", "null")]).delayed(A_WAIT));
    emulator.fail_next(run_of(&[("failed", "50"), ("succeeded", "100")]));
    let mut terminal = run(&emulator, (20, 80), &WATCH, &[]);
    terminal.wait_for("0 of 2 tasks");
    let drawn = terminal.raw();
    terminal.resize((20, 32));
    terminal.wait_for("50%");
    // A terminal breaks lines that no longer fit: of the four lines, that with a bar has two rows then.
    let raw = terminal.raw();
    let redrawn = raw.strip_prefix(&drawn).unwrap();
    assert!(redrawn.contains("\r\u{1b}[5A\u{1b}[J"), "{redrawn:?}");
    // What there is room for is the number.
    assert!(terminal.screen().contains(" 50%\n"), "{}", terminal.screen());
    assert_eq!(terminal.end(), 1);
}

#[test]
fn ctrl_c_ends_a_watch() {
    let emulator = emulator(0);
    emulator.fail_next(run_of(&[("processing", "25"), ("succeeded", "100")]));
    emulator.fail_next(Fault::delay(Duration::from_secs(3600)));
    let mut terminal = run(&emulator, (12, 80), &WATCH, &[]);
    terminal.wait_for("1 of 2 tasks");
    terminal.press_ctrl_c();
    let code = terminal.end();
    insta::assert_snapshot!("watch_ctrl_c", format!("{}--- exit code {code}\n", terminal.screen()));
}

#[test]
fn a_watch_on_a_dumb_terminal_is_a_table_of_changes() {
    let emulator = emulator(0);
    emulator.fail_next(run_of(&[("processing", "25")]));
    emulator.fail_next(run_of(&[("succeeded", "100")]));
    let mut terminal = run(&emulator, (12, 80), &WATCH, &[("TERM", "dumb")]);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.raw().contains('\u{1b}'), "{:?}", terminal.raw());
    insta::assert_snapshot!("watch_dumb", terminal.screen());
}
