//! The rules: every id that a report may contain. `docs/spec-review.md` gives the reasons for them.

use std::borrow::Cow;

use crate::severity::Severity::{self, Error, Info, Warning};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Its name in reports: the one that oasdiff uses, if oasdiff has the rule.
    pub id: Cow<'static, str>,
    /// The effect of such a change on the wire.
    pub severity: Severity,
    /// Whether such a change affects the wire.
    pub wire: bool,
}

/// The id without its part for the site, and the direction of the site. A schema that is both a body and a property
/// in one direction is reported once, because both ids have the same family.
pub(crate) fn family(id: &str) -> (Direction, &str) {
    // The ids of the rules about properties do not begin with the site.
    let family = match id {
        "new-required-request-property"
        | "new-optional-request-property"
        | "response-required-property-added"
        | "response-optional-property-added"
        | "schema-property-added" => "-property-added",
        "request-property-removed"
        | "request-property-removed-before-sunset"
        | "request-property-removed-after-sunset"
        | "response-required-property-removed"
        | "response-optional-property-removed"
        | "response-property-removed-before-sunset"
        | "response-property-removed-after-sunset"
        | "schema-property-removed" => "-property-removed",
        "request-property-became-required"
        | "response-property-became-required"
        | "schema-property-became-required" => "-property-required",
        "request-property-became-optional"
        | "response-property-became-optional"
        | "schema-property-became-optional" => "-property-optional",
        _ => {
            let mut sites = SITES.into_iter();
            let of_site = sites.find_map(|site| Some((site.direction(), id.strip_prefix(site.prefix())?)));
            return of_site.unwrap_or((Direction::Neither, id));
        }
    };
    let direction = match id {
        id if id.contains("request") => Direction::Request,
        id if id.contains("response") => Direction::Response,
        _ => Direction::Neither,
    };
    (direction, family)
}

/// Every rule; those about schemas once for each site of a schema.
pub fn rules() -> Vec<Rule> {
    let schemas = SITES.iter().flat_map(|site| FACETS.iter().map(|facet| facet.at(*site)));
    let bounds = SITES.iter().flat_map(|site| {
        BOUNDS
            .iter()
            .flat_map(|bound| Move::ALL.map(|how| bound.moved(how, *site)))
    });
    NAMED.iter().cloned().chain(schemas).chain(bounds).collect()
}

macro_rules! named {
    ($($name:ident = $id:literal, $severity:ident, $wire:literal;)*) => {
        $(pub(crate) const $name: Rule = Rule { id: Cow::Borrowed($id), severity: $severity, wire: $wire };)*
        const NAMED: &[Rule] = &[$($name),*];
    };
}

