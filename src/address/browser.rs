//! [`Url`] by the browser's own parser: the part of the `url` crate's methods that the core
//! calls, with the same meaning.

/// What the browser's parser refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseError;

/// A parsed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    href: String,
    scheme: String,
    user: String,
    password: String,
    host: String,
    origin: String,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

impl Url {
    /// Parses an absolute address.
    ///
    /// # Errors
    /// [`ParseError`].
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        web_sys::Url::new(text)
            .map(|url| Self::of(&url))
            .map_err(|_| ParseError)
    }

    /// Parses an address relative to this one.
    ///
    /// # Errors
    /// [`ParseError`].
    pub fn join(&self, text: &str) -> Result<Self, ParseError> {
        let url = web_sys::Url::new_with_base(text, &self.href);
        url.map(|url| Self::of(&url)).map_err(|_| ParseError)
    }

    fn of(url: &web_sys::Url) -> Self {
        let href = url.href();
        // `search` and `hash` are empty both without one and with an empty one; only the
        // second shows in the address.
        let before_hash = href.split('#').next().unwrap_or_default();
        let part = |text: String, mark: char, present: bool| {
            present.then(|| text.strip_prefix(mark).unwrap_or_default().to_owned())
        };
        Self {
            scheme: url.protocol().trim_end_matches(':').to_owned(),
            user: url.username(),
            password: url.password(),
            host: url.hostname(),
            origin: url.origin(),
            path: url.pathname(),
            query: part(url.search(), '?', before_hash.contains('?')),
            fragment: part(url.hash(), '#', href.contains('#')),
            href,
        }
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.href
    }

    /// Scheme, without the colon.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// User name, empty without one.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.user
    }

    /// Password.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        Some(self.password.as_str()).filter(|password| !password.is_empty())
    }

    /// Host.
    #[must_use]
    pub fn host_str(&self) -> Option<&str> {
        Some(self.host.as_str()).filter(|host| !host.is_empty())
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin(self.origin.clone())
    }

    /// Path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path's segments; `None` where the path does not begin with a slash.
    #[must_use]
    pub fn path_segments(&self) -> Option<std::str::Split<'_, char>> {
        self.path.strip_prefix('/').map(|path| path.split('/'))
    }

    /// Query, without the question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The query's decoded pairs.
    #[must_use]
    pub fn query_pairs(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// Fragment, without the number sign.
    #[must_use]
    pub fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }

    /// Replaces the fragment.
    pub fn set_fragment(&mut self, fragment: Option<&str>) {
        self.fragment = fragment.map(str::to_owned);
        self.write();
    }

    /// Replaces the query, which must be encoded already.
    pub fn set_query(&mut self, query: Option<&str>) {
        self.query = query.map(str::to_owned);
        self.write();
    }

    fn write(&mut self) {
        let end = self.href.find(['?', '#']).unwrap_or(self.href.len());
        self.href.truncate(end);
        for (mark, part) in [('?', &self.query), ('#', &self.fragment)] {
            if let Some(part) = part {
                self.href.push(mark);
                self.href.push_str(part);
            }
        }
    }
}

/// Scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// As text, in ASCII.
    #[must_use]
    pub fn ascii_serialization(&self) -> String {
        self.0.clone()
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.href
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.href)
    }
}

impl AsRef<str> for Url {
    fn as_ref(&self) -> &str {
        &self.href
    }
}
