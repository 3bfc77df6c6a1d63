//! The types that a generated crate declares itself: `Client`, `ClientBuilder` and `blocking::Client`, each a
//! newtype of the runtime's. They differ between APIs only in how credentials are set, so one macro writes
//! them, with docs that name the crate.

/// Declares the clients of an API.
///
/// `new` is how the client is made with nothing but its credential: `token SETTER "SCHEME"`,
/// `basic SETTER "SCHEME"`, or `none` where it has none, or several. `credentials` lists a setter for each
/// scheme, and `client_credentials SETTER "SCHEME"` where tokens are granted for a client's id and secret.
#[doc(hidden)]
#[macro_export]
macro_rules! client {
    (
        crate: $krate:literal,
        api: $api:path,
        title: $title:literal,
        new: $new:ident $($new_setter:ident $new_scheme:literal)?,
        credentials: [$($kind:ident $setter:ident $scheme:literal),* $(,)?],
    ) => {
        #[doc = concat!("A client of ", $title, ". Cheap to clone; clones share connections, tokens and the retry budget.")]
        ///
        /// ```no_run
        #[doc = concat!("let client = ", $krate, "::Client::from_env()?;")]
        #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
        /// ```
        #[derive(Clone)]
        pub struct Client(pub(crate) $crate::generated::Client);

        impl Client {
            $crate::client! { @new $krate "Client" $new $($new_setter $new_scheme)? }

            /// Sets up a client.
            ///
            /// ```no_run
            /// use std::time::Duration;
            ///
            #[doc = concat!("let client = ", $krate, "::Client::builder()")]
            ///     .read_env()
            ///     .timeout(Duration::from_secs(10))
            ///     .user_agent("transcoder/2.1")
            ///     .build()?;
            #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
            /// ```
            pub fn builder() -> ClientBuilder {
                ClientBuilder::new()
            }
        }

        $crate::client! { @common $krate "Client" Client }

        /// For calls of an operation that is chosen at run time.
        impl ::std::convert::AsRef<$crate::generated::Client> for Client {
            fn as_ref(&self) -> &$crate::generated::Client {
                &self.0
            }
        }

        /// Sets up a [`Client`], or a `blocking::Client`, whose `builder` makes one.
        ///
        /// Nothing is checked before [`build`](ClientBuilder::build), which gives the first thing that is
        /// wrong.
        ///
        /// ```no_run
        #[doc = concat!("let client = ", $krate, "::Client::builder()")]
        ///     .read_env()
        ///     .base_url("http://127.0.0.1:8080/v1/")
        ///     .build()?;
        /// assert_eq!(client.base_url(), "http://127.0.0.1:8080/v1");
        #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
        /// ```
        #[must_use = "a builder does nothing before `build`"]
        pub struct ClientBuilder<C = Client> {
            inner: $crate::generated::ClientBuilder,
            builds: ::std::marker::PhantomData<fn() -> C>,
        }

        impl<C> ClientBuilder<C> {
            pub(crate) fn new() -> Self {
                Self::of($crate::generated::ClientBuilder::new(&$api))
            }

            fn of(inner: $crate::generated::ClientBuilder) -> Self {
                Self {
                    inner,
                    builds: ::std::marker::PhantomData,
                }
            }

            $($crate::client! { @setter $krate $kind $setter $scheme })*

            /// Sets the credential of a security scheme by the scheme's name in the API's document: a
            /// fixed value, or a provider of tokens.
            ///
            /// ```
            #[doc = concat!("use ", $krate, "::auth::Credential;")]
            ///
            #[doc = concat!("let builder = ", $krate, "::Client::builder()")]
            ///     .credential("scheme", Credential::token("example_key"));
            /// ```
            pub fn credential(self, scheme: &str, credential: $crate::auth::Credential) -> Self {
                Self::of(self.inner.credential(scheme, credential, "credential"))
            }

            #[doc = concat!("Takes the credentials and the base URL from environment variables: those of [`Client::from_env`].")]
            /// [`build`](ClientBuilder::build) says which is missing or bad.
            ///
            /// ```no_run
            #[doc = concat!("let client = ", $krate, "::Client::builder().read_env().build()?;")]
            #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
            /// ```
            pub fn read_env(self) -> Self {
                Self::of(self.inner.read_env())
            }

            /// Where the API is, if not at its documented server: for tests, or through a gateway. It may
            /// have a path; a slash at its end makes no difference.
            ///
            /// ```
            #[doc = concat!("let builder = ", $krate, "::Client::builder().base_url(\"https://gateway.example/api\");")]
            /// ```
            pub fn base_url(self, url: impl Into<String>) -> Self {
                Self::of(self.inner.base_url(url))
            }

            /// How long one attempt may take, from connecting to the last byte of the body: 60 seconds by
            /// default. A call with retries may take this long for each attempt, plus the waits.
            ///
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("let builder = ", $krate, "::Client::builder().timeout(Duration::from_secs(10));")]
            /// ```
            pub fn timeout(self, timeout: ::std::time::Duration) -> Self {
                Self::of(self.inner.timeout(timeout))
            }

            /// How long a call may take as a whole, with all its attempts and the waits between them: no
            /// limit by default. For a stream it is the limit of each page.
            ///
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("let builder = ", $krate, "::Client::builder().deadline(Duration::from_secs(90));")]
            /// ```
            pub fn deadline(self, deadline: ::std::time::Duration) -> Self {
                Self::of(self.inner.deadline(deadline))
            }

            /// How long connecting may take: 10 seconds by default. Without effect on a client given with
            /// [`http_client`](Self::http_client) or [`transport`](Self::transport).
            ///
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("let builder = ", $krate, "::Client::builder().connect_timeout(Duration::from_secs(2));")]
            /// ```
            pub fn connect_timeout(self, timeout: ::std::time::Duration) -> Self {
                Self::of(self.inner.connect_timeout(timeout))
            }

            /// The largest body that is read, in bytes after decompression: 32 MiB by default.
            ///
            /// ```
            #[doc = concat!("let builder = ", $krate, "::Client::builder().max_response_bytes(1024 * 1024);")]
            /// ```
            pub fn max_response_bytes(self, bytes: usize) -> Self {
                Self::of(self.inner.max_response_bytes(bytes))
            }

            /// Which failures are retried, and when.
            ///
            /// ```
            #[doc = concat!("use ", $krate, "::{Client, RetryPolicy};")]
            /// let builder = Client::builder().retry(RetryPolicy::none());
            /// ```
            pub fn retry(self, policy: $crate::RetryPolicy) -> Self {
                Self::of(self.inner.retry(policy))
            }

            /// Adds to the `User-Agent`, which has the client's name and version: say who you are, as
            /// `name/version`.
            ///
            /// ```
            #[doc = concat!("let builder = ", $krate, "::Client::builder().user_agent(\"transcoder/2.1\");")]
            /// ```
            pub fn user_agent(self, suffix: impl Into<String>) -> Self {
                Self::of(self.inner.user_agent(suffix))
            }

            /// Sends through this HTTP client: for a proxy, certificates, or a connection pool of your own.
            ///
            /// It should follow no redirect. One that does sends the credentials along within the same
            /// origin, and a response from another origin is an error.
            ///
            /// ```
            #[doc = concat!("use ", $krate, "::{Client, reqwest};")]
            ///
            /// let http = reqwest::Client::builder()
            ///     .redirect(reqwest::redirect::Policy::none())
            ///     .pool_max_idle_per_host(2)
            ///     .build()?;
            /// let builder = Client::builder().http_client(http);
            #[doc = concat!("# Ok::<(), ", $krate, "::reqwest::Error>(())")]
            /// ```
            pub fn http_client(self, client: $crate::reqwest::Client) -> Self {
                self.transport(client)
            }

            /// Sends through this transport, which gets each attempt with its credentials: for tests
            /// without a network, or for middleware.
            ///
            /// ```
            #[doc = concat!("use ", $krate, "::{Client, transport::InMemory};")]
            ///
            /// let transport = InMemory::new().respond(200, "[]");
            /// let builder = Client::builder().transport(transport);
            /// ```
            pub fn transport(self, transport: impl $crate::transport::Transport) -> Self {
                Self::of(self.inner.transport(transport))
            }

            /// Allows sending credentials over plain HTTP to a host other than this machine. Anyone on the
            /// network path can read them then.
            ///
            /// ```
            #[doc = concat!("let builder = ", $krate, "::Client::builder()")]
            ///     .base_url("http://emulator.test:8080")
            ///     .allow_insecure_http(true);
            /// ```
            pub fn allow_insecure_http(self, allow: bool) -> Self {
                Self::of(self.inner.allow_insecure_http(allow))
            }
        }

        impl ClientBuilder {
            /// Checks what was set, and makes the client. Nothing is sent.
            ///
            /// # Errors
            #[doc = concat!("[`Category::Configuration`](", $krate, "::Category::Configuration): credentials or a URL that")]
            /// are missing or bad, a plain HTTP address, an HTTP client that cannot be set up. The message
            /// names the method or variable to fix.
            ///
            /// ```
            #[doc = concat!("let error = ", $krate, "::Client::builder().base_url(\"nowhere\").build().unwrap_err();")]
            #[doc = concat!("assert_eq!(error.category(), ", $krate, "::Category::Configuration);")]
            /// ```
            pub fn build(self) -> ::std::result::Result<Client, $crate::Error> {
                self.inner.build().map(Client)
            }
        }

        impl<C> ::std::fmt::Debug for ClientBuilder<C> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.inner, f)
            }
        }

        /// The same client without `async`: calls return when they are done, lists are iterators.
        ///
        /// Each client has a small runtime of its own, with one thread. Inside an async runtime a blocking
        /// call would block everything else, so there it is an error
        #[doc = concat!("([`Category::Runtime`](", $krate, "::Category::Runtime)): use the async client. `spawn_blocking`")]
        /// counts as inside, because it cannot be distinguished; there, `Handle::block_on` waits for the
        /// async client.
        #[cfg(feature = "blocking")]
        pub mod blocking {
            use super::ClientBuilder;
            pub use $crate::blocking::{Items, Page, Pages, Watch};

            #[doc = concat!("A client of ", $title, " whose calls block. Cheap to clone; clones share connections, tokens and the retry budget.")]
            ///
            /// ```no_run
            #[doc = concat!("let client = ", $krate, "::blocking::Client::from_env()?;")]
            #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
            /// ```
            #[derive(Clone)]
            pub struct Client(pub(crate) $crate::generated::BlockingClient);

            impl Client {
                $crate::client! { @new $krate "blocking::Client" $new $($new_setter $new_scheme)? }

                /// Sets up a client: as for the async one.
                ///
                /// ```no_run
                /// use std::time::Duration;
                ///
                #[doc = concat!("let client = ", $krate, "::blocking::Client::builder()")]
                ///     .read_env()
                ///     .timeout(Duration::from_secs(10))
                ///     .build()?;
                #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
                /// ```
                pub fn builder() -> ClientBuilder<Self> {
                    ClientBuilder::new()
                }
            }

            $crate::client! { @common $krate "blocking::Client" Client inner }

            impl ClientBuilder<Client> {
                /// Checks what was set, and makes the client. Nothing is sent.
                ///
                /// # Errors
                #[doc = concat!("[`Category::Configuration`](", $krate, "::Category::Configuration): credentials or a URL")]
                /// that are missing or bad, a plain HTTP address, an HTTP client that cannot be set up. The
                /// message names the method or variable to fix.
                #[doc = concat!("[`Category::Runtime`](", $krate, "::Category::Runtime) inside an async runtime, or where no")]
                /// thread can be started.
                ///
                /// ```
                #[doc = concat!("let error = ", $krate, "::blocking::Client::builder().base_url(\"nowhere\").build().unwrap_err();")]
                #[doc = concat!("assert_eq!(error.category(), ", $krate, "::Category::Configuration);")]
                /// ```
                pub fn build(self) -> ::std::result::Result<Client, $crate::Error> {
                    $crate::generated::BlockingClient::build(self.inner).map(Client)
                }
            }
        }
    };

    // What both clients have.
    (@common $krate:literal $path:literal $client:ident $($inner:ident)?) => {
        impl $client {
            /// A client with the credentials and the base URL of the environment, and the defaults for all
            /// else.
            ///
            /// # Errors
            /// A variable that is missing or bad; the error names it.
            ///
            /// ```no_run
            #[doc = concat!("let client = ", $krate, "::", $path, "::from_env()?;")]
            #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
            /// ```
            pub fn from_env() -> ::std::result::Result<Self, $crate::Error> {
                Self::builder().read_env().build()
            }

            /// Where requests go, without a slash at the end.
            ///
            /// ```
            #[doc = concat!("fn show(client: &", $krate, "::", $path, ") {")]
            ///     println!("{}", client.base_url());
            /// }
            /// ```
            pub fn base_url(&self) -> &str {
                self.0 $(.$inner())? .base_url()
            }
        }

        impl ::std::fmt::Debug for $client {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
    };

    (@new $krate:literal $path:literal none) => {};
    (@new $krate:literal $path:literal anonymous) => {
        /// A client with the defaults for everything.
        ///
        /// # Errors
        /// The HTTP client cannot be set up.
        ///
        /// ```no_run
        #[doc = concat!("let client = ", $krate, "::", $path, "::new()?;")]
        #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
        /// ```
        pub fn new() -> ::std::result::Result<Self, $crate::Error> {
            Self::builder().build()
        }
    };
    (@new $krate:literal $path:literal token $setter:ident $scheme:literal) => {
        /// A client with this credential, and the defaults for all else.
        ///
        /// # Errors
        /// A credential that is empty, or has a character that a header cannot have.
        ///
        /// ```no_run
        #[doc = concat!("let client = ", $krate, "::", $path, "::new(\"example_key\")?;")]
        #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
        /// ```
        pub fn new($setter: impl Into<String>) -> ::std::result::Result<Self, $crate::Error> {
            Self::builder().$setter($setter).build()
        }
    };
    (@new $krate:literal $path:literal basic $setter:ident $scheme:literal) => {
        /// A client with this user name and password, and the defaults for all else.
        ///
        /// # Errors
        /// A user name with a colon in it.
        ///
        /// ```no_run
        #[doc = concat!("let client = ", $krate, "::", $path, "::new(\"ada\", \"an example password\")?;")]
        #[doc = concat!("# Ok::<(), ", $krate, "::Error>(())")]
        /// ```
        pub fn new(
            username: impl Into<String>,
            password: impl Into<String>,
        ) -> ::std::result::Result<Self, $crate::Error> {
            Self::builder().$setter(username, password).build()
        }
    };

    (@setter $krate:literal token $setter:ident $scheme:literal) => {
        #[doc = concat!("Sets the credential of the security scheme `", $scheme, "`, without a prefix such as `Bearer`.")]
        ///
        /// ```
        #[doc = concat!("let builder = ", $krate, "::Client::builder().", stringify!($setter), "(\"example_key\");")]
        /// ```
        pub fn $setter(self, value: impl Into<String>) -> Self {
            let credential = $crate::auth::Credential::token(value);
            Self::of(self.inner.credential($scheme, credential, stringify!($setter)))
        }
    };
    (@setter $krate:literal basic $setter:ident $scheme:literal) => {
        #[doc = concat!("Sets the user name and the password of the security scheme `", $scheme, "`.")]
        ///
        /// ```
        #[doc = concat!("let builder = ", $krate, "::Client::builder().", stringify!($setter), "(\"ada\", \"an example password\");")]
        /// ```
        pub fn $setter(self, username: impl Into<String>, password: impl Into<String>) -> Self {
            let credential = $crate::auth::Credential::basic(username, password);
            Self::of(self.inner.credential($scheme, credential, stringify!($setter)))
        }
    };
    (@setter $krate:literal client_credentials $setter:ident $scheme:literal) => {
        #[doc = concat!("Gets tokens for the security scheme `", $scheme, "` with a client's id and secret (the OAuth 2")]
        /// client credentials grant), from the token URL that the API's document names: when one is needed,
        /// and again shortly before it expires. For scopes, a further parameter or a token URL of your own,
        #[doc = concat!("give [`credential`](Self::credential) a [`ClientCredentials`](", $krate, "::auth::ClientCredentials).")]
        ///
        /// ```
        #[doc = concat!("let builder = ", $krate, "::Client::builder().", stringify!($setter), "(\"my-client\", \"an example secret\");")]
        /// ```
        pub fn $setter(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
            let inner = self.inner.client_credentials($scheme, id.into(), secret.into(), stringify!($setter));
            Self::of(inner)
        }
    };
}
