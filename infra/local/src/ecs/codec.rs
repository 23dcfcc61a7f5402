//! Reads and writes the SDK's own ECS types as the JSON of the wire, so that no shape is written down twice.

use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::codec::Codec;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::wire::AwsError;

/// Reads a call's body with the `deserialize` function of the operation's input.
pub(super) fn read<T>(
    body: &[u8],
    deserialize: impl Fn(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>,
) -> Result<T, AwsError> {
    deserialize(&mut codec().create_deserializer(body)).map_err(|error| AwsError::serialization(error.to_string()))
}

/// Writes an operation's output.
pub(super) fn write(output: &dyn SerializableStruct) -> Result<Vec<u8>, AwsError> {
    let mut serializer = codec().create_serializer();
    serializer
        .write_struct(output.schema(), output)
        .map_err(|error| AwsError::server("ServerException", format!("The answer could not be written: {error}")))?;
    Ok(serializer.finish())
}

fn codec() -> JsonCodec {
    JsonCodec::new(JsonCodecSettings::builder().default_timestamp_format(Format::EpochSeconds).build())
}

/// A moment as the SDK's types hold it.
pub(super) fn moment(epoch_ms: i64) -> DateTime {
    DateTime::from_millis(epoch_ms)
}

/// A count as the SDK's types hold it.
pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
