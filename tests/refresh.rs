//! Files that are derived from the template are up to date. `cargo xtask refresh` writes them.

#[test]
fn derived_files_are_up_to_date() {
    let stale = xtask::stale().expect("the template is sound");
    let stale: Vec<&str> = stale.iter().map(|derived| derived.path.as_str()).collect();
    assert!(
        stale.is_empty(),
        "bring these up to date with `cargo xtask refresh`:\n{}",
        stale.join("\n")
    );
}
