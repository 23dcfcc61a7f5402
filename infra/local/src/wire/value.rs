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
