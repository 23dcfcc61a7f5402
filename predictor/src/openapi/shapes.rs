//! What each loaded model takes and answers, as JSON schemas made from its fields and its target.

use super::tensors;
use predictor_wire::{Field, FieldType, ModelMetadata, Task};
use serde_json::{Map, Value, json};

/// The schemas of all models.
pub(super) struct Shapes {
    pub(super) schemas: Map<String, Value>,
    shapes: Vec<Shape>,
    most_rows: usize,
}

/// Names of one model's schemas.
pub(super) struct Shape {
    pub(super) model: String,
    /// The model's name as part of other names.
    pub(super) title: String,
    pub(super) input: String,
    pub(super) answer: String,
    pub(super) plain: String,
    pub(super) example: Value,
    /// Schema of its request as tensors.
    pub(super) tensors: String,
    pub(super) tensor_example: Value,
    /// Whether it answers requests that name no version.
    is_latest: bool,
}

impl Shapes {
    /// Those of the models; of equal names the last answers requests that name no version.
    pub(super) fn of(models: &[ModelMetadata], most_rows: usize) -> Self {
        let mut shapes = Self { schemas: Map::new(), shapes: Vec::new(), most_rows };
        for (at, model) in models.iter().enumerate().rev() {
            let latest = models[at + 1..].iter().rfind(|later| later.name == model.name);
            let is_same = latest.is_some_and(|latest| asks(latest) == asks(model) && latest.target == model.target);
            if !is_same {
                shapes.add(model, latest.is_none());
            }
        }
        shapes.shapes.reverse();
        let any = |name: fn(&Shape) -> &str| match &shapes.shapes[..] {
            [] => json!({"type": "object"}),
            some => json!({"anyOf": some.iter().map(|shape| reference(name(shape))).collect::<Vec<_>>()}),
        };
        let whole = [
            ("Case", any(|shape| &shape.input)),
            ("Prediction", any(|shape| &shape.answer)),
            ("PlainPrediction", any(|shape| &shape.plain)),
            ("InferenceRequest", tensors::any_request(most_rows)),
            ("TensorShape", tensors::shape(most_rows)),
        ];
        shapes.schemas.extend(whole.map(|(name, schema)| (name.to_owned(), schema)));
        shapes
    }

    /// Those that answer requests which name no version.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(|shape| shape.is_latest)
    }

    /// One, or all.
    pub(super) fn all_or<'a>(&'a self, one: Option<&'a Shape>) -> impl Iterator<Item = &'a Shape> {
        one.into_iter().chain(self.shapes.iter().filter(move |_| one.is_none()))
    }

    /// A batch of cases of a schema: a list, or an object with the list under one of three names.
    pub(super) fn batch_of(&self, input: &str) -> Value {
        let rows = json!({"type": "array", "items": reference(input), "maxItems": self.most_rows});
        let only = |name: &str| json!({"required": [name]});
        json!({"anyOf": [rows, {
            "type": "object",
            "properties": {"rows": rows, "items": rows, "instances": rows},
            "oneOf": [only("rows"), only("items"), only("instances")],
        }]})
    }

    fn add(&mut self, model: &ModelMetadata, is_latest: bool) {
        let title = match is_latest {
            true => title_of(&model.name),
            false => format!("{}{}", title_of(&model.name), title_of(&model.version)),
        };
        let title = (1..).map(|count| if count == 1 { title.clone() } else { format!("{title}_{count}") });
        let is_free = |title: &String| !self.schemas.contains_key(&format!("{title}Input"));
        let title = title.into_iter().find(is_free).unwrap_or_default();
        let (input, answer) = (format!("{title}Input"), format!("{title}Prediction"));
        self.add_input(&input, model);
        self.schemas.insert(answer.clone(), prediction(model));
        let plain = match model.kind == "sentiment" {
            true => "SentimentAnswer".to_owned(),
            false => format!("{title}PlainPrediction"),
        };
        if model.kind != "sentiment" {
            self.schemas.insert(
                plain.clone(),
                json!({"allOf": [reference(&answer), {
                    "type": "object",
                    "required": ["model_version"],
                    "properties": {
                        "model_version": {"type": "string", "description": "The version under another name"},
                        "probability": {"$ref": format!("#/components/schemas/{answer}/properties/probabilities")},
                    },
                }]}),
            );
            if model.task == Task::Regression {
                self.schemas[&plain]["allOf"][1]["properties"] = json!({"model_version": {"type": "string"}});
            }
        }
        let tensors = format!("{title}InferenceRequest");
        self.schemas.insert(tensors.clone(), tensors::request(model, self.most_rows));
        let (example, tensor_example) = (Value::Object(model.example.clone()), tensors::example(model));
        let model = model.name.clone();
        self.shapes.push(Shape { model, title, input, answer, plain, example, tensors, tensor_example, is_latest });
    }

    fn add_input(&mut self, name: &str, model: &ModelMetadata) {
        let main = object(&model.title, &model.description, &model.inputs);
        if model.alternatives.is_empty() {
            self.schemas.insert(name.to_owned(), main);
            return;
        }
        let mut names = vec![format!("{name}Main")];
        self.schemas.insert(names[0].clone(), main);
        for form in &model.alternatives {
            let one = format!("{name}{}", title_of(&form.name));
            self.schemas.insert(one.clone(), object(&form.name, &form.description, &form.inputs));
            names.push(one);
        }
        let references: Vec<_> = names.iter().map(|name| reference(name)).collect();
        let schema = json!({"title": model.title, "description": model.description, "anyOf": references});
        self.schemas.insert(name.to_owned(), schema);
    }
}

