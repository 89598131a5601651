//! The crate from outside.

#[test]
fn the_version_is_one_that_can_be_written_down() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("version");
    std::fs::write(&file, hoglet_web::version()).expect("a writable file");
    assert_eq!(
        std::fs::read_to_string(file).expect("a readable file"),
        "0.1.0"
    );
}
