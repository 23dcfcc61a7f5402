//! The grammar of metric math, by recursive descent.

/// How deep parentheses may go.
const MAX_DEPTH: usize = 50;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Number(f64),
    Text(String),
    Id(String),
    List(Vec<Term>),
    Negative(Box<Term>),
    Operation(Sign, Box<Term>, Box<Term>),
    Call(String, Vec<Term>),
}

/// A sign between two terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const COMPARISONS: [(&str, Sign); 6] = [
    ("==", Sign::Equal),
    ("!=", Sign::NotEqual),
    ("<=", Sign::LessOrEqual),
    (">=", Sign::GreaterOrEqual),
    ("<", Sign::Less),
    (">", Sign::Greater),
];

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Term, String> {
    let mut parser = Parser { rest: text, depth: 0 };
    let term = parser.comparison()?;
    parser.skip_space();
    if parser.rest.is_empty() { Ok(term) } else { Err(format!("Unexpected '{}'.", parser.rest)) }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn comparison(&mut self) -> Result<Term, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("The expression is nested too deeply.".to_owned());
        }
        let left = self.sum()?;
        let sign = COMPARISONS.into_iter().find(|(word, _)| self.take(word)).map(|(_, sign)| sign);
        let term = match sign {
            Some(sign) => Term::Operation(sign, Box::new(left), Box::new(self.sum()?)),
            None => left,
        };
        self.depth -= 1;
        Ok(term)
    }

    fn sum(&mut self) -> Result<Term, String> {
        self.chain(&[("+", Sign::Add), ("-", Sign::Subtract)], Self::product)
    }

    fn product(&mut self) -> Result<Term, String> {
        self.chain(&[("*", Sign::Multiply), ("/", Sign::Divide)], Self::unary)
    }

    fn chain(&mut self, signs: &[(&str, Sign)], next: fn(&mut Self) -> Result<Term, String>) -> Result<Term, String> {
        let mut left = next(self)?;
        while let Some((_, sign)) = signs.iter().find(|(word, _)| self.take(word)) {
            left = Term::Operation(*sign, Box::new(left), Box::new(next(self)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Term, String> {
        let mut negative = false;
        while self.take("-") {
            negative = !negative;
        }
        let base = self.atom()?;
        let term = if self.take("^") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err("The expression is nested too deeply.".to_owned());
            }
            let exponent = self.unary()?;
            self.depth -= 1;
            Term::Operation(Sign::Power, Box::new(base), Box::new(exponent))
        } else {
            base
        };
        Ok(if negative { Term::Negative(Box::new(term)) } else { term })
    }

    fn atom(&mut self) -> Result<Term, String> {
        if self.take("(") {
            let inner = self.comparison()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.take("[") {
            return self.items("]").map(Term::List);
        }
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some(first) if first.is_ascii_digit() || first == '.' => self.number(),
            Some(first) if first.is_ascii_alphabetic() => self.word(),
            Some(other) => Err(format!("Unexpected '{other}'.")),
            None => Err("The expression ends too early.".to_owned()),
        }
    }

    fn word(&mut self) -> Result<Term, String> {
        let word = self.while_is(|character| character.is_ascii_alphanumeric() || character == '_');
        if self.take("(") {
            return Ok(Term::Call(word.to_ascii_uppercase(), self.items(")")?));
        }
        Ok(Term::Id(word.to_owned()))
    }

    fn number(&mut self) -> Result<Term, String> {
        let digits = self.while_is(|character| character.is_ascii_digit() || character == '.');
        digits.parse().map(Term::Number).map_err(|_| format!("'{digits}' is not a number."))
    }

    fn quoted(&mut self, quote: char) -> Result<Term, String> {
        let inner = &self.rest[1..];
        let end = inner.find(quote).ok_or("A quotation mark is missing.")?;
        self.rest = &inner[end + 1..];
        Ok(Term::Text(inner[..end].to_owned()))
    }

    fn items(&mut self, close: &str) -> Result<Vec<Term>, String> {
        let mut items = Vec::new();
        if self.take(close) {
            return Ok(items);
        }
        loop {
            items.push(self.comparison()?);
            if self.take(close) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }

    fn while_is(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !wanted(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(format!("A '{word}' is missing.")) }
    }

    fn take(&mut self, word: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                self.skip_space();
                true
            }
            None => false,
        }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
