//! The fields of a form as a user types them.

/// Names and values, in the form's order.
#[derive(Clone, Debug)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn new(fields: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(owned).collect())
    }

    /// A specimen that is valid: required fields only, and a serial number that no other has.
    pub fn specimen(category: &str) -> Self {
        Self::new(&[
            ("title", "Igel Älter"),
            ("body", "A quiet one.\nWith two lines."),
            ("amount", "-7"),
            ("total", "9007199254740993"),
            ("weight", "1.5"),
            ("price", "12.30"),
            ("active", "true"),
            ("born", "2024-02-29"),
            ("starts_at", "2026-03-01T08:30"),
            ("data", r#"{"spines": 6000}"#),
            ("contact", "vet@example.com"),
            ("site", "https://example.com/igel?a=1&b=2"),
            ("size", "very_large"),
            ("category_id", category),
        ])
        .with("serial", &serial())
    }

    /// The fields that a specimen may leave empty.
    pub fn optional() -> Self {
        Self::new(&[
            ("nickname", "Igi"),
            ("remark", "Sleeps"),
            ("spare", "2147483647"),
            ("most", "-9223372036854775808"),
            ("height", "-0.25"),
            ("cost", "0.05"),
            ("seen", "true"),
            ("died", "2030-12-31"),
            ("ends_at", "2026-03-01T09:30:15"),
            ("batch", "01995a5e-0000-7000-8000-0000000000ff"),
            ("extra", "[1, null]"),
            ("copy", "löwe@example.com"),
            ("source", "http://example.com/"),
            ("grade", "b"),
            ("salary", "4711"),
        ])
    }

    pub fn article(slug: &str) -> Self {
        Self::new(&[
            ("headline", "Hedgehogs <b>& co</b>"),
            ("slug", slug),
            ("body", "They are back."),
            ("stage", "published"),
        ])
    }

    /// The form with this value in place of the field's value.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| other != name);
        self
    }

    /// The form with all fields of the other form.
    pub fn and(self, other: &Self) -> Self {
        let fields = other.0.iter();
        fields.fold(self, |form, (name, value)| form.with(name, value))
    }

    pub fn fields(&self) -> Vec<(&str, &str)> {
        let fields = self.0.iter();
        fields.map(|(name, value)| (&**name, &**value)).collect()
    }

    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// A UUID that no other call returns.
pub fn serial() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("01995a5e-0000-7000-8000-{number:012x}")
}
