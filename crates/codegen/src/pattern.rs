//! `pattern`: a regular expression becomes a table, so that the client checks it without a regular
//! expression engine among its dependencies.
//!
//! The expressions are ECMA 262's, as OpenAPI says. Their syntax is nearly that of the crate `regex`;
//! [`translate`] converts the differences. What a finite automaton cannot do (look-around, back-references) is an
//! error.

use std::collections::{HashMap, HashSet, VecDeque};

use regex_automata::{
    Anchored,
    dfa::{Automaton as _, dense},
    nfa::thompson,
    util::primitives::StateID,
    util::start,
};

/// A deterministic automaton over bytes. State 0 is the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Automaton {
    /// The expression as written.
    pub source: String,
    /// The class of each byte.
    pub classes: Vec<u8>,
    /// The next state, for each state and class.
    pub next: Vec<u16>,
    /// For each state, whether a text that ends in it matches.
    pub accepts: Vec<bool>,
    /// A text that matches, for examples.
    pub example: Option<String>,
}

/// Automata with more states than this are an error: the table would be larger than the client.
const MAX_STATES: usize = 2_000;

/// The largest size of the nondeterministic automaton in bytes: `(((a{99}){99}){99}){99}` would take gigabytes.
const NFA_SIZE: usize = 1 << 20;

/// The largest size of the deterministic automaton in bytes.
const DFA_SIZE: usize = 4 << 20;

/// Only automata with up to this many states are minimized. The time for it is quadratic in the number of states:
/// seconds for `^[\s\S]{1,1024}$`. Large automata hardly get smaller.
const MINIMIZED: usize = 300;

impl Automaton {
    /// Compiles an expression, or returns the reason why it cannot be compiled. `budget` is the number of bytes that
    /// all expressions of a document may take together; minimizing counts as the square of the number of states.
    pub(crate) fn new(pattern: &str, budget: &mut usize) -> Result<Self, String> {
        let translated = translate(pattern)?;
        if *budget == 0 {
            return Err("the document has too many expressions of this size".to_owned());
        }
        let build = |minimize| {
            dense::Builder::new()
                .configure(
                    dense::Config::new()
                        .minimize(minimize)
                        .dfa_size_limit(Some(DFA_SIZE))
                        .determinize_size_limit(Some(DFA_SIZE)),
                )
                .thompson(thompson::Config::new().nfa_size_limit(Some(NFA_SIZE)))
                .build(&translated)
                .map_err(|error| {
                    let mut reason = error.to_string();
                    let mut source = std::error::Error::source(&error);
                    while let Some(cause) = source {
                        reason = cause.to_string();
                        source = cause.source();
                    }
                    // The parser's message also shows the place in the expression: the last line is the reason.
                    let last = reason.lines().last().unwrap_or_default();
                    last.trim_start_matches("error: ").to_owned()
                })
        };
        let built = build(false);
        let cost = built.as_ref().map_or(DFA_SIZE, dense::DFA::memory_usage);
        *budget = budget.saturating_sub(cost);
        let mut dfa = built?;
        let states = dfa.memory_usage() / (dfa.stride() * size_of::<u32>());
        if states <= MINIMIZED {
            *budget = budget.saturating_sub(8 * states * states);
            dfa = build(true)?;
        }
        Self::from_dfa(pattern, &dfa)
    }

    fn from_dfa(source: &str, dfa: &dense::DFA<Vec<u32>>) -> Result<Self, String> {
        let start = dfa
            .start_state(&start::Config::new().anchored(Anchored::No))
            .map_err(|error| error.to_string())?;
        let mut numbers: HashMap<StateID, u16> = HashMap::from([(start, 0)]);
        let mut states = vec![start];
        let mut rows: Vec<[u16; 256]> = Vec::new();
        let mut accepts = Vec::new();
        while let Some(&state) = states.get(rows.len()) {
            // A match is reported one byte late. A matching state is final: the search is not anchored at the end.
            let matched = dfa.is_match_state(state);
            accepts.push(matched || dfa.is_match_state(dfa.next_eoi_state(state)));
            let mut row = [rows.len() as u16; 256];
            if !matched {
                for byte in 0..=255_u8 {
                    let next = dfa.next_state(state, byte);
                    let number = numbers.len() as u16;
                    row[usize::from(byte)] = *numbers.entry(next).or_insert_with(|| {
                        states.push(next);
                        number
                    });
                }
            }
            rows.push(row);
            if states.len() > MAX_STATES {
                return Err(format!("it needs more than {MAX_STATES} states"));
            }
        }
        let mut columns: HashMap<Vec<u16>, u8> = HashMap::new();
        let mut order = Vec::new();
        let classes = (0..256)
            .map(|byte| {
                let column: Vec<u16> = rows.iter().map(|row| row[byte]).collect();
                // 256 bytes have at most 256 classes.
                let number = columns.len() as u8;
                *columns.entry(column.clone()).or_insert_with(|| {
                    order.push(column);
                    number
                })
            })
            .collect();
        let next = (0..rows.len())
            .flat_map(|state| order.iter().map(move |column| column[state]))
            .collect();
        let mut automaton = Self {
            source: source.to_owned(),
            classes,
            next,
            accepts,
            example: None,
        };
        automaton.example = automaton.shortest();
        Ok(automaton)
    }

