//! Finds a function of a file by its name, and the expression that it returns.

use syn::visit::Visit;
use syn::{Block, Expr, ImplItemFn, ItemFn, ItemMod, Signature, Stmt};

use super::refusal::Refusal;
use super::rust::Source;

/// The body of the only function of this name, free or in an `impl`.
pub fn body<'a>(source: &'a Source, name: &str) -> Result<&'a Block, Refusal> {
    let mut found = Found {
        name,
        bodies: Vec::new(),
    };
    found.visit_file(&source.file);
    match found.bodies[..] {
        [body] => Ok(body),
        [] => Err(Refusal::new(1, format!("there is no function `{name}`"))),
        [_, second, ..] => Err(Refusal::new(
            source.first_line(second) + 1,
            format!("there are several functions `{name}`"),
        )),
    }
}

/// The expression at the end of a body.
pub fn tail<'a>(source: &Source, body: &'a Block, name: &str) -> Result<&'a Expr, Refusal> {
    match body.stmts.last() {
        Some(Stmt::Expr(tail, None)) => Ok(tail),
        _ => Err(Refusal::new(
            source.last_line(body) + 1,
            format!("`{name}` does not end with the value that it returns"),
        )),
    }
}

struct Found<'a, 'n> {
    name: &'n str,
    bodies: Vec<&'a Block>,
}

impl<'a> Found<'a, '_> {
    fn function(&mut self, signature: &Signature, body: &'a Block) {
        if signature.ident == self.name {
            self.bodies.push(body);
        }
    }
}

impl<'a> Visit<'a> for Found<'a, '_> {
    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        self.function(&function.sig, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        self.function(&function.sig, &function.block);
    }

    /// Modules inside the file, such as `tests`, do not count.
    fn visit_item_mod(&mut self, _: &'a ItemMod) {}
}
