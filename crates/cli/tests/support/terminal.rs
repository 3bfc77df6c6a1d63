//! A terminal for tests.

// Each test program uses its part of it.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

/// A terminal that a program runs in.
pub struct Terminal {
    output: mpsc::Receiver<Vec<u8>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    /// Everything that was printed.
    raw: Vec<u8>,
    size: (u16, u16),
    master: Arc<Mutex<Box<dyn MasterPty + Send>>>,
}

/// Runs its arguments, says so when they have ended, and waits. A terminal whose first program ends
/// may drop what was written last, so that is not the program under test.
const SHELL: &str = r#"trap : INT; "$0" "$@"; code=$?; printf '\n[ended]'; read _; exit $code"#;
/// The output of the shell, from the terminal.
const ENDED: &[u8] = b"\r\n[ended]";

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(60);

impl Terminal {
    pub fn run(program: &str, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let pty = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", SHELL, program]);
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let keyboard = pty.master.take_writer().unwrap();
        let (sender, output) = mpsc::channel();
        let master = Arc::new(Mutex::new(pty.master));
        let read_from = Arc::clone(&master);
        std::thread::spawn(move || {
            // The terminal stays open as long as it is read.
            let _master = read_from;
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            output,
            keyboard,
            child,
            raw: Vec::new(),
            size,
            master,
        }
    }

    /// Makes the window larger or smaller.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.master.lock().unwrap().resize(pty_size(size)).unwrap();
        self.size = size;
    }

    /// Waits for more output.
    fn wait(&mut self, what: &str) {
        let more = self.output.recv_timeout(PATIENCE);
        self.raw
            .extend(more.unwrap_or_else(|_| panic!("no `{what}` on the screen:\n{}", self.screen())));
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&mut self, text: &str) {
        while !self.screen().contains(text) {
            self.wait(text);
        }
    }

    pub fn press_ctrl_c(&mut self) {
        self.keyboard.write_all(b"\x03").unwrap();
    }

    /// The exit code, once the program has ended.
    pub fn end(&mut self) -> u32 {
        while !self.raw.ends_with(ENDED) {
            self.wait("[ended]");
        }
        self.raw.truncate(self.raw.len() - ENDED.len());
        self.keyboard.write_all(b"\n").unwrap();
        self.child.wait().unwrap().exit_code()
    }

    /// The current screen.
    pub fn screen(&self) -> String {
        let [rows, columns] = [self.size.0, self.size.1].map(|size| NonZero::new(size).expect("a size"));
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(&self.raw);
        let screen = parser.screen().contents();
        screen.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
}

fn pty_size((rows, cols): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}
