//! An inference request as its body has it: JSON, and behind it the bytes of tensors that are not in the JSON (the binary
//! tensor data extension). Nothing here knows a model.

use crate::problem::Problem;
use crate::routes::input::{position_of, text_of};
use crate::routes::object::Object;
use crate::schema::RawCell;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// What a request may hold; what is beyond is counted, not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Rows of a tensor.
    pub(super) rows: usize,
    /// Tensors.
    pub(super) tensors: usize,
}

/// A request.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) parameters: RequestParameters,
    pub(super) inputs: Vec<Tensor<'a>>,
    /// Length of the list of inputs, if there is one.
    pub(super) count: Option<usize>,
    pub(super) outputs: Option<Vec<Wanted<'a>>>,
}

/// A tensor that was sent.
#[derive(Debug, Default)]
pub(super) struct Tensor<'a> {
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) datatype: Option<Cow<'a, str>>,
    pub(super) shape: Option<Vec<u64>>,
    pub(super) parameters: InputParameters,
    pub(super) data: Option<Data<'a>>,
}

/// Elements of a tensor.
#[derive(Debug)]
pub(super) enum Data<'a> {
    /// From JSON; of `count` elements those within the bound.
    Cells { cells: Vec<RawCell<'a>>, count: usize },
    /// From behind the JSON.
    Bytes(&'a [u8]),
}

/// An output that is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(default, deserialize_with = "parameters")]
    pub(super) parameters: OutputParameters,
}

/// The parameters of a request that mean something here; all others are passed over, as the protocol demands.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RequestParameters {
    pub(super) binary_data_output: Option<bool>,
}

/// Those of a tensor that is sent.
#[derive(Debug, Default, Deserialize)]
pub(super) struct InputParameters {
    pub(super) binary_data_size: Option<u64>,
    pub(super) shared_memory_region: Option<IgnoredAny>,
}

/// Those of an output that is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct OutputParameters {
    pub(super) binary_data: Option<bool>,
    pub(super) classification: Option<IgnoredAny>,
    pub(super) shared_memory_region: Option<IgnoredAny>,
}

/// Parameters, or null.
fn parameters<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(given)
}

fn given<T: Default>(object: Option<Object<T>>) -> T {
    object.map(|Object(given)| given).unwrap_or_default()
}

/// A length of a shape. JSON has no integers of its own: 3.0 is one (as JSON Schema has it).
struct Length(u64);

impl<'de> Deserialize<'de> for Length {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is too large is refused as rows")]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Number::deserialize(deserializer)? {
            number if number.is_u64() => Ok(Self(number.as_u64().unwrap_or(u64::MAX))),
            number => {
                let whole = number.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
                whole.map(|number| Self(number as u64)).ok_or_else(|| D::Error::custom("no length"))
            }
        }
    }
}

/// Reads a body whose JSON is `head` bytes long, or all of it.
///
/// # Errors
/// 400 for what is not JSON, not of the protocol's types, or not of the lengths that it claims; 422 for data that are given
/// twice.
pub(super) fn read(body: &[u8], head: Option<usize>, bounds: Bounds) -> Result<Request<'_>, Problem> {
    let too_long = || Problem::malformed("Inference-Header-Content-Length is greater than the body.");
    let (json, bytes) = body.split_at_checked(head.unwrap_or(body.len())).ok_or_else(too_long)?;
    let json = text_of(json)?;
    let mut reader = serde_json::Deserializer::from_str(json);
    let found = Whole(bounds).deserialize(&mut reader);
    let mut request = found.and_then(|found| reader.end().map(|()| found)).map_err(|error| refusal(&error))?;
    give_bytes(&mut request.inputs, bytes, head.is_some())?;
    Ok(request)
}

fn refusal(error: &serde_json::Error) -> Problem {
    if error.is_data() {
        let (line, column) = (error.line(), error.column());
        let words = "a value has a type that the Open Inference Protocol does not give it, or a name stands twice";
        return Problem::malformed(format!(
            "The body is no inference request: {words}, at line {line}, column {column}."
        ));
    }
    Problem::malformed(format!("The body is not JSON: {}.", position_of(error)))
}

