//! Names in the messages of errors.

/// Names as a list: `` `a`, `b` ``; nothing for none.
pub(crate) fn quoted(names: &mut dyn Iterator<Item = &str>) -> String {
    let mut quoted = String::new();
    for name in names {
        quoted += if quoted.is_empty() { "`" } else { ", `" };
        quoted += name;
        quoted += "`";
    }
    quoted
}
