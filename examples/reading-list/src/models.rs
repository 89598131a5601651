//! Entities and their queries: one file for each table, and its `mod` line here.

pub mod about_user;
pub mod user;

pub mod book;
pub mod book_form;
pub mod note;
pub mod note_form;