/// Gives each tensor that claims bytes its part of them, in order.
fn give_bytes<'a>(tensors: &mut [Tensor<'a>], mut bytes: &'a [u8], has_head: bool) -> Result<(), Problem> {
    for (index, tensor) in tensors.iter_mut().enumerate() {
        let Some(size) = tensor.parameters.binary_data_size else { continue };
        if !has_head {
            return Err(Problem::malformed(
                "A tensor has binary_data_size; say where the bytes begin: Inference-Header-Content-Length.",
            ));
        }
        if tensor.data.is_some() {
            let pointer = format!("/inputs/{index}/data");
            return Err(Problem::field(&pointer, "must not be given together with binary_data_size"));
        }
        let mine = usize::try_from(size).ok().and_then(|size| bytes.split_at_checked(size));
        let (mine, rest) = mine.ok_or_else(|| {
            let left = bytes.len();
            Problem::malformed(format!("Input {index} claims {size} bytes, and {left} are left behind the JSON."))
        })?;
        tensor.data = Some(Data::Bytes(mine));
        bytes = rest;
    }
    if bytes.is_empty() {
        return Ok(());
    }
    Err(Problem::malformed(format!("{} bytes behind the JSON belong to no tensor.", bytes.len())))
}

/// The whole request.
struct Whole(Bounds);

impl<'de> DeserializeSeed<'de> for Whole {
    type Value = Request<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole {
    type Value = Request<'de>;

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("an inference request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut request = Request::default();
        while let Some(name) = map.next_key::<Text<'_>>()? {
            match &*name.0 {
                "id" => request.id = map.next_value::<Option<Text<'_>>>()?.map(|id| id.0),
                "parameters" => request.parameters = given(map.next_value()?),
                "outputs" => {
                    let outputs = map.next_value::<Option<Vec<Object<Wanted<'_>>>>>()?;
                    request.outputs = outputs.map(|outputs| outputs.into_iter().map(|Object(wanted)| wanted).collect());
                }
                "inputs" if request.count.is_some() => return Err(A::Error::custom("twice")),
                "inputs" => {
                    let (inputs, count) = map.next_value_seed(Tensors(self.0))?;
                    (request.inputs, request.count) = (inputs, Some(count));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(request)
    }
}

/// A text, borrowed if it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The list of inputs.
struct Tensors(Bounds);

impl<'de> DeserializeSeed<'de> for Tensors {
    type Value = (Vec<Tensor<'de>>, usize);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Tensors {
    type Value = (Vec<Tensor<'de>>, usize);

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("a list of tensors")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut tensors = Vec::new();
        while tensors.len() < self.0.tensors {
            let Some(tensor) = list.next_element_seed(One(self.0.rows))? else { break };
            tensors.push(tensor);
        }
        let mut count = tensors.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok((tensors, count))
    }
}

/// One tensor, of whose elements so many are kept.
struct One(usize);

impl<'de> DeserializeSeed<'de> for One {
    type Value = Tensor<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Tensor<'de>;

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("a tensor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut tensor = Tensor::default();
        while let Some(name) = map.next_key::<Text<'_>>()? {
            match &*name.0 {
                "name" => tensor.name = Some(map.next_value::<Text<'_>>()?.0),
                "datatype" => tensor.datatype = Some(map.next_value::<Text<'_>>()?.0),
                "shape" => {
                    let shape = map.next_value::<Vec<Length>>()?;
                    tensor.shape = Some(shape.into_iter().map(|Length(length)| length).collect());
                }
                "parameters" => tensor.parameters = given(map.next_value()?),
                "data" if tensor.data.is_some() => return Err(A::Error::custom("twice")),
                "data" => {
                    let (mut cells, mut count) = (Vec::new(), 0);
                    map.next_value_seed(Elements { cells: &mut cells, count: &mut count, keep: self.0, depth: 0 })?;
                    tensor.data = Some(Data::Cells { cells, count });
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(tensor)
    }
}

/// Deepest nesting of lists in `data`: a row of one element each.
const DEEPEST: u8 = 2;

/// Elements, flat or nested as the shape has them, in row-major order.
struct Elements<'k, 'de> {
    cells: &'k mut Vec<RawCell<'de>>,
    count: &'k mut usize,
    keep: usize,
    depth: u8,
}

impl<'de> Elements<'_, 'de> {
    fn put<E: serde::de::Error>(self, cell: RawCell<'de>) -> Result<(), E> {
        if self.depth == 0 {
            return Err(E::custom("not a list"));
        }
        *self.count += 1;
        if self.cells.len() < self.keep {
            self.cells.push(cell);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Elements<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();

    fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        words.write_str("elements of a tensor")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.depth == DEEPEST {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return self.put(RawCell::List);
        }
        let Self { cells, count, keep, depth } = self;
        while list.next_element_seed(Elements { cells, count, keep, depth: depth + 1 })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.put(RawCell::Object)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.put(RawCell::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.put(RawCell::Bool)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.put(RawCell::Number(number as f64))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.put(RawCell::Number(number as f64))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.put(RawCell::Number(number))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<(), E> {
        self.put(RawCell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.put(RawCell::Text(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests;
