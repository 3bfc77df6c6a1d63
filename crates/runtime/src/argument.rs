//! Arguments: the values that a builder is given. Each is converted when it is set, and what is wrong
//! with one is kept and told when the value or the request is made.

use std::fmt::Display;
use std::str::FromStr;

use crate::error::Error;
use crate::parameter::{Kind, Parameter};

/// The value as the builder keeps it, or why it cannot be had.
pub fn converted<T>(value: impl TryInto<T, Error: Display>) -> Result<T, String> {
    value.try_into().map_err(|reason| reason.to_string())
}

/// As [`converted`], for what may be left out.
pub fn optional<T>(value: impl TryInto<T, Error: Display>) -> Result<Option<T>, String> {
    converted(value).map(Some)
}

/// What a builder keeps before anything is set, where nothing can be left out.
pub fn missing<T>() -> Result<T, String> {
    Err("is required and was not set".to_owned())
}

/// As [`converted`]. A value that does not even convert gets to know what would.
pub fn converted_to<T>(demand: &str, value: impl TryInto<T, Error: Display>) -> Result<T, String> {
    value.try_into().map_err(|reason| format!("must be {demand}: {reason}"))
}

/// What was set, or an error that names the argument.
pub fn checked<T>(name: &str, set: Result<T, String>) -> Result<T, Error> {
    set.map_err(|reason| Error::invalid_argument(name, reason))
}

/// A parameter's name and its values as text, on the way into a request builder.
pub struct Argument<'a> {
    name: &'a str,
    parameters: &'static [Parameter],
    values: Vec<String>,
}

impl<'a> Argument<'a> {
    /// The values for the parameter of this name, which is one of `parameters` or refused.
    pub fn new(name: &'a str, values: impl IntoIterator<Item: AsRef<str>>, parameters: &'static [Parameter]) -> Self {
        let values = values.into_iter().map(|value| value.as_ref().to_owned());
        Self {
            name,
            parameters,
            values: values.collect(),
        }
    }

    /// Sets a parameter that takes one value. `stored` is where the builder keeps it.
    pub fn one<T: FromStr<Err: Display>, B, S>(
        self,
        set: impl FnOnce(T) -> B,
        stored: impl Fn(&B) -> &Result<S, String>,
    ) -> Result<B, Error> {
        let value = match self.values.as_slice() {
            [value] => self.parsed(value),
            values => Err(format!("takes one value, and got {}", values.len())),
        };
        self.checked(value.map(set), stored)
    }

    /// Sets a parameter that takes a list. `stored` is where the builder keeps it.
    pub fn many<T: FromStr<Err: Display>, B, S>(
        self,
        set: impl FnOnce(Vec<T>) -> B,
        stored: impl Fn(&B) -> &Result<S, String>,
    ) -> Result<B, Error> {
        let values = self.values.iter().enumerate().map(|(index, value)| {
            let parsed = self.parsed(value);
            parsed.map_err(|reason| format!("item {} {reason}", index + 1))
        });
        let values: Result<Vec<T>, String> = values.collect();
        self.checked(values.map(set), stored)
    }

    /// Sets a parameter that takes a list whose items may be null; none of these is.
    pub fn several<T: FromStr<Err: Display>, B, S>(
        self,
        set: impl FnOnce(Vec<Option<T>>) -> B,
        stored: impl Fn(&B) -> &Result<S, String>,
    ) -> Result<B, Error> {
        self.many(|values: Vec<T>| set(values.into_iter().map(Some).collect()), stored)
    }

    /// The name is that of no parameter.
    pub fn unknown<B>(self) -> Result<B, Error> {
        let names: Vec<String> = self
            .parameters
            .iter()
            .filter(|parameter| parameter.kind != Kind::Json)
            .map(|parameter| format!("`{}`", parameter.name))
            .collect();
        let reason = match names.as_slice() {
            [] => "this request takes no parameters".to_owned(),
            names => format!("this request does not take it; it takes {}", names.join(", ")),
        };
        Err(Error::invalid_argument(self.name, reason))
    }

    fn parsed<T: FromStr<Err: Display>>(&self, text: &str) -> Result<T, String> {
        let this = self.parameters.iter().find(|parameter| parameter.name == self.name);
        text.parse().map_err(|reason: T::Err| match this {
            Some(Parameter {
                bounds,
                repeated: false,
                ..
            }) if !bounds.is_empty() => {
                format!("must be {bounds}, but is {text:?}")
            }
            _ => format!("cannot be {text:?}: {reason}"),
        })
    }

