//! English plurals: the rules, and the exceptions.

/// Exceptions, also at the end of a longer word: `salesperson`, `grandchild`.
const IRREGULAR_ENDS: &[(&str, &str)] = &[
    ("person", "people"),
    ("child", "children"),
    ("woman", "women"),
    ("wife", "wives"),
    ("shelf", "shelves"),
    ("wolf", "wolves"),
    ("loaf", "loaves"),
    ("hero", "heroes"),
    ("potato", "potatoes"),
    ("tomato", "tomatoes"),
    ("analysis", "analyses"),
    ("crisis", "crises"),
    ("thesis", "theses"),
    ("diagnosis", "diagnoses"),
    ("criterion", "criteria"),
    ("phenomenon", "phenomena"),
    ("matrix", "matrices"),
    ("vertex", "vertices"),
    ("appendix", "appendices"),
    ("quiz", "quizzes"),
    ("movie", "movies"),
    ("cookie", "cookies"),
    ("cache", "caches"),
];

/// Exceptions only as whole words: `human` ends in `man`, `taxes` in `axes`, and `databases` in `bases`.
const IRREGULAR_WORDS: &[(&str, &str)] = &[
    ("man", "men"),
    ("workman", "workmen"),
    ("chairman", "chairmen"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("leaf", "leaves"),
    ("life", "lives"),
    ("knife", "knives"),
    ("half", "halves"),
    ("thief", "thieves"),
    ("echo", "echoes"),
    ("veto", "vetoes"),
    ("index", "indices"),
    ("axis", "axes"),
    ("base", "bases"),
    ("tie", "ties"),
    ("pie", "pies"),
    ("lie", "lies"),
    ("zombie", "zombies"),
    ("calorie", "calories"),
    ("selfie", "selfies"),
    ("hoodie", "hoodies"),
    ("smoothie", "smoothies"),
    ("brownie", "brownies"),
    ("rookie", "rookies"),
    ("ache", "aches"),
    ("headache", "headaches"),
    ("niche", "niches"),
    ("stomach", "stomachs"),
    ("epoch", "epochs"),
    ("tech", "techs"),
    ("bus", "buses"),
    ("menu", "menus"),
    ("guru", "gurus"),
    ("cpu", "cpus"),
    ("gpu", "gpus"),
    ("sku", "skus"),
    ("use", "uses"),
    ("abuse", "abuses"),
    ("excuse", "excuses"),
    ("muse", "muses"),
    ("gas", "gases"),
    ("alias", "aliases"),
    ("atlas", "atlases"),
    ("bias", "biases"),
    ("canvas", "canvases"),
    ("lens", "lenses"),
    ("iris", "irises"),
    ("chassis", "chassis"),
    ("tennis", "tennis"),
    ("debris", "debris"),
    ("chaos", "chaos"),
    ("cosmos", "cosmos"),
    ("kudos", "kudos"),
    ("sms", "sms"),
    ("cms", "cms"),
    ("dns", "dns"),
    ("gps", "gps"),
    ("css", "css"),
    ("rss", "rss"),
];

/// Words whose plural is the same as the singular, or that have none.
const UNCOUNTABLE: &[&str] = &[
    "news",
    "sheep",
    "fish",
    "deer",
    "series",
    "species",
    "equipment",
    "information",
    "money",
    "rice",
    "data",
    "metadata",
    "media",
    "feedback",
    "software",
    "hardware",
    "furniture",
    "luggage",
    "research",
    "advice",
    "knowledge",
    "music",
    "traffic",
    "weather",
    "homework",
    "police",
    "staff",
    "aircraft",
    "headquarters",
    "physics",
    "mathematics",
    "economics",
    "clothes",
    "goods",
    "thanks",
    "jeans",
    "scissors",
    "diabetes",
];

pub fn plural(word: &str) -> String {
    if UNCOUNTABLE.contains(&word) {
        return word.to_owned();
    }
    if let Some(plural) = irregular(word, |&(singular, plural)| (singular, plural)) {
        return plural;
    }
    let vowel_before_last = word
        .chars()
        .rev()
        .nth(1)
        .is_none_or(|c| "aeiou".contains(c));
    match word {
        _ if word.ends_with('y') && !vowel_before_last => format!("{}ies", &word[..word.len() - 1]),
        _ if ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|end| word.ends_with(end)) =>
        {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

/// The singular of a plural. Other words, such as `status`, are not changed.
pub fn singular(word: &str) -> String {
    if UNCOUNTABLE.contains(&word) || irregular(word, |&pair| pair).is_some() {
        return word.to_owned();
    }
    if let Some(singular) = irregular(word, |&(singular, plural)| (plural, singular)) {
        return singular;
    }
    let without = |end: &str| word.strip_suffix(end).filter(|rest| rest.len() > 1);
    if let Some(rest) = without("ies") {
        return format!("{rest}y");
    }
    let keeps_its_e = ["ouses", "auses", "fuses"]
        .iter()
        .any(|end| word.ends_with(end));
    let lost_an_es = ["sses", "xes", "ches", "shes"]
        .iter()
        .any(|end| word.ends_with(end))
        || (word.ends_with("uses") && !keeps_its_e);
    if lost_an_es {
        return without("es").unwrap_or(word).to_owned();
    }
    let is_singular = ["ss", "us", "sis"].iter().any(|end| word.ends_with(end));
    match without("s") {
        Some(rest) if !is_singular => rest.to_owned(),
        _ => word.to_owned(),
    }
}

/// The other form of a word that is in a table of exceptions, or that ends in one.
fn irregular(
    word: &str,
    direction: impl Fn(&(&'static str, &'static str)) -> (&'static str, &'static str),
) -> Option<String> {
    let mut words = IRREGULAR_WORDS.iter().map(&direction);
    if let Some((_, to)) = words.find(|&(from, _)| from == word) {
        return Some(to.to_owned());
    }
    let mut ends = IRREGULAR_ENDS.iter().map(direction);
    ends.find_map(|(from, to)| Some(format!("{}{to}", word.strip_suffix(from)?)))
}
