//! Fields of numbers. Full-width digits and a minus sign of typography are read too.

use sea_orm::prelude::Decimal;

use super::input::InputType;
use crate::text::compatible;

const WHOLE: &str = "Write a whole number such as 42.";
const NUMBER: &str = "Write a number such as 1.5.";

/// The text of a number, in ASCII. Keyboards for Chinese or Japanese may type full-width digits.
fn ascii(typed: &str) -> Result<String, String> {
    let text = compatible(typed).trim().replace('\u{2212}', "-");
    match text.is_empty() {
        true => Err("Fill this in.".into()),
        false => Ok(text),
    }
}

macro_rules! whole_number {
    ($($type:ty),*) => {$(
        impl InputType for $type {
            type Value = Self;

            fn read(typed: &str) -> Result<Self, String> {
                let text = ascii(typed)?;
                text.parse().map_err(|_| {
                    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
                    match !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                        true => format!("Use a number between {} and {}.", Self::MIN, Self::MAX),
                        false => WHOLE.to_owned(),
                    }
                })
            }

            fn write(value: &Self) -> String {
                value.to_string()
            }
        }
    )*};
}

whole_number!(i32, i64);

impl InputType for f64 {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, String> {
        let text = ascii(typed)?;
        // Rust also reads `inf` and `nan`, which are words and not numbers.
        if !text.contains(|letter: char| letter.is_ascii_digit()) {
            return Err(NUMBER.into());
        }
        match text.parse::<Self>() {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) => Err("This number is too large.".into()),
            Err(_) => Err(NUMBER.into()),
        }
    }

    /// Very large and very small numbers have an exponent, as in `1e300`.
    fn write(value: &Self) -> String {
        match value.abs() {
            size if size == 0.0 || (1e-6..1e16).contains(&size) => value.to_string(),
            _ => format!("{value:e}"),
        }
    }
}

/// A decimal number with at most `PRECISION` digits, `SCALE` of them after the point. It is exact.
///
/// `FixedPoint<10, 2>` is for a column of the type `decimal(10, 2)`. The precision is at most 28.
#[derive(Clone, Copy, Debug)]
pub struct FixedPoint<const PRECISION: u32, const SCALE: u32>;

impl<const PRECISION: u32, const SCALE: u32> InputType for FixedPoint<PRECISION, SCALE> {
    type Value = Decimal;

    fn read(typed: &str) -> Result<Decimal, String> {
        let text = ascii(typed)?;
        // A browser's number field also sends `1e3`.
        let number = match text.contains(['e', 'E']) {
            true => Decimal::from_scientific(&text),
            false => Decimal::from_str_exact(&text),
        };
        let before_point = PRECISION - SCALE;
        let too_large = || format!("Use at most {before_point} digits before the point.");
        let number = match number {
            Ok(number) => number.normalize(),
            Err(_) if !is_number(&text) => return Err(NUMBER.into()),
            Err(_) => return Err(too_long(PRECISION)),
        };
        if number.scale() > SCALE {
            return Err(match SCALE {
                0 => WHOLE.into(),
                1 => "Use at most 1 digit after the point.".into(),
                scale => format!("Use at most {scale} digits after the point."),
            });
        }
        let digits = number.trunc().mantissa().unsigned_abs().to_string();
        let digits = digits.trim_start_matches('0').len();
        if digits > before_point as usize {
            return Err(too_large());
        }
        let mut number = number;
        number.rescale(SCALE);
        Ok(number)
    }

    /// Writes all digits after the point. SQLite does not store those that are zero.
    fn write(value: &Decimal) -> String {
        format!("{value:.*}", SCALE as usize)
    }
}

fn too_long(precision: u32) -> String {
    format!("Use at most {precision} digits.")
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok() && text.contains(|letter: char| letter.is_ascii_digit())
}
