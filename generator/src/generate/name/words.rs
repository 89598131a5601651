//! Splits a name of any spelling into words.

/// Splits `order_line`, `order-line`, `OrderLine` and `orderLine` into `order` and `line`.
///
/// `HTTPServer` becomes `http` and `server`.
pub fn split(text: &str) -> Result<Vec<String>, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if let Some(other) = text.chars().find(|&c| !is_allowed(c)) {
        return Err(format!(
            "it contains `{}`; letters from a to z, digits and `_` are allowed",
            other.escape_debug()
        ));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("it begins with a digit".to_owned());
    }
    let parts: Vec<&str> = text.split(['_', '-']).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err("a `_` or `-` must have a letter or digit on both sides".to_owned());
    }
    Ok(parts.into_iter().flat_map(split_at_capitals).collect())
}

/// Splits before a capital that follows a small letter or a digit, and before the last of several capitals.
fn split_at_capitals(part: &str) -> Vec<String> {
    let letters: Vec<char> = part.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let begins_word = match at.checked_sub(1).map(|before| letters[before]) {
            None => true,
            Some(_) if !letter.is_ascii_uppercase() => false,
            Some(before) => {
                !before.is_ascii_uppercase()
                    || letters.get(at + 1).is_some_and(char::is_ascii_lowercase)
            }
        };
        if begins_word {
            words.push(String::new());
        }
        let word = words.last_mut().expect("the first letter begins a word");
        word.push(letter.to_ascii_lowercase());
    }
    words
}