/// A schema by name.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A name as a segment of a path.
pub(super) fn segment(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn asks(model: &ModelMetadata) -> (&[Field], &[predictor_wire::Form]) {
    (&model.inputs, &model.alternatives)
}

/// `price-of_milk` as `PriceOfMilk`.
fn title_of(name: &str) -> String {
    let words = name.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..])).collect()
}

fn object(title: &str, description: &str, fields: &[Field]) -> Value {
    let required: Vec<_> = fields.iter().filter(|field| field.required).map(|field| &field.name).collect();
    let properties: Map<_, _> = fields.iter().map(|field| (field.name.clone(), property(field))).collect();
    let example: Map<_, _> = fields.iter().map(|field| (field.name.clone(), field.example.clone())).collect();
    json!({
        "type": "object",
        "title": title,
        "description": description,
        "properties": properties,
        "required": required,
        "examples": [example],
    })
}

/// One field. What need not be given may be null as well.
pub(super) fn property(field: &Field) -> Value {
    let kind = match field.field_type {
        FieldType::Text | FieldType::Category => "string",
        FieldType::Number => "number",
        FieldType::Integer => "integer",
    };
    let is_nullable = field.nullable || !field.required;
    let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(" Unit: {unit}."));
    let mut schema = json!({
        "type": if is_nullable { json!([kind, "null"]) } else { json!(kind) },
        "description": format!("{}{unit}", field.description),
        "examples": [field.example],
    });
    let least = if field.exclusive_minimum { "exclusiveMinimum" } else { "minimum" };
    let choices = (!field.choices.is_empty()).then(|| {
        let words = field.choices.iter().map(|choice| json!(choice));
        words.chain(is_nullable.then_some(Value::Null)).collect::<Value>()
    });
    let rest = [
        (least, field.minimum.map(number)),
        ("maximum", field.maximum.map(number)),
        ("default", field.default.clone()),
        ("enum", choices),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            schema[name] = value;
        }
    }
    schema
}

/// A bound as people write it: 0, not 0.0.
#[allow(clippy::cast_possible_truncation, reason = "only whole numbers that a double holds exactly")]
fn number(bound: f64) -> Value {
    if bound.fract() == 0.0 && bound.abs() < 9e15 { json!(bound as i64) } else { json!(bound) }
}

/// What a model answers.
fn prediction(model: &ModelMetadata) -> Value {
    let share = || json!({"type": "number", "minimum": 0, "maximum": 1});
    let mut schema = json!({
        "type": "object",
        "required": ["model", "version", "prediction"],
        "properties": {
            "model": {"type": "string", "const": model.name, "description": "Model that answered"},
            "version": {"type": "string", "description": "Its version"},
            "explanation": reference("Explanation"),
        },
    });
    if model.task == Task::Classification {
        let labels = &model.target.labels;
        let each: Map<_, _> = labels.iter().map(|label| (label.clone(), share())).collect();
        schema["required"] = json!(["model", "version", "prediction", "confidence", "probabilities"]);
        schema["properties"]["prediction"] =
            json!({"type": "string", "enum": labels, "description": "The most probable label"});
        schema["properties"]["confidence"] = share();
        schema["properties"]["probabilities"] =
            json!({"type": "object", "properties": each, "required": labels, "additionalProperties": false});
        return schema;
    }
    let unit = model.target.unit.as_deref().unwrap_or_default();
    schema["properties"]["prediction"] =
        json!({"type": "number", "description": format!("{} {unit}", model.target.name).trim_end()});
    schema["properties"]["interval"] = reference("Interval");
    if !unit.is_empty() {
        schema["properties"]["unit"] = json!({"type": "string", "const": unit});
        schema["required"] = json!(["model", "version", "prediction", "unit"]);
    }
    schema
}
