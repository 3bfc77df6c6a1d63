//! The output of a run of a command.

// Each test program uses its part of it.
#![allow(dead_code)]

pub struct Ran {
    pub program: &'static str,
    pub call: String,
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

impl Ran {
    /// All of it, as a person sees it.
    pub fn shown(&self) -> String {
        let Self {
            program,
            call,
            out,
            err,
            code,
        } = self;
        let code = code.map_or("none".to_owned(), |code| code.to_string());
        let shown = format!("$ {program} {call}\n{out}--- standard error\n{err}--- exit code {code}\n\n");
        // Control characters are shown as symbols.
        shown.replace('\u{1b}', "␛")
    }

    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }
}
