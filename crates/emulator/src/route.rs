//! Which path template a path belongs to.

use crate::percent;

/// A path template: `/tasks/{id}/files/{name}.json`.
pub(crate) struct Template {
    segments: Vec<Vec<Piece>>,
}

enum Piece {
    Text(String),
    Parameter(String),
}

/// The value of each parameter.
pub(crate) type PathValues = Vec<(String, String)>;

impl Template {
    pub(crate) fn new(path: &str) -> Self {
        let segments = path.split('/').skip(1).map(|segment| {
            let mut pieces = Vec::new();
            let mut rest = segment;
            while let Some((text, tail)) = rest.split_once('{')
                && let Some((name, tail)) = tail.split_once('}')
            {
                if !text.is_empty() {
                    pieces.push(Piece::Text(text.to_owned()));
                }
                pieces.push(Piece::Parameter(name.to_owned()));
                rest = tail;
            }
            if !rest.is_empty() {
                pieces.push(Piece::Text(rest.to_owned()));
            }
            pieces
        });
        Self {
            segments: segments.collect(),
        }
    }

    /// The values of the parameters, if the path is of this template.
    pub(crate) fn read(&self, path: &[String]) -> Option<PathValues> {
        if path.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (pieces, segment) in self.segments.iter().zip(path) {
            read_segment(pieces, segment, &mut values)?;
        }
        Some(values)
    }

    /// How particular it is, the most particular first: text counts more than a parameter, and earlier
    /// segments count more than later ones.
    pub(crate) fn rank(&self) -> Vec<usize> {
        let rank = |pieces: &Vec<Piece>| {
            let parameters = pieces.iter().filter(|piece| matches!(piece, Piece::Parameter(_)));
            match (parameters.count(), pieces.len()) {
                (0, _) => 0,
                (parameters, pieces) => 100 + parameters * 10 - pieces.min(9),
            }
        };
        self.segments.iter().map(rank).collect()
    }
}

fn read_segment(pieces: &[Piece], text: &str, values: &mut PathValues) -> Option<()> {
    match pieces {
        [] => text.is_empty().then_some(()),
        [Piece::Text(wanted), rest @ ..] => read_segment(rest, text.strip_prefix(wanted.as_str())?, values),
        [Piece::Parameter(name)] => {
            values.push((name.clone(), text.to_owned()));
            (!text.is_empty()).then_some(())
        }
        [Piece::Parameter(name), rest @ ..] => {
            // Up to the next text; of two parameters without text between, the first has one character.
            let end = match &rest[0] {
                Piece::Text(next) => text.find(next.as_str())?,
                Piece::Parameter(_) => text.chars().next()?.len_utf8(),
            };
            values.push((name.clone(), text[..end].to_owned()));
            read_segment(rest, &text[end..], values)
        }
    }
}

/// The decoded segments of a path; none where it is not percent-encoded UTF-8.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    path.split('/').skip(1).map(percent::decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(template: &str, path: &str) -> Option<Vec<String>> {
        let values = Template::new(template).read(&segments(path)?)?;
        Some(
            values
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        )
    }

    #[test]
    fn a_path_has_its_template() {
        for (template, path, values) in [
            ("/tasks", "/tasks", Some(&[][..])),
            ("/tasks", "/%74asks", Some(&[])),
            ("/tasks", "/tasks/", None),
            ("/tasks", "//tasks", None),
            ("/tasks/{id}", "/tasks/a%2Fb", Some(&["id=a/b"])),
            ("/tasks/{id}", "/tasks/", None),
            ("/{a}/{b}.json", "/x/y.json", Some(&["a=x", "b=y"])),
            ("/{a}/{b}.json", "/x/y", None),
            ("/v{n}:{verb}", "/v1:run", Some(&["n=1", "verb=run"])),
            ("/", "/", Some(&[])),
        ] {
            let expected = values.map(|values| values.iter().map(|value| (*value).to_owned()).collect());
            assert_eq!(read(template, path), expected, "{template} {path}");
        }
        assert_eq!(segments("/%FF"), None);
    }

    #[test]
    fn text_comes_before_parameters() {
        let mut templates = ["/{a}/x", "/tasks/{id}", "/tasks/{id}.json", "/tasks/mine"];
        templates.sort_by_key(|template| Template::new(template).rank());
        assert_eq!(templates, ["/tasks/mine", "/tasks/{id}.json", "/tasks/{id}", "/{a}/x"]);
    }
}
