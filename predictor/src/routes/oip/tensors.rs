//! Which tensors a model takes and gives, and how numbers and texts lie in them.

use crate::model::Model;
use crate::schema::RawCell;
use predictor_wire::{Field, FieldType, Task};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// A tensor as metadata describe it.
#[derive(Debug, Serialize)]
pub(super) struct TensorMetadata<'a> {
    name: &'a str,
    datatype: &'static str,
    shape: Vec<i64>,
    #[serde(skip_serializing_if = "Value::is_null")]
    parameters: Value,
}

/// What a tensor's elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Datatype {
    Bytes,
    Fp64,
    Fp32,
    Int64,
    Int32,
}

const DATATYPES: [(Datatype, &str); 5] = [
    (Datatype::Bytes, "BYTES"),
    (Datatype::Fp64, "FP64"),
    (Datatype::Fp32, "FP32"),
    (Datatype::Int64, "INT64"),
    (Datatype::Int32, "INT32"),
];

impl Datatype {
    /// The one of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        DATATYPES.iter().find(|(_, known)| *known == name).map(|(datatype, _)| *datatype)
    }

    pub(super) fn name(self) -> &'static str {
        DATATYPES.iter().find(|(datatype, _)| *datatype == self).map_or("", |(_, name)| name)
    }

    /// The one that a field is described with.
    fn main(field: FieldType) -> Self {
        match field {
            FieldType::Text | FieldType::Category => Self::Bytes,
            FieldType::Number => Self::Fp64,
            FieldType::Integer => Self::Int64,
        }
    }

    /// Whether a field can be given so: texts as bytes, numbers in any of the others.
    pub(super) fn fits(self, field: FieldType) -> bool {
        (self == Self::Bytes) == matches!(field, FieldType::Text | FieldType::Category)
    }

    /// Whether a number in JSON is one of this type.
    pub(super) fn holds(self, number: f64) -> bool {
        match self {
            Self::Int32 => number.fract() == 0.0 && number.abs() <= 2_147_483_648.0 && number != 2_147_483_648.0,
            Self::Int64 => number.fract() == 0.0 && number.abs() <= 9_223_372_036_854_775_808.0,
            Self::Bytes | Self::Fp64 | Self::Fp32 => true,
        }
    }
}

/// What may stand in a tensor of this field, in words.
pub(super) fn accepted(field: FieldType) -> String {
    let fitting = DATATYPES.iter().filter(|(datatype, _)| datatype.fits(field));
    fitting.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

/// One tensor for each field of the main form.
pub(super) fn inputs(model: &Model) -> Vec<TensorMetadata<'_>> {
    fn describe(field: &Field) -> TensorMetadata<'_> {
        let Field { name, field_type, required, unit, .. } = field;
        let mut parameters = json!({ "optional": !required });
        if let Some(unit) = unit {
            parameters["unit"] = unit.as_str().into();
        }
        TensorMetadata { name, datatype: Datatype::main(*field_type).name(), shape: vec![-1], parameters }
    }
    let fields = model.schema().forms().first().map_or(&[][..], |form| &form.inputs);
    fields.iter().map(describe).collect()
}

/// What a model answers.
pub(super) fn outputs(model: &Model) -> Vec<TensorMetadata<'_>> {
    let (target, plain) = (&model.manifest().target, |name, datatype: Datatype, parameters| TensorMetadata {
        name,
        datatype: datatype.name(),
        shape: vec![-1],
        parameters,
    });
    match model.manifest().task {
        Task::Classification => {
            let columns = i64::try_from(target.labels.len()).unwrap_or(-1);
            let shares = plain("probabilities", Datatype::Fp64, json!({ "labels": target.labels }));
            let shares = TensorMetadata { shape: vec![-1, columns], ..shares };
            vec![plain("label", Datatype::Bytes, Value::Null), shares]
        }
        Task::Regression => {
            let unit = target.unit.as_ref().map_or(Value::Null, |unit| json!({ "unit": unit }));
            ["prediction", "low", "high"].map(|name| plain(name, Datatype::Fp64, unit.clone())).into()
        }
    }
}

