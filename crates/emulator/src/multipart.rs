//! Bodies of `multipart/form-data` (RFC 7578).

/// One part of a form.
pub(crate) struct Part<'b> {
    pub(crate) name: String,
    /// Whether it is a file.
    pub(crate) file: bool,
    pub(crate) media: Option<String>,
    pub(crate) data: &'b [u8],
}

/// The parts of a body, or what is wrong with it.
pub(crate) fn parts<'b>(content_type: &str, body: &'b [u8]) -> Result<Vec<Part<'b>>, &'static str> {
    let boundary = parameter(content_type, "boundary").ok_or("its content type has no `boundary`")?;
    let delimiter = format!("--{boundary}").into_bytes();
    let mut rest = match find(body, &delimiter) {
        Some(at) => &body[at + delimiter.len()..],
        None => return Err("its boundary is not in it"),
    };
    let mut separator = b"\r\n".to_vec();
    separator.extend(&delimiter);
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let start = find(rest, b"\r\n").ok_or("it ends in the middle")?;
        let part = &rest[start + 2..];
        // A part without a body ends at once.
        let end = find(&rest[start..], &separator).ok_or("it ends in the middle")?;
        let content = &part[..end.saturating_sub(2)];
        if let Some(part) = read(content) {
            parts.push(part);
        }
        rest = &rest[start + end + separator.len()..];
    }
}

fn read(content: &[u8]) -> Option<Part<'_>> {
    let (head, data) = match find(content, b"\r\n\r\n") {
        Some(end) => (&content[..end], &content[end + 4..]),
        None => (content, &[][..]),
    };
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.trim().to_owned())
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?,
        file: parameter(&disposition, "filename").is_some(),
        media: header("content-type"),
        data,
    })
}

/// A parameter of a header's value: `name="value"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let parameters = value
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='));
    let mut found = parameters.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim().trim_matches('"').to_owned())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_read() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: image/png\r\n\r\n\
            \x00\r\n\x01\r\n--x--\r\n";
        let parts = parts("multipart/form-data; boundary=x", body).unwrap();
        let seen: Vec<_> = parts
            .iter()
            .map(|part| (part.name.as_str(), part.file, part.data))
            .collect();
        assert_eq!(seen, [("note", false, &b"hello"[..]), ("file", true, b"\x00\r\n\x01")]);
        assert_eq!(parts[1].media.as_deref(), Some("image/png"));
    }

    proptest! {
        #[test]
        fn nothing_panics(body in "[-x\r\n:a]{0,60}") {
            let _ = parts("multipart/form-data; boundary=x", body.as_bytes());
        }
    }
}