named! {
    UNCLASSIFIED = "unclassified", Warning, true;

    DESCRIPTION_CHANGED = "description-changed", Info, false;
    EXAMPLE_CHANGED = "example-changed", Info, false;
    API_VERSION_CHANGED = "api-version-changed", Info, false;
    OPENAPI_VERSION_CHANGED = "openapi-version-changed", Info, false;
    WRITTEN_OTHERWISE = "written-otherwise", Info, false;

    PATH_REMOVED = "api-path-removed-without-deprecation", Error, true;
    PATH_REMOVED_DEPRECATED = "api-path-removed-with-deprecation", Warning, true;
    OPERATION_REMOVED = "api-removed-without-deprecation", Error, true;
    OPERATION_REMOVED_DEPRECATED = "api-removed-with-deprecation", Warning, true;
    PATH_REMOVED_BEFORE_SUNSET = "api-path-removed-before-sunset", Error, true;
    PATH_REMOVED_AFTER_SUNSET = "api-path-removed-after-sunset", Info, true;
    OPERATION_REMOVED_BEFORE_SUNSET = "api-removed-before-sunset", Error, true;
    OPERATION_REMOVED_AFTER_SUNSET = "api-removed-after-sunset", Info, true;
    SUNSET_CHANGED = "api-sunset-changed", Info, false;
    SUNSET_MISSING = "api-deprecated-sunset-missing", Error, false;
    SUNSET_MALFORMED = "api-deprecated-sunset-parse", Error, false;
    SUNSET_TOO_SOON = "api-sunset-date-too-small", Error, false;
    SUNSET_EARLIER = "api-sunset-date-changed-too-small", Error, false;
    SUNSET_REMOVED = "sunset-deleted", Error, false;
    ENDPOINT_ADDED = "endpoint-added", Info, true;
    PATH_ADDED = "api-path-added", Info, true;
    ENDPOINT_DEPRECATED = "endpoint-deprecated", Info, false;
    ENDPOINT_REACTIVATED = "endpoint-reactivated", Info, false;
    OPERATION_ID_REMOVED = "api-operation-id-removed", Info, false;
    OPERATION_ID_ADDED = "api-operation-id-added", Info, false;
    TAG_REMOVED = "api-tag-removed", Info, false;
    TAG_ADDED = "api-tag-added", Info, false;
    PAGINATION_ADDED = "pagination-added", Info, true;
    PAGINATION_REMOVED = "pagination-removed", Warning, true;
    PAGINATION_CHANGED = "pagination-changed", Warning, true;
    CALLBACK_ADDED = "callback-added", Info, true;
    CALLBACK_REMOVED = "callback-removed", Error, true;
    CALLBACK_CHANGED = "callback-changed", Warning, true;
    WEBHOOK_ADDED = "webhook-added", Info, true;
    WEBHOOK_REMOVED = "webhook-removed", Error, true;
    WEBHOOK_CHANGED = "webhook-changed", Warning, true;

    SERVER_REMOVED = "server-removed", Warning, true;
    SERVER_ADDED = "server-added", Info, true;
    SERVER_ORDER_CHANGED = "server-order-changed", Info, true;
    SERVER_VARIABLE_CHANGED = "server-variable-changed", Warning, true;
    SERVER_VALUE_REMOVED = "server-variable-value-removed", Error, true;
    SERVER_VALUE_ADDED = "server-variable-value-added", Info, true;

    SECURITY_REQUIRED = "api-security-became-required", Error, true;
    SECURITY_OPTIONAL = "api-security-became-optional", Info, true;
    SECURITY_REMOVED = "api-security-removed", Error, true;
    SECURITY_ADDED = "api-security-added", Info, true;
    SECURITY_SCOPE_ADDED = "api-security-scope-added", Error, true;
    SECURITY_SCOPE_REMOVED = "api-security-scope-removed", Info, true;
    GLOBAL_SECURITY_REMOVED = "api-global-security-removed", Error, true;
    GLOBAL_SECURITY_ADDED = "api-global-security-added", Info, true;
    GLOBAL_SECURITY_SCOPE_ADDED = "api-global-security-scope-added", Error, true;
    GLOBAL_SECURITY_SCOPE_REMOVED = "api-global-security-scope-removed", Info, true;
    SECURITY_COMPONENT_REMOVED = "api-security-component-removed", Info, false;
    SECURITY_COMPONENT_ADDED = "api-security-component-added", Info, false;
    SECURITY_COMPONENT_TYPE_CHANGED = "api-security-component-type-changed", Error, true;
    SECURITY_COMPONENT_CHANGED = "api-security-component-changed", Error, true;
    OAUTH_FLOW_ADDED = "api-security-component-oauth-flow-added", Info, true;
    OAUTH_FLOW_REMOVED = "api-security-component-oauth-flow-removed", Error, true;
    OAUTH_URL_CHANGED = "api-security-component-oauth-url-changed", Warning, true;
    OAUTH_TOKEN_URL_CHANGED = "api-security-component-oauth-token-url-changed", Warning, true;
    OAUTH_REFRESH_URL_CHANGED = "api-security-component-oauth-refresh-url-changed", Warning, true;
    OAUTH_SCOPE_ADDED = "api-security-component-oauth-scope-added", Info, true;
    OAUTH_SCOPE_REMOVED = "api-security-component-oauth-scope-removed", Warning, true;
    OAUTH_SCOPE_CHANGED = "api-security-component-oauth-scope-changed", Info, false;

    PARAMETER_REMOVED = "request-parameter-removed", Warning, true;
    PARAMETER_REMOVED_DEPRECATED = "request-parameter-removed-with-deprecation", Warning, true;
    PARAMETER_REMOVED_BEFORE_SUNSET = "request-parameter-removed-before-sunset", Error, true;
    PARAMETER_REMOVED_AFTER_SUNSET = "request-parameter-removed-after-sunset", Info, true;
    PARAMETER_ADDED_REQUIRED = "new-required-request-parameter", Error, true;
    PARAMETER_ADDED_OPTIONAL = "new-optional-request-parameter", Info, true;
    PARAMETER_ADDED_PATH = "new-request-path-parameter", Error, true;
    PARAMETER_BECAME_REQUIRED = "request-parameter-became-required", Error, true;
    PARAMETER_BECAME_OPTIONAL = "request-parameter-became-optional", Info, true;
    PARAMETER_STYLE_CHANGED = "request-parameter-style-changed", Error, true;
    PARAMETER_FORM_CHANGED = "request-parameter-form-changed", Error, true;
    PARAMETER_MEDIA_TYPE_ADDED = "request-parameter-media-type-added", Info, true;
    PARAMETER_MEDIA_TYPE_REMOVED = "request-parameter-media-type-removed", Error, true;
    PARAMETER_SCHEMA_ADDED = "request-parameter-media-type-schema-added", Error, true;
    PARAMETER_SCHEMA_REMOVED = "request-parameter-media-type-schema-removed", Info, true;
    PATH_PARAMETER_RENAMED = "path-parameter-renamed", Info, false;

    BODY_ADDED_REQUIRED = "request-body-added-required", Error, true;
    BODY_ADDED_OPTIONAL = "request-body-added-optional", Info, true;
    BODY_REMOVED = "request-body-removed", Error, true;
    BODY_BECAME_REQUIRED = "request-body-became-required", Error, true;
    BODY_BECAME_OPTIONAL = "request-body-became-optional", Info, true;
    BODY_MEDIA_TYPE_ADDED = "request-body-media-type-added", Info, true;
    BODY_MEDIA_TYPE_REMOVED = "request-body-media-type-removed", Error, true;
    BODY_SCHEMA_ADDED = "request-body-media-type-schema-added", Error, true;
    BODY_SCHEMA_REMOVED = "request-body-media-type-schema-removed", Info, true;
    ENCODING_CHANGED = "encoding-changed", Warning, true;

    SUCCESS_STATUS_REMOVED = "response-success-status-removed", Error, true;
    SUCCESS_STATUS_ADDED = "response-success-status-added", Info, true;
    STATUS_NARROWED = "response-status-narrowed", Info, true;
    STATUS_WIDENED = "response-status-widened", Info, true;
    NON_SUCCESS_STATUS_REMOVED = "response-non-success-status-removed", Info, true;
    LINK_ADDED = "link-added", Info, true;
    LINK_REMOVED = "link-removed", Warning, true;
    LINK_CHANGED = "link-changed", Warning, true;
    NON_SUCCESS_STATUS_ADDED = "response-non-success-status-added", Info, true;
    RESPONSE_MEDIA_TYPE_REMOVED = "response-media-type-removed", Error, true;
    RESPONSE_MEDIA_TYPE_ADDED = "response-media-type-added", Info, true;
    RESPONSE_SCHEMA_ADDED = "response-body-media-type-schema-added", Info, true;
    RESPONSE_SCHEMA_REMOVED = "response-body-media-type-schema-removed", Error, true;
    HEADER_REMOVED_REQUIRED = "required-response-header-removed", Error, true;
    HEADER_REMOVED_OPTIONAL = "optional-response-header-removed", Warning, true;
    HEADER_ADDED = "response-header-added", Info, true;
    HEADER_FORM_CHANGED = "response-header-form-changed", Error, true;
    HEADER_MEDIA_TYPE_ADDED = "response-header-media-type-added", Warning, true;
    HEADER_MEDIA_TYPE_REMOVED = "response-header-media-type-removed", Error, true;
    HEADER_SCHEMA_ADDED = "response-header-media-type-schema-added", Info, true;
    HEADER_SCHEMA_REMOVED = "response-header-media-type-schema-removed", Error, true;
    HEADER_BECAME_OPTIONAL = "response-header-became-optional", Error, true;
    HEADER_BECAME_REQUIRED = "response-header-became-required", Info, true;

    REQUEST_PROPERTY_ADDED_REQUIRED = "new-required-request-property", Error, true;
    REQUEST_PROPERTY_ADDED_OPTIONAL = "new-optional-request-property", Info, true;
    REQUEST_PROPERTY_REMOVED_BEFORE_SUNSET = "request-property-removed-before-sunset", Error, true;
    REQUEST_PROPERTY_REMOVED_AFTER_SUNSET = "request-property-removed-after-sunset", Info, true;
    RESPONSE_PROPERTY_REMOVED_BEFORE_SUNSET = "response-property-removed-before-sunset", Error, true;
    RESPONSE_PROPERTY_REMOVED_AFTER_SUNSET = "response-property-removed-after-sunset", Info, true;
    REQUEST_PROPERTY_REMOVED = "request-property-removed", Warning, true;
    REQUEST_PROPERTY_BECAME_REQUIRED = "request-property-became-required", Error, true;
    REQUEST_PROPERTY_BECAME_OPTIONAL = "request-property-became-optional", Info, true;
    RESPONSE_PROPERTY_ADDED_REQUIRED = "response-required-property-added", Info, true;
    RESPONSE_PROPERTY_ADDED_OPTIONAL = "response-optional-property-added", Info, true;
    RESPONSE_PROPERTY_REMOVED_REQUIRED = "response-required-property-removed", Error, true;
    RESPONSE_PROPERTY_REMOVED_OPTIONAL = "response-optional-property-removed", Warning, true;
    RESPONSE_PROPERTY_BECAME_REQUIRED = "response-property-became-required", Info, true;
    RESPONSE_PROPERTY_BECAME_OPTIONAL = "response-property-became-optional", Error, true;
    SCHEMA_PROPERTY_ADDED = "schema-property-added", Info, false;
    SCHEMA_PROPERTY_REMOVED = "schema-property-removed", Info, false;
    SCHEMA_PROPERTY_BECAME_REQUIRED = "schema-property-became-required", Info, false;
    SCHEMA_PROPERTY_BECAME_OPTIONAL = "schema-property-became-optional", Info, false;

    SCHEMA_REMOVED = "api-schema-removed", Info, false;
    SCHEMA_ADDED = "api-schema-added", Info, false;
    SCHEMA_RENAMED = "api-schema-renamed", Info, false;
    RUST_SURFACE_CHANGED = "rust-surface-changed", Info, false;
    GENERATION_REFUSED = "generation-refused", Info, false;
    COMPONENT_REMOVED = "component-removed", Info, false;
    COMPONENT_ADDED = "component-added", Info, false;
}

