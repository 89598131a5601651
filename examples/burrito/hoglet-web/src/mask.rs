//! E-mail addresses, taken out of texts that leave the app: log lines and error messages.

/// A database's message may quote the row that broke a rule, and a library's a form.
pub fn mask_emails(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let is_address = |character: char| character.is_alphanumeric() || "@._%+-".contains(character);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_address) {
        let word = &rest[start..];
        let end = word
            .find(|character| !is_address(character))
            .unwrap_or(word.len());
        masked.push_str(&rest[..start]);
        masked.push_str(if word[..end].trim_matches('@').contains('@') {
            "[e-mail]"
        } else {
            &word[..end]
        });
        rest = &word[end..];
    }
    masked + rest
}
