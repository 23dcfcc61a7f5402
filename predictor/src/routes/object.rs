//! An object of JSON, and nothing else: what serde derives for a struct takes a list of its values as well.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A value that was an object.
#[derive(Debug, Default)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Named(PhantomData)).map(Self)
    }
}

struct Named<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
    type Value = T;

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Two {
        #[serde(default)]
        a: u8,
        b: Option<String>,
    }

    #[test]
    fn only_objects_are_objects() {
        let check = |json: &str, expect: bool| {
            let found = serde_json::from_str::<Object<Two>>(json);
            assert_eq!(found.is_ok(), expect, "{json}: {found:?}");
        };
        check(r#"{"a": 1, "b": "x"}"#, true);
        check("{}", true);
        check(r#"[1, "x"]"#, false);
        check("[]", false);
        check("null", false);
        check(r#"{"a": "x"}"#, false);
        let Object(two) = serde_json::from_str::<Object<Two>>(r#"{"b": "\n", "c": 0}"#).expect("an object");
        assert_eq!((two.a, two.b.as_deref()), (0, Some("\n")));
    }
}