/// The direction in which a value is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Request,
    Response,
    /// A component that nothing refers to.
    Neither,
}

/// Where a schema is used; the first part of the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Site {
    Parameter,
    RequestBody,
    RequestProperty,
    ResponseBody,
    ResponseProperty,
    ResponseHeader,
    Schema,
}

const SITES: [Site; 7] = [
    Site::Parameter,
    Site::RequestBody,
    Site::RequestProperty,
    Site::ResponseBody,
    Site::ResponseProperty,
    Site::ResponseHeader,
    Site::Schema,
];

impl Site {
    fn prefix(self) -> &'static str {
        match self {
            Site::Parameter => "request-parameter",
            Site::RequestBody => "request-body",
            Site::RequestProperty => "request-property",
            Site::ResponseBody => "response-body",
            Site::ResponseProperty => "response-property",
            Site::ResponseHeader => "response-header",
            Site::Schema => "schema",
        }
    }

    pub(crate) fn direction(self) -> Direction {
        match self {
            Site::Parameter | Site::RequestBody | Site::RequestProperty => Direction::Request,
            Site::ResponseBody | Site::ResponseProperty | Site::ResponseHeader => Direction::Response,
            Site::Schema => Direction::Neither,
        }
    }

    /// The site of the properties inside.
    pub(crate) fn inner(self) -> Self {
        match self.direction() {
            Direction::Request => Site::RequestProperty,
            Direction::Response => Site::ResponseProperty,
            Direction::Neither => Site::Schema,
        }
    }
}

