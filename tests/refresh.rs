//! What is derived from the template is in step with it. This only looks; `cargo xtask refresh` writes.

#[test]
fn what_is_derived_is_up_to_date() {
    let stale = xtask::stale().expect("the template is sound");
    let stale: Vec<&str> = stale.iter().map(|derived| derived.path.as_str()).collect();
    assert!(
        stale.is_empty(),
        "bring these up to date with `cargo xtask refresh`:\n{}",
        stale.join("\n")
    );
}