/// The elements in a tensor's bytes (little endian; a text is 4 bytes of length and UTF-8).
///
/// # Errors
/// In words, with the element if one is at fault: lengths that do not fit, bytes that are not UTF-8.
pub(super) fn decode(
    datatype: Datatype,
    bytes: &[u8],
    count: usize,
) -> Result<Vec<RawCell<'_>>, (Option<usize>, String)> {
    let numbers: Vec<f64> = match datatype {
        Datatype::Bytes => return texts(bytes, count),
        Datatype::Fp64 => chunks(bytes, count, f64::from_le_bytes)?,
        Datatype::Fp32 => chunks(bytes, count, |chunk| f64::from(f32::from_le_bytes(chunk)))?,
        Datatype::Int64 => chunks(bytes, count, |chunk| i64::from_le_bytes(chunk) as f64)?,
        Datatype::Int32 => chunks(bytes, count, |chunk| f64::from(i32::from_le_bytes(chunk)))?,
    };
    Ok(numbers.into_iter().map(RawCell::Number).collect())
}

fn chunks<const N: usize>(
    bytes: &[u8],
    count: usize,
    read: impl Fn([u8; N]) -> f64,
) -> Result<Vec<f64>, (Option<usize>, String)> {
    let (elements, rest) = bytes.as_chunks::<N>();
    if elements.len() != count || !rest.is_empty() {
        let words = format!("has {} bytes; {count} elements of {N} bytes are {}", bytes.len(), count.saturating_mul(N));
        return Err((None, words));
    }
    Ok(elements.iter().map(|element| read(*element)).collect())
}

fn texts(mut bytes: &[u8], count: usize) -> Result<Vec<RawCell<'_>>, (Option<usize>, String)> {
    // Each text has at least its length, which bounds what a false count can reserve.
    let mut cells = Vec::with_capacity(count.min(bytes.len() / 4));
    for index in 0..count {
        let short = || (Some(index), "ends early: 4 bytes of length and as many bytes of text are needed".to_owned());
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| short())?;
        let (text, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        let text = std::str::from_utf8(text).map_err(|_| (Some(index), "is not UTF-8".to_owned()))?;
        cells.push(RawCell::Text(Cow::Borrowed(text)));
        bytes = rest;
    }
    if bytes.is_empty() { Ok(cells) } else { Err((None, format!("has {} bytes behind its last text", bytes.len()))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_hold_what_their_type_holds() {
        let check = |datatype: Datatype, number: f64, expect: bool| {
            assert_eq!(datatype.holds(number), expect, "{datatype:?} {number}");
        };
        check(Datatype::Int32, 2_147_483_647.0, true);
        check(Datatype::Int32, 2_147_483_648.0, false);
        check(Datatype::Int32, -2_147_483_648.0, true);
        check(Datatype::Int64, 0.5, false);
        check(Datatype::Int64, f64::INFINITY, false);
        check(Datatype::Fp32, 0.5, true);
    }

    #[test]
    fn lengths_must_fit() {
        let check = |datatype: Datatype, bytes: &[u8], count: usize, expect: Option<usize>| {
            assert_eq!(decode(datatype, bytes, count).expect_err("refused").0, expect, "{datatype:?} {bytes:?}");
        };
        check(Datatype::Fp64, &[0; 7], 1, None);
        check(Datatype::Fp64, &[0; 16], 1, None);
        check(Datatype::Fp64, &[], usize::MAX, None);
        check(Datatype::Bytes, &[1, 0, 0, 0], 1, Some(0));
        check(Datatype::Bytes, &[0, 0, 0, 0, 255, 255, 255, 255, 1], 2, Some(1));
        check(Datatype::Bytes, &[0, 0, 0, 0, 9], 1, None);
        check(Datatype::Bytes, &[1, 0, 0, 0, 0xff], 1, Some(0));
        check(Datatype::Bytes, &[], usize::MAX, Some(0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), count in 0_usize..60) {
            for (datatype, _) in DATATYPES {
                if let Ok(cells) = decode(datatype, &bytes, count) {
                    prop_assert_eq!(cells.len(), count);
                }
            }
        }

        #[test]
        fn texts_come_back(texts in prop::collection::vec(any::<String>(), 0..20)) {
            let mut bytes = Vec::new();
            for text in &texts {
                bytes.extend_from_slice(&u32::try_from(text.len()).expect("short").to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
            let cells: Vec<RawCell<'_>> = texts.iter().map(|text| RawCell::Text(text.as_str().into())).collect();
            prop_assert_eq!(decode(Datatype::Bytes, &bytes, texts.len()), Ok(cells));
        }

        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(any::<f64>(), 0..20)) {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let cells = decode(Datatype::Fp64, &bytes, numbers.len()).expect("they fit");
            for (cell, number) in cells.iter().zip(&numbers) {
                prop_assert!(matches!(cell, RawCell::Number(read) if read.to_bits() == number.to_bits()));
            }
        }
    }
}