/// A change of a schema; the second part of the id.
#[derive(Debug)]
pub(crate) struct Facet {
    suffix: &'static str,
    request: Severity,
    response: Severity,
    wire: bool,
}

impl Facet {
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.suffix == other.suffix
    }

    pub(crate) fn at(&self, site: Site) -> Rule {
        let severity = match site.direction() {
            Direction::Request => self.request,
            Direction::Response => self.response,
            Direction::Neither => Info,
        };
        Rule {
            id: Cow::Owned(format!("{}-{}", site.prefix(), self.suffix)),
            severity,
            wire: self.wire && site != Site::Schema,
        }
    }
}

macro_rules! facets {
    ($($name:ident = $suffix:literal, $request:ident, $response:ident, $wire:literal;)*) => {
        $(pub(crate) const $name: Facet =
            Facet { suffix: $suffix, request: $request, response: $response, wire: $wire };)*
        const FACETS: &[Facet] = &[$($name),*];
    };
}

facets! {
    TYPE_CHANGED = "type-changed", Error, Error, true;
    TYPE_GENERALIZED = "type-generalized", Info, Error, true;
    TYPE_SPECIALIZED = "type-specialized", Error, Info, true;
    TYPE_COMPATIBLE = "type-compatible", Info, Info, true;
    TYPES_WIDENED = "list-of-types-widened", Info, Error, true;
    TYPES_NARROWED = "list-of-types-narrowed", Error, Info, true;
    BECAME_NULLABLE = "became-nullable", Info, Error, true;
    BECAME_NOT_NULLABLE = "became-not-nullable", Error, Info, true;
    BECAME_ENUM = "became-enum", Error, Info, true;
    BECAME_NOT_ENUM = "became-not-enum", Info, Info, true;
    ENUM_VALUE_ADDED = "enum-value-added", Info, Info, true;
    ENUM_VALUE_REMOVED = "enum-value-removed", Error, Info, true;
    ENUM_ORDER_CHANGED = "enum-order-changed", Info, Info, false;
    PATTERN_ADDED = "pattern-added", Error, Info, true;
    PATTERN_REMOVED = "pattern-removed", Info, Warning, true;
    PATTERN_CHANGED = "pattern-changed", Warning, Warning, true;
    PATTERN_GENERALIZED = "pattern-generalized", Info, Warning, true;
    CONST_ADDED = "const-added", Error, Info, true;
    CONST_REMOVED = "const-removed", Info, Info, true;
    CONST_CHANGED = "const-changed", Error, Info, true;
    MULTIPLE_OF_SET = "multiple-of-set", Error, Info, true;
    MULTIPLE_OF_UNSET = "multiple-of-unset", Info, Warning, true;
    MULTIPLE_OF_CHANGED = "multiple-of-changed", Error, Error, true;
    MULTIPLE_OF_GENERALIZED = "multiple-of-generalized", Info, Warning, true;
    MULTIPLE_OF_SPECIALIZED = "multiple-of-specialized", Error, Info, true;
    UNIQUE_ITEMS_SET = "unique-items-set", Error, Info, true;
    UNIQUE_ITEMS_UNSET = "unique-items-unset", Info, Warning, true;
    DEFAULT_ADDED = "default-value-added", Info, Info, true;
    DEFAULT_REMOVED = "default-value-removed", Warning, Info, true;
    DEFAULT_CHANGED = "default-value-changed", Warning, Info, true;
    DEPRECATED = "deprecated", Info, Info, false;
    REACTIVATED = "reactivated", Info, Info, false;
    BECAME_READ_ONLY = "became-read-only", Warning, Info, true;
    BECAME_NOT_READ_ONLY = "became-not-read-only", Info, Info, true;
    BECAME_WRITE_ONLY = "became-write-only", Info, Error, true;
    BECAME_NOT_WRITE_ONLY = "became-not-write-only", Info, Info, true;
    ADDITIONAL_PROPERTIES_RESTRICTED = "additional-properties-restricted", Error, Info, true;
    ADDITIONAL_PROPERTIES_WIDENED = "additional-properties-widened", Info, Warning, true;
    ONE_OF_ADDED = "one-of-added", Info, Error, true;
    ONE_OF_REMOVED = "one-of-removed", Error, Info, true;
    ANY_OF_ADDED = "any-of-added", Info, Error, true;
    ANY_OF_REMOVED = "any-of-removed", Error, Info, true;
    DISCRIMINATOR_ADDED = "discriminator-added", Warning, Warning, true;
    DISCRIMINATOR_REMOVED = "discriminator-removed", Warning, Warning, true;
    DISCRIMINATOR_PROPERTY_CHANGED = "discriminator-property-name-changed", Error, Error, true;
    DISCRIMINATOR_MAPPING_ADDED = "discriminator-mapping-added", Info, Info, true;
    DISCRIMINATOR_MAPPING_REMOVED = "discriminator-mapping-deleted", Warning, Info, true;
    DISCRIMINATOR_MAPPING_CHANGED = "discriminator-mapping-changed", Warning, Warning, true;
    SUNSET_DATE_CHANGED = "sunset-changed", Info, Info, false;
    SUNSET_DATE_MISSING = "deprecated-sunset-missing", Error, Error, false;
    SUNSET_DATE_MALFORMED = "sunset-parse", Error, Error, false;
    SUNSET_DATE_TOO_SOON = "sunset-date-too-small", Error, Error, false;
    SUNSET_DATE_EARLIER = "sunset-date-changed-too-small", Error, Error, false;
    SUNSET_DATE_REMOVED = "sunset-deleted", Error, Error, false;
    XML_CHANGED = "xml-changed", Warning, Warning, true;
    NOT_ADDED = "not-added", Error, Info, true;
    NOT_REMOVED = "not-removed", Info, Warning, true;
    NOT_CHANGED = "not-changed", Warning, Warning, true;
    IF_ADDED = "if-added", Error, Info, true;
    IF_REMOVED = "if-removed", Info, Warning, true;
    IF_CHANGED = "if-changed", Warning, Warning, true;
    THEN_ADDED = "then-added", Error, Info, true;
    THEN_REMOVED = "then-removed", Info, Warning, true;
    ELSE_ADDED = "else-added", Error, Info, true;
    ELSE_REMOVED = "else-removed", Info, Warning, true;
    CONTAINS_ADDED = "contains-added", Error, Info, true;
    CONTAINS_REMOVED = "contains-removed", Info, Warning, true;
    CONTAINS_CHANGED = "contains-changed", Warning, Warning, true;
    PROPERTY_NAMES_ADDED = "property-names-added", Error, Info, true;
    PROPERTY_NAMES_REMOVED = "property-names-removed", Info, Warning, true;
    UNEVALUATED_PROPERTIES_ADDED = "unevaluated-properties-added", Error, Info, true;
    UNEVALUATED_PROPERTIES_REMOVED = "unevaluated-properties-removed", Info, Warning, true;
    UNEVALUATED_ITEMS_ADDED = "unevaluated-items-added", Error, Info, true;
    UNEVALUATED_ITEMS_REMOVED = "unevaluated-items-removed", Info, Warning, true;
    PREFIX_ITEMS_ADDED = "prefix-items-added", Error, Info, true;
    PREFIX_ITEMS_REMOVED = "prefix-items-removed", Info, Warning, true;
    PATTERN_PROPERTY_ADDED = "pattern-property-added", Error, Warning, true;
    PATTERN_PROPERTY_REMOVED = "pattern-property-removed", Warning, Warning, true;
    DEPENDENT_REQUIRED_ADDED = "dependent-required-added", Error, Info, true;
    DEPENDENT_REQUIRED_REMOVED = "dependent-required-removed", Info, Warning, true;
    MIN_CONTAINS_INCREASED = "min-contains-increased", Error, Info, true;
    MIN_CONTAINS_DECREASED = "min-contains-decreased", Info, Warning, true;
    MAX_CONTAINS_INCREASED = "max-contains-increased", Info, Warning, true;
    MAX_CONTAINS_DECREASED = "max-contains-decreased", Error, Info, true;
    CONTENT_SCHEMA_ADDED = "content-schema-added", Error, Info, true;
    CONTENT_SCHEMA_REMOVED = "content-schema-removed", Info, Warning, true;
    DEPENDENT_SCHEMA_ADDED = "dependent-schema-added", Error, Info, true;
    DEPENDENT_SCHEMA_REMOVED = "dependent-schema-removed", Info, Warning, true;
    CONTENT_ENCODING_CHANGED = "content-encoding-changed", Error, Error, true;
    CONTENT_MEDIA_TYPE_CHANGED = "content-media-type-changed", Error, Error, true;
}

