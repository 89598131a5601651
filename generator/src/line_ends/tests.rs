use super::*;

#[test]
fn a_text_with_crlf_is_read_with_lf() {
    assert_eq!(text(b"a\r\nb\r\n").unwrap(), "a\nb\n");
    assert_eq!(text(b"a\nb").unwrap(), "a\nb");
    assert_eq!(text(b"a\rb\r\n").unwrap(), "a\rb\n");
    assert_eq!(text(b"\xff\xfe"), None);
    assert_eq!(text(b"a\0b"), None);
}

#[test]
fn line_ends_alone_are_no_difference() {
    assert!(are_equal(b"a\r\nb\r\n", b"a\nb\n"));
    assert!(are_equal(b"a\r\nb\n", b"a\nb\r\n"));
    assert!(!are_equal(b"a\r\n", b"b\n"));
    assert!(!are_equal(b"a\n", b"a"));
    // In a binary file, every byte counts.
    assert!(!are_equal(b"\xff\r\n", b"\xff\n"));
    assert!(!are_equal(b"\0\r\n", b"\0\n"));
}

#[test]
fn a_text_gets_the_line_ends_of_another_one() {
    assert_eq!(like(b"a\r\nb\r\n", b"a\nc\nb\n"), b"a\r\nc\r\nb\r\n");
    assert_eq!(like(b"a\nb\n", b"a\r\nc\r\n"), b"a\nc\n");
    assert_eq!(like(b"a\r\n", b"a\nb"), b"a\r\nb");
    assert_eq!(like(b"a\r\n", b"\xff\n"), b"\xff\n");
}

#[test]
fn a_line_that_both_have_keeps_its_line_end() {
    let mixed = b"a\r\n\r\nb\n\nc\r\nd\r\n";
    assert_eq!(
        like(mixed, b"a\n\nnew\nb\n\nd\n"),
        b"a\r\n\r\nnew\r\nb\n\nd\r\n"
    );
    let mostly_lf = b"a\r\nb\nc\nd\n";
    assert_eq!(like(mostly_lf, b"a\nnew\nd\n"), b"a\r\nnew\nd\n");
    assert_eq!(like(b"a\r\nb", b"a\nb\n"), b"a\r\nb\r\n");
}
