//! A tree of AWS values that knows timestamps and integers apart from other numbers, because CBOR and XML write them
//! differently.

/// One value of an answer. Maps keep the order in which they were built.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// An integer or long.
    Int(i64),
    /// A double.
    Float(f64),
    /// A string.
    Text(String),
    /// A point in time, epoch milliseconds.
    Time(i64),
    /// A list.
    List(Vec<Value>),
    /// A structure; members that are absent are left out.
    Map(Vec<(&'static str, Value)>),
    /// A map with keys of the data's own, which XML writes as entries.
    Dict(Vec<(String, Value)>),
}

impl Value {
    /// A structure from its members; `None` members are left out.
    #[must_use]
    pub fn structure(members: Vec<(&'static str, Option<Value>)>) -> Self {
        Self::Map(members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    /// A list from anything that turns into values.
    pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Epoch seconds, as JSON and CBOR write a time.
pub(super) fn epoch_seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// `2026-11-20T17:00:00.000Z`, as XML writes a time.
#[must_use]
pub fn iso_time(milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000);
    let fraction = milliseconds.rem_euclid(1000);
    let whole = aws_smithy_types::DateTime::from_secs(seconds)
        .fmt(aws_smithy_types::date_time::Format::DateTime)
        .unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned());
    format!("{}.{fraction:03}Z", whole.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn iso_times() {
        assert_eq!(super::iso_time(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(super::iso_time(1_795_194_000_042), "2026-11-20T17:00:00.042Z");
        assert_eq!(super::iso_time(-1), "1969-12-31T23:59:59.999Z");
    }
}
