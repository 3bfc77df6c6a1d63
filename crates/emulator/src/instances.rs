//! Instances of the schemas of a document, for tests of what reads or writes them.

use std::ops::Range;

use ittybit_spec::Document;
use serde_json::Value;

use crate::schema::{Direction, Schemas};
use crate::value::{self, Extent};

/// Makes the values that the emulator has in its responses: see [`Instances::of`].
pub struct Instances {
    schemas: Schemas,
}

/// How many instances there are of one schema, of each extent.
const NUMBERS: u64 = 4;

impl Instances {
    /// The schemas of a document.
    ///
    /// ```
    /// let instances = ittybit_emulator::Instances::of("\
    /// openapi: 3.0.3
    /// info: { title: Pets, version: 1.0.0 }
    /// paths: {}
    /// components:
    ///   schemas:
    ///     Pet: { type: object, required: [name], properties: { name: { type: string }, age: { type: integer } } }
    /// ")?;
    /// for pet in instances.at("/components/schemas/Pet")? {
    ///     assert!(pet["name"].is_string());
    /// }
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the document.
    pub fn of(document: &str) -> Result<Self, String> {
        let document = Document::parse("openapi.yaml", document);
        let lowered = document.and_then(|document| document.lowered());
        let lowered = lowered.map_err(|findings| findings.to_string())?;
        Ok(Self {
            schemas: Schemas::new(&lowered.document.root().to_json())?,
        })
    }

    /// Different instances of the schema at a place, which is a JSON pointer: some with all properties and some
    /// with the required ones. They are the same in every run.
    ///
    /// See [`of`](Self::of) for an example.
    ///
    /// # Errors
    /// No instance was found.
    pub fn at(&self, place: &str) -> Result<Vec<Value>, String> {
        self.numbered(place, 0..NUMBERS)
    }

    /// The instances with these numbers: each number has one with all properties, and one with the required ones.
    ///
    /// See [`of`](Self::of) for an example.
    ///
    /// # Errors
    /// No instance was found.
    pub fn numbered(&self, place: &str, numbers: Range<u64>) -> Result<Vec<Value>, String> {
        let mut instances = Vec::new();
        for extent in [Extent::Full, Extent::Required] {
            for number in numbers.clone() {
                let instance = value::make(&self.schemas, place, extent, 0, number)?;
                if !instances.contains(&instance) {
                    instances.push(instance);
                }
            }
        }
        Ok(instances)
    }

    /// Whether a value in a response is as the schema at a place says.
    ///
    /// ```
    /// # let instances = ittybit_emulator::Instances::of("\
    /// # openapi: 3.0.3
    /// # info: { title: Pets, version: 1.0.0 }
    /// # paths: {}
    /// # components: { schemas: { Name: { type: string } } }
    /// # ")?;
    /// assert!(instances.fits("/components/schemas/Name", &"Rex".into()));
    /// assert!(!instances.fits("/components/schemas/Name", &7.into()));
    /// # Ok::<(), String>(())
    /// ```
    pub fn fits(&self, place: &str, value: &Value) -> bool {
        self.schemas.is_valid(Direction::Response, place, value)
    }
}