    fn checked<B, S>(&self, built: Result<B, String>, stored: impl Fn(&B) -> &Result<S, String>) -> Result<B, Error> {
        let refused = |reason: &dyn Display| Error::invalid_argument(self.name, reason);
        let built = built.map_err(|reason| refused(&reason))?;
        match stored(&built) {
            Ok(_) => Ok(built),
            Err(reason) => Err(refused(reason)),
        }
    }
}

/// The method `set` of a request builder, which sets a parameter by its name.
#[doc(hidden)]
#[macro_export]
macro_rules! set {
    ($krate:literal $method:ident $builder:ident($($example:literal $text:literal)?) {
        $($how:ident $name:literal as $setter:ident: $ty:ty,)*
    }) => {
        #[doc = concat!("Sets a parameter by its name in [`OPERATION`](", stringify!($builder), "::OPERATION), from")]
        /// text: one value, or any number for a list. What is wrong is an error at once.
        $(
        ///
        /// ```
        #[doc = concat!("# async fn run(client: ", $krate, "::Client) -> Result<(), ", $krate, "::Error> {")]
        #[doc = concat!("let request = client.", stringify!($method), "().set(", stringify!($example), ", [", stringify!($text), "])?;")]
        /// # Ok(())
        /// # }
        /// ```
        )?
        ///
        /// # Errors
        /// There is no such parameter, or it does not take the text.
        pub fn set(
            self,
            name: &str,
            values: impl ::std::iter::IntoIterator<Item: ::std::convert::AsRef<str>>,
        ) -> ::std::result::Result<Self, $crate::Error> {
            let argument = $crate::generated::Argument::new(name, values, $builder::OPERATION.parameters);
            match name {
                $($name => argument.$how(|value: $ty| self.$setter(value), |set: &Self| &set.$setter),)*
                _ => argument.unknown(),
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: Parameter = Parameter {
        bounds: "from 1 to 100",
        ..Parameter::new("number", "")
    };
    const LIST: Parameter = Parameter {
        repeated: true,
        bounds: "at most 2 items",
        ..Parameter::new("list", "")
    };
    const FREE: Parameter = Parameter::new("free", "");

    fn argument<'a>(name: &'a str, values: &[&str]) -> Argument<'a> {
        Argument::new(name, values, &[NUMBER, LIST, FREE])
    }

    fn one(name: &str, values: &[&str]) -> Result<u8, String> {
        let stored = argument(name, values).one(Ok::<u8, String>, |stored| stored);
        stored
            .map_err(|error| error.message().to_owned())
            .map(|stored| stored.unwrap())
    }

    #[test]
    fn one_value() {
        assert_eq!(one("number", &["7"]), Ok(7));
        let refused = |reason: &str| Err(format!("argument `number`: {reason}"));
        assert_eq!(one("number", &["x"]), refused("must be from 1 to 100, but is \"x\""));
        assert_eq!(one("number", &[]), refused("takes one value, and got 0"));
        assert_eq!(one("number", &["1", "2"]), refused("takes one value, and got 2"));
        let reason = "argument `free`: cannot be \"-\": invalid digit found in string";
        assert_eq!(one("free", &["-"]), Err(reason.to_owned()));
    }

    #[test]
    fn several_values() {
        let many = |values: &[&str]| argument("list", values).many(Ok::<Vec<u8>, String>, |stored| stored);
        assert_eq!(many(&["1", "2"]).unwrap(), Ok(vec![1, 2]));
        assert_eq!(many(&[]).unwrap(), Ok(vec![]));
        assert_eq!(
            many(&["1", "x"]).unwrap_err().message(),
            "argument `list`: item 2 cannot be \"x\": invalid digit found in string"
        );
    }

    #[test]
    fn what_the_setter_refuses_is_refused_at_once() {
        let set = |_: u8| Err::<u8, String>("is too much".to_owned());
        let error = argument("number", &["7"]).one(set, |stored| stored).unwrap_err();
        assert_eq!(error.message(), "argument `number`: is too much");
    }

    #[test]
    fn unknown_names() {
        assert_eq!(
            argument("nonsense", &[]).unknown::<()>().unwrap_err().message(),
            "argument `nonsense`: this request does not take it; it takes `number`, `list`, `free`"
        );
        assert_eq!(
            Argument::new("nonsense", [""; 0], &[])
                .unknown::<()>()
                .unwrap_err()
                .message(),
            "argument `nonsense`: this request takes no parameters"
        );
    }
}
