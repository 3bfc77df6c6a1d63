//! Builders of values: one setter for each field of a struct. They are the same for every struct but for names,
//! types and docs, so one macro writes them.

/// Declares the builder of a struct, and how it is created. Each field says whether it is `required`, `optional`,
/// `boxed` or `optional_boxed`, and its name in JSON. `extra` is the type of the map for what the document
/// does not list.
#[doc(hidden)]
#[macro_export]
macro_rules! value_builder {
    ($krate:literal $name:ident $builder:ident {
        $($(#[$meta:meta])* $field:ident: $ty:ty = $kind:ident($property:literal),)*
    } $(extra: $extra:ty)?) => {
        impl types::$name {
            /// Begins a builder, which makes the value from its fields.
            ///
            /// ```
            #[doc = concat!("let builder = ", $krate, "::", stringify!($name), "::builder();")]
            /// ```
            pub fn builder() -> $builder {
                $builder {
                    $($field: None,)*
                    $(extra: <$extra>::default(),)?
                }
            }
        }

        #[doc = concat!("The builder of [`", stringify!($name), "`](types::", stringify!($name), "), begun by")]
        #[doc = concat!("[`", stringify!($name), "::builder`](types::", stringify!($name), "::builder).")]
        ///
        /// ```
        #[doc = concat!("let builder: ", $krate, "::builder::", stringify!($builder), " = ", $krate, "::", stringify!($name), "::builder();")]
        /// ```
        #[derive(Clone, Debug)]
        #[must_use = "`build` makes the value"]
        pub struct $builder {
            $($field: ::std::option::Option<::std::result::Result<$ty, ::std::string::String>>,)*
            $(extra: $extra,)?
        }

        impl $builder {
            $(
                #[doc = concat!("Sets the field `", stringify!($field), "` of [`", stringify!($name), "`](types::", stringify!($name), ").")]
                $(#[$meta])*
                pub fn $field(
                    mut self,
                    value: impl ::std::convert::TryInto<$ty, Error: ::std::fmt::Display>,
                ) -> Self {
                    self.$field = Some($crate::generated::argument::converted(value));
                    self
                }
            )*

            $(
                /// Sets the fields that the document does not list.
                ///
                /// ```
                #[doc = concat!("let builder = ", $krate, "::", stringify!($name), "::builder().extra(Default::default());")]
                /// ```
                pub fn extra(mut self, fields: $extra) -> Self {
                    self.extra = fields;
                    self
                }
            )?

            /// Makes the value.
            ///
            /// ```
            #[doc = concat!("let built = ", $krate, "::", stringify!($name), "::builder().build();")]
            /// ```
            ///
            /// # Errors
            /// A required field was not set, or a value could not be converted.
            pub fn build(self) -> ::std::result::Result<types::$name, $crate::Error> {
                Ok(types::$name {
                    $($field: $crate::generated::argument::$kind($property, self.$field)?,)*
                    $(extra: {
                        let extra: $extra = self.extra;
                        extra
                    },)?
                })
            }
        }

        impl ::std::convert::TryFrom<$builder> for types::$name {
            type Error = $crate::Error;

            fn try_from(builder: $builder) -> ::std::result::Result<Self, $crate::Error> {
                builder.build()
            }
        }
    };
}