    /// The shortest text of letters, digits and punctuation that matches and is not empty.
    fn shortest(&self) -> Option<String> {
        let width = self.next.len() / self.accepts.len();
        let mut bytes: Vec<u8> = (b'!'..=b'~').collect();
        // One byte of each class is enough: letters first, because they are the most likely to be right.
        bytes.sort_by_key(|byte| {
            (
                !byte.is_ascii_lowercase(),
                !byte.is_ascii_digit(),
                !byte.is_ascii_uppercase(),
            )
        });
        let mut seen = HashSet::new();
        bytes.retain(|byte| seen.insert(self.classes[usize::from(*byte)]));
        // For each state that was reached, the state before it and the byte between them.
        let mut reached: Vec<Option<(usize, u8)>> = vec![None; self.accepts.len()];
        let mut states = VecDeque::from([0]);
        while let Some(state) = states.pop_front() {
            for byte in &bytes {
                let next = usize::from(self.next[state * width + usize::from(self.classes[usize::from(*byte)])]);
                if self.accepts[next] {
                    let mut text = vec![char::from(*byte)];
                    let mut before = state;
                    while let Some((earlier, byte)) = reached[before].filter(|_| before != 0) {
                        text.push(char::from(byte));
                        before = earlier;
                    }
                    return Some(text.iter().rev().collect());
                }
                if next != 0 && reached[next].is_none() {
                    reached[next] = Some((state, *byte));
                    states.push_back(next);
                }
            }
        }
        None
    }
}

/// Converts an ECMA 262 expression to the syntax of the crate `regex`.
fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                let escaped = chars.next().ok_or("it ends in a backslash")?;
                match escaped {
                    // ASCII only in ECMA 262.
                    'd' => out.push_str("[0-9]"),
                    'D' => out.push_str("[^0-9]"),
                    'w' => out.push_str("[0-9A-Za-z_]"),
                    'W' => out.push_str("[^0-9A-Za-z_]"),
                    'b' if !in_class => out.push_str("(?-u:\\b)"),
                    'B' if !in_class => {
                        return Err("`\\B` cannot be checked: leave it out".to_owned());
                    }
                    'b' => out.push_str("\\x08"),
                    '0' => out.push_str("\\x00"),
                    '1'..='9' => {
                        return Err(format!(
                            "`\\{escaped}` is a back-reference to a group: write the text out instead"
                        ));
                    }
                    'u' if chars.peek() == Some(&'{') => out.push_str("\\u"),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        out.push_str(&format!("\\u{{{digits}}}"));
                    }
                    'k' => return Err("`\\k` is a back-reference to a group: write the text out instead".to_owned()),
                    'p' | 'P' => {
                        out.push('\\');
                        out.push(escaped);
                        // These braces are around the name of the property, and are not a repetition.
                        if chars.next_if_eq(&'{').is_some() {
                            out.push('{');
                        }
                    }
                    'c' => {
                        let letter = chars
                            .next()
                            .filter(char::is_ascii_alphabetic)
                            .ok_or("`\\c` needs a letter")?;
                        out.push_str(&format!("\\x{:02x}", letter as u32 % 32));
                    }
                    'f' | 'n' | 'r' | 't' | 'v' | 's' | 'S' | 'x' => {
                        out.push('\\');
                        out.push(escaped);
                    }
                    other => push_literal(&mut out, other),
                }
            }
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
                if chars.peek() == Some(&']') {
                    return Err("an empty class `[]` matches nothing".to_owned());
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Set operations exist in the crate `regex` only.
            '&' | '~' if in_class => push_literal(&mut out, char),
            '-' if in_class && chars.peek() == Some(&'-') => out.push_str("\\-"),
            '(' if !in_class && chars.peek() == Some(&'?') => {
                let ahead: String = chars.clone().take(3).collect();
                if ahead.starts_with("?=") || ahead.starts_with("?!") || ahead == "?<=" || ahead == "?<!" {
                    return Err(format!(
                        "`({ahead}` is a look-around, which cannot be checked: leave it out"
                    ));
                }
                out.push('(');
            }
            // In ECMA 262, a brace that does not begin a repetition is a literal.
            '{' if !in_class && !chars.peek().is_some_and(char::is_ascii_digit) => out.push_str("\\{"),
            other => out.push(other),
        }
    }
    Ok(out)
}

