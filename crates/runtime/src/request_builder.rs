//! Request builders: one setter for each argument, kept in [`Arguments`](crate::generated::Arguments). They are
//! the same for every operation but for names, types and docs, so one macro writes them.

/// Declares how a request builder is created and what it can be given. The builder has the fields `client` and
/// `arguments`, and the constant `OPERATION`. Each argument says with which method of `Arguments` it is kept,
/// and at which position of the operation it is.
///
/// The example of `set` is a parameter and a text that it takes.
#[doc(hidden)]
#[macro_export]
macro_rules! request_builder {
    ($krate:literal $method:ident $builder:ident($($example:literal $text:literal)?) {
        $($(#[$meta:meta])* $setter:ident: $ty:ty = $how:ident($($index:literal)?),)*
    }) => {
        impl<C> $builder<C> {
            pub(crate) fn new(client: C) -> Self {
                Self {
                    client,
                    arguments: $crate::generated::Arguments::new($builder::OPERATION),
                }
            }

            $(
                $(#[$meta])*
                pub fn $setter(
                    mut self,
                    value: impl ::std::convert::TryInto<$ty, Error: ::std::fmt::Display>,
                ) -> Self {
                    self.arguments.$how::<$ty>($($index,)? value);
                    self
                }
            )*

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
                mut self,
                name: &str,
                values: impl ::std::iter::IntoIterator<Item: ::std::convert::AsRef<str>>,
            ) -> ::std::result::Result<Self, $crate::Error> {
                self.arguments.parameter_by_name(name, values)?;
                Ok(self)
            }

            /// How long one attempt of this call may take; the client's `timeout` by default.
            ///
            /// ```
            #[doc = concat!("# fn run(client: ", $krate, "::Client) {")]
            /// use std::time::Duration;
            #[doc = concat!("let request = client.", stringify!($method), "().timeout(Duration::from_secs(5));")]
            /// # }
            /// ```
            pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.arguments.options().timeout(timeout);
                self
            }

            /// How long this call may take as a whole, with all its attempts and the waits between them; the
            /// client's `deadline` by default. For a stream it is the limit of each page.
            ///
            /// ```
            #[doc = concat!("# fn run(client: ", $krate, "::Client) {")]
            /// use std::time::Duration;
            #[doc = concat!("let request = client.", stringify!($method), "().deadline(Duration::from_secs(30));")]
            /// # }
            /// ```
            pub fn deadline(mut self, deadline: ::std::time::Duration) -> Self {
                self.arguments.options().deadline(deadline);
                self
            }

            /// Which failures of this call are retried, and when; the client's policy by default.
            ///
            /// ```
            #[doc = concat!("# fn run(client: ", $krate, "::Client) {")]
            #[doc = concat!("let request = client.", stringify!($method), "().retry(", $krate, "::RetryPolicy::none());")]
            /// # }
            /// ```
            pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
                self.arguments.options().retry(policy);
                self
            }

            /// Sends this header with the call, in place of one that the client sends under this name. A header
            /// that cannot be sent, or that has credentials, is the error of the call.
            ///
            /// ```
            #[doc = concat!("# fn run(client: ", $krate, "::Client) {")]
            #[doc = concat!("let request = client.", stringify!($method), "().header(\"X-Request-Id\", \"a1b2c3\");")]
            /// # }
            /// ```
            pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                self.arguments.options().header(name.as_ref(), value.as_ref());
                self
            }
        }
    };
}