/// How a bound changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Set,
    Unset,
    Increased,
    Decreased,
}

impl Move {
    const ALL: [Self; 4] = [Self::Set, Self::Unset, Self::Increased, Self::Decreased];
}

/// A keyword that bounds values.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) keyword: &'static str,
    /// The keyword that excludes the bound itself.
    pub(crate) exclusive: Option<&'static str>,
    pub(crate) words: &'static str,
    suffix: &'static str,
    upper: bool,
}

impl Bound {
    pub(crate) fn is_lower(&self) -> bool {
        !self.upper
    }

    pub(crate) fn moved(&self, how: Move, site: Site) -> Rule {
        let verb = match how {
            Move::Set => "set",
            Move::Unset => "unset",
            Move::Increased => "increased",
            Move::Decreased => "decreased",
        };
        let narrower = match how {
            Move::Set => true,
            Move::Unset => false,
            Move::Increased => !self.upper,
            Move::Decreased => self.upper,
        };
        let severity = match (site.direction(), narrower) {
            (Direction::Request, true) => Error,
            (Direction::Response, false) => Warning,
            _ => Info,
        };
        Rule {
            id: Cow::Owned(format!("{}-{}-{verb}", site.prefix(), self.suffix)),
            severity,
            wire: site != Site::Schema,
        }
    }
}

macro_rules! bounds {
    ($($keyword:literal, $words:literal, $suffix:literal, $upper:literal, $exclusive:expr;)*) => {
        pub(crate) const BOUNDS: &[Bound] = &[$(Bound {
            keyword: $keyword,
            exclusive: $exclusive,
            words: $words,
            suffix: $suffix,
            upper: $upper,
        }),*];
    };
}

bounds! {
    "minimum", "the minimum", "min", false, Some("exclusiveMinimum");
    "maximum", "the maximum", "max", true, Some("exclusiveMaximum");
    "minLength", "the minimum length", "min-length", false, None;
    "maxLength", "the maximum length", "max-length", true, None;
    "minItems", "the minimum number of items", "min-items", false, None;
    "maxItems", "the maximum number of items", "max-items", true, None;
    "minProperties", "the minimum number of properties", "min-properties", false, None;
    "maxProperties", "the maximum number of properties", "max-properties", true, None;
}