fn push_literal(out: &mut String, char: char) {
    if char.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(char);
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Automaton {
        fn is_match(&self, text: &str) -> bool {
            let width = self.next.len() / self.accepts.len();
            let mut state = 0;
            for byte in text.bytes() {
                state = self.next[state * width + usize::from(self.classes[usize::from(byte)])].into();
            }
            self.accepts[state]
        }
    }

    #[test]
    fn matches_what_the_expression_matches() {
        for (pattern, yes, no) in [
            (
                "^task_[A-Za-z0-9]+$",
                vec!["task_2jR8kLm4nP"],
                vec!["", "task_", "xtask_a", "task_a b", "task_ä"],
            ),
            ("abc", vec!["abc", "xabcx"], vec!["ab", "ABC"]),
            (r"^\d{2,3}$", vec!["12", "123"], vec!["1", "1234", "١٢"]),
            (r"^[\w-]+\.[a-z]{2}$", vec!["a-b.de", "a_b.de"], vec!["a.b", "ä.de"]),
            (r"^a|b$", vec!["ax", "xb"], vec!["xa", "bx"]),
            (r"^[[&]+$", vec!["[[", "&&"], vec!["]"]),
            (r"\bcat\b", vec!["a cat!", "cat"], vec!["concat", "cats"]),
            ("^.$", vec!["ä", "x"], vec!["", "xx", "\n"]),
            (r"^\u00e4\/$", vec!["ä/"], vec!["a/"]),
            (r"^\p{Lu}\P{L}$", vec!["Ä1"], vec!["ä1", "ÄA", "p{Lu}1"]),
            (r"^\pL{2}$", vec!["ab"], vec!["a"]),
            ("", vec!["", "x"], vec![]),
        ] {
            let automaton = Automaton::new(pattern, &mut usize::MAX.clone()).unwrap();
            for text in yes {
                assert!(automaton.is_match(text), "{pattern} on {text:?}");
            }
            for text in no {
                assert!(!automaton.is_match(text), "{pattern} on {text:?}");
            }
        }
    }

    #[test]
    fn examples_match() {
        for (pattern, example) in [
            ("^task_[A-Za-z0-9]+$", "task_a"),
            ("^AC[0-9a-fA-F]{4}$", "ACaaaa"),
            (r"^\d{4}-\d{2}$", "0000-00"),
            (r"^(\+|0)[1-9]\d*$", "01"),
            ("b", "b"),
            ("", "a"),
            ("^[äö]?$", ""),
            ("^ä$", ""),
            (r"^\s+$", ""),
        ] {
            let automaton = Automaton::new(pattern, &mut usize::MAX.clone()).unwrap();
            assert_eq!(automaton.example.as_deref().unwrap_or_default(), example, "{pattern}");
            let example = automaton.example.as_deref();
            assert!(example.is_none_or(|example| automaton.is_match(example)), "{pattern}");
        }
    }

    #[test]
    fn the_budget_is_for_all_expressions_of_a_document() {
        let mut budget = 2_000_000;
        assert!(Automaton::new(r"^[\s\S]{1,1024}$", &mut budget).is_err());
        assert!(budget < 1_500_000, "{budget}");
        let mut budget = 1;
        assert!(Automaton::new("^a$", &mut budget).is_ok());
        assert_eq!(budget, 0);
        let reason = Automaton::new("^a$", &mut budget).unwrap_err();
        assert!(reason.contains("too many"), "{reason}");
    }

    #[test]
    fn a_large_automaton_is_compiled() {
        let large = Automaton::new("^[a-z]{1,1024}$", &mut DFA_SIZE.clone()).unwrap();
        assert!(large.is_match(&"a".repeat(1024)) && !large.is_match(&"a".repeat(1025)));
    }

    #[test]
    fn refuses_what_it_cannot_check() {
        for pattern in [
            "(?=a)b",
            "(?<!a)b",
            r"(a)\1",
            r"(?<a>b)\k<a>",
            "(",
            "[",
            "a{2000}{2000}",
            "(((a{99}){99}){99}){99}",
            "\\",
            "[]",
        ] {
            assert!(Automaton::new(pattern, &mut usize::MAX.clone()).is_err(), "{pattern}");
        }
    }
}
