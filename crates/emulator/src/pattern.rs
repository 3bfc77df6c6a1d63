//! Texts that a regular expression matches.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::random::Random;

/// A text for a pattern, with about this many repetitions more than needed where they are allowed; none
/// where the pattern needs what the engine does not support, such as look-ahead.
pub(crate) fn text(pattern: &str, more: u32, random: &mut Random) -> Option<String> {
    // `\d` and `\w` are ASCII in the dialect of JSON Schema.
    let pattern = pattern.replace("\\d", "[0-9]").replace("\\w", "[0-9A-Za-z_]");
    let parsed = ParserBuilder::new().build().parse(&pattern).ok()?;
    let mut text = String::new();
    write(&parsed, more, random, &mut text)?;
    Some(text)
}

fn write(hir: &Hir, more: u32, random: &mut Random, out: &mut String) -> Option<()> {
    match hir.kind() {
        // An assertion such as `^` holds where the text is, or cannot be made to hold.
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<_> = class
                .ranges()
                .iter()
                .map(|range| (range.start(), range.end()))
                .collect();
            out.push(pick(&ranges, random)?);
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges: Vec<_> = class
                .ranges()
                .iter()
                .map(|range| (char::from(range.start()), char::from(range.end())))
                .collect();
            out.push(pick(&ranges, random)?);
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let fewest = repetition.min;
            let room = (most - fewest).min(more.max(1));
            let count = fewest + random.between(i64::from(room / 2), i64::from(room)) as u32;
            // For a pattern with a million characters, no text is made.
            for _ in 0..count.min(10_000) {
                write(&repetition.sub, more, random, out)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, random, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, more, random, out)?;
            }
        }
        HirKind::Alternation(parts) => {
            let place = random.between(0, parts.len() as i64 - 1);
            write(&parts[place as usize], more, random, out)?;
        }
    }
    Some(())
}

/// One of the characters, a readable one if there are some.
fn pick(ranges: &[(char, char)], random: &mut Random) -> Option<char> {
    let part = |low: char, high: char| {
        let cut = ranges.iter().map(|&(start, end)| (start.max(low), end.min(high)));
        cut.filter(|(start, end)| start <= end).collect::<Vec<_>>()
    };
    let letters = [part('a', 'z'), part('0', '9'), part('A', 'Z')].concat();
    let printable = part('!', '~');
    let ranges = match (letters.is_empty(), printable.is_empty()) {
        (false, _) => &letters[..],
        (true, false) => &printable[..],
        (true, true) => ranges,
    };
    let place = random.between(0, ranges.len() as i64 - 1);
    let &(start, end) = ranges.get(usize::try_from(place).ok()?)?;
    let code = random.between(i64::from(u32::from(start)), i64::from(u32::from(end)));
    char::from_u32(u32::try_from(code).ok()?).or(Some(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn texts_match_their_patterns() {
        for pattern in [
            "^task_[0-9A-Za-z]{10}$",
            r"^\d{3}-\w+$",
            "^(red|green|blue)?$",
            "^[a-z]+@[a-z]+\\.example$",
            "x*y+",
            "[^a-z]",
            "^#[0-9a-f]{6}$",
            r"^v[\d.]+$",
        ] {
            let validator = jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap();
            for number in 0..20 {
                let text = text(pattern, number, &mut Random::new(7, Stream::Content, u64::from(number))).unwrap();
                assert!(validator.is_valid(&text.clone().into()), "{pattern}: {text:?}");
            }
        }
        assert_eq!(text("^(?!x)y$", 1, &mut Random::new(7, Stream::Content, 0)), None);
    }
}
